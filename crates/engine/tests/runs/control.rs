//! A model that never answers; two runners of one run; a run that is over.

use std::time::Duration;

use clade_engine::{Control, EngineError, RunOutcome};
use clade_store::{RunStatus, StoreError};

use crate::{
    clients::{Act, SimulatedTrouble},
    common::{Rig, calls, result, spec},
};

#[tokio::test(start_paused = true)]
async fn draining_waits_for_a_model_that_hangs_and_abandoning_does_not() {
    let rig = Rig::new(spec("simulated:rough", calls(400))).await;
    let hanging =
        rig.clone().wrapped(SimulatedTrouble::wrap(|number, _, _| if number == 9 { Act::Hang } else { Act::Answer }));
    let mut runner = hanging.open().await.unwrap();
    let control = Control::default();
    control.drain.cancel();
    assert!(matches!(runner.run(&control).await, RunOutcome::Interrupted), "nothing was begun");
    assert_eq!(rig.asked.calls(), 0);
    drop(runner);

    let mut runner = hanging.open().await.unwrap();
    let control = Control::default();
    let long = Duration::from_secs(60);
    let outcome = {
        let going = runner.run(&control);
        tokio::pin!(going);
        assert!(tokio::time::timeout(long, &mut going).await.is_err(), "one call hangs");
        let asked = rig.asked.calls();
        control.drain.cancel();
        assert!(tokio::time::timeout(long, &mut going).await.is_err(), "draining waits");
        assert_eq!(rig.asked.calls(), asked, "nothing new is begun");
        control.abandon.cancel();
        let at = tokio::time::Instant::now();
        let outcome = tokio::time::timeout(long, &mut going).await;
        assert_eq!(at.elapsed(), Duration::ZERO, "abandoning waits for nothing: the clock of the test stands still");
        outcome
    };
    assert!(matches!(outcome, Ok(RunOutcome::Interrupted)), "{outcome:?}");
    drop(runner);
    assert_eq!(rig.store.summary(rig.run.to_string()).await.unwrap().status, RunStatus::Paused);

    let whole = Rig::new(spec("simulated:rough", calls(400))).await;
    whole.finish().await;
    rig.finish().await;
    assert_eq!(result(&rig.state().await), result(&whole.state().await));
}

#[tokio::test]
async fn the_second_runner_of_a_run_is_turned_away() {
    let rig = Rig::new(spec("simulated:gentle", calls(300))).await;
    let first = rig.open().await.unwrap();
    let second = rig.open().await.err();
    assert!(matches!(second, Some(EngineError::Store(StoreError::Locked { .. }))), "{second:?}");
    drop(first);
    rig.finish().await;
    let again = rig.open().await.err();
    assert!(matches!(&again, Some(EngineError::Finished { run, .. }) if *run == rig.run), "{again:?}");
    assert!(matches!(rig.open().await.err(), Some(EngineError::Finished { .. })), "the refusal lets go of the lock");
}
