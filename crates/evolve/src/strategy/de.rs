use std::collections::BTreeMap;

use clade_domain::{CandidateId, DeSpec, Verdict, VerdictReason};
use rand::seq::IndexedRandom;

use super::generations::{At, Outcome, Place, Published, Scheme};

/// Fewest prompts among which two others can differ.
const LEAST: usize = 3;

/// Differential evolution of prompts: EvoPrompt (DE), Guo et al., "Connecting Large Language Models with Evolutionary Algorithms
/// Yields Powerful Prompt Optimizers", ICLR 2024, algorithm 3.
///
/// It differs from the original in this: the first population is the user's prompts and paraphrases of them (the original picks the
/// best of a set of manual prompts and their resampled variants); the model sees scores and names of what must be kept; a child that
/// breaks these is dropped without a substitute; and the best prompts of the whole run meet validation at the end.
pub struct De {
    settings: DeSpec,
}

impl De {
    /// The search with these settings.
    #[must_use]
    pub fn new(settings: DeSpec) -> Self {
        Self { settings }
    }

    fn population(&self) -> usize {
        self.settings.population as usize
    }

    /// Whether this generation fills the population.
    fn fills(&self, at: &At<'_>) -> bool {
        at.members.len() < self.population() && (at.generation == 1 || at.members.len() < LEAST)
    }
}

impl Scheme for De {
    fn published(&self) -> Published {
        // section 4.1: development sets of 50 (BBH) to 200 examples, ten iterations; one more fills the population
        Published { examples: 50, generations: 11, children: self.settings.population }
    }

    fn examples(&self) -> Option<u32> {
        self.settings.examples
    }

    fn generations(&self) -> Option<u32> {
        self.settings.generations.map(|most| most.saturating_add(1))
    }

    fn places(&mut self, at: &At<'_>) -> Vec<Place> {
        if self.fills(at) {
            // algorithm 3, line 1: the initial prompts; section 3.1: some of them are written by the model
            let missing = self.population() - at.members.len();
            return at.members.iter().cycle().take(missing).map(|id| Place::new("paraphrase", vec![*id])).collect();
        }
        let mut rng = at.rng();
        let best = at.members.first().copied();
        let mut places = Vec::new();
        for current in at.members {
            // line 4: two others at random; lines 5 and 6 are the operator's: p = cross(p_i, p_best with mutated differences)
            let others: Vec<CandidateId> = at.members.iter().copied().filter(|id| id != current).collect();
            if let (Some(best), Some([one, other])) = (best, others.sample_array(&mut rng)) {
                places.push(Place::new("differential", vec![*current, one, other, best]));
            }
        }
        places
    }

    fn close(&mut self, at: &At<'_>, children: &BTreeMap<usize, CandidateId>) -> Outcome {
        let mut outcome = Outcome { members: at.members.to_vec(), decisions: Vec::new() };
        let fills = self.fills(at);
        for child in children.values().copied() {
            let parents = at.state.candidate(child).map(|c| c.parents.clone()).unwrap_or_default();
            let current = parents.first().copied().unwrap_or(CandidateId(0));
            let better = at.fitness(child) > at.fitness(current);
            let (verdict, reason, detail) = match (fills, better) {
                (true, true) => (Verdict::Kept, VerdictReason::Improves, "joins the first population"),
                (true, false) => (Verdict::Kept, VerdictReason::Unclear, "joins the first population"),
                // line 7: the better one of the two lives on
                (false, true) => (Verdict::Kept, VerdictReason::Improves, "takes the place of the one it challenged"),
                (false, false) => (Verdict::Dropped, VerdictReason::Outranked, "not above the one it challenged"),
            };
            if verdict == Verdict::Kept {
                if !fills {
                    outcome.members.retain(|id| *id != current);
                }
                outcome.members.push(child);
            }
            outcome.decisions.push(at.decided(child, current, verdict, reason, detail.to_owned()));
        }
        outcome
    }
}
