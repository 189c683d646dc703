//! Models that take over from a generation on.

use clade_domain::{GenerationModels, ModelSpec, Purpose, RunSpec};
use serde_json::json;

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
    never_mix(changing(1_500), "simulated:gsm8k").await;
}

#[tokio::test]
async fn the_same_model_with_other_settings_is_another_model() {
    let mut spec = changing(1_500);
    let mut other = ModelSpec::named("simulated:rough");
    other.config.insert("noise".into(), json!(0.3));
    spec.models.generations[0].task = Some(other);
    never_mix(spec.clone(), "simulated:rough #2").await;
    spec.models.generations[0].task.as_mut().unwrap().label = "noisy".into();
    never_mix(spec, "noisy").await;
}

#[tokio::test]
async fn the_same_model_under_another_label_is_no_other_model() {
    let mut spec = changing(700);
    let label = "the same".to_owned();
    spec.models.generations[0].task = Some(ModelSpec { label, ..ModelSpec::named("simulated:rough") });
    let rig = Rig::new(spec).await;
    rig.finish().await;
    let mut cells = std::collections::BTreeSet::new();
    for trial in rig.trials().await {
        assert_eq!(trial.model, None);
        assert!(cells.insert(trial.cell), "{:?} was evaluated again", trial.cell);
    }
}

#[tokio::test]
async fn scores_of_two_judges_never_mix() {
    let judge = Some(ModelSpec::named("simulated:gentle"));
    let generations = vec![GenerationModels { from: 2, task: None, reflection: None, judge }];
    let spec = || {
        let mut spec = spec("simulated:rough", calls(1_500));
        spec.models.generations.clone_from(&generations);
        spec
    };
    let rig = Rig::judged(spec()).await;
    rig.finish().await;
    let state = rig.state().await;
    let last = state.generations().last().unwrap();
    assert!(last.generation >= 2, "the search is too short to show anything");
    for id in &last.survivors {
        let scorer = state.cells(*id).unwrap().model();
        assert_eq!(
            scorer,
            Some("simulated:rough, judged by simulated:gentle"),
            "{id} survived on another judge's scores"
        );
    }
    // without a check that asks a judge, it is of no account
    let rig = Rig::new(spec()).await;
    rig.finish().await;
    assert!(rig.trials().await.iter().all(|trial| trial.model.is_none()));
}

async fn never_mix(spec: RunSpec, later: &str) {
    let rig = Rig::new(spec).await;
    let report = rig.finish().await;
    assert!(report.evidence.is_some());
    let state = rig.state().await;
    let last = state.generations().last().unwrap().generation;
    assert!(last >= 2, "the search is too short to show anything: {last} generations");
    let later = Some(later);
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
