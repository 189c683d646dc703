use std::collections::BTreeSet;

use clade_domain::{CandidateId, ExampleId, RandomSpec, RunEvent, Split, StopReason, Verdict, VerdictReason};
use rand::seq::SliceRandom;

use super::{
    Strategy, Wish, comparison::Comparison, desk::Desk, genetic::block_size, genetic::cells_by_success, stopping,
    weights,
};
use crate::{Plan, RunState, archive::HallOfFame, state::fitness};

/// Proposals of a round. They are independent of one another, so this sets only how often a round is journalled.
const PROPOSALS: usize = 8;
/// Candidates for which the budget should last.
const CANDIDATES: f64 = 48.0;
/// Rounds in a row without any candidate after which no operator has anything left to do.
const EMPTY: u32 = 8;

/// Random edits of the first prompt, each evaluated on the same examples: the best one wins. The baseline that every search must
/// beat, since it buys as much and learns nothing from what it sees (random search: Bergstra and Bengio, JMLR 13, 2012).
///
/// Operators are drawn by weight among those on one parent. Reflection sees failures of the first prompt, so this is not blind: it
/// is what one step of a search gives, repeated.
pub struct Random {
    settings: RandomSpec,
    desk: Desk,
    block: Vec<ExampleId>,
    /// Written in this round.
    children: BTreeSet<CandidateId>,
    hall: HallOfFame<CandidateId>,
    empty: u32,
    closed: bool,
    finish: Option<StopReason>,
}

impl Random {
    /// The search with these settings, before any event.
    #[must_use]
    pub fn new(settings: RandomSpec) -> Self {
        Self {
            settings,
            desk: Desk::default(),
            block: Vec::new(),
            children: BTreeSet::new(),
            hall: HallOfFame::new(Plan::FINALISTS),
            empty: 0,
            closed: false,
            finish: None,
        }
    }

    fn begin(&mut self, state: &RunState, plan: &Plan) {
        let size = block_size(self.settings.examples, CANDIDATES, state, plan);
        self.block = plan.train.iter().take(size).copied().collect();
        self.children = state.seeds().map(|candidate| candidate.id).collect();
        self.children.iter().for_each(|seed| self.desk.ask(state, *seed, &self.block));
    }

    /// Goes on while nothing is open: closes the round, or plans the next one.
    fn advance(&mut self, state: &RunState, plan: &Plan) {
        while self.desk.is_idle() && self.finish.is_none() && !self.block.is_empty() {
            if self.closed {
                self.finish = stopping::rule(state).or_else(|| self.plan_round(state, plan));
            } else {
                self.close_round(state);
            }
        }
    }

    fn close_round(&mut self, state: &RunState) {
        self.closed = true;
        self.empty = if self.children.is_empty() { self.empty + 1 } else { 0 };
        let value = |id: CandidateId| fitness(state, id, Split::Train).unwrap_or(f64::NEG_INFINITY);
        // scores by another model count no more: what stands in the hall was evaluated anew
        let hall: Vec<CandidateId> = self.hall.ranking().iter().map(|(id, _)| *id).collect();
        let before = hall.iter().copied().max_by(|a, b| value(*a).total_cmp(&value(*b)).then(b.cmp(a)));
        for id in hall.into_iter().chain(self.children.iter().copied()) {
            self.hall.insert(id, value(id));
        }
        if let (Some(against), Some((best, _))) = (before, self.hall.first()) {
            for child in std::mem::take(&mut self.children) {
                let scores = |id| self.desk.scores(state, id, &self.block).unwrap_or_default();
                let comparison = Comparison::of(&scores(against), &scores(child));
                let (verdict, reason) = match child == best {
                    true => (Verdict::Kept, VerdictReason::Improves),
                    false => (Verdict::Dropped, VerdictReason::Outranked),
                };
                self.desk.record(comparison.decision(child, against, self.block.len(), verdict, reason));
            }
        }
        let (survivors, fitness) = self.hall.ranking().iter().copied().unzip();
        self.desk.record(RunEvent::GenerationClosed {
            generation: self.desk.generation(),
            survivors,
            fitness,
            spent: None,
        });
    }

    fn plan_round(&mut self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        if self.empty >= EMPTY {
            return Some(StopReason::NothingNew);
        }
        self.desk.begin_round();
        self.children.clear();
        self.closed = false;
        let kept: Vec<CandidateId> = self.hall.ranking().iter().map(|(id, _)| *id).collect();
        let renewed: usize = kept.iter().map(|id| self.desk.missing(state, *id, &self.block).len()).sum();
        let each = self.block.len() * state.repeat() as usize;
        let affords = |n: usize| self.desk.affords(state, plan, renewed + n * each, n);
        let Some(places) = (1..=PROPOSALS).rev().find(|n| affords(*n)) else {
            return Some(StopReason::BudgetSpent { limit: plan.binding_limit(state) });
        };
        kept.into_iter().for_each(|id| self.desk.ask(state, id, &self.block));
        let mut usable = weights::of(&self.settings.operators);
        usable.retain(|(operator, _)| operator.kind().parents == 1);
        let (solved, failed) = cells_by_success(state, CandidateId(0));
        let mut rng = self.desk.rng(state);
        for _ in 0..places {
            let Some(operator) = weights::draw(&usable, &mut rng) else { return Some(StopReason::NothingNew) };
            let mut shown = |cells: &[_], most: usize| {
                let mut cells = cells.to_vec();
                cells.shuffle(&mut rng);
                cells.truncate(most);
                cells
            };
            let wants = operator.wants();
            let mut command = self.desk.place(state, operator.name(), vec![CandidateId(0)]);
            command.failures = shown(&failed, wants.failures);
            command.successes = shown(&solved, wants.successes);
            command.demonstrations = shown(&solved, wants.demonstrations);
            self.desk.propose(command);
        }
        None
    }
}

impl Strategy for Random {
    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        let written = self.desk.apply(event);
        if let Some(child) = written {
            self.children.insert(child);
            self.desk.ask(state, child, &self.block);
        }
        match event {
            RunEvent::CandidateAdmitted { .. }
                if self.block.is_empty() && state.seeds().count() == state.spec().prompts.len() =>
            {
                self.begin(state, plan);
            }
            RunEvent::BudgetChanged { .. } if matches!(self.finish, Some(StopReason::BudgetSpent { .. })) => {
                self.finish = None;
                self.closed = true;
            }
            _ => {}
        }
        self.advance(state, plan);
    }

    fn leaders(&self) -> Vec<CandidateId> {
        self.hall.ranking().iter().map(|(id, _)| *id).collect()
    }

    fn next(&mut self, _: &RunState, _: &Plan) -> Wish {
        match self.finish {
            Some(reason) => Wish::Finish { reason, finalists: self.leaders() },
            None => self.desk.next(),
        }
    }
}
