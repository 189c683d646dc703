//! The family tree of a run, written in several formats.

mod formats;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{CandidateId, Relation, RunMode, Split};
use clade_evolve::RunState;
use serde::Serialize;

pub use formats::{dot, graphml, mermaid};
pub use text::text;

/// A candidate as a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// The candidate.
    #[serde(serialize_with = "name")]
    pub id: CandidateId,
    /// The generation it came from.
    pub generation: u32,
    /// What made it; `seed` for the user's prompts.
    pub operator: String,
    /// How it stands to its parents.
    pub relation: Relation,
    /// Its parents, the better one first.
    #[serde(serialize_with = "names")]
    pub parents: Vec<CandidateId>,
    /// Mean score on the split that most candidates met, in [0, 1].
    pub score: Option<f64>,
    /// Trials behind that score.
    pub trials: u32,
    /// Scores on every split it met.
    pub scores: BTreeMap<Split, f64>,
    /// On the path from the first prompt to the best.
    pub descent: bool,
    /// The chosen candidate, or the best so far.
    pub best: bool,
    /// Whether it lives in the last generation.
    pub alive: bool,
    /// The user's label or the operator's hypothesis.
    pub note: String,
    /// The prompt as text.
    pub prompt: String,
}

/// The nodes of a run in order of id; `of` keeps one candidate with its ancestors and descendants.
pub fn nodes(state: &RunState, of: Option<CandidateId>) -> Vec<Node> {
    let split = if state.spec().mode == RunMode::Evaluate { Split::Test } else { Split::Train };
    let best = state.best();
    let descent = line_of_descent(state, best);
    let alive: BTreeSet<CandidateId> =
        state.generations().last().map(|g| g.survivors.iter().copied().collect()).unwrap_or_default();
    let kept: Option<BTreeSet<CandidateId>> = of.map(|id| {
        let mut kept = ancestors(state, id);
        for candidate in state.candidates() {
            if ancestors(state, candidate.id).contains(&id) {
                kept.insert(candidate.id);
            }
        }
        kept
    });
    state
        .candidates()
        .filter(|candidate| kept.as_ref().is_none_or(|kept| kept.contains(&candidate.id)))
        .map(|candidate| Node {
            id: candidate.id,
            generation: candidate.generation,
            operator: candidate.operator.as_ref().map_or_else(|| "seed".into(), ToString::to_string),
            relation: candidate.relation,
            parents: candidate.parents.clone(),
            score: state.score(candidate.id, split),
            trials: state.cells(candidate.id).map_or(0, |cells| cells.trials(split)),
            scores: [Split::Train, Split::Validation, Split::Test]
                .into_iter()
                .filter_map(|split| Some((split, state.score(candidate.id, split)?)))
                .collect(),
            descent: descent.contains(&candidate.id),
            best: candidate.id == best,
            alive: alive.contains(&candidate.id),
            note: candidate.note.clone(),
            prompt: candidate.prompt.to_text(),
        })
        .collect()
}

/// A candidate and its first parents back to a seed: one line, even where two lineages merged.
pub fn line_of_descent(state: &RunState, id: CandidateId) -> BTreeSet<CandidateId> {
    let mut line = BTreeSet::new();
    let mut next = Some(id);
    while let Some(id) = next.filter(|id| line.insert(*id)) {
        next = state.candidate(id).and_then(|candidate| candidate.parents.first().copied());
    }
    line
}

/// A candidate and all it descends from.
pub fn ancestors(state: &RunState, id: CandidateId) -> BTreeSet<CandidateId> {
    let mut found = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(state.candidate(id).into_iter().flat_map(|candidate| candidate.parents.iter().copied()));
        }
    }
    found
}

/// An id as people write it.
fn name<S: serde::Serializer>(id: &CandidateId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn names<S: serde::Serializer>(ids: &[CandidateId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}
