//! The laws that hold for every search by name.

use std::collections::BTreeSet;

use clade_domain::{GenerationModels, StrategyName, Verdict};

use super::*;

fn spec_of(name: StrategyName, budget: u64) -> RunSpec {
    let mut spec = spec(RunMode::Optimize, calls(budget), GeneticSpec::default());
    spec.optimize.strategy = name.spec();
    spec
}

/// The first lines in which two paths differ.
fn assert_same(found: &str, expected: &str, what: &str) {
    let differ = found.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert!(found == expected, "{what}: {differ:?}");
}

/// Everything that must not depend on the order of answers, the decisions with their figures among it.
fn path(state: &RunState) -> String {
    format!("{}\n{:#?}", result(state), state.decisions())
}

#[test]
fn neither_the_order_of_answers_nor_kills_change_the_path() {
    for name in StrategyName::ALL {
        let first = started(spec_of(name, 900), SPLITS);
        let expected = path(&fold(&run(&first, 0, false)));
        for order in 1..4 {
            let kills = order % 2 == 0;
            assert_same(&path(&fold(&run(&first, order, kills))), &expected, &format!("{name:?} in order {order}"));
        }
    }
}

#[test]
fn the_same_events_give_the_same_commands() {
    for name in StrategyName::ALL {
        let first = started(spec_of(name, 500), SPLITS);
        let journal = run(&first, 3, false);
        let mut machines = [Conductor::start(&first).unwrap(), Conductor::start(&first).unwrap()];
        for entry in &journal[1..] {
            let [a, b] = &mut machines;
            assert_eq!(format!("{:?}", a.next(8)), format!("{:?}", b.next(8)), "{name:?}");
            a.apply(entry);
            b.apply(entry);
        }
    }
}

#[test]
fn budgets_hold_and_leave_the_evidence_paid_for() {
    for name in StrategyName::ALL {
        for budget in [100, 250, 600, 1_500] {
            let state = fold(&run(&started(spec_of(name, budget), SPLITS), budget, false));
            assert!(state.accounted().calls <= budget, "{name:?}: {} of {budget}", state.accounted().calls);
            assert!(state.evidence().is_some(), "{name:?}");
        }
    }
}

#[test]
fn a_search_meets_train_examples_once_each_and_test_examples_come_last() {
    for name in StrategyName::ALL {
        let journal = run(&started(spec_of(name, 900), SPLITS), 5, false);
        let chosen = journal.iter().position(|e| matches!(e.event, RunEvent::CandidateChosen { .. })).unwrap();
        let mut cells = BTreeSet::new();
        for (place, entry) in journal.iter().enumerate() {
            if let RunEvent::TrialFinished(trial) = &entry.event {
                assert!(cells.insert(trial.cell), "{name:?}: {:?} was bought twice", trial.cell);
                assert_eq!(trial.split == Split::Test, place > chosen, "{name:?}");
            }
        }
    }
}

#[test]
fn every_search_finds_better_prompts_where_they_are_easy_to_find() {
    for name in StrategyName::ALL {
        let searched = |seed| fold(&run(&started(RunSpec { seed, ..spec_of(name, 4_000) }, SPLITS), 2, false));
        let states: Vec<RunState> = (11..15).map(searched).collect();
        let gain = |state: &RunState| {
            let score = |id| state.score(id, Split::Test).unwrap();
            score(state.best()) - score(CandidateId(0))
        };
        // 15 test examples are few: a single search may gain nothing on them by chance
        let gains: Vec<f64> = states.iter().map(gain).collect();
        assert!(gains.iter().sum::<f64>() / gains.len() as f64 > 0.1, "{name:?} gained {gains:?}");
        let state = &states[0];
        let closed: Vec<u32> = state.generations().iter().map(|g| g.generation).collect();
        assert!(closed.is_sorted_by(|a, b| a < b) && closed.len() > 2, "{name:?}: {closed:?}");
        for generation in state.generations() {
            // a race may leave some behind whom nobody met, at the end
            let (evaluated, all) = (generation.fitness.len(), generation.survivors.len());
            assert!(evaluated == all || (name == StrategyName::Capo && evaluated < all), "{name:?}");
            assert!(generation.fitness.iter().all(|value| value.is_finite()), "{name:?}");
        }
    }
}

#[test]
fn decisions_name_candidates_and_their_figures() {
    for name in StrategyName::ALL {
        let state = fold(&run(&started(spec_of(name, 2_000), SPLITS), 2, false));
        let verdicts: BTreeSet<Verdict> = state.decisions().values().map(|decision| decision.verdict).collect();
        // a unit of Promptbreeder always takes the loser's place, and every trial of MIPRO may become the best
        let keeps_all = [StrategyName::Promptbreeder, StrategyName::Mipro].contains(&name);
        assert!(verdicts.contains(&Verdict::Kept), "{name:?}: {verdicts:?}");
        assert!(keeps_all || verdicts.contains(&Verdict::Dropped), "{name:?}: {verdicts:?}");
        for (id, decision) in state.decisions() {
            assert!(state.candidate(*id).is_some() && state.candidate(decision.against).is_some(), "{name:?}");
            assert!(
                (decision.trials > 0 || name == StrategyName::Auto) && !decision.detail.is_empty(),
                "{name:?}: {decision:?}"
            );
            assert!((-1.0..=1.0).contains(&decision.gain) && decision.gain_sd >= 0.0, "{name:?}: {decision:?}");
        }
    }
}

#[test]
fn several_prompts_repeats_another_model_and_little_data_are_no_obstacle() {
    type Change = fn(&mut RunSpec);
    let cases: [(&str, &str, Change); 5] = [
        ("two prompts", SPLITS, |s| {
            s.prompts.push(SeedPrompt { label: "better".into(), prompt: Prompt::user("good good {{question}}") })
        }),
        ("repeats", SPLITS, |s| s.options.repeat = 2),
        ("another model", SPLITS, |s| {
            let task = Some(ModelSpec::named("simulated:other"));
            s.models.generations = vec![GenerationModels { from: 2, task, reflection: None, judge: None }];
        }),
        ("one train example of each", "tvh", |s| s.optimize.budget = calls(60)),
        ("no validation", "ttttttttttttttt", |s| s.optimize.budget = calls(200)),
    ];
    for name in StrategyName::ALL {
        for (case, splits, change) in &cases {
            let mut spec = spec_of(name, 1_200);
            change(&mut spec);
            let first = started(spec, splits);
            let expected = path(&fold(&run(&first, 0, false)));
            assert_same(&path(&fold(&run(&first, 4, true))), &expected, &format!("{name:?}, {case}"));
        }
    }
}

#[test]
fn a_prompt_that_is_right_on_everything_is_left_alone() {
    for name in StrategyName::ALL {
        let mut spec = spec_of(name, 3_000);
        spec.prompts[0].prompt = Prompt::user("good good good good good good good {{question}}");
        let state = fold(&run(&started(spec, SPLITS), 1, false));
        assert_eq!(state.best(), CandidateId(0), "{name:?}");
        assert_eq!(state.stop(), Some(StopReason::NothingToGain), "{name:?}");
    }
}

#[test]
fn rules_for_stopping_end_every_search() {
    type Change = fn(&mut RunSpec);
    let cases: [(Change, StopReason); 2] = [
        (|s| s.optimize.stop.target_score = Some(0.15), StopReason::TargetReached),
        (|s| s.optimize.stop.no_improvement = Some(1), StopReason::NoImprovement),
    ];
    for name in StrategyName::ALL {
        for (change, reason) in &cases {
            let mut spec = spec_of(name, 50_000);
            change(&mut spec);
            let state = fold(&run(&started(spec, SPLITS), 1, false));
            assert_eq!(state.stop(), Some(*reason), "{name:?}");
        }
    }
}

/// Every candidate that the search had written has a verdict once its round is closed.
#[test]
fn whatever_was_written_is_decided_on_with_a_reason() {
    for name in StrategyName::ALL {
        let mut spec = spec_of(name, 2_000);
        spec.prompts[0].prompt = Prompt::user("Read it first. Think about it. Take your time.\n\n{{question}}");
        let first = started(spec, SPLITS);
        let state = fold(&run_in(World { loses: true, ..World::of(&first) }, &first, 2, true));
        let last = state.generations().last().map_or(0, |closed| closed.generation);
        // MIPRO writes instructions that no trial may take up
        let tried = |id| name != StrategyName::Mipro || state.cells(id).is_some();
        let undecided = |candidate: &&Candidate| {
            let written = candidate.slot.is_some() && candidate.generation <= last;
            written && tried(candidate.id) && !state.decisions().contains_key(&candidate.id)
        };
        let undecided: Vec<_> = state.candidates().filter(undecided).map(|candidate| candidate.id).collect();
        assert!(undecided.is_empty(), "{name:?}: {undecided:?}");
    }
}

#[test]
fn a_target_that_few_examples_reach_by_luck_ends_no_search() {
    for name in StrategyName::ALL {
        let mut spec = spec_of(name, 2_000);
        // 0.9 on the train examples of this data is what no bound can be at
        spec.optimize.stop.target_score = Some(0.9);
        let state = fold(&run(&started(spec, SPLITS), 1, false));
        assert_ne!(state.stop(), Some(StopReason::TargetReached), "{name:?}");
    }
}

#[test]
fn a_search_for_which_nothing_new_is_written_looks_at_every_example_before_it_gives_up() {
    let first = started(spec_of(StrategyName::Auto, 600), SPLITS);
    let world = World { unreadable: true, ..World::of(&first) };
    let journal = run_in(world, &first, 1, false);
    let met: BTreeSet<ExampleId> = journal
        .iter()
        .filter_map(|entry| match &entry.event {
            RunEvent::TrialFinished(trial) if trial.split == Split::Train => Some(trial.cell.example),
            _ => None,
        })
        .collect();
    let all = SPLITS.matches('t').count();
    assert_eq!(met.len(), all, "{:?} after {} of {all} examples", fold(&journal).stop(), met.len());
}
