//! Choosing among finalists on validation, apart from any search.

use super::*;

/// A run whose search has just ended with these finalists, as its journal. What is left of its budget lets them meet about two thirds of
/// the validation examples.
fn searched(seed: u64, finalists: &[CandidateId]) -> (Recorded, Vec<RunEvent>) {
    let mut spec = spec(RunMode::Optimize, calls(160), GeneticSpec::default());
    spec.seed = seed;
    let candidate = |id: CandidateId| Candidate {
        id,
        prompt: Prompt::user(format!("Answer {}: {{{{question}}}}", id.0)),
        model: None,
        parents: Vec::new(),
        relation: Relation::Seed,
        operator: None,
        generation: 0,
        slot: (id.0 > 0).then_some(SlotId(id.0)),
        note: String::new(),
        targets: Vec::new(),
        brief: None,
    };
    spec.prompts[0].prompt = candidate(CandidateId(0)).prompt;
    let mut ids = finalists.to_vec();
    ids.sort();
    let bill = |id: CandidateId| if id.0 == 1 { Bill { calls: 60, ..Bill::default() } } else { Bill::default() };
    let admitted = |id| RunEvent::CandidateAdmitted { candidate: Box::new(candidate(id)), bill: bill(id) };
    let mut events: Vec<RunEvent> = ids.into_iter().map(admitted).collect();
    let reason = StopReason::BudgetSpent { limit: Limit::Calls };
    events.push(RunEvent::SearchEnded { reason, finalists: finalists.to_vec() });
    (started(spec, SPLITS), events)
}

/// Carries a choice out to its end, with this score of each finalist on each example.
fn chosen(seed: u64, finalists: &[CandidateId], right: impl Fn(CandidateId, ExampleId) -> bool) -> RunState {
    chosen_under_kills(seed, finalists, usize::MAX, right)
}

/// The same where the process is killed after every so many trials, with what is under way.
fn chosen_under_kills(
    seed: u64,
    finalists: &[CandidateId],
    every: usize,
    right: impl Fn(CandidateId, ExampleId) -> bool,
) -> RunState {
    let (first, events) = searched(seed, finalists);
    let mut journal = Vec::new();
    let mut conductor = Conductor::start(&first).unwrap();
    let add = |conductor: &mut Conductor, journal: &mut Vec<Recorded>, event| {
        let entry = Recorded { seq: journal.len() as u64 + 1, at: Timestamp(0), event };
        conductor.apply(&entry);
        journal.push(entry);
    };
    events.into_iter().for_each(|event| add(&mut conductor, &mut journal, event));
    let mut trials = 0;
    while conductor.state().chosen().is_none() {
        let commands = conductor.next(4);
        assert!(!commands.is_empty(), "stuck");
        for command in commands {
            match command {
                Command::Record(event) => add(&mut conductor, &mut journal, *event),
                Command::Evaluate(command) => {
                    let right = right(command.cell.candidate, command.cell.example);
                    let trial = scored(command.cell, command.purpose, Split::Validation, right);
                    add(&mut conductor, &mut journal, RunEvent::TrialFinished(Box::new(trial)));
                    trials += 1;
                    if trials % every == 0 {
                        conductor = Conductor::start(&first).unwrap();
                        journal.iter().for_each(|entry| conductor.apply(entry));
                        break;
                    }
                }
                Command::Propose(command) => panic!("{command:?}"),
            }
        }
    }
    conductor.into_state()
}

/// Examples of validation on which the first is right and the second wrong, and the reverse, of those that both met.
fn apart(state: &RunState, one: CandidateId, other: CandidateId) -> (f64, f64) {
    let score = |id: CandidateId, e: u32| state.cells(id)?.mean(ExampleId(e), state.repeat());
    let differences = (0..SPLITS.len() as u32).filter(|e| SPLITS.as_bytes()[*e as usize] == b'v');
    let differences = differences.filter_map(|e| Some(score(one, e)? - score(other, e)?));
    differences.fold((0.0, 0.0), |(ahead, behind), d| (ahead + f64::max(d, 0.0), behind + f64::max(-d, 0.0)))
}

#[test]
fn a_second_look_goes_to_a_leader_that_is_not_clearly_better_and_the_first_prompt() {
    let finalists = [5, 4, 3, 2, 1, 0].map(CandidateId);
    // a quarter of what is left goes to it
    let (mut preferred, mut led) = (0, 0);
    for seed in 0..60 {
        // all are alike, so who leads does so by chance
        let alike =
            |id: CandidateId, e: ExampleId| child_seed(seed, &[u64::from(id.0), u64::from(e.0)]).is_multiple_of(2);
        let state = chosen(seed, &finalists, alike);
        let (best, left) = (state.chosen().unwrap(), Plan::of(&state).selection_trials(&state));
        let met = |id: CandidateId| state.cells(id).map_or(0, |cells| cells.trials(Split::Validation));
        let most = finalists.iter().map(|id| met(*id)).max().unwrap();
        let (ahead, behind) = apart(&state, best, CandidateId(0));
        if best == CandidateId(0) {
            assert!(met(best) == most || left < 8.0, "seed {seed}: {} of {most}, {left} left", met(best));
            preferred += 1;
        } else if (ahead - behind).powi(2) <= 4.0 * (ahead + behind) {
            assert!(met(CandidateId(0)) == 15 && met(best) == 15 || left < 8.0, "seed {seed}: {left} left");
            led += 1;
        }
    }
    assert!(preferred >= 10 && led >= 10, "{preferred} {led}");
}

#[test]
fn one_example_alone_is_no_reason_to_change_a_prompt() {
    let finalists = [CandidateId(1), CandidateId(0)];
    let best = |mended: &[u32]| {
        let right = |id: CandidateId, e: ExampleId| id == CandidateId(1) || !mended.contains(&e.0);
        chosen(3, &finalists, right).chosen()
    };
    for example in 30..45 {
        assert_eq!(best(&[example]), Some(CandidateId(0)), "{example}");
    }
    assert_eq!(best(&[30, 31, 32, 33, 34, 35, 36]), Some(CandidateId(1)));
}

#[test]
fn a_leader_that_stands_out_is_chosen_without_a_second_look_at_the_first_prompt() {
    let finalists = [5, 4, 3, 2, 1, 0].map(CandidateId);
    let state = chosen(7, &finalists, |id, _| id == CandidateId(2));
    assert_eq!(state.chosen(), Some(CandidateId(2)));
    let met = |id| state.cells(CandidateId(id)).unwrap().trials(Split::Validation);
    assert!(met(0) < met(2), "{} of {}", met(0), met(2));
    assert!(Plan::of(&state).selection_trials(&state) >= 1.0, "there would have been something left");
}

#[test]
fn a_choice_that_is_taken_up_again_buys_what_it_would_have_bought() {
    let finalists = [5, 4, 3, 2, 1, 0].map(CandidateId);
    for seed in 0..300 {
        let alike =
            |id: CandidateId, e: ExampleId| child_seed(seed, &[u64::from(id.0), u64::from(e.0)]).is_multiple_of(2);
        let bought =
            |state: &RunState| finalists.map(|id| state.cells(id).map(|cells| cells.trials(Split::Validation)));
        let whole = chosen(seed, &finalists, alike);
        for every in [1, 2, 3, 7] {
            let found = chosen_under_kills(seed, &finalists, every, alike);
            assert_eq!(
                (found.chosen(), bought(&found)),
                (whole.chosen(), bought(&whole)),
                "seed {seed}, every {every}"
            );
        }
    }
}
