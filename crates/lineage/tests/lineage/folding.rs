use std::collections::BTreeMap;

use clade_domain::{
    Bill, Candidate, CandidateId, CellRef, ContentHash, DatasetSummary, ExampleId, OperatorName, Prompt, Purpose,
    Recorded, RejectReason, Relation, RunEvent, RunId, SlotId, Split, Steer, StopReason, Timestamp, Trial,
    TrialOutcome, Usage, Usd, UserId, Verdict, VerdictReason,
};
use clade_lineage::{Record, RunFold, Status};
use proptest::prelude::*;

fn run() -> RunId {
    "fold".parse().unwrap()
}

fn candidate(id: u32, parents: &[u32]) -> RunEvent {
    let candidate = Candidate {
        id: CandidateId(id),
        prompt: Prompt::user(format!("prompt {id}")),
        model: None,
        parents: parents.iter().map(|parent| CandidateId(*parent)).collect(),
        relation: if parents.is_empty() { Relation::Seed } else { Relation::MutatedFrom },
        operator: (!parents.is_empty()).then(|| OperatorName::from("reflect")),
        generation: u32::from(!parents.is_empty()),
        slot: None,
        note: String::new(),
        targets: Vec::new(),
        brief: None,
    };
    let bill = Bill::of(Usage { input: 5, output: 5, ..Usage::default() }, Some(Usd(0.5)));
    RunEvent::CandidateAdmitted { candidate: Box::new(candidate), bill }
}

fn trial(candidate: u32, example: u32, score: f64, purpose: Purpose) -> RunEvent {
    let split = match purpose {
        Purpose::Search | Purpose::Repeat => Split::Train,
        Purpose::Selection => Split::Validation,
        Purpose::Evidence | Purpose::Evaluation => Split::Test,
    };
    RunEvent::TrialFinished(Box::new(Trial {
        cell: CellRef { candidate: CandidateId(candidate), example: ExampleId(example), sample: 0 },
        split,
        purpose,
        model: None,
        outcome: TrialOutcome::Scored {
            answer: ContentHash::of(b"a"),
            score,
            pass: score > 0.5,
            judgements: Vec::new(),
        },
        usage: Usage { input: 5, output: 5, ..Usage::default() },
        cost: Some(Usd(0.25)),
        judge: Bill::default(),
        latency_ms: 1,
        cached: false,
        shared: false,
        cut: false,
        program: None,
        ran: Vec::new(),
    }))
}

fn started() -> RunEvent {
    let spec = serde_json::json!({
        "mode": "optimize", "seed": 1, "prompts": [], "models": { "task": [{ "id": "simulated:rough" }] },
        "options": clade_domain::EvalOptions::default(),
        "optimize": {
            "budget": {}, "strategy": { "name": "genetic" }, "objectives": [],
            "splits": { "train": 0.5, "validation": 0.25, "test": 0.25, "seed": 1 }, "constraints": {}, "stop": {},
        },
    });
    RunEvent::RunStarted {
        format: 2,
        run: run(),
        spec: Box::new(serde_json::from_value(spec).unwrap()),
        dataset: Box::new(DatasetSummary {
            hash: ContentHash::of(b"d"),
            source: String::new(),
            splits: "tttvvh".into(),
            columns: Vec::new(),
            duplicates: 0,
            judge_calls: 0,
        }),
        branch_of: Some(("trunk".parse().unwrap(), 7, Some(CandidateId(3)))),
    }
}

fn journal() -> Vec<Recorded> {
    let decided = |id: u32, verdict, reason| RunEvent::CandidateDecided {
        candidate: CandidateId(id),
        verdict,
        reason,
        detail: "3 of 5".into(),
        against: CandidateId(0),
        trials: 2,
        gain: 0.1,
        gain_sd: 0.1,
    };
    let events = vec![
        started(),
        candidate(0, &[]),
        trial(0, 0, 1.0, Purpose::Search),
        trial(0, 1, 0.0, Purpose::Search),
        trial(0, 0, 0.0, Purpose::Repeat),
        candidate(1, &[0]),
        candidate(2, &[0]),
        candidate(3, &[1, 9, 1]),
        RunEvent::ProposalRejected {
            slot: SlotId(4),
            generation: 1,
            operator: OperatorName::from("reflect"),
            parents: vec![CandidateId(0)],
            reason: RejectReason::Duplicate,
            detail: String::new(),
            same_as: None,
            bill: Bill::default(),
        },
        trial(1, 0, 1.0, Purpose::Search),
        // the same cell again changes the cost alone
        trial(1, 0, 0.0, Purpose::Search),
        decided(1, Verdict::Kept, VerdictReason::Improves),
        decided(2, Verdict::Dropped, VerdictReason::MissedTarget),
        RunEvent::GenerationClosed { generation: 1, survivors: vec![CandidateId(0)], fitness: vec![0.5], spent: None },
        RunEvent::SearchEnded { reason: StopReason::NoImprovement, finalists: vec![CandidateId(1), CandidateId(0)] },
        // too late to count
        trial(0, 2, 1.0, Purpose::Search),
        trial(1, 3, 1.0, Purpose::Selection),
        RunEvent::CandidateChosen { candidate: CandidateId(1) },
    ];
    (0..).zip(events).map(|(seq, event)| Recorded { seq, at: Timestamp(1), event }).collect()
}

/// Folds in parts, keeping everything as a backend does: as JSON.
fn folded(parts: &[usize]) -> (String, BTreeMap<CandidateId, String>) {
    let journal = journal();
    let mut state = serde_json::to_string(&RunFold::new(run())).unwrap();
    let mut stored: BTreeMap<CandidateId, String> = BTreeMap::new();
    let mut from = 0_usize;
    for part in parts.iter().copied().chain([usize::MAX]) {
        let entries = &journal[from..from.saturating_add(part).min(journal.len())];
        from += entries.len();
        let mut fold: RunFold = serde_json::from_str(&state).unwrap();
        let needed = fold.needs(entries);
        let mut records: BTreeMap<CandidateId, Record> =
            needed.iter().filter_map(|id| Some((*id, serde_json::from_str(stored.get(id)?).unwrap()))).collect();
        fold.apply(entries, &mut records);
        state = serde_json::to_string(&fold).unwrap();
        stored.extend(records.iter().map(|(id, record)| (*id, serde_json::to_string(record).unwrap())));
    }
    (state, stored)
}

#[test]
fn events_become_nodes() {
    let (_, stored) = folded(&[]);
    let nodes: Vec<_> = stored.values().map(|record| serde_json::from_str::<Record>(record).unwrap().node).collect();
    let seed = &nodes[0];
    assert_eq!((seed.relation, seed.parents[0].to_string()), (Relation::BranchOf, "trunk@c3".to_owned()));
    assert_eq!((seed.turned_away, seed.entry, seed.model.as_str()), (1, 1, "simulated:rough"));
    assert_eq!(seed.score.map(|score| (score.mean, score.trials)), Some((0.5, 2)));
    assert_eq!(seed.cost, Usd(0.5 + 4.0 * 0.25), "repeats and late answers cost too");
    assert_eq!(seed.status, Status::Finalist);
    let chosen = &nodes[1];
    assert_eq!((chosen.status, chosen.reason.as_str()), (Status::Chosen, "improves: 3 of 5"));
    assert_eq!(chosen.score.map(|score| (score.mean, score.trials)), Some((1.0, 1)));
    assert_eq!(chosen.scores[&Split::Validation].trials, 1);
    assert_eq!((nodes[2].status, nodes[2].reason.as_str()), (Status::Dropped, "missed its target: 3 of 5"));
    assert_eq!(
        (nodes[3].status, nodes[3].reason.as_str()),
        (Status::Dropped, "not among the survivors of generation 1")
    );
    assert_eq!(nodes[3].parents.len(), 1, "c9 did not exist when c3 was made, and c1 is one parent");
}

#[test]
fn what_was_written_by_hand_is_dropped_by_no_generation() {
    let RunEvent::CandidateAdmitted { mut candidate, bill } = candidate(1_000_000, &[0]) else { unreachable!() };
    candidate.operator = Some(OperatorName::from(OperatorName::BY_HAND));
    let closed = |generation, survivors: &[u32]| {
        let survivors: Vec<_> = survivors.iter().copied().map(CandidateId).collect();
        RunEvent::GenerationClosed { generation, fitness: vec![0.5; survivors.len()], survivors, spent: None }
    };
    let by = Steer::Reject { candidate: candidate.id };
    let events = [
        started(),
        self::candidate(0, &[]),
        RunEvent::CandidateAdmitted { candidate, bill },
        trial(1_000_000, 1, 1.0, Purpose::Search),
        closed(1, &[0]),
        closed(2, &[0, 1_000_000]),
        closed(3, &[0]),
        RunEvent::Steered { by: UserId::default(), wish: by },
    ];
    let mut fold = RunFold::new(run());
    let mut stored: BTreeMap<CandidateId, Record> = BTreeMap::new();
    let mut seen = Vec::new();
    for (seq, event) in (0..).zip(events) {
        fold.apply(&[Recorded { seq, at: Timestamp(1), event }], &mut stored);
        seen.extend(stored.get(&CandidateId(1_000_000)).map(|record| record.node.status));
    }
    use Status::{Dropped, Kept, Open};
    assert_eq!(seen, [Open, Open, Open, Kept, Open, Dropped]);
}

proptest! {
    #[test]
    fn batches_of_any_size_give_the_same(parts in prop::collection::vec(0usize..6, 0..8)) {
        prop_assert_eq!(folded(&parts), folded(&[]));
    }
}

proptest! {
    // a backend without large transactions is killed after it kept some records of a batch, and before its checkpoint
    #[test]
    fn a_batch_that_was_kept_in_part_is_taken_in_again(
        first in 0usize..16, torn in 0usize..16, kept in prop::collection::vec(any::<bool>(), 4), next in 1usize..16,
    ) {
        let journal = journal();
        let mut fold = RunFold::new(run());
        let mut stored = BTreeMap::new();
        let first = first.min(journal.len());
        fold.apply(&journal[..first], &mut stored);
        let (mut ahead, stored_before) = (stored.clone(), stored.clone());
        fold.clone().apply(&journal[first..(first + torn).min(journal.len())], &mut ahead);
        stored.extend(ahead.into_iter().filter(|(id, _)| kept[id.0 as usize]));
        let mut undisturbed = (fold.clone(), stored_before);
        for part in journal[first..].chunks(next) {
            let needed = fold.needs(part);
            let mut records: BTreeMap<_, Record> =
                needed.into_iter().filter_map(|id| Some((id, stored.get(&id)?.clone()))).collect();
            let changed = fold.apply(part, &mut records);
            // whatever is kept beside records is made of the same ones as if nothing had been cut off
            prop_assert_eq!(&changed, &undisturbed.0.apply(part, &mut undisturbed.1));
            stored.extend(records.into_iter().filter(|(id, _)| changed.contains(id)));
        }
        let (mut whole, mut at_once) = (RunFold::new(run()), BTreeMap::new());
        whole.apply(&journal, &mut at_once);
        prop_assert_eq!((fold, stored), (whole, at_once));
    }
}

#[test]
fn steps_are_remembered() {
    let (_, stored) = folded(&[]);
    let steps = |id: u32| -> Vec<(u64, Status, Option<u32>)> {
        let record: Record = serde_json::from_str(&stored[&CandidateId(id)]).unwrap();
        record.history().iter().map(|moment| (moment.entry, moment.status, moment.generation)).collect()
    };
    insta::assert_debug_snapshot!((0..4).map(steps).collect::<Vec<_>>());
}

#[test]
fn what_was_read_is_not_read_twice() {
    let journal = journal();
    let mut fold = RunFold::new(run());
    let mut records = BTreeMap::new();
    fold.apply(&journal, &mut records);
    let (before, state) = (records.clone(), fold.clone());
    fold.apply(&journal[3..], &mut records);
    assert_eq!((records, fold), (before, state));
}
