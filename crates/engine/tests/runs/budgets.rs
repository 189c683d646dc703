//! Limits hold over task, reflection and judge calls together, and every budget has a clear outcome.

use clade_domain::{Budget, GenerationModels, Limit, ModelSpec, RunMode, RunSpec, Spent, StrategySpec};
use clade_engine::{Control, RunOutcome};
use clade_store::RunStatus;

use crate::{
    clients::{Act, SimulatedTrouble, nonsense},
    common::{Rig, calls, spec},
};

fn usd(limit: f64) -> Budget {
    Budget { usd: Some(limit), ..Budget::default() }
}

fn tokens(limit: u64) -> Budget {
    Budget { tokens: Some(limit), ..Budget::default() }
}

/// Nothing is over its limit. USD and tokens are reserved by estimate, so an answer in flight may be larger: one of each
/// call allowed at once.
fn holds(budget: Budget, spent: Spent, concurrency: f64) {
    let answer = (spent.tokens_in + spent.tokens_out) as f64 / spent.calls.max(1) as f64;
    let price = spent.usd.0 / spent.calls.max(1) as f64;
    assert!(budget.calls.is_none_or(|most| spent.calls <= most), "{budget:?}: {spent:?}");
    let all = (spent.tokens_in + spent.tokens_out) as f64;
    assert!(budget.tokens.is_none_or(|most| all <= most as f64 + 3.0 * answer * concurrency), "{budget:?}: {spent:?}");
    assert!(budget.usd.is_none_or(|most| spent.usd.0 <= most + 3.0 * price * concurrency), "{budget:?}: {spent:?}");
}

/// Prompts grow, and the best are the longest: what they cost in the end is kept back all the same.
#[tokio::test]
async fn cost_and_tokens_leave_enough_to_choose_and_prove() {
    let searches = [
        StrategySpec::Auto(Default::default()),
        StrategySpec::Genetic(Default::default()),
        StrategySpec::Gepa(Default::default()),
        StrategySpec::HillClimb(Default::default()),
    ];
    for strategy in searches {
        for budget in [usd(0.02), usd(0.05), tokens(80_000), tokens(200_000)] {
            let mut spec = spec("simulated:gentle", budget);
            spec.optimize.strategy = strategy.clone();
            let (outcome, report) = Rig::new(spec).await.go().await;
            assert!(matches!(outcome, RunOutcome::Finished), "{strategy:?} {budget:?}: {outcome:?} {:?}", report.spent);
            assert!(report.evidence.is_some_and(|evidence| evidence.n > 0), "{strategy:?} {budget:?}");
        }
    }
}

/// What answers cost is known once there are some: where the limit does not pay for the whole proof, it pays for a part of it.
#[tokio::test]
async fn cost_and_tokens_that_are_small_pay_for_a_part_of_the_proof() {
    let whole = Rig::new(spec("simulated:gentle", calls(400))).await.finish().await.evidence.unwrap().n;
    let mut parts = 0;
    for budget in [tokens(4_000), usd(0.002)] {
        for strategy in [StrategySpec::Auto(Default::default()), StrategySpec::Genetic(Default::default())] {
            let mut spec = spec("simulated:gentle", budget);
            spec.optimize.strategy = strategy.clone();
            let (outcome, report) = Rig { concurrency: 4, ..Rig::new(spec).await }.go().await;
            assert!(matches!(outcome, RunOutcome::Finished), "{strategy:?} {budget:?}: {outcome:?} {:?}", report.spent);
            let n = report.evidence.map_or(0, |evidence| evidence.n);
            assert!((5..=whole).contains(&n), "{strategy:?} {budget:?}: {n} of {whole}");
            parts += usize::from(n < whole);
        }
    }
    assert!(parts > 0);
}

/// What cannot be read is paid for and brings nothing: a few such answers must not cost the evidence.
#[tokio::test]
async fn unreadable_answers_leave_enough_to_choose_and_prove() {
    for every in [100, 30, 10] {
        for strategy in [StrategySpec::Auto(Default::default()), StrategySpec::Genetic(Default::default())] {
            let mut spec = spec("simulated:gentle", calls(400));
            spec.optimize.strategy = strategy.clone();
            let rig = Rig::new(spec).await;
            let rig = rig.wrapped(SimulatedTrouble::wrap(move |number, _, _| match number % every {
                7 => Act::Fail(nonsense()),
                _ => Act::Answer,
            }));
            let (outcome, report) = rig.go().await;
            let spent = report.spent;
            assert!(matches!(outcome, RunOutcome::Finished), "1 in {every}, {strategy:?}: {outcome:?}, {spent:?}");
            assert!(report.evidence.is_some(), "1 in {every}, {strategy:?}");
        }
    }
}

#[tokio::test]
async fn every_budget_holds_and_has_a_clear_outcome() {
    let budgets = [
        calls(0),
        calls(1),
        calls(2),
        calls(5),
        calls(25),
        calls(60),
        calls(120),
        calls(200),
        calls(351),
        calls(900),
        usd(0.000_001),
        usd(0.001),
        usd(0.01),
        usd(0.05),
        tokens(10),
        tokens(3_000),
        tokens(20_000),
        tokens(80_000),
        Budget { minutes: Some(0.0), ..Budget::default() },
        Budget { minutes: Some(0.0), ..calls(100) },
    ];
    for budget in budgets {
        for judged in [false, true] {
            let mut spec = spec("simulated:rough", budget);
            spec.optimize.stop.no_improvement = Some(4);
            let mut rig = if judged { Rig::judged(spec).await } else { Rig::new(spec).await };
            rig.concurrency = 8;
            rig = rig.wrapped(SimulatedTrouble::wrap(|_, _, _| Act::Answer));
            let (outcome, report) = rig.go().await;
            holds(budget, report.spent, 8.0);
            assert_eq!(rig.answers().await.len() as u64, report.spent.calls, "{budget:?}");
            match outcome {
                RunOutcome::Finished => assert!(report.evidence.is_some(), "{budget:?}"),
                RunOutcome::BudgetSpent { limit } => {
                    assert!(
                        report.evidence.is_none() && report.finish_reason.as_deref() != Some("evaluated"),
                        "{budget:?}"
                    );
                    assert_eq!(report.status, RunStatus::Paused, "{budget:?}");
                    assert!(report.detail.contains(&limit.to_string()), "{budget:?}: {}", report.detail);
                }
                other => panic!("{budget:?}: {other:?}"),
            }
        }
    }
}

/// An evaluation that a limit ends has judged what it answered, however many calls may go at once.
#[tokio::test]
async fn an_evaluation_judges_what_it_answers() {
    for concurrency in [1, 32] {
        let evaluation = RunSpec { mode: RunMode::Evaluate, ..spec("simulated:rough", calls(21)) };
        let rig = Rig { concurrency, ..Rig::judged(evaluation).await };
        let (outcome, report) = rig.go().await;
        assert!(matches!(outcome, RunOutcome::BudgetSpent { limit: Limit::Calls }), "{outcome:?}");
        assert_eq!((report.counts.trials, report.spent.task_calls, report.spent.judge_calls), (10, 11, 10));
    }
}

#[tokio::test]
async fn a_budget_of_calls_that_is_not_tiny_always_reaches_its_evidence() {
    for seed in 0..6 {
        for (most, judged) in [(150, false), (230, false), (400, false), (430, true)] {
            let mut spec = spec("simulated:rough", calls(most));
            spec.seed = seed;
            let rig = if judged { Rig::judged(spec).await } else { Rig::new(spec).await };
            let (outcome, report) = rig.go().await;
            assert!(
                matches!(outcome, RunOutcome::Finished),
                "seed {seed}, {most} calls, {judged}: {outcome:?} {:?}",
                report.spent
            );
            assert!(report.evidence.is_some() && report.spent.calls <= most);
        }
    }
}

/// Who lives on meets the examples again when another model takes over: that is no reason to lose the evidence.
#[tokio::test]
async fn a_change_of_models_leaves_choosing_and_proving_their_calls() {
    for strategy in [
        "{\"name\": \"genetic\", \"population\": 6}",
        "{\"name\": \"genetic\"}",
        "{\"name\": \"gepa\"}",
        "{\"name\": \"capo\"}",
    ] {
        for most in (140..420).step_by(40) {
            for from in 1..4 {
                let mut spec = spec("simulated:rough", calls(most));
                spec.optimize.strategy = serde_json::from_str(strategy).unwrap();
                let task = Some(ModelSpec::named("simulated:gentle"));
                spec.models.generations = vec![GenerationModels { from, task, reflection: None, judge: None }];
                let (outcome, report) = Rig::new(spec).await.go().await;
                let what = format!("{strategy}, {most} calls, another model from generation {from}");
                assert!(matches!(outcome, RunOutcome::Finished), "{what}: {outcome:?} {:?}", report.spent);
                assert!(report.evidence.is_some() && report.spent.calls <= most, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_larger_budget_lets_a_run_go_on() {
    for (small, large) in
        [(calls(1), calls(400)), (calls(8), calls(300)), (tokens(900), tokens(200_000)), (usd(0.000_3), usd(1.0))]
    {
        let mut spec = spec("simulated:gentle", small);
        spec.optimize.stop.no_improvement = Some(3);
        let rig = Rig::new(spec).await;
        let (outcome, before) = rig.go().await;
        assert!(matches!(outcome, RunOutcome::BudgetSpent { .. }), "{small:?}: {outcome:?}");
        let (again, report) = rig.go().await;
        assert!(matches!(again, RunOutcome::BudgetSpent { .. }), "{small:?}: the same limit is met again, {again:?}");
        assert!(report.spent.calls >= before.spent.calls);
        let mut runner = rig.open().await.unwrap();
        runner.change_budget(large).await.unwrap();
        let outcome = runner.run(&Control::default()).await;
        assert!(matches!(outcome, RunOutcome::Finished), "{small:?}: {outcome:?}");
        let report = rig.report(&runner).await;
        assert!(report.evidence.is_some(), "{small:?}");
        assert_eq!(*runner.conductor().state().budget(), large);
        assert_eq!(rig.asked.repeated(), 0, "{small:?}");
        assert_eq!(rig.answers().await.len() as u64, report.spent.calls, "{small:?}");
    }
}

#[tokio::test]
async fn an_evaluation_stops_at_its_limit_and_goes_on_with_another() {
    let mut spec = spec("simulated:gentle", calls(17));
    spec.mode = clade_domain::RunMode::Evaluate;
    let rig = Rig::new(spec).await;
    let (outcome, report) = rig.go().await;
    assert!(matches!(outcome, RunOutcome::BudgetSpent { limit: Limit::Calls }), "{outcome:?}");
    assert_eq!((report.spent.calls, report.prompts[0].trials), (17, 17));
    let mut runner = rig.open().await.unwrap();
    runner.change_budget(calls(60)).await.unwrap();
    assert!(matches!(runner.run(&Control::default()).await, RunOutcome::Finished));
    assert_eq!((runner.spent().calls, runner.conductor().state().trials()), (60, 60));
}
