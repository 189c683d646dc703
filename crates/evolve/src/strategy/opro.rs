use std::collections::BTreeMap;

use clade_domain::{CandidateId, OproSpec, Verdict, VerdictReason};
use rand::seq::SliceRandom;

use super::generations::{At, Outcome, Place, Published, Scheme};

/// A model as optimizer: OPRO, Yang et al., "Large Language Models as Optimizers", ICLR 2024.
///
/// Each step writes several prompts from one list of the best past prompts with their scores, and adds them to the list.
///
/// It differs from the original in this: exemplars are answers of the best prompt that were right or wrong, not questions with the
/// data's answers; every request of a step draws its own exemplars; prompts meet 50 examples unless told otherwise (the paper: 3.5 % of
/// GSM8K's training set, about 260; 20 % of a BBH task, about 50); the list shows each prompt once; the model's temperature is
/// whatever the run file gives the reflection model (the paper: 1.0); and the best prompts of the whole run meet validation at the end.
pub struct Opro {
    settings: OproSpec,
}

impl Opro {
    /// The search with these settings.
    #[must_use]
    pub fn new(settings: OproSpec) -> Self {
        Self { settings }
    }
}

impl Scheme for Opro {
    fn published(&self) -> Published {
        // section 5.1: 8 prompts a step, 200 steps; section 5.2.2: 20 % of a BBH task
        Published { examples: 50, generations: 200, children: self.settings.proposals }
    }

    fn examples(&self) -> Option<u32> {
        self.settings.examples
    }

    fn generations(&self) -> Option<u32> {
        self.settings.steps
    }

    fn places(&mut self, at: &At<'_>) -> Vec<Place> {
        let mut rng = at.rng();
        let (solved, failed) = at.members.first().map(|best| at.cells(*best)).unwrap_or_default();
        let exemplars = self.settings.exemplars as usize;
        let mut place = || {
            // section 4.2: the best past prompts with their scores, and exemplars drawn anew
            let mut place = Place::new("opro", at.members.to_vec());
            let mut drawn: Vec<_> =
                solved.iter().map(|cell| (*cell, true)).chain(failed.iter().map(|cell| (*cell, false))).collect();
            drawn.shuffle(&mut rng);
            for (cell, right) in drawn.into_iter().take(exemplars) {
                if right { place.successes.push(cell) } else { place.failures.push(cell) }
            }
            place
        };
        (0..self.settings.proposals).map(|_| place()).collect()
    }

    fn close(&mut self, at: &At<'_>, children: &BTreeMap<usize, CandidateId>) -> Outcome {
        // section 4.2: the list keeps the prompts with the highest scores
        let mut members = at.distinct(at.members.iter().chain(children.values()).copied());
        members.truncate(self.settings.history.max(1) as usize);
        let before = at.members.first().copied().unwrap_or(CandidateId(0));
        let decide = |child: CandidateId| {
            let place = members.iter().position(|id| *id == child);
            let (verdict, reason, detail) = match place {
                Some(place) if at.fitness(child) > at.fitness(before) => {
                    (Verdict::Kept, VerdictReason::Improves, format!("number {} of the past prompts", place + 1))
                }
                Some(place) => {
                    let detail = format!("number {} of the past prompts, not above the best before", place + 1);
                    (Verdict::Kept, VerdictReason::Unclear, detail)
                }
                None => (Verdict::Dropped, VerdictReason::Outranked, "not among the best past prompts".to_owned()),
            };
            at.decided(child, before, verdict, reason, detail)
        };
        let decisions = children.values().copied().map(decide).collect();
        Outcome { members, decisions }
    }
}
