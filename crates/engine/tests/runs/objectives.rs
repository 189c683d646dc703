//! Several objectives: of two prompts that score the same the shorter one is fitter, and `auto` looks for it.

use clade_domain::{
    AutoSpec, CandidateId, Direction, Objective, Prompt, SeedPrompt, Split, StrategySpec, Verdict, VerdictReason,
};
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

#[tokio::test]
async fn auto_leaves_out_what_does_nothing_where_tokens_count() {
    for weight in [0.0, 0.2] {
        let mut spec = spec("simulated:null", calls(900));
        spec.optimize.strategy = StrategySpec::Auto(AutoSpec::default());
        spec.models.task[0].config.insert("base".into(), serde_json::json!(1.0));
        spec.models.task[0].config.insert("noise".into(), serde_json::json!(0.0));
        let wordy = "Answer the question. Somebody asked it a while ago and waits for a friendly reply. \
                     Take the time that you need to look at every part of it.\n\nQuestion: {{question}}\nAnswer:";
        spec.prompts[0].prompt = Prompt::user(wordy);
        let tokens = Objective { metric: "prompt_tokens".into(), direction: Direction::Minimize, weight };
        spec.optimize.objectives.push(tokens);
        let rig = Rig::new(spec).await;
        let report = rig.finish().await;
        let state = rig.state().await;
        let simpler = state.decisions().values().filter(|d| d.reason == VerdictReason::Simpler);
        let simpler: Vec<Verdict> = simpler.map(|decision| decision.verdict).collect();
        let chosen = state.chosen().unwrap();
        if weight == 0.0 {
            assert_eq!(
                (simpler.len(), chosen),
                (0, CandidateId(0)),
                "where scores alone count nothing is to be gained"
            );
            continue;
        }
        assert!(!simpler.is_empty() && simpler.iter().all(|verdict| *verdict == Verdict::Kept), "{simpler:?}");
        let value = |id, metric| objective_value(&state, id, Split::Validation, metric).unwrap();
        assert!(value(chosen, "prompt_tokens") < 0.7 * value(CandidateId(0), "prompt_tokens"));
        let front: Vec<&str> = report.front.iter().map(|member| member.candidate.as_str()).collect();
        assert!(front.contains(&chosen.to_string().as_str()), "{front:?}");
        assert!(!front.contains(&"c0"), "the first prompt is longer and no better: {front:?}");
        assert_eq!(report.front[0].values.keys().collect::<Vec<_>>(), ["prompt_tokens", "score"]);
    }
}
