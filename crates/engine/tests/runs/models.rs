//! Models that take over from a generation on.

use std::sync::Arc;

use clade_domain::{GenerationModels, ModelSpec, Purpose, RunSpec};
use clade_engine::{Pair, Side, not_paired, pairs};
use clade_store::MemoryStore;
use serde_json::json;

use crate::common::{Rig, assertion, calls, spec};

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

/// What a comparison of two finished runs on the same data says.
async fn compared(specs: [RunSpec; 2], judges: u32) -> (Vec<Pair>, Vec<String>) {
    let mut sides = Vec::new();
    for (name, spec) in ["run-one", "run-two"].into_iter().zip(specs) {
        let rig = Rig::existing(Arc::new(MemoryStore::new()), name);
        let checks = [assertion("numeric", "{{answer}}"), assertion("llm-rubric", "The answer is right.")];
        rig.create(spec, &checks[..=judges as usize], judges).await;
        rig.finish().await;
        let row = rig.store.summary(name.to_owned()).await.unwrap();
        sides.push(Side::read(&rig.store, &row).await.unwrap());
    }
    pairs(&sides)
}

fn with(key: &str, value: serde_json::Value) -> RunSpec {
    let mut spec = spec("simulated:rough", calls(300));
    spec.models.task[0].config.insert(key.into(), value);
    spec
}

#[tokio::test]
async fn runs_that_other_models_answered_or_judged_are_not_paired() {
    let plain = || spec("simulated:rough", calls(300));
    // of another draw, or under another name, it is the same model
    let mut alike = RunSpec { seed: 6, ..with("seed", json!(9)) };
    alike.models.task[0].label = "mine".into();
    let (paired, refused) = compared([plain(), alike], 0).await;
    assert_eq!((paired.len(), refused.len()), (1, 0), "{refused:?}");
    let (paired, refused) = compared([plain(), spec("simulated:gsm8k", calls(300))], 0).await;
    assert_eq!(paired, []);
    let why = "run-one and run-two cannot be paired: other task models answered (run-one: simulated:rough, run-two: simulated:gsm8k), and a difference would be one of models too";
    assert_eq!(refused, [why]);
    let (paired, refused) = compared([plain(), with("noise", json!(0.3))], 0).await;
    assert_eq!(paired, []);
    assert!(
        refused[0].ends_with(
            "their task model simulated:rough has other settings in each, and a difference would be one of models too"
        ),
        "{refused:?}"
    );
    let judged_by = |judge: &str| {
        let mut spec = plain();
        spec.models.judge = Some(ModelSpec::named(judge));
        spec
    };
    let (paired, refused) = compared([plain(), judged_by("simulated:gentle")], 1).await;
    assert_eq!(paired, []);
    assert!(
        refused[0].contains("other judges judged (run-one: simulated:rough, run-two: simulated:gentle)"),
        "{refused:?}"
    );
    // a judge that no check asks is of no account
    let (paired, _) = compared([plain(), judged_by("simulated:gentle")], 0).await;
    assert_eq!(paired.len(), 1);
}

#[tokio::test]
async fn candidates_that_other_models_answered_are_not_paired() {
    let rig = Rig::new(changing(1_500)).await;
    rig.finish().await;
    let state = rig.state().await;
    let model = |id| state.cells(id).and_then(|cells| cells.model());
    let old =
        state.candidates().map(|candidate| candidate.id).find(|id| state.cells(*id).is_some() && model(*id).is_none());
    let (old, new) = (old.expect("all candidates met the later model"), state.best());
    let why = not_paired(&state, old, new).unwrap();
    assert!(why.contains("different models") && why.contains("simulated:rough"), "{why}");
    assert_eq!(not_paired(&state, new, new), None);
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
