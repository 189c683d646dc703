use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{CandidateId, CellRef, ExampleId};

use super::{belief::Belief, verification::Odds};

/// How many incumbents back a failure still counts as one.
const RECENT: usize = 6;
/// Longest chain of edits on edits that were not accepted.
const CHAIN: u32 = 3;

/// Where scores are degrees, the score from which nothing is left to better on an example.
const NEAR_RIGHT: f64 = 0.97;

/// A child that missed its target and is edited further: what a failure needs may be two things.
#[derive(Debug, Clone, Copy)]
struct Chain {
    incumbent: CandidateId,
    child: CandidateId,
    depth: u32,
}

/// What happened to each train example, by place, and to each sentence.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// The incumbent's own score.
    seen: Vec<Option<f64>>,
    /// The last failure on the line of incumbents, and how long the line was then.
    failed: Vec<Option<(CellRef, usize)>>,
    /// Whether an incumbent ever solved it.
    ever: Vec<bool>,
    /// Proposals that were made for it and accepted by none.
    tries: Vec<f64>,
    chains: BTreeMap<usize, Chain>,
    /// What was found of a sentence when an edit with it was verified last.
    pub tested: BTreeMap<String, Odds>,
    /// How likely a sentence of the incumbent is thought to harm.
    pub suspicion: BTreeMap<String, f64>,
    /// Sentences that could not be left out.
    pub needed: BTreeSet<String>,
}

impl Memory {
    pub(super) fn new(examples: usize) -> Self {
        Self {
            seen: vec![None; examples],
            failed: vec![None; examples],
            tries: vec![0.0; examples],
            ever: vec![false; examples],
            ..Self::default()
        }
    }

    /// The incumbent scored on an example; `line` is how long the line of incumbents is.
    pub(super) fn see(&mut self, place: usize, incumbent: CandidateId, example: ExampleId, score: f64, line: usize) {
        if let Some(seen) = self.seen.get_mut(place) {
            *seen = Some(score);
        }
        if score >= 0.999
            && let Some(ever) = self.ever.get_mut(place)
        {
            *ever = true;
        }
        if score < 0.999
            && let Some(failed) = self.failed.get_mut(place)
        {
            *failed = Some((CellRef { candidate: incumbent, example, sample: 0 }, line));
        }
    }

    /// The incumbent's own scores, by place.
    pub(super) fn seen(&self) -> &[Option<f64>] {
        &self.seen
    }

    /// Another prompt leads: what was seen of the one before is of the past.
    pub(super) fn new_incumbent(&mut self) {
        self.seen.iter_mut().for_each(|seen| *seen = None);
        self.tries.iter_mut().for_each(|tries| *tries *= 0.5);
    }

    /// Another model answers from now on: nothing that was seen counts.
    pub(super) fn forget(&mut self) {
        self.new_incumbent();
        self.failed.iter_mut().for_each(|failed| *failed = None);
        self.chains.clear();
    }

    /// Places that the incumbent was not seen on.
    pub(super) fn unseen(&self) -> Vec<usize> {
        (0..self.seen.len()).filter(|place| self.seen[*place].is_none()).collect()
    }

    /// Failures that a proposal may be made for, with how often that was tried: the incumbent's own, and recent ones of its
    /// ancestors that are believed to fail still.
    pub(super) fn failures(&self, belief: &Belief, line: usize) -> Vec<(usize, CellRef, f64)> {
        let solved = belief.all();
        let counts = |place: usize, at: usize| match self.seen[place] {
            Some(score) if belief.has_degrees() => score < NEAR_RIGHT,
            Some(score) => score < 0.999 && solved[place] < 0.5,
            None => at + RECENT >= line && solved[place] < 0.2,
        };
        self.failed
            .iter()
            .enumerate()
            .filter_map(|(place, failed)| failed.filter(|(_, at)| counts(place, *at)).map(|(cell, _)| (place, cell)))
            .map(|(place, cell)| (place, cell, self.tries[place]))
            .collect()
    }

    /// Failures of the incumbent, first those that an incumbent before it solved, then those that proposals could not mend.
    pub(super) fn stubborn(&self, belief: &Belief, line: usize, most: usize) -> Vec<usize> {
        let mut failures = self.failures(belief, line);
        failures.retain(|(place, ..)| self.seen[*place].is_some());
        failures.sort_by(|a, b| {
            let ever = |place: usize| self.ever[place];
            ever(b.0).cmp(&ever(a.0)).then(b.2.total_cmp(&a.2)).then(a.0.cmp(&b.0))
        });
        failures.into_iter().take(most).map(|(place, ..)| place).collect()
    }

    pub(super) fn tried(&mut self, place: usize) {
        if let Some(tries) = self.tries.get_mut(place) {
            *tries += 1.0;
        }
    }

    pub(super) fn forget_tries(&mut self) {
        self.tries.iter_mut().for_each(|tries| *tries = 0.0);
    }

    /// The child of this incumbent to go on from, for this example.
    pub(super) fn chained(&self, place: usize, incumbent: CandidateId) -> Option<CandidateId> {
        self.chains.get(&place).filter(|c| c.incumbent == incumbent && c.depth < CHAIN).map(|c| c.child)
    }

    /// How many edits a child on this base would have that were not accepted.
    pub(super) fn depth(&self, place: usize, base: CandidateId) -> u32 {
        self.chains.get(&place).filter(|c| c.child == base).map_or(1, |c| c.depth + 1)
    }

    pub(super) fn chain(&mut self, place: usize, incumbent: CandidateId, child: CandidateId) {
        let depth = self.chains.get(&place).filter(|c| c.incumbent == incumbent).map_or(0, |c| c.depth) % CHAIN;
        self.chains.insert(place, Chain { incumbent, child, depth: depth + 1 });
    }
}
