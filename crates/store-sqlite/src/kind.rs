use std::sync::{Arc, LazyLock};

use clade_domain::RunEvent;

/// An event's tag, as in its JSON; shared, so that binding it to a statement copies nothing.
pub(crate) fn kind(event: &RunEvent) -> Arc<str> {
    macro_rules! tag {
        ($text:literal) => {{
            static TAG: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from($text));
            Arc::clone(&TAG)
        }};
    }
    match event {
        RunEvent::RunStarted { .. } => tag!("run_started"),
        RunEvent::SessionStarted { .. } => tag!("session_started"),
        RunEvent::SessionEnded { .. } => tag!("session_ended"),
        RunEvent::CandidateAdmitted { .. } => tag!("candidate_admitted"),
        RunEvent::ProposalRejected { .. } => tag!("proposal_rejected"),
        RunEvent::TrialFinished(_) => tag!("trial_finished"),
        RunEvent::GenerationClosed { .. } => tag!("generation_closed"),
        RunEvent::SearchEnded { .. } => tag!("search_ended"),
        RunEvent::CandidateChosen { .. } => tag!("candidate_chosen"),
        RunEvent::EvidenceMeasured { .. } => tag!("evidence_measured"),
        RunEvent::BudgetChanged { .. } => tag!("budget_changed"),
        RunEvent::RunFinished { .. } => tag!("run_finished"),
    }
}
