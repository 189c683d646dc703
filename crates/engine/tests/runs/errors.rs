//! Permanent errors stop a run, temporary ones are waited out, one bad example is a recorded error.

use clade_domain::{ModelRole, TrialErrorKind, TrialOutcome};
use clade_engine::{EngineError, RunOutcome};
use clade_models::ModelError;
use clade_store::RunStatus;

use crate::{
    clients::{Act, SimulatedTrouble, bad_key, busy, refused},
    common::{Rig, calls, result, spec},
};

#[tokio::test]
async fn a_bad_key_stops_the_run_which_then_goes_on_to_the_same_result() {
    let whole = Rig::new(spec("simulated:rough", calls(500))).await;
    whole.finish().await;
    for after in [0, 1, 57, 200] {
        let rig = Rig::new(spec("simulated:rough", calls(500))).await;
        let broken = rig.clone().wrapped(SimulatedTrouble::wrap(move |number, _, _| {
            if number < after { Act::Answer } else { Act::Fail(bad_key()) }
        }));
        let (outcome, report) = broken.go().await;
        let message = match outcome {
            RunOutcome::Failed(EngineError::Model(error @ ModelError::Permanent { .. })) => error.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!((report.status, &report.detail), (RunStatus::Failed, &message));
        assert!(message.contains("bad key") && message.contains("set another"), "{message}");
        assert_eq!(rig.answers().await.len(), after);
        rig.finish().await;
        assert_eq!(result(&rig.state().await), result(&whole.state().await), "after {after} answers");
        assert_eq!(rig.asked.repeated(), 0);
        let row = rig.store.summary(rig.run.to_string()).await.unwrap();
        assert_eq!((row.status, row.detail.as_str()), (RunStatus::Finished, ""));
    }
}

#[tokio::test]
async fn a_fault_of_ours_stops_the_run_which_then_goes_on_to_the_same_result() {
    let whole = Rig::new(spec("simulated:rough", calls(500))).await;
    whole.finish().await;
    // the first, one among others that answer, and all from some moment on
    for (after, every) in [(0, 1), (57, 1_000), (120, 1)] {
        let rig = Rig::new(spec("simulated:rough", calls(500))).await;
        let broken = rig.clone().wrapped(SimulatedTrouble::wrap(move |number, _, _| {
            if number >= after && (number - after) % every == 0 { Act::Panic } else { Act::Answer }
        }));
        let outcome = tokio::time::timeout(std::time::Duration::from_secs(60), broken.go()).await;
        let (outcome, report) = outcome.expect("it waits for what never comes");
        let RunOutcome::Failed(error @ EngineError::Panicked { .. }) = outcome else { panic!("{outcome:?}") };
        assert!(error.to_string().contains("meant by a test"), "{error}");
        assert_eq!((report.status, report.detail), (RunStatus::Failed, error.to_string()));
        rig.finish().await;
        assert_eq!(result(&rig.state().await), result(&whole.state().await), "after {after} answers");
        assert_eq!(rig.asked.repeated(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_errors_are_waited_out() {
    let whole = Rig::new(spec("simulated:rough", calls(500))).await;
    whole.finish().await;
    let rig = Rig::new(spec("simulated:rough", calls(500)))
        .await
        .wrapped(SimulatedTrouble::wrap(|number, _, _| if number % 3 == 0 { Act::Fail(busy()) } else { Act::Answer }));
    let report = rig.finish().await;
    assert_eq!(result(&rig.state().await), result(&whole.state().await));
    assert_eq!(rig.state().await.failed(), 0);
    assert!(rig.asked.calls() as u64 > report.spent.calls, "some calls were tried again");
    assert_eq!(rig.answers().await.len() as u64, report.spent.calls);
}

#[tokio::test]
async fn a_refused_example_counts_as_nothing_and_stops_nobody() {
    let rig =
        Rig::new(spec("simulated:gentle", calls(500))).await.wrapped(SimulatedTrouble::wrap(|_, request, context| {
            let about = |text: &str| request.messages.iter().any(|message| message.content.contains(text));
            if context.role == ModelRole::Task && (about("Order 4 ") || about("Order 3 ")) {
                Act::Fail(refused())
            } else {
                Act::Answer
            }
        }));
    let report = rig.finish().await;
    let failed: Vec<_> = rig.trials().await.into_iter().filter(|t| [3, 4].contains(&t.cell.example.0)).collect();
    assert!(!failed.is_empty());
    for trial in &failed {
        let TrialOutcome::Failed { error, .. } = &trial.outcome else { panic!("{trial:?}") };
        assert_eq!(error.kind, TrialErrorKind::Refused);
        assert!(error.message.contains("content refused"), "{}", error.message);
        assert_eq!((trial.score(), trial.pass(), trial.task_bill().calls), (0.0, false, 0));
    }
    assert_eq!(rig.state().await.failed(), failed.len() as u64);
    assert_eq!(report.spent.calls, rig.answers().await.len() as u64);
}

#[tokio::test]
async fn a_model_that_answers_nothing_stops_the_run_and_nothing_is_said_of_its_headroom() {
    let rig = Rig::new(spec("simulated:gentle", calls(500))).await.wrapped(SimulatedTrouble::wrap(|_, _, context| {
        let unanswered = ModelError::Request { model: "m".into(), message: "no answer in 20 tries".into() };
        if context.role == ModelRole::Task { Act::Fail(unanswered) } else { Act::Answer }
    }));
    let (outcome, report) = rig.go().await;
    let RunOutcome::Failed(EngineError::Unanswered { trials, message }) = outcome else { panic!("{outcome:?}") };
    assert!(trials == 12 && message.contains("no answer in 20 tries"), "{message}");
    assert_eq!(report.status, RunStatus::Failed);
    let state = rig.state().await;
    assert!(state.headroom().is_none() && state.failed() == state.trials(), "{:?}", state.headroom());
}

#[tokio::test]
async fn a_judge_that_cannot_be_read_makes_a_failed_trial() {
    let rig = Rig::judged(spec("simulated:gentle", calls(600)))
        .await
        .wrapped(|inner| std::sync::Arc::new(SimulatedMumble { inner }));
    stops_unjudged(&rig).await;
    let trials = rig.trials().await;
    assert!(trials.len() >= 12);
    for trial in trials {
        let TrialOutcome::Failed { error, .. } = &trial.outcome else { panic!("{trial:?}") };
        assert_eq!(error.kind, TrialErrorKind::Judge);
        assert!(trial.judge.calls > 0, "the judge's answers were paid for");
        assert_eq!(trial.score(), 0.0);
        let answer = rig.store.texts(vec![trial.answer().unwrap()]).await.unwrap().pop().unwrap();
        assert!(!answer.is_empty(), "what was paid for can be read");
    }
}

/// A run that nothing of can be judged stops early, and more of it is no better.
async fn stops_unjudged(rig: &Rig) {
    for session in 1..=2 {
        let (outcome, report) = rig.go().await;
        assert!(matches!(outcome, RunOutcome::Failed(EngineError::Unjudged { .. })), "{outcome:?}");
        assert!(report.counts.trials < session * 200, "{:?}", report.counts);
    }
}

/// A simulated model whose judge says nothing that can be read.
struct SimulatedMumble {
    inner: std::sync::Arc<dyn clade_models::ModelClient>,
}

impl clade_models::ModelClient for SimulatedMumble {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(
        &'a self,
        request: &'a clade_domain::ChatRequest,
        context: clade_models::CallContext,
    ) -> clade_models::ClientFuture<'a, clade_domain::ChatAnswer> {
        Box::pin(async move {
            let mut answer = self.inner.chat(request, context).await?;
            if context.role == ModelRole::Judge {
                answer.text = "hm, well".into();
            }
            Ok(answer)
        })
    }
}

#[tokio::test]
async fn answers_bought_beside_a_refused_one_are_kept_and_billed() {
    let checks = [
        crate::common::assertion("numeric", "{{answer}}"),
        crate::common::assertion("llm-rubric", "The answer is right."),
        crate::common::assertion("llm-rubric", "The answer is kind."),
    ];
    let store = std::sync::Arc::new(clade_store::MemoryStore::new());
    let rig = Rig::with(store, spec("simulated:gentle", calls(900)), &checks, 2).await;
    let rig = rig.wrapped(SimulatedTrouble::wrap(|_, request, context| {
        let kind = request.messages.iter().any(|message| message.content.contains("kind"));
        if context.role == ModelRole::Judge && kind { Act::Fail(refused()) } else { Act::Answer }
    }));
    stops_unjudged(&rig).await;
    let trials = rig.trials().await;
    assert!(trials.len() >= 12);
    for trial in trials {
        let TrialOutcome::Failed { error, .. } = &trial.outcome else { panic!("{trial:?}") };
        assert_eq!((error.kind, trial.judge.calls), (TrialErrorKind::Judge, 1), "{}", error.message);
    }
}
