//! The account of a run: what was really paid for, whatever events say and however often a provider answers nonsense.

use clade_domain::{Bill, GeneticSpec, RunEvent, StrategySpec};
use clade_engine::{Control, RunOutcome, account};
use clade_evolve::Plan;

use crate::{
    clients::{Act, SimulatedTrouble, nonsense},
    common::{Rig, calls, spec},
};

fn bills(event: &RunEvent) -> Vec<Bill> {
    match event {
        RunEvent::TrialFinished(trial) => vec![trial.task_bill(), trial.judge],
        RunEvent::CandidateAdmitted { bill, .. } | RunEvent::ProposalRejected { bill, .. } => vec![*bill],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn equal_requests_do_not_end_a_search_before_its_budget() {
    let most = 1_200;
    let rig = Rig::judged(spec("simulated:rough", calls(most))).await;
    let mut runner = rig.open().await.unwrap();
    assert!(matches!(runner.run(&Control::default()).await, RunOutcome::Finished));
    let (mut billed, mut stated) = (0, Vec::new());
    for event in rig.events().await {
        billed += bills(&event).iter().map(|bill| u64::from(bill.calls)).sum::<u64>();
        if let RunEvent::GenerationClosed { spent, .. } = event {
            stated.push((spent.unwrap().calls, billed));
        }
    }
    let paid = rig.store.paid(rig.run.clone()).await.unwrap().calls;
    let (last, billed_then) = *stated.last().unwrap();
    assert!(billed_then > last, "no two requests were equal: the run shows nothing");
    assert!(stated.is_sorted() && last <= paid && paid <= most, "{stated:?}, {paid}");
    let shown = account(rig.store.as_ref(), &rig.state().await).await.unwrap();
    assert_eq!((shown.calls, runner.spent().calls), (paid, paid), "one figure, whoever shows it");
    let report = rig.report(&runner).await;
    assert_eq!(report.finish_reason.as_deref(), Some("budget_spent_calls"));
    // less than two more children were affordable: each meets the block, and may take a few calls to be written
    let plan = runner.conductor().plan();
    let choosing = ((plan.validation.len() * Plan::FINALISTS) as u64 * 2).min(most / 10);
    let reserve = choosing + plan.test.len() as u64 * 4;
    let children = 2 * (60 * 2 + 6);
    assert!(last + reserve + children >= most, "{last} + {reserve} + {children} of {most} when the search ended");
}

/// A short prompt has few words to leave out, so a generation has many equal children, which are bought once.
#[tokio::test]
async fn trials_are_task_calls_and_those_of_equal_children() {
    let mut few_ways = spec("simulated:rough", calls(400));
    let operators = [("word-removal".to_owned(), 1.0), ("emphasis".to_owned(), 1.0)].into();
    few_ways.optimize.strategy =
        StrategySpec::Genetic(GeneticSpec { population: 12, operators, ..GeneticSpec::default() });
    let report = Rig::new(few_ways).await.finish().await;
    let (counts, spent) = (report.counts, report.spent);
    assert!(counts.shared > 0, "no two children were equal: the run shows nothing");
    assert_eq!(counts.trials, spent.task_calls + counts.shared, "{counts:?} {spent:?}");
    assert_eq!((counts.failed, spent.cache_hits), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn nonsense_is_on_the_account_of_resumed_runs_too() {
    for budget in [calls(300), calls(40), clade_domain::Budget { tokens: Some(30_000), ..Default::default() }] {
        let rig = Rig::new(spec("simulated:rough", budget)).await;
        let mut sessions = 0;
        loop {
            sessions += 1;
            let control = Control::default();
            let pause = control.drain.clone();
            let session = rig.clone().wrapped(SimulatedTrouble::wrap(move |number, _, _| {
                if number == 17 {
                    pause.cancel();
                }
                if number % 4 == 1 { Act::Fail(nonsense()) } else { Act::Answer }
            }));
            let mut runner = session.open().await.unwrap();
            let outcome = runner.run(&control).await;
            let spent = runner.spent();
            let paid = rig.store.paid(rig.run.clone()).await.unwrap();
            assert_eq!((spent.calls, rig.asked.calls() as u64), (paid.calls, paid.calls), "{budget:?}");
            assert_eq!((spent.tokens_in, spent.tokens_out), (paid.tokens_in, paid.tokens_out), "{budget:?}");
            assert!(budget.calls.is_none_or(|most| paid.calls <= most), "{budget:?}: {paid:?}");
            match outcome {
                RunOutcome::Interrupted => {}
                RunOutcome::Finished | RunOutcome::BudgetSpent { .. } => break,
                other => panic!("{budget:?}: {other:?}"),
            }
        }
        assert!(sessions > 1, "{budget:?}");
        let unread = rig.answers().await.iter().filter(|answer| answer.body.contains("<html>")).count();
        assert!(unread * 5 > rig.asked.calls(), "{unread} of {}", rig.asked.calls());
        let state = rig.state().await;
        let shown = state.trials() - state.failed();
        assert!(shown > 0, "what can be read counts");
    }
}
