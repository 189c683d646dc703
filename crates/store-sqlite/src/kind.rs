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
        RunEvent::HeadroomMeasured { .. } => tag!("headroom_measured"),
        RunEvent::CandidateDecided { .. } => tag!("candidate_decided"),
        RunEvent::GenerationClosed { .. } => tag!("generation_closed"),
        RunEvent::SearchEnded { .. } => tag!("search_ended"),
        RunEvent::CandidateChosen { .. } => tag!("candidate_chosen"),
        RunEvent::EvidenceMeasured { .. } => tag!("evidence_measured"),
        RunEvent::BudgetChanged { .. } => tag!("budget_changed"),
        RunEvent::Steered { .. } => tag!("steered"),
        RunEvent::SandboxesKept { .. } => tag!("sandboxes_kept"),
        RunEvent::RunFinished { .. } => tag!("run_finished"),
    }
}

#[cfg(test)]
mod tests {
    use clade_store::conformance::samples;

    use super::kind;

    #[test]
    fn kinds_are_the_tags_of_the_json() {
        for event in samples::several_kinds() {
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["event"], *kind(&event));
        }
    }
}
