//! A search ends with evidence, and its accounts agree.

use std::sync::Arc;

use clade_domain::{ModelRole, RunEvent, Split, StrategyName, Verdict};
use clade_engine::RunOutcome;
use clade_store::{RunStatus, Store};
use clade_store_sqlite::{SqliteOptions, SqliteStore};

use crate::common::{Rig, assertion, calls, spec};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_on_sqlite_ends_with_evidence_and_a_sound_account() {
    for (model, judged, most) in
        [("simulated:gentle", false, 700), ("simulated:rough", false, 700), ("simulated:gentle", true, 2_500)]
    {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("clade.db"), SqliteOptions::default()).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let mut checks = vec![assertion("numeric", "{{answer}}")];
        if judged {
            checks.push(assertion("llm-rubric", "The answer is right."));
        }
        let rig = Rig::with(store.clone(), spec(model, calls(most)), &checks, u32::from(judged)).await;
        let report = rig.finish().await;
        let name = format!("{model}, judged: {judged}");

        let evidence = report.evidence.clone().unwrap();
        let best = report.best.clone().unwrap();
        assert_eq!(report.status, RunStatus::Finished, "{name}");
        assert!(report.simulated && best.chosen && report.prompts.is_empty(), "{name}");
        assert!(report.finish_reason.is_some() && report.detail.is_empty(), "{name}: {report:?}");
        assert_eq!(report.seed_prompt.as_deref(), Some("Answer the question.\n\nQuestion: {{question}}\nAnswer:"));
        assert!(evidence.n > 0 && evidence.ci_low <= evidence.difference && evidence.difference <= evidence.ci_high);
        assert!(best.prompt.contains("{{question}}"), "{name}");
        if !judged {
            assert_eq!(best.scores[&Split::Test], evidence.best_score, "{name}");
        }
        if model == "simulated:gentle" {
            assert!(evidence.difference > 0.0 && evidence.improved, "{name}: {}", evidence.sentence);
        }

        let spent = report.spent;
        let answers = rig.answers().await;
        let of = |role: ModelRole| answers.iter().filter(|answer| answer.role == Some(role)).count() as u64;
        assert_eq!(spent.calls, answers.len() as u64, "{name}");
        assert_eq!(spent.task_calls, of(ModelRole::Task), "{name}");
        assert_eq!(spent.reflection_calls, of(ModelRole::Reflection), "{name}");
        assert_eq!(spent.judge_calls, of(ModelRole::Judge), "{name}");
        assert_eq!(judged, spent.judge_calls > 0, "{name}");
        assert_eq!(spent.calls, spent.task_calls + spent.reflection_calls + spent.judge_calls, "{name}");
        assert_eq!(spent.tokens_in, answers.iter().map(|a| a.usage.input).sum::<u64>(), "{name}");
        assert_eq!(spent.tokens_out, answers.iter().map(|a| a.usage.output).sum::<u64>(), "{name}");
        let usd: f64 = answers.iter().filter_map(|a| a.cost).map(|cost| cost.0).sum();
        assert!((spent.usd.0 - usd).abs() < 1e-9, "{name}: {} {usd}", spent.usd.0);
        assert!(spent.calls <= most && rig.asked.calls() as u64 == spent.calls, "{name}: {spent:?}");

        let row = store.summary(rig.run.to_string()).await.unwrap();
        assert_eq!((row.status, row.improved), (RunStatus::Finished, Some(evidence.improved)), "{name}");
        assert_eq!(row.best_score, Some(evidence.best_score), "{name}");
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn splits_never_mix() {
    let rig = Rig::new(spec("simulated:rough", calls(700))).await;
    rig.finish().await;
    let mut chosen = false;
    for event in rig.events().await {
        match event {
            RunEvent::CandidateChosen { .. } => chosen = true,
            RunEvent::TrialFinished(trial) => assert_eq!(trial.split == Split::Test, chosen, "{trial:?}"),
            _ => {}
        }
    }
    assert!(chosen);
}

#[tokio::test]
async fn concurrency_does_not_change_the_result() {
    let mut results = Vec::new();
    for concurrency in [1, 3, 32] {
        let mut rig = Rig::new(spec("simulated:rough", calls(600))).await;
        rig.concurrency = concurrency;
        let (outcome, _) = rig.go().await;
        assert!(matches!(outcome, RunOutcome::Finished));
        results.push(crate::common::result(&rig.state().await));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}

/// Gains of kept edits are lucky ones too: what is told of operators is a part of what the evidence shows.
#[tokio::test]
async fn operators_earn_no_more_together_than_was_shown() {
    for strategy in [StrategyName::Auto, StrategyName::Genetic] {
        for model in ["simulated:rough", "simulated:null"] {
            let mut spec = spec(model, calls(900));
            spec.optimize.strategy = strategy.spec();
            let rig = Rig::new(spec).await;
            let report = rig.finish().await;
            let (name, state) = (format!("{strategy:?} {model}"), rig.state().await);
            assert!(!report.operators.is_empty(), "{name}");
            let sum: f64 = report.operators.iter().map(|operator| operator.gain).sum();
            match report.gain_shown {
                Some(shown) => {
                    assert!((sum - shown.difference).abs() < 1e-9, "{name}: {sum} of {shown:?}");
                    assert_eq!(Some(shown.difference), report.evidence.as_ref().map(|of| of.difference), "{name}");
                }
                None => assert_eq!((sum, state.best()), (0.0, clade_domain::CandidateId(0)), "{name}"),
            }
            // what is billed to operators was bought for the search
            let calls: u64 = report.operators.iter().map(|operator| operator.calls).sum();
            assert!(calls > 0 && calls <= report.spent.calls + report.counts.shared, "{name}: {calls}");
            let kept: u32 = report.operators.iter().map(|operator| operator.kept).sum();
            let decided = state.decisions().values().filter(|decision| decision.verdict == Verdict::Kept);
            assert_eq!(kept as usize, decided.count(), "{name}");
        }
    }
}
