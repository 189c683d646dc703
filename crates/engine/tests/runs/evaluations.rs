//! `clade eval`: every prompt with every model on every example as often as asked, once.

use std::{collections::BTreeMap, sync::Arc};

use clade_domain::{Budget, CellRef, ModelSpec, Prompt, Purpose, RunMode, RunSpec, SeedPrompt};
use clade_store::{MemoryStore, Store};
use serde_json::json;

use crate::common::{EXAMPLES, Rig, assertion, spec};

fn evaluation() -> RunSpec {
    let mut spec = spec("simulated:noisy", Budget::default());
    spec.mode = RunMode::Evaluate;
    spec.prompts.push(SeedPrompt {
        label: "second".into(),
        prompt: Prompt::user("Think step by step.\n\nQuestion: {{question}}\nAnswer:"),
    });
    spec
}

async fn cells(rig: &Rig) -> BTreeMap<CellRef, Option<String>> {
    let mut cells = BTreeMap::new();
    for trial in rig.trials().await {
        assert_eq!(trial.purpose, Purpose::Evaluation);
        assert!(cells.insert(trial.cell, trial.model).is_none(), "{:?} was evaluated twice", trial.cell);
    }
    cells
}

#[tokio::test]
async fn every_prompt_model_example_and_repeat_is_met_once() {
    let mut spec = evaluation();
    spec.models.task.push(ModelSpec::named("simulated:gsm8k"));
    spec.options.repeat = 3;
    let rig = Rig::new(spec).await;
    let report = rig.finish().await;
    let cells = cells(&rig).await;
    assert_eq!(cells.len(), 2 * 2 * 3 * EXAMPLES as usize);
    assert_eq!(report.spent.calls, cells.len() as u64, "repeats are real samples");
    assert_eq!(rig.answers().await.len(), cells.len());
    let listed: Vec<_> =
        report.prompts.iter().map(|p| (p.label.as_str(), p.model.as_str(), p.trials, p.errors)).collect();
    let all = 3 * EXAMPLES;
    assert_eq!(
        listed,
        [
            ("first", "simulated:noisy", all, 0),
            ("second", "simulated:noisy", all, 0),
            ("first", "simulated:gsm8k", all, 0),
            ("second", "simulated:gsm8k", all, 0)
        ]
    );
    assert!(report.prompts.iter().all(|p| p.ci_low <= p.score && p.score <= p.ci_high));
    assert_eq!(report.finish_reason.as_deref(), Some("evaluated"));
    assert!(report.best.is_none() && report.evidence.is_none());
}

#[tokio::test]
async fn one_model_with_two_settings_is_two_models() {
    for labels in [["", ""], ["plain", "blank"]] {
        let mut spec = evaluation();
        spec.prompts.truncate(1);
        let mut blank = ModelSpec::named("simulated:noisy");
        blank.config.insert("base".into(), json!(0.0));
        blank.config.insert("skills".into(), json!(0));
        blank.config.insert("noise".into(), json!(0.0));
        blank.config.insert("sample_noise".into(), json!(0.0));
        let mut plain = ModelSpec::named("simulated:noisy");
        plain.config.insert("base".into(), json!(1.0));
        [plain.label, blank.label] = labels.map(str::to_owned);
        spec.models.task = vec![plain, blank];
        let rig = Rig::new(spec).await;
        let report = rig.finish().await;
        let scores: Vec<f64> = report.prompts.iter().filter_map(|p| p.score).collect();
        assert!(scores[0] > 0.5, "{scores:?}");
        assert_eq!(scores[1], 0.0, "the second model answers with its own settings");
        assert_ne!(report.prompts[0].model, report.prompts[1].model);
        assert_eq!(report.spent.calls, 2 * u64::from(EXAMPLES));
    }
}

#[tokio::test]
async fn the_answers_of_an_earlier_run_are_used_unless_told_otherwise() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let checks = [assertion("numeric", "{{answer}}")];
    let first = Rig::with(store.clone(), evaluation(), &checks, 0).await;
    let bought = first.finish().await;
    for (name, cache, hits) in [("run-two", true, 120), ("run-three", false, 0)] {
        let rig = Rig::existing(store.clone(), name);
        let mut spec = evaluation();
        spec.options.cache = cache;
        rig.create(spec, &checks, 0).await;
        let report = rig.finish().await;
        assert_eq!((report.spent.cache_hits, report.spent.calls), (hits, 120 - hits), "{name}");
        assert_eq!(rig.asked.calls() as u64, 120 - hits, "{name}");
        assert_eq!(report.spent.usd.0 > 0.0, !cache, "{name}");
        let scores = |report: &clade_engine::RunReport| report.prompts.iter().map(|p| p.score).collect::<Vec<_>>();
        assert_eq!(scores(&report), scores(&bought), "{name}");
    }
}
