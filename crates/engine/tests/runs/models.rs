//! Models that take over from a generation on.

use clade_domain::{GenerationModels, ModelSpec, Purpose, RunSpec};

use crate::common::{Rig, calls, spec};

/// A search whose task model changes at generation 2.
pub fn changing(most: u64) -> RunSpec {
    let mut spec = spec("simulated:rough", calls(most));
    let task = Some(ModelSpec::named("simulated:gsm8k"));
    spec.models.generations = vec![GenerationModels { from: 2, task, reflection: None, judge: None }];
    spec
}

#[tokio::test]
async fn scores_of_two_models_never_mix() {
    let rig = Rig::new(changing(1_500)).await;
    let report = rig.finish().await;
    assert!(report.evidence.is_some());
    let state = rig.state().await;
    let last = state.generations().last().unwrap().generation;
    assert!(last >= 2, "the search is too short to show anything: {last} generations");
    let later = Some("simulated:gsm8k");
    for trial in rig.trials().await {
        if trial.purpose != Purpose::Search {
            assert_eq!(trial.model.as_deref(), later, "{trial:?}");
        }
    }
    for id in &state.generations().last().unwrap().survivors {
        assert_eq!(state.cells(*id).unwrap().model(), later, "{id} survived on another model's scores");
    }
    for candidate in state.candidates().filter(|c| c.generation >= 2) {
        let trials = rig.trials().await.into_iter().filter(|t| t.cell.candidate == candidate.id);
        assert!(trials.into_iter().all(|t| t.model.as_deref() == later), "{}", candidate.id);
    }
}
