//! `gepa`: reflection on parents drawn from the per-example Pareto frontier.

mod merging;
mod sampling;

use clade_domain::{CandidateId, ExampleId, GepaSpec, RunEvent, StopReason, Verdict, VerdictReason};

use self::{merging::Merge, sampling::Epochs};
use super::{Strategy, Wish, comparison::Comparison, desk::Desk, hill_climb::failures, model_changes, stopping};
use crate::{Plan, RunState, archive::ExampleFrontier, operators};

/// Candidates that the budget should bear on D_pareto: the guidance of gepa-ai is a budget of 15 to 30 times its size.
const CANDIDATES: f64 = 20.0;
/// Fewest examples of D_pareto that a small budget leaves.
const LEAST_PARETO: f64 = 10.0;
/// Most members of the frontier; far more than there ever are at usual budgets.
const CAPACITY: usize = 256;

/// What the iteration is at.
enum Stage {
    /// The user's prompts are not admitted yet.
    Waiting,
    /// Candidates meet D_pareto and join the frontier: the user's prompts, or the members anew for another model.
    Founding(Vec<CandidateId>),
    /// The parent meets the minibatch.
    Looking,
    /// A child is written and meets the minibatch on which it is compared.
    Trying(Option<Merge>),
    /// The accepted child meets D_pareto.
    Joining,
    /// The iteration is closed.
    Closed,
}

/// GEPA (Agrawal, Tan, Soylu et al. 2025, "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning"),
/// with the defaults of gepa-ai 0.1.4.
///
/// Each iteration draws a parent from the frontier, has a model reflect on its failures on a minibatch of feedback examples, and
/// evaluates the child on the same minibatch. A child whose sum is strictly higher meets all of D_pareto and joins. After each one
/// that joins, a merge of two frontier members is tried, up to [`GepaSpec::merges`] times.
///
/// Differences: D_pareto is a fixed half of the train examples (the first ones in the plan's order), since validation and test
/// are not a search's to see; the other half gives the feedback examples. Reflection is our `reflect` operator: it sees the failures
/// of the minibatch without its successes, and may rewrite any component instead of one in turn. Answers that are known are not
/// bought again. Prompts with one component have nothing to exchange part by part, so there two members that are not related are
/// merged by a model (`merge`); others as in the paper (`component-merge`). The chosen prompt is the best on
/// validation among the best on D_pareto, where GEPA takes the best on D_pareto.
pub struct Gepa {
    settings: GepaSpec,
    desk: Desk,
    stage: Stage,
    pareto: Vec<ExampleId>,
    feedback: Epochs,
    frontier: ExampleFrontier<CandidateId>,
    parent: CandidateId,
    minibatch: Vec<ExampleId>,
    child: Option<CandidateId>,
    /// A candidate joined in the iteration before, so that a merge is due.
    merge_due: bool,
    merges_tried: u32,
    merged: Vec<Merge>,
    /// Iterations in a row that tried nothing.
    idle: u32,
    finish: Option<StopReason>,
}

impl Gepa {
    /// The search with these settings, before any event.
    #[must_use]
    pub fn new(settings: GepaSpec) -> Self {
        Self {
            settings,
            desk: Desk::default(),
            stage: Stage::Waiting,
            pareto: Vec::new(),
            feedback: Epochs::default(),
            frontier: ExampleFrontier::new(0, CAPACITY),
            parent: CandidateId(0),
            minibatch: Vec::new(),
            child: None,
            merge_due: false,
            merges_tried: 0,
            merged: Vec::new(),
            idle: 0,
            finish: None,
        }
    }

    fn begin(&mut self, state: &RunState, plan: &Plan) {
        let train = &plan.train;
        let half = train.len() / 2;
        let affordable = (plan.allowance(state).total / CANDIDATES).max(LEAST_PARETO);
        let size = match self.settings.pareto {
            Some(size) => size as usize,
            None if affordable < half as f64 => affordable as usize,
            None => half,
        };
        let (pareto, feedback) = train.split_at(size.clamp(1, train.len().saturating_sub(1).max(1)).min(train.len()));
        self.pareto = pareto.to_vec();
        // a single example must do for both
        self.feedback = Epochs::new(if feedback.is_empty() { pareto } else { feedback }, state.spec().seed);
        self.found(state, state.seeds().map(|candidate| candidate.id).collect());
    }

    fn found(&mut self, state: &RunState, candidates: Vec<CandidateId>) {
        self.frontier = ExampleFrontier::new(self.pareto.len(), CAPACITY);
        candidates.iter().for_each(|id| self.desk.ask(state, *id, &self.pareto));
        self.stage = Stage::Founding(candidates);
    }

    fn advance(&mut self, state: &RunState, plan: &Plan) {
        while self.desk.is_idle() && self.finish.is_none() {
            match std::mem::replace(&mut self.stage, Stage::Closed) {
                Stage::Waiting => {
                    self.stage = Stage::Waiting;
                    return;
                }
                Stage::Founding(candidates) => {
                    candidates.into_iter().for_each(|id| self.join(state, id));
                    match self.desk.generation() {
                        0 => self.close_iteration(),
                        _ => self.iterate(state),
                    }
                }
                Stage::Looking => self.reflect(state),
                Stage::Trying(merge) => self.decide(state, merge),
                Stage::Joining => {
                    if let Some(child) = self.child {
                        self.join(state, child);
                        let scores = |id| self.desk.scores(state, id, &self.pareto).unwrap_or_default();
                        let comparison = Comparison::of(&scores(self.parent), &scores(child));
                        let trials = self.pareto.len() + self.minibatch.len();
                        let (verdict, reason) = (Verdict::Kept, VerdictReason::Improves);
                        self.desk.record(comparison.decision(child, self.parent, trials, verdict, reason));
                    }
                    self.close_iteration();
                }
                Stage::Closed => {
                    self.finish = self.stop_reason(state, plan).or_else(|| self.begin_iteration(state, plan))
                }
            }
        }
    }

    fn join(&mut self, state: &RunState, candidate: CandidateId) {
        if let Some(scores) = self.desk.scores(state, candidate, &self.pareto) {
            self.frontier.insert(candidate, &scores);
        }
    }

    fn stop_reason(&self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        let epoch = plan.train.len().div_ceil(self.settings.minibatch.max(1) as usize) as u32;
        if self.idle >= 4 * epoch.max(4) {
            return Some(stopping::idle(state));
        }
        stopping::rule(state)
    }

    fn begin_iteration(&mut self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        self.desk.begin_round();
        let members: Vec<CandidateId> = self.frontier.members().collect();
        let renewal: usize = if model_changes(state, self.desk.generation()) {
            members.iter().map(|id| self.desk.missing(state, *id, &self.pareto).len()).sum()
        } else {
            0
        };
        // a parent and a child on the minibatch, and the child on D_pareto
        let most = (2 * self.settings.minibatch.max(1) as usize + self.pareto.len()) * state.repeat() as usize;
        if !self.desk.affords(state, plan, renewal + most, 1) {
            return Some(StopReason::BudgetSpent { limit: plan.binding_limit(state) });
        }
        if renewal > 0 {
            self.found(state, members);
        } else {
            self.iterate(state);
        }
        None
    }

    /// Merges where that is due, else looks at a parent.
    fn iterate(&mut self, state: &RunState) {
        self.child = None;
        let mut rng = self.desk.rng(state);
        if std::mem::take(&mut self.merge_due) && self.merges_tried < self.settings.merges {
            let members: Vec<CandidateId> = self.frontier.essential().into_keys().collect();
            let mean = |id| self.desk.scores(state, id, &self.pareto).map_or(0.0, |scores| mean_of(&scores));
            if let Some(merge) = Merge::find(state, &members, mean, &self.merged, &mut rng) {
                self.try_merge(state, merge, &mut rng);
                return;
            }
        }
        self.parent = sampling::draw_parent(&self.frontier, &mut rng).unwrap_or(CandidateId(0));
        self.minibatch = self.feedback.next(self.settings.minibatch.max(1) as usize);
        self.desk.ask(state, self.parent, &self.minibatch);
        self.stage = Stage::Looking;
    }

    fn reflect(&mut self, state: &RunState) {
        let scores = self.desk.scores(state, self.parent, &self.minibatch).unwrap_or_default();
        let failed = failures(self.parent, &self.minibatch, &scores);
        // skip_perfect_score
        if failed.is_empty() {
            self.idle += 1;
            self.close_iteration();
            return;
        }
        let operator = "reflect";
        let shown = operators::by_name(operator).map_or(0, |operator| operator.wants().failures);
        let mut command = self.desk.place(state, operator, vec![self.parent]);
        command.failures = failed.into_iter().take(shown).collect();
        command.targets = command.failures.iter().map(|cell| cell.example).collect();
        self.desk.propose(command);
        self.stage = Stage::Trying(None);
    }

    fn try_merge(&mut self, state: &RunState, merge: Merge, rng: &mut rand_chacha::ChaCha8Rng) {
        let scores = merge.parents.map(|id| self.desk.scores(state, id, &self.pareto).unwrap_or_default());
        self.minibatch = merging::subsample(&scores, rng).into_iter().map(|place| self.pareto[place]).collect();
        self.merged.push(merge.clone());
        self.parent = merge.parents[0];
        let command = self.desk.place(state, merge.operator(), merge.shown());
        self.desk.propose(command);
        self.stage = Stage::Trying(Some(merge));
    }

    fn decide(&mut self, state: &RunState, merge: Option<Merge>) {
        let Some(child) = self.child else {
            self.idle += 1;
            self.close_iteration();
            return;
        };
        self.idle = 0;
        let scores = |id| self.desk.scores(state, id, &self.minibatch).unwrap_or_default();
        let accepted = match &merge {
            // strict_improvement on the minibatch (gepa-ai's acceptance criterion)
            None => Comparison::of(&scores(self.parent), &scores(child)).improves(),
            // a merged one must not be worse than the better parent
            Some(merge) => {
                self.merges_tried += 1;
                let better = |id: &CandidateId| Comparison::of(&scores(child), &scores(*id)).improves();
                !merge.parents.iter().any(better)
            }
        };
        if accepted {
            self.merge_due = merge.is_none();
            self.desk.ask(state, child, &self.pareto);
            self.stage = Stage::Joining;
            return;
        }
        let comparison = Comparison::of(&scores(self.parent), &scores(child));
        let reason = if merge.is_some() { VerdictReason::Outranked } else { comparison.fault() };
        self.desk.record(comparison.decision(child, self.parent, self.minibatch.len(), Verdict::Dropped, reason));
        self.close_iteration();
    }

    fn close_iteration(&mut self) {
        let survivors = self.leaders();
        let fitness = survivors.iter().filter_map(|id| self.frontier.mean(*id)).collect();
        self.desk.record(RunEvent::GenerationClosed {
            generation: self.desk.generation(),
            survivors,
            fitness,
            spent: None,
        });
        self.stage = Stage::Closed;
    }
}

fn mean_of(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

impl Strategy for Gepa {
    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        if let Some(child) = self.desk.apply(event) {
            self.child = Some(child);
            self.desk.ask(state, child, &self.minibatch);
        }
        match event {
            RunEvent::CandidateAdmitted { .. }
                if matches!(self.stage, Stage::Waiting) && state.seeds().count() == state.spec().prompts.len() =>
            {
                self.begin(state, plan);
            }
            RunEvent::BudgetChanged { .. } if matches!(self.finish, Some(StopReason::BudgetSpent { .. })) => {
                self.finish = None;
            }
            _ => {}
        }
        self.advance(state, plan);
    }

    /// Members of the frontier, the best mean on D_pareto first.
    fn leaders(&self) -> Vec<CandidateId> {
        let mut members: Vec<CandidateId> = self.frontier.members().collect();
        let mean = |id: &CandidateId| self.frontier.mean(*id).unwrap_or(f64::NEG_INFINITY);
        members.sort_by(|a, b| mean(b).total_cmp(&mean(a)).then(a.cmp(b)));
        members.truncate(Plan::FINALISTS);
        members
    }

    fn next(&mut self, _: &RunState, _: &Plan) -> Wish {
        match self.finish {
            Some(reason) => Wish::Finish { reason, finalists: self.leaders() },
            None => self.desk.next(),
        }
    }
}
