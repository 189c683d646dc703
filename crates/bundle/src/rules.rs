use std::collections::BTreeSet;

use clade_domain::{
    Candidate, CandidateId, DatasetSummary, FORMAT_VERSION, Purpose, Recorded, RunEvent, Spent, Steer, Trial,
};
use clade_evolve::RunState;

use crate::{BundleError, proof};

/// Most repeats of an example: a bound that keeps numbers of cells from running over.
const MOST_REPEATS: u32 = 10_000;
/// Most that a run can have cost.
const MOST_USD: f64 = 1e9;

/// A journal on its way in: folded as a run is, and held to what a run's own journal cannot break. What other code takes for
/// granted of a journal (an example that exists, a parent that was there before) is made sure of here.
#[derive(Default)]
pub(crate) struct Rules {
    state: Option<RunState>,
    candidates: BTreeSet<CandidateId>,
    /// What the ledger said last.
    stated: Spent,
}

impl Rules {
    /// Takes the next entry in.
    pub fn take(&mut self, entry: &Recorded) -> Result<(), BundleError> {
        let wrong = |what: String| BundleError::wrong(format!("journal entry {}: {what}", entry.seq));
        let Some(state) = &mut self.state else {
            if let RunEvent::RunStarted { format, .. } = &entry.event
                && *format > FORMAT_VERSION
            {
                return Err(BundleError::Newer { found: *format, known: FORMAT_VERSION });
            }
            let state = RunState::start(entry).map_err(|error| wrong(error.to_string()))?;
            begins_well(entry, &state).map_err(wrong)?;
            self.state = Some(state);
            return Ok(());
        };
        if entry.seq != state.length() {
            return Err(wrong(format!("entry {} should stand here", state.length())));
        }
        follows_well(entry, state, &self.candidates).map_err(wrong)?;
        if let RunEvent::CandidateAdmitted { candidate, .. } = &entry.event {
            self.candidates.insert(candidate.id);
        }
        let before = *state.accounted();
        state.apply(entry);
        let after = *state.accounted();
        // equal requests are bought once and billed in each event, so what the ledger states may be less than the bills before it
        if let RunEvent::GenerationClosed { spent: Some(_), .. } = &entry.event {
            costs_well(&std::mem::replace(&mut self.stated, after), &after).map_err(wrong)
        } else {
            costs_well(&before, &after).map_err(wrong)
        }
    }

    /// The state after all entries.
    pub fn finish(self) -> Result<RunState, BundleError> {
        self.state.ok_or_else(|| BundleError::wrong("the bundle holds no journal"))
    }
}

fn begins_well(first: &Recorded, state: &RunState) -> Result<(), String> {
    let spec = state.spec();
    let DatasetSummary { splits, .. } = state.dataset();
    let cells = u64::from(state.repeat()) * splits.len() as u64;
    match first.seq {
        1.. => Err("the journal does not begin with entry 0".into()),
        _ if spec.prompts.iter().any(|seed| seed.prompt.components.is_empty()) => Err("a first prompt is empty".into()),
        _ if spec.prompts.is_empty() || spec.models.task.is_empty() => Err("it names no prompt or no model".into()),
        _ if !splits.bytes().all(|mark| matches!(mark, b't' | b'v' | b'h' | b'c' | b'x')) => {
            Err("a split is unknown".into())
        }
        _ if state.repeat() > MOST_REPEATS || cells > u64::from(u32::MAX) => Err("it has too many cells".into()),
        _ => Ok(()),
    }
}

fn follows_well(entry: &Recorded, state: &RunState, candidates: &BTreeSet<CandidateId>) -> Result<(), String> {
    let known = |id: &CandidateId| match candidates.contains(id) {
        true => Ok(()),
        false => Err(format!("there is no candidate {id} yet")),
    };
    // each generation has entries of its own
    let reached = |generation: u32| match u64::from(generation) <= entry.seq {
        true => Ok(()),
        false => Err(format!("generation {generation} cannot have been reached yet")),
    };
    match &entry.event {
        RunEvent::RunStarted { .. } => Err("a run starts once".into()),
        RunEvent::CandidateAdmitted { candidate, .. } => {
            reached(candidate.generation).and_then(|()| joins_well(candidate, candidates, known))
        }
        RunEvent::ProposalRejected { parents, .. } => parents.iter().try_for_each(known),
        RunEvent::TrialFinished(trial) => known(&trial.cell.candidate).and_then(|()| counts_well(trial, state)),
        RunEvent::CandidateDecided { candidate, against, .. } => known(candidate).and_then(|()| known(against)),
        RunEvent::GenerationClosed { survivors, fitness, .. } if survivors.len() < fitness.len() => {
            Err("survivors and their fitness do not pair up".into())
        }
        RunEvent::GenerationClosed { generation, survivors, .. } => {
            reached(*generation).and_then(|()| survivors.iter().try_for_each(known))
        }
        RunEvent::SearchEnded { finalists, .. } => finalists.iter().try_for_each(known),
        RunEvent::CandidateChosen { candidate } => known(candidate),
        RunEvent::SandboxesKept { states, without, .. } => {
            states.iter().map(|kept| &kept.candidate).chain(without).try_for_each(known)
        }
        RunEvent::Steered { wish, .. } => match wish {
            Steer::Pin { candidate } | Steer::Unpin { candidate } | Steer::Reject { candidate } => known(candidate),
            Steer::Feedback { .. } | Steer::Freeze { .. } | Steer::Model { .. } => Ok(()),
        },
        RunEvent::EvidenceMeasured { evidence } => proof::holds(evidence, state),
        RunEvent::SessionStarted { .. }
        | RunEvent::SessionEnded { .. }
        | RunEvent::HeadroomMeasured { .. }
        | RunEvent::BudgetChanged { .. }
        | RunEvent::RunFinished { .. } => Ok(()),
    }
}

/// Nothing that is bought gives money back, or costs more than anybody has.
fn costs_well(before: &Spent, after: &Spent) -> Result<(), String> {
    // a generation that closes states the account anew, as a sum in another order
    let least = before.usd.0 - 1e-6 * (1.0 + before.usd.0);
    match (least..=MOST_USD).contains(&after.usd.0) {
        true => Ok(()),
        false => Err(format!("it brings the cost from {} to {} USD", before.usd.0, after.usd.0)),
    }
}

fn joins_well(
    candidate: &Candidate,
    candidates: &BTreeSet<CandidateId>,
    known: impl Fn(&CandidateId) -> Result<(), String>,
) -> Result<(), String> {
    if candidates.contains(&candidate.id) {
        return Err(format!("candidate {} is there already", candidate.id));
    }
    if candidate.prompt.components.is_empty() {
        return Err(format!("candidate {} has an empty prompt", candidate.id));
    }
    candidate.parents.iter().try_for_each(known)
}

fn counts_well(trial: &Trial, state: &RunState) -> Result<(), String> {
    // a repeat is one answer more than the run asks for
    let samples = state.repeat() + u32::from(trial.purpose == Purpose::Repeat);
    if state.dataset().split(trial.cell.example).is_none() || trial.cell.sample >= samples {
        return Err(format!("there is no example {}/{}", trial.cell.example, trial.cell.sample));
    }
    if let Some(usd) = trial.cost.filter(|usd| !(0.0..=MOST_USD).contains(&usd.0)) {
        return Err(format!("{} USD is no cost", usd.0));
    }
    match (0.0..=1.0).contains(&trial.score()) {
        true => Ok(()),
        false => Err(format!("{} is no score", trial.score())),
    }
}
