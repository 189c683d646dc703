use clade_domain::{
    CandidateId, CellRef, ExampleId, HillClimbSpec, RunEvent, Split, StopReason, Verdict, VerdictReason,
};
use rand::seq::SliceRandom;

use super::{
    Strategy, Wish,
    comparison::Comparison,
    desk::Desk,
    stopping::{self, SOLVED, target_reached},
};
use crate::{Plan, RunState, operators, state::fitness};

/// What writes a child.
const OPERATOR: &str = "reflect";

/// What the round is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The user's prompts are not admitted yet.
    Waiting,
    /// The user's prompts meet the first minibatch.
    Seeds,
    /// The incumbent meets the minibatch.
    Looking,
    /// A child is written and meets the same minibatch.
    Climbing,
    /// The round is closed.
    Closed,
}

/// One incumbent: in each round a model reflects on its failures on a minibatch of train examples, and the child takes over if
/// its sum on the same minibatch is strictly higher.
///
/// The simplest search that learns, and a hard one to beat: it is GEPA (Agrawal et al. 2025) without the frontier and
/// without the full evaluation of accepted children, on minibatches that are large enough to tell. Answers that the incumbent gave
/// in an earlier round are not bought again.
pub struct HillClimb {
    settings: HillClimbSpec,
    desk: Desk,
    stage: Stage,
    minibatch: Vec<ExampleId>,
    /// The incumbents so far, the present one last.
    line: Vec<CandidateId>,
    child: Option<CandidateId>,
    /// Rounds in a row without a new incumbent, and of these those in which there was nothing to mend or nothing written.
    stale: u32,
    idle: u32,
    finish: Option<StopReason>,
}

impl HillClimb {
    /// The search with these settings, before any event.
    #[must_use]
    pub fn new(settings: HillClimbSpec) -> Self {
        Self {
            settings,
            desk: Desk::default(),
            stage: Stage::Waiting,
            minibatch: Vec::new(),
            line: Vec::new(),
            child: None,
            stale: 0,
            idle: 0,
            finish: None,
        }
    }

    fn incumbent(&self) -> CandidateId {
        self.line.last().copied().unwrap_or(CandidateId(0))
    }

    fn advance(&mut self, state: &RunState, plan: &Plan) {
        while self.desk.is_idle() && self.finish.is_none() {
            match self.stage {
                Stage::Waiting => return,
                Stage::Seeds => self.choose_first(state),
                Stage::Looking => self.reflect(state),
                Stage::Climbing => self.decide(state),
                Stage::Closed => self.finish = self.stop_reason(state, plan).or_else(|| self.plan_round(state, plan)),
            }
        }
    }

    fn choose_first(&mut self, state: &RunState) {
        let value = |id: &CandidateId| fitness(state, *id, Split::Train).unwrap_or(f64::NEG_INFINITY);
        let seeds = state.seeds().map(|candidate| candidate.id);
        self.line.extend(seeds.max_by(|a, b| value(a).total_cmp(&value(b)).then(b.cmp(a))));
        self.close_round(state);
    }

    fn stop_reason(&self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        // as many rounds as go through the train examples some times, without anything to do in any of them
        let epoch = plan.train.len().div_ceil(self.minibatch.len().max(1)) as u32;
        if target_reached(state, self.incumbent()) {
            return Some(StopReason::TargetReached);
        }
        if self.idle >= 4 * epoch.max(4) {
            return Some(stopping::idle(state));
        }
        stopping::stale(state, self.stale, self.line.len()).then_some(StopReason::NoImprovement)
    }

    fn plan_round(&mut self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        self.desk.begin_round();
        self.minibatch = self.draw(state, plan);
        let incumbent = self.incumbent();
        let each = self.minibatch.len() * state.repeat() as usize;
        let look = self.desk.missing(state, incumbent, &self.minibatch).len();
        if !self.desk.affords(state, plan, look + each, 1) {
            return Some(StopReason::BudgetSpent { limit: plan.binding_limit(state) });
        }
        self.desk.ask(state, incumbent, &self.minibatch);
        self.stage = Stage::Looking;
        None
    }

    fn draw(&self, state: &RunState, plan: &Plan) -> Vec<ExampleId> {
        let mut examples = plan.train.clone();
        examples.shuffle(&mut self.desk.rng(state));
        examples.truncate(self.settings.minibatch.max(1) as usize);
        examples
    }

    /// The incumbent's failures are shown to a model.
    fn reflect(&mut self, state: &RunState) {
        let incumbent = self.incumbent();
        let scores = self.desk.scores(state, incumbent, &self.minibatch).unwrap_or_default();
        let failed = failures(incumbent, &self.minibatch, &scores);
        if failed.is_empty() {
            self.idle += 1;
            self.close_round(state);
            return;
        }
        let shown = operators::by_name(OPERATOR).map_or(0, |operator| operator.wants().failures);
        let mut command = self.desk.place(state, OPERATOR, vec![incumbent]);
        command.failures = failed.into_iter().take(shown).collect();
        command.targets = command.failures.iter().map(|cell| cell.example).collect();
        self.desk.propose(command);
        self.child = None;
        self.stage = Stage::Climbing;
    }

    fn decide(&mut self, state: &RunState) {
        let incumbent = self.incumbent();
        self.stale += 1;
        match self.child {
            None => self.idle += 1,
            Some(child) => {
                self.idle = 0;
                let scores = |id| self.desk.scores(state, id, &self.minibatch).unwrap_or_default();
                let comparison = Comparison::of(&scores(incumbent), &scores(child));
                let (verdict, reason) = match comparison.improves() {
                    true => (Verdict::Kept, VerdictReason::Improves),
                    false => (Verdict::Dropped, comparison.fault()),
                };
                if comparison.improves() {
                    self.line.push(child);
                    self.stale = 0;
                }
                self.desk.record(comparison.decision(child, incumbent, self.minibatch.len(), verdict, reason));
            }
        }
        self.close_round(state);
    }

    fn close_round(&mut self, state: &RunState) {
        let survivors = self.leaders();
        let fitness = survivors.iter().map(|id| fitness(state, *id, Split::Train).unwrap_or(0.0)).collect();
        self.desk.record(RunEvent::GenerationClosed {
            generation: self.desk.generation(),
            survivors,
            fitness,
            spent: None,
        });
        self.stage = Stage::Closed;
    }
}

/// A candidate's cells on examples that it does not fully solve: the first repeat of each.
pub(super) fn failures(candidate: CandidateId, examples: &[ExampleId], scores: &[f64]) -> Vec<CellRef> {
    let failed = examples.iter().zip(scores).filter(|(_, score)| **score < SOLVED);
    failed.map(|(example, _)| CellRef { candidate, example: *example, sample: 0 }).collect()
}

impl Strategy for HillClimb {
    /// One round is all that it plans.
    fn lays_itself_out(&self) -> bool {
        false
    }

    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        if let Some(child) = self.desk.apply(event) {
            self.child = Some(child);
            self.desk.ask(state, child, &self.minibatch);
        }
        match event {
            RunEvent::CandidateAdmitted { .. }
                if self.stage == Stage::Waiting && state.seeds().count() == state.spec().prompts.len() =>
            {
                self.minibatch = self.draw(state, plan);
                for candidate in state.seeds() {
                    self.desk.ask(state, candidate.id, &self.minibatch);
                }
                self.stage = Stage::Seeds;
            }
            RunEvent::BudgetChanged { .. } if matches!(self.finish, Some(StopReason::BudgetSpent { .. })) => {
                self.finish = None;
            }
            _ => {}
        }
        self.advance(state, plan);
    }

    /// The incumbent and those it took over from, the latest first.
    fn leaders(&self) -> Vec<CandidateId> {
        self.line.iter().rev().take(Plan::FINALISTS).copied().collect()
    }

    fn next(&mut self, _: &RunState, _: &Plan) -> Wish {
        match self.finish {
            Some(reason) => Wish::Finish { reason, finalists: self.leaders() },
            None => self.desk.next(),
        }
    }
}
