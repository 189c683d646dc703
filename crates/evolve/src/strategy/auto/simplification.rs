//! The same with less: what is tried where prompts are also to be short, cheap or quick.

use super::{
    Auto,
    lane::{Attempt, Lane},
    rounds::sentences,
};
use crate::{RunState, state::minimises};

impl Auto {
    /// The incumbent is to be made simpler, once edits mend no more: each of its sentences is left out on trial, the longest first,
    /// and at last a model says the whole in fewer words. Where scores alone count this would cost trials and gain nothing.
    pub(super) fn plan_simplification(&mut self, state: &RunState) {
        let incumbent = self.incumbent();
        if !minimises(state) || self.simplified.replace(incumbent) == Some(incumbent) {
            return;
        }
        let mut left_out = sentences(state, incumbent);
        left_out.retain(|sentence| !self.memory.needed.contains(sentence));
        left_out.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        left_out.dedup();
        self.simplifying = std::iter::once(None).chain(left_out.into_iter().map(Some)).collect();
    }

    /// Lanes for the next of them.
    pub(super) fn simplification_lanes(&mut self, state: &RunState, lanes: usize, quota: usize) -> Vec<Lane> {
        let incumbent = self.incumbent();
        let there = sentences(state, incumbent);
        let mut planned = Vec::new();
        while planned.len() < lanes
            && let Some(sentence) = self.simplifying.pop()
        {
            if sentence.as_ref().is_some_and(|sentence| !there.contains(sentence)) {
                continue;
            }
            let operator = if sentence.is_some() { "sentence-removal" } else { "shorten" };
            planned.push(self.new_lane(Attempt::Simplify { sentence }, operator, incumbent, Vec::new(), quota));
        }
        planned
    }
}
