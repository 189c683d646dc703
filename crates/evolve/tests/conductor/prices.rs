//! Searches whose limit is in USD or tokens: what a trial costs is known before they lay themselves out.

use clade_domain::StrategyName;

use super::*;

/// Enough examples for every search to be cut down by the budget.
fn many() -> String {
    format!("{}{}{}", "t".repeat(240), "v".repeat(60), "h".repeat(60))
}

fn usd(most: f64) -> Budget {
    Budget { usd: Some(most), ..Budget::default() }
}

fn spec_of(name: StrategyName, budget: Budget) -> RunSpec {
    let mut spec = spec(RunMode::Optimize, budget, GeneticSpec::default());
    spec.optimize.strategy = name.spec();
    spec
}

/// Searches that fix their size as they begin.
fn sized() -> impl Iterator<Item = StrategyName> {
    StrategyName::ALL.into_iter().filter(|name| ![StrategyName::Auto, StrategyName::HillClimb].contains(name))
}

/// Where calls and proposals cost one thousandth of a USD each, or as an example is long.
fn priced(first: &Recorded, unequal: bool) -> World {
    World { unequal, proposal_usd: 0.001, ..World::of(first) }
}

/// Trials on train before anything is written.
fn before_writing(journal: &[Recorded]) -> usize {
    let written = |entry: &Recorded| match &entry.event {
        RunEvent::ProposalRejected { .. } | RunEvent::SearchEnded { .. } => true,
        RunEvent::CandidateAdmitted { candidate, .. } => candidate.slot.is_some(),
        _ => false,
    };
    let end = journal.iter().position(written).unwrap_or(journal.len());
    journal[..end].iter().filter(|entry| matches!(entry.event, RunEvent::TrialFinished(_))).count()
}

#[test]
fn a_search_is_as_large_as_under_a_limit_on_calls_of_the_same_worth() {
    for name in sized() {
        let searched = |budget: Budget| {
            let first = started(spec_of(name, budget), &many());
            let journal = run_in(priced(&first, false), &first, 3, false);
            let state = fold(&journal);
            assert!(state.evidence().is_some(), "{name:?}");
            (before_writing(&journal) as f64, state.generations().len() as f64, state.accounted().calls as f64)
        };
        for most in [600.0, 1_800.0] {
            let by_calls = searched(calls(most as u64));
            let tokens = Budget { tokens: Some(most as u64 * 15), ..Budget::default() };
            for (budget, limit) in [(usd(most / 1_000.0), "USD"), (tokens, "tokens")] {
                let found = searched(budget);
                // what is kept for proving differs a little, and tokens of a proposal weigh more than its call
                let alike = |a: f64, b: f64| (0.6..=1.67).contains(&((a + 1.0) / (b + 1.0)));
                assert!(alike(found.0, by_calls.0), "{name:?} at {most} in {limit}: {found:?} and not {by_calls:?}");
                assert!(found.2 > 0.5 * by_calls.2, "{name:?} at {most} in {limit}: {found:?} and not {by_calls:?}");
            }
        }
    }
}

#[test]
fn the_path_depends_on_neither_order_nor_kills_where_prices_differ() {
    for name in StrategyName::ALL {
        for budget in [usd(1.2), Budget { tokens: Some(20_000), ..Budget::default() }] {
            let first = started(spec_of(name, budget), &many());
            let path = |order, kills| {
                let state = fold(&run_in(priced(&first, true), &first, order, kills));
                format!("{}\n{:#?}", result(&state), state.decisions())
            };
            let expected = path(0, false);
            assert!(path(1, false) == expected && path(2, true) == expected, "{name:?}");
        }
    }
}

#[test]
fn the_first_prompt_meets_ten_examples_before_a_search_begins() {
    let look = |first: &Recorded| {
        let mut conductor = Conductor::start(first).unwrap();
        let mut world = World::of(first);
        let commands = conductor.next(1);
        conductor.apply(&Recorded { seq: 1, at: Timestamp(0), event: world.answer(&commands[0]) });
        conductor.next(1_000).len()
    };
    let of = |format: u32, name: StrategyName, budget: Budget| {
        let mut first = started(spec_of(name, budget), &many());
        if let RunEvent::RunStarted { format: written, .. } = &mut first.event {
            *written = format;
        }
        look(&first)
    };
    for name in sized() {
        assert_eq!(of(FORMAT_VERSION, name, usd(0.9)), 10, "{name:?}");
        // a run of an earlier version goes on as it began, and calls need no look
        for others in [of(9, name, usd(0.9)), of(FORMAT_VERSION, name, calls(900))] {
            assert!(others > 10, "{name:?}: {others}");
        }
    }
    assert!(of(FORMAT_VERSION, StrategyName::Auto, usd(0.9)) > 10);
}

#[test]
fn what_people_write_during_the_look_holds_nothing_up() {
    for name in StrategyName::ALL {
        let mut spec = spec_of(name, usd(0.6));
        spec.prompts.push(SeedPrompt { label: "other".into(), prompt: Prompt::user("good {{question}}") });
        let first = started(spec, &many());
        let world = World { by_hand: 2, after: 5, ..World::of(&first) };
        let state = fold(&run_in(world, &first, 1, false));
        assert!(state.evidence().is_some() && !state.generations().is_empty(), "{name:?}");
    }
}

#[test]
fn answers_of_the_cache_tell_what_a_trial_costs() {
    let first = started(spec_of(StrategyName::Genetic, usd(0.9)), &many());
    let mut conductor = Conductor::start(&first).unwrap();
    let mut world = World::of(&first);
    let mut seq = 0;
    let mut apply = |conductor: &mut Conductor, event: RunEvent| {
        seq += 1;
        conductor.apply(&Recorded { seq, at: Timestamp(0), event });
    };
    let command = conductor.next(1).remove(0);
    apply(&mut conductor, world.answer(&command));
    for command in conductor.next(10) {
        let RunEvent::TrialFinished(trial) = world.answer(&command) else { panic!("{command:?}") };
        apply(&mut conductor, RunEvent::TrialFinished(Box::new(Trial { cached: true, ..*trial })));
    }
    let allowance = conductor.plan().allowance(conductor.state());
    assert!((allowance.total - 900.0).abs() < 1e-6, "{allowance:?}");
}
