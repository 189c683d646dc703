//! Limits that are met in the middle of a run, and larger ones that let it go on.

use clade_domain::{AutoSpec, Budget, Limit, RunMode, RunSpec, Spent, StrategySpec, Timestamp};
use clade_engine::{Control, RunOutcome};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{Act, SimulatedTrouble},
    common::{EXAMPLES, Rig, calls, spec},
};

fn minutes(limit: f64) -> Budget {
    Budget { minutes: Some(limit), ..Budget::default() }
}

/// A model that takes a second for each answer, on the clock of the test.
fn slow(mode: RunMode, budget: Budget) -> RunSpec {
    let mut spec = spec("simulated:rough", budget);
    spec.mode = mode;
    spec.models.task[0].config.insert("latency_ms".into(), json!(1_000));
    spec
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_minutes_ends_calls_that_hang() {
    for mode in [RunMode::Optimize, RunMode::Evaluate] {
        let mut spec = slow(mode, minutes(0.5));
        spec.models.task[0].config.insert("latency_ms".into(), json!(3_600_000));
        let (outcome, report) = rig(spec).await.go().await;
        assert!(matches!(outcome, RunOutcome::BudgetSpent { limit: Limit::Minutes }), "{mode:?}: {outcome:?}");
        assert!((40.0..41.0).contains(&report.spent.seconds), "{mode:?}: {:?}", report.spent);
    }
}

async fn rig(spec: RunSpec) -> Rig {
    Rig { concurrency: 8, ..Rig::new(spec).await }
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_minutes_leaves_a_search_the_time_for_its_evidence() {
    for (limit, concurrency) in [(0.5, 8), (0.5, 32), (1.0, 8), (2.0, 8), (2.0, 32)] {
        let mut spec = slow(RunMode::Optimize, minutes(limit));
        spec.optimize.strategy = StrategySpec::Auto(AutoSpec::default());
        let report = Rig { concurrency, ..Rig::new(spec).await }.finish().await;
        assert_eq!(report.finish_reason.as_deref(), Some("budget_spent_minutes"), "{limit} min, {concurrency} at once");
        assert!(report.evidence.is_some());
        let seconds = limit * 60.0;
        assert!((seconds / 2.0..=seconds).contains(&report.spent.seconds), "{limit}: {:?}", report.spent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_choice_that_would_take_the_time_of_the_proof_is_cut_short() {
    // a race waits for its results every few trials, and so is slower than the search whose pace promised the time for it
    let mut spec = slow(RunMode::Optimize, minutes(1.0));
    spec.optimize.strategy = StrategySpec::Auto(AutoSpec::default());
    spec.optimize.budget.calls = Some(600);
    let report = Rig::new(spec).await.finish().await;
    assert!(report.evidence.is_some() && report.spent.seconds <= 60.0, "{:?}", report.spent);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_minutes_that_is_too_small_is_met_and_a_larger_one_goes_on() {
    for (mode, small) in [(RunMode::Optimize, 0.15), (RunMode::Evaluate, 0.1)] {
        let rig = rig(slow(mode, minutes(small))).await;
        let (outcome, before) = rig.go().await;
        assert!(matches!(outcome, RunOutcome::BudgetSpent { limit: Limit::Minutes }), "{mode:?}: {outcome:?}");
        // calls under way when time is out end
        let limit = small * 60.0;
        assert!((limit..limit + 1.5).contains(&before.spent.seconds), "{mode:?}: {:?}", before.spent);
        assert!(before.spent.calls > 40 && before.evidence.is_none(), "{mode:?}: {:?}", before.spent);
        let mut runner = rig.open().await.unwrap();
        assert!((runner.spent().seconds - before.spent.seconds).abs() < 0.01, "pauses do not count");
        runner.change_budget(minutes(3.0)).await.unwrap();
        let outcome = runner.run(&Control::default()).await;
        assert!(matches!(outcome, RunOutcome::Finished), "{mode:?}: {outcome:?}");
        let report = rig.report(&runner).await;
        assert!(report.spent.seconds > before.spent.seconds && report.spent.seconds <= 180.0, "{:?}", report.spent);
        assert_eq!(report.evidence.is_some(), mode == RunMode::Optimize);
        assert_eq!(rig.asked.repeated(), 0, "{mode:?}");
        assert_eq!(rig.answers().await.len() as u64, report.spent.calls, "{mode:?}");
    }
}

#[tokio::test]
async fn tokens_and_dollars_run_out_in_the_middle_of_an_evaluation_which_then_goes_on() {
    let whole = Rig::new(repeated(Budget::default())).await.finish().await.spent;
    let all = whole.tokens_in + whole.tokens_out;
    type Half = (Limit, Budget, fn(&Spent, &Budget) -> f64);
    let half: [Half; 2] = [
        (Limit::Tokens, Budget { tokens: Some(all / 2), ..Budget::default() }, |spent, budget| {
            (spent.tokens_in + spent.tokens_out) as f64 / budget.tokens.unwrap() as f64
        }),
        (Limit::Usd, Budget { usd: Some(whole.usd.0 / 2.0), ..Budget::default() }, |spent, budget| {
            spent.usd.0 / budget.usd.unwrap()
        }),
    ];
    for (expected, small, share) in half {
        let rig = rig(repeated(small)).await;
        let (outcome, before) = rig.go().await;
        assert!(matches!(outcome, RunOutcome::BudgetSpent { limit } if limit == expected), "{small:?}: {outcome:?}");
        assert!(before.detail.contains(&expected.to_string()), "{}", before.detail);
        // an answer may be larger than what was set aside for it: by that much, for one in flight at the end
        let used = share(&before.spent, &small);
        assert!((0.7..1.1).contains(&used), "{small:?}: {used} of it, {:?}", before.spent);
        let trials = rig.state().await.trials();
        assert!((u64::from(EXAMPLES)..3 * u64::from(EXAMPLES)).contains(&trials), "{small:?}: {trials}");
        // resuming under the same limit buys what still fits, and no more
        let (again, report) = rig.go().await;
        assert!(matches!(again, RunOutcome::BudgetSpent { limit } if limit == expected), "{small:?}: {again:?}");
        assert!(share(&report.spent, &small) < 1.1, "{:?}", report.spent);
        let mut runner = rig.open().await.unwrap();
        runner.change_budget(Budget { tokens: Some(2 * all), usd: Some(2.0 * whole.usd.0), ..small }).await.unwrap();
        assert!(matches!(runner.run(&Control::default()).await, RunOutcome::Finished), "{small:?}");
        let spent = runner.spent();
        assert_eq!((spent.calls, spent.tokens_in, spent.tokens_out), (whole.calls, whole.tokens_in, whole.tokens_out));
        assert_eq!(
            (runner.conductor().state().trials(), rig.asked.repeated()),
            (4 * u64::from(EXAMPLES), 0),
            "{small:?}"
        );
    }
}

/// Every example four times.
fn repeated(budget: Budget) -> RunSpec {
    let mut spec = spec("simulated:rough", budget);
    (spec.mode, spec.options.repeat) = (RunMode::Evaluate, 4);
    spec
}

/// The clock of the day is not the test's, so a killed run's journal is written anew with entries a second apart.
#[tokio::test]
async fn the_running_time_of_a_killed_run_is_not_lost() {
    let budget = minutes(0.5);
    let killed = Rig::new(repeated(calls(1_000))).await;
    let now = CancellationToken::new();
    let trigger = now.clone();
    let session = Rig { concurrency: 2, ..killed.clone() }.wrapped(SimulatedTrouble::wrap(move |number, _, _| {
        if number == 50 {
            trigger.cancel();
        }
        Act::Answer
    }));
    let mut runner = session.open().await.unwrap();
    let control = Control::default();
    tokio::select! {
        biased;
        () = now.cancelled() => {}
        outcome = runner.run(&control) => panic!("{outcome:?}"),
    }
    drop(runner);
    let entries = killed.store.read(killed.run.clone(), 1, u32::MAX).await.unwrap();
    let seconds = entries.len() as f64 - 1.0;
    assert!(seconds > 31.0, "{seconds}");

    let rig = Rig::new(repeated(budget)).await;
    for entry in entries {
        let at = Timestamp(1_790_000_000_000 + 1_000 * entry.seq as i64);
        rig.store.append(rig.run.clone(), entry.seq, at, vec![entry.event]).await.unwrap();
    }
    let mut runner = rig.open().await.unwrap();
    assert!((seconds..seconds + 1.0).contains(&runner.spent().seconds), "{} {seconds}", runner.spent().seconds);
    let outcome = runner.run(&Control::default()).await;
    assert!(matches!(outcome, RunOutcome::BudgetSpent { limit: Limit::Minutes }), "{outcome:?}");
    assert_eq!(rig.asked.calls(), 0, "its time was out before");
    drop(runner);
    let report = rig.go().await.1;
    assert!((seconds..seconds + 2.0).contains(&report.spent.seconds), "{:?}", report.spent);
    let mut runner = rig.open().await.unwrap();
    runner.change_budget(minutes(60.0)).await.unwrap();
    assert!(matches!(runner.run(&Control::default()).await, RunOutcome::Finished));
}
