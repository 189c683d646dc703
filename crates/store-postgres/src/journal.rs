use clade_domain::{RunEvent, Split, Timestamp};
use clade_store::StoreError;

use crate::store::to_json;

/// A journal entry before it has its number.
pub(crate) struct Entry {
    pub at: i64,
    pub kind: &'static str,
    /// Candidate, example and split of a trial.
    pub trial: Option<(i64, i64, &'static str)>,
    pub body: String,
}

/// Entries as columns, one row each.
#[derive(Default)]
pub(crate) struct Columns<'a> {
    pub seqs: Vec<i64>,
    pub ats: Vec<i64>,
    pub kinds: Vec<&'static str>,
    pub candidates: Vec<Option<i64>>,
    pub examples: Vec<Option<i64>>,
    pub splits: Vec<Option<&'static str>>,
    pub bodies: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    pub fn push(&mut self, seq: i64, entry: &'a Entry) {
        self.seqs.push(seq);
        self.ats.push(entry.at);
        self.kinds.push(entry.kind);
        self.candidates.push(entry.trial.map(|(candidate, ..)| candidate));
        self.examples.push(entry.trial.map(|(_, example, _)| example));
        self.splits.push(entry.trial.map(|(.., split)| split));
        self.bodies.push(&entry.body);
    }
}

/// How a split is written.
pub(crate) fn split_name(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Validation => "validation",
        Split::Test => "test",
    }
}

/// Entries as they are written.
pub(crate) fn entries(at: Timestamp, events: &[RunEvent]) -> Result<Vec<Entry>, StoreError> {
    events.iter().map(|event| entry(at, event)).collect()
}

/// An entry as it is written.
pub(crate) fn entry(at: Timestamp, event: &RunEvent) -> Result<Entry, StoreError> {
    let trial = match event {
        RunEvent::TrialFinished(trial) => {
            Some((i64::from(trial.cell.candidate.0), i64::from(trial.cell.example.0), split_name(trial.split)))
        }
        _ => None,
    };
    Ok(Entry { at: at.0, kind: kind(event), trial, body: to_json("a journal entry", event)? })
}

/// The kind of an event, as its JSON is tagged.
fn kind(event: &RunEvent) -> &'static str {
    match event {
        RunEvent::RunStarted { .. } => "run_started",
        RunEvent::SessionStarted { .. } => "session_started",
        RunEvent::SessionEnded { .. } => "session_ended",
        RunEvent::CandidateAdmitted { .. } => "candidate_admitted",
        RunEvent::ProposalRejected { .. } => "proposal_rejected",
        RunEvent::TrialFinished(_) => "trial_finished",
        RunEvent::HeadroomMeasured { .. } => "headroom_measured",
        RunEvent::CandidateDecided { .. } => "candidate_decided",
        RunEvent::GenerationClosed { .. } => "generation_closed",
        RunEvent::SearchEnded { .. } => "search_ended",
        RunEvent::CandidateChosen { .. } => "candidate_chosen",
        RunEvent::EvidenceMeasured { .. } => "evidence_measured",
        RunEvent::BudgetChanged { .. } => "budget_changed",
        RunEvent::Steered { .. } => "steered",
        RunEvent::SandboxesKept { .. } => "sandboxes_kept",
        RunEvent::RunFinished { .. } => "run_finished",
    }
}
