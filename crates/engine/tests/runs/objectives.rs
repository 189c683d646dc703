//! Several objectives: of two prompts that score the same the shorter one is fitter.

use clade_domain::{CandidateId, Direction, Objective, Prompt, SeedPrompt, Split};
use clade_evolve::state::{fitness, objective_value};

use crate::common::{Rig, calls, spec};

#[tokio::test]
async fn the_shorter_of_two_equals_is_fitter() {
    for weight in [0.0, 0.2] {
        let mut spec = spec("simulated:null", calls(400));
        spec.models.task[0].config.insert("base".into(), serde_json::json!(1.0));
        spec.models.task[0].config.insert("noise".into(), serde_json::json!(0.0));
        let long =
            "Kindly answer the question that follows below this line, please.\n\nQuestion: {{question}}\nAnswer:";
        spec.prompts[0].prompt = Prompt::user(long);
        spec.prompts.push(SeedPrompt { label: "short".into(), prompt: Prompt::user("{{question}}") });
        spec.optimize.objectives.push(Objective {
            metric: "prompt_tokens".into(),
            direction: Direction::Minimize,
            weight,
        });
        let rig = Rig::new(spec).await;
        rig.finish().await;
        let state = rig.state().await;
        let (long, short) = (CandidateId(0), CandidateId(1));
        let value = |id, metric| objective_value(&state, id, Split::Train, metric).unwrap();
        assert_eq!(value(long, "score"), value(short, "score"));
        assert!(value(short, "prompt_tokens") < value(long, "prompt_tokens"));
        let gain = fitness(&state, short, Split::Train).unwrap() - fitness(&state, long, Split::Train).unwrap();
        let share = value(short, "prompt_tokens") / value(long, "prompt_tokens");
        assert!((gain - weight * (1.0 - share)).abs() < 1e-9, "weight {weight}: {gain}");
        let chosen = state.chosen().unwrap();
        if weight > 0.0 {
            assert!(value(chosen, "prompt_tokens") <= value(short, "prompt_tokens"), "{chosen} was chosen");
        }
    }
}
