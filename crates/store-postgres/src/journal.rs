use clade_domain::{RunEvent, Timestamp};
use clade_store::StoreError;

use crate::store::to_json;

/// A journal entry before it has its number.
pub(crate) struct Entry {
    pub at: i64,
    pub kind: &'static str,
    pub body: String,
}

/// Entries as they are written.
pub(crate) fn entries(at: Timestamp, events: &[RunEvent]) -> Result<Vec<Entry>, StoreError> {
    events.iter().map(|event| entry(at, event)).collect()
}

/// An entry as it is written.
pub(crate) fn entry(at: Timestamp, event: &RunEvent) -> Result<Entry, StoreError> {
    Ok(Entry { at: at.0, kind: kind(event), body: to_json("a journal entry", event)? })
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
        RunEvent::RunFinished { .. } => "run_finished",
    }
}
