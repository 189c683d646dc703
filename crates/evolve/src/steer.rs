use std::collections::BTreeMap;

use clade_domain::{
    Bill, Candidate, CandidateId, OperatorName, Prompt, Relation, RunEvent, RunMode, Steer, Steering, UserId,
};

use crate::{
    RunState,
    operators::{ProposalContext, admit},
    state::{BY_HAND, Phase},
};

/// Why a search cannot be steered so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SteerError(pub String);

/// Longest feedback, in characters.
const LONGEST: usize = 4_000;

/// The event of a wish.
pub(crate) fn event(state: &RunState, by: UserId, steering: Steering) -> Result<RunEvent, SteerError> {
    if state.spec().mode == RunMode::Evaluate {
        return no("an evaluation searches nothing; create a run that does");
    }
    if state.phase() != Phase::Search {
        return no("the search is over; branch from a candidate to go on");
    }
    let known = |id: CandidateId| match state.candidate(id) {
        Some(_) => Ok(id),
        None => no(&format!("there is no candidate {id}")),
    };
    let wish = match steering {
        Steering::Write { parent, components, note } => {
            let candidate = Box::new(written(state, known(parent)?, &components, note)?);
            return Ok(RunEvent::CandidateAdmitted { candidate, bill: Bill::default() });
        }
        Steering::Pin(candidate) => Steer::Pin { candidate: known(candidate)? },
        Steering::Unpin(candidate) => Steer::Unpin { candidate: known(candidate)? },
        Steering::Reject(CandidateId(0)) => {
            return no("the first prompt is what the result is compared with; it stays");
        }
        Steering::Reject(candidate) => Steer::Reject { candidate: known(candidate)? },
        Steering::Feedback(text) => {
            let text = text.trim().to_owned();
            if !(1..=LONGEST).contains(&text.chars().count()) {
                return no(&format!("feedback has 1 to {LONGEST} characters"));
            }
            Steer::Feedback { text }
        }
        Steering::Freeze(text) => {
            if text.trim().is_empty() {
                return no("there is nothing to freeze");
            }
            let times = |id| state.candidate(id).map_or(0, |candidate| occurrences(&candidate.prompt, &text));
            let (first, leading) = (times(CandidateId(0)), times(state.best()));
            if first == 0 || first != leading {
                return no("only what stands in the first prompt, and in the leading one as often, can be frozen");
            }
            Steer::Freeze { text }
        }
        Steering::Model(role, model) => Steer::Model { role, model: Box::new(model), from: state.next_generation() },
    };
    Ok(RunEvent::Steered { by, wish })
}

fn no<T>(why: &str) -> Result<T, SteerError> {
    Err(SteerError(why.to_owned()))
}

fn occurrences(prompt: &Prompt, text: &str) -> usize {
    prompt.components.iter().map(|component| component.text.matches(text).count()).sum()
}

fn written(
    state: &RunState,
    parent: CandidateId,
    components: &BTreeMap<String, String>,
    note: String,
) -> Result<Candidate, SteerError> {
    let (Some(old), Some(first)) = (state.candidate(parent), state.candidate(CandidateId(0))) else {
        return no("the run has no candidate yet");
    };
    let mut prompt = old.prompt.clone();
    for (name, text) in components {
        let Some(component) = prompt.components.iter_mut().find(|component| component.name == *name) else {
            return no(&format!("the prompt has no component `{name}`"));
        };
        component.text.clone_from(text);
    }
    let context = ProposalContext {
        parents: std::slice::from_ref(&old.prompt),
        scores: &[],
        seed_prompt: &first.prompt,
        task: "",
        notes: &[],
        failures: &[],
        successes: &[],
        demonstrations: &[],
        brief: None,
        constraints: &state.spec().optimize.constraints,
    };
    let prompt = admit(&context, prompt).map_err(|rejection| SteerError(rejection.detail))?;
    if let Some(same) = state.with_prompt(prompt.hash()) {
        return no(&format!("candidate {same} has this prompt already; pin it"));
    }
    let hand = state.candidates().filter(|candidate| candidate.id.0 >= BY_HAND).count();
    Ok(Candidate {
        id: CandidateId(BY_HAND + u32::try_from(hand).unwrap_or(u32::MAX - BY_HAND)),
        prompt,
        model: None,
        parents: vec![parent],
        relation: Relation::MutatedFrom,
        operator: Some(OperatorName::from(OperatorName::BY_HAND)),
        generation: state.generations().last().map_or(0, |last| last.generation) + 1,
        slot: None,
        note,
        targets: Vec::new(),
        brief: None,
    })
}
