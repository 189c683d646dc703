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
    let (first, events) = searched(seed, finalists);
    let mut conductor = Conductor::start(&first).unwrap();
    let mut seq = 0;
    let mut apply = |conductor: &mut Conductor, event| {
        seq += 1;
        conductor.apply(&Recorded { seq, at: Timestamp(0), event });
    };
    events.into_iter().for_each(|event| apply(&mut conductor, event));
    while conductor.state().chosen().is_none() {
        let commands = conductor.next(4);
        assert!(!commands.is_empty(), "stuck");
        for command in commands {
            match command {
                Command::Record(event) => apply(&mut conductor, *event),
                Command::Evaluate(command) => {
                    let right = right(command.cell.candidate, command.cell.example);
                    let trial = scored(command.cell, command.purpose, Split::Validation, right);
                    apply(&mut conductor, RunEvent::TrialFinished(Box::new(trial)));
                }
                Command::Propose(command) => panic!("{command:?}"),
            }
        }
    }
    conductor.into_state()
}

#[test]
fn before_the_first_prompt_is_preferred_it_meets_what_the_leader_met() {
    let finalists = [5, 4, 3, 2, 1, 0].map(CandidateId);
    let mut preferred = 0;
    for seed in 0..60 {
        // all are alike, so who leads does so by chance
        let alike =
            |id: CandidateId, e: ExampleId| child_seed(seed, &[u64::from(id.0), u64::from(e.0)]).is_multiple_of(2);
        let state = chosen(seed, &finalists, alike);
        let met = |id: CandidateId| state.cells(id).map_or(0, |cells| cells.trials(Split::Validation));
        let most = finalists.iter().map(|id| met(*id)).max().unwrap();
        if state.chosen() == Some(CandidateId(0)) && most > 0 {
            let left = Plan::of(&state).selection_trials(&state);
            assert!(
                met(CandidateId(0)) == most || left < 1.0,
                "seed {seed}: {} of {most}, {left} left",
                met(CandidateId(0))
            );
            preferred += 1;
        }
    }
    assert!(preferred >= 10, "{preferred}");
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
