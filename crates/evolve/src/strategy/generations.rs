use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clade_domain::{
    CandidateId, CellRef, ExampleId, OperatorName, Purpose, RunEvent, SlotId, Split, StopReason, Verdict, VerdictReason,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{Grid, Strategy, Wish, comparison::Comparison, model_changes, stopping, stopping::SOLVED};
use crate::{Plan, ProposeCommand, RunState, child_seed, state::fitness};

/// Generations in a row without a single child before the search gives up.
const EMPTY: u32 = 3;
/// Calls that writing one child may take: the request, and asking once more after a broken answer.
const TRIES: f64 = 2.0;
/// Fewest examples of a block that the budget decides.
const LEAST_EXAMPLES: f64 = 20.0;
/// Generations that a block is sized for.
const USUAL_GENERATIONS: f64 = 8.0;

/// What a search by generations decides for itself. Everything else is the machine's, [`Generational`].
pub trait Scheme: Send {
    /// Examples, generations and children of a generation as the original has them.
    fn published(&self) -> Published;

    /// Train examples that the run file asks for.
    fn examples(&self) -> Option<u32>;

    /// Most generations that the run file asks for.
    fn generations(&self) -> Option<u32>;

    /// The children to be made of the members that are there. Only as many are written as there is room for, the first ones.
    fn places(&mut self, at: &At<'_>) -> Vec<Place>;

    /// Takes the children in, by the number of their place in the plan. They met the same examples as the members.
    fn close(&mut self, at: &At<'_>, children: &BTreeMap<usize, CandidateId>) -> Outcome;
}

/// The original's numbers.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Examples that a prompt meets.
    pub examples: u32,
    /// Generations.
    pub generations: u32,
    /// Children of a generation.
    pub children: u32,
}

/// What a scheme sees. All members met all examples of the block, by one model.
pub struct At<'a> {
    /// The run.
    pub state: &'a RunState,
    /// The generation at hand, from 1; the user's prompts are 0.
    pub generation: u32,
    /// Who lives, best first.
    pub members: &'a [CandidateId],
    /// Examples that everyone meets.
    pub block: &'a [ExampleId],
    /// Children that can be paid for.
    pub room: usize,
}

/// A child to be made.
#[derive(Debug, Clone)]
pub struct Place {
    /// By which operator.
    pub operator: &'static str,
    /// From whom.
    pub parents: Vec<CandidateId>,
    /// Rollouts that failed, to be shown.
    pub failures: Vec<CellRef>,
    /// Rollouts that passed, to be shown.
    pub successes: Vec<CellRef>,
    /// Rollouts that become demonstrations.
    pub demonstrations: Vec<CellRef>,
    /// Words to go by.
    pub brief: Option<String>,
}

impl Place {
    /// A place that shows nothing.
    pub fn new(operator: &'static str, parents: Vec<CandidateId>) -> Self {
        let (failures, successes, demonstrations) = (Vec::new(), Vec::new(), Vec::new());
        Self { operator, parents, failures, successes, demonstrations, brief: None }
    }
}

/// What becomes of a generation.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Who lives on, in any order.
    pub members: Vec<CandidateId>,
    /// A [`RunEvent::CandidateDecided`] for each child.
    pub decisions: Vec<RunEvent>,
}

impl At<'_> {
    /// The fitness of a candidate on the block.
    pub fn fitness(&self, id: CandidateId) -> f64 {
        value(self.state, id)
    }

    /// The randomness of this generation's plan.
    pub fn rng(&self) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(child_seed(self.state.spec().seed, &[3, u64::from(self.generation)]))
    }

    /// Best first, each prompt once; of equal ones the older.
    pub fn distinct(&self, ids: impl IntoIterator<Item = CandidateId>) -> Vec<CandidateId> {
        let mut ids = ranked(self.state, ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect());
        let mut prompts = BTreeSet::new();
        ids.retain(|id| self.state.candidate(*id).is_some_and(|c| prompts.insert(c.prompt.hash())));
        ids
    }

    /// A candidate's cells of the block: solved ones and the others, one cell an example, the worst of its repeats.
    pub fn cells(&self, candidate: CandidateId) -> (Vec<CellRef>, Vec<CellRef>) {
        let score = |cell: &CellRef| -> Option<f64> {
            Some(self.state.cells(candidate)?.get(cell.example, cell.sample, self.state.repeat())?.score)
        };
        let worst = |example: &ExampleId| -> Option<(CellRef, f64)> {
            let cells = (0..self.state.repeat()).map(|sample| CellRef { candidate, example: *example, sample });
            cells.filter_map(|cell| Some((cell, score(&cell)?))).min_by(|a, b| a.1.total_cmp(&b.1))
        };
        let (solved, failed): (Vec<_>, Vec<_>) =
            self.block.iter().filter_map(worst).partition(|(_, score)| *score >= SOLVED);
        (solved.into_iter().map(|(cell, _)| cell).collect(), failed.into_iter().map(|(cell, _)| cell).collect())
    }

    /// The event that says what became of a child, with its gain over another candidate on the block.
    pub fn decided(
        &self,
        child: CandidateId,
        against: CandidateId,
        verdict: Verdict,
        reason: VerdictReason,
        detail: String,
    ) -> RunEvent {
        let Comparison { gain, gain_sd, .. } = Comparison::between(self.state, against, child, self.block);
        let trials = self.state.cells(child).map_or(0, |cells| cells.trials(Split::Train));
        RunEvent::CandidateDecided { candidate: child, verdict, reason, detail, against, trials, gain, gain_sd }
    }
}

fn value(state: &RunState, id: CandidateId) -> f64 {
    fitness(state, id, Split::Train).unwrap_or(f64::NEG_INFINITY)
}

/// Best first; of equal ones the older.
fn ranked(state: &RunState, mut ids: Vec<CandidateId>) -> Vec<CandidateId> {
    ids.sort_by(|a, b| value(state, *b).total_cmp(&value(state, *a)).then(a.cmp(b)));
    ids
}

enum Stage {
    /// The user's prompts are not admitted yet.
    Waiting,
    /// Members meet a model that took over; the places are planned once they have.
    Renewing,
    /// Children are written and evaluated.
    Running,
    /// Everything is decided, and is being recorded.
    Closed,
}

/// The machine of a search by generations: all candidates meet the same train examples, ids, parents and seeds are fixed when a
/// generation is planned, it is planned when the one before is closed, and it is closed once every child is evaluated.
pub struct Generational<S> {
    scheme: S,
    stage: Stage,
    generation: u32,
    next_id: u32,
    next_slot: u32,
    block: Vec<ExampleId>,
    members: Vec<CandidateId>,
    /// The best of everyone who met the block with the model at hand, best first, each prompt once.
    best: Vec<CandidateId>,
    children: BTreeMap<usize, CandidateId>,
    /// The slot of the generation's first place.
    first_slot: u32,
    open: BTreeSet<SlotId>,
    queue: VecDeque<ProposeCommand>,
    grid: Option<Grid>,
    records: VecDeque<RunEvent>,
    empty: u32,
    finish: Option<StopReason>,
}

impl<S: Scheme> Generational<S> {
    /// The search by this scheme, before any event.
    #[must_use]
    pub fn new(scheme: S) -> Self {
        Self {
            scheme,
            stage: Stage::Waiting,
            generation: 0,
            next_id: 0,
            next_slot: 0,
            block: Vec::new(),
            members: Vec::new(),
            best: Vec::new(),
            children: BTreeMap::new(),
            first_slot: 0,
            open: BTreeSet::new(),
            queue: VecDeque::new(),
            grid: None,
            records: VecDeque::new(),
            empty: 0,
            finish: None,
        }
    }

    /// As many examples as the run file says; else as the original has, or fewer, so that the budget lasts some generations.
    fn block_size(&self, state: &RunState, plan: &Plan) -> usize {
        let published = self.scheme.published();
        let most = f64::from(published.examples);
        let size = self.scheme.examples().map_or_else(
            || {
                let children = USUAL_GENERATIONS * f64::from(published.children) * f64::from(state.repeat());
                (plan.allowance(state).trials / children).clamp(LEAST_EXAMPLES.min(most), most) as usize
            },
            |examples| examples as usize,
        );
        size.clamp(1, plan.train.len().max(1))
    }

    /// Children that can be paid for beside so many trials that are due anyway.
    fn room(&self, state: &RunState, plan: &Plan, due: usize) -> usize {
        let allowance = plan.allowance(state);
        let repeat = f64::from(state.repeat());
        let written =
            allowance.proposal.max(TRIES / f64::from(state.spec().task_calls() + state.dataset().judge_calls));
        let child = self.block.len() as f64 * repeat + written;
        let left = allowance.trials - due as f64 * repeat;
        (left / child).max(0.0).min(f64::from(u16::MAX)) as usize
    }

    fn begin(&mut self, state: &RunState, plan: &Plan) {
        self.next_id = state.seeds().last().map_or(0, |candidate| candidate.id.0 + 1);
        self.block = plan.train.iter().take(self.block_size(state, plan)).copied().collect();
        self.members = state.seeds().map(|candidate| candidate.id).collect();
        self.meet(state);
        self.stage = Stage::Running;
        self.advance(state, plan);
    }

    /// Has the members meet the block with the generation's model, where they have not.
    fn meet(&mut self, state: &RunState) {
        let mut grid = Grid::new(Purpose::Search, self.generation, self.block.clone());
        self.members.iter().for_each(|id| grid.add(state, *id));
        self.grid = Some(grid);
    }

    fn plan_generation(&mut self, state: &RunState, plan: &Plan) {
        self.generation += 1;
        self.children.clear();
        self.meet(state);
        if model_changes(state, self.generation) {
            // scores of different models are never compared
            self.best.clear();
            self.stage = Stage::Renewing;
            self.advance(state, plan);
        } else {
            self.plan_places(state, plan);
        }
    }

    fn plan_places(&mut self, state: &RunState, plan: &Plan) {
        let room = self.room(state, plan, 0);
        self.members = ranked(state, std::mem::take(&mut self.members));
        let at = At { state, generation: self.generation, members: &self.members, block: &self.block, room };
        let mut places = self.scheme.places(&at);
        places.truncate(room);
        self.first_slot = self.next_slot;
        for place in places {
            let (slot, candidate) = (SlotId(self.next_slot), CandidateId(self.next_id));
            self.next_slot += 1;
            self.next_id += 1;
            self.open.insert(slot);
            self.queue.push_back(ProposeCommand {
                slot,
                candidate,
                generation: self.generation,
                operator: OperatorName::from(place.operator),
                parents: place.parents,
                failures: place.failures,
                successes: place.successes,
                demonstrations: place.demonstrations,
                targets: Vec::new(),
                brief: place.brief,
                seed: child_seed(state.spec().seed, &[1, u64::from(slot.0)]),
            });
        }
        self.stage = Stage::Running;
        self.advance(state, plan);
    }

    /// Goes on as far as what is there allows.
    fn advance(&mut self, state: &RunState, plan: &Plan) {
        let complete = self.grid.as_ref().is_none_or(Grid::is_complete);
        match self.stage {
            Stage::Renewing if complete => self.plan_places(state, plan),
            Stage::Running if complete && self.open.is_empty() => self.close(state),
            _ => {}
        }
    }

    fn close(&mut self, state: &RunState) {
        self.stage = Stage::Closed;
        let at = At { state, generation: self.generation, members: &self.members, block: &self.block, room: 0 };
        let outcome = if self.generation == 0 {
            Outcome { members: self.members.clone(), decisions: Vec::new() }
        } else {
            self.scheme.close(&at, &self.children)
        };
        let everyone = self.best.iter().chain(&self.members).chain(self.children.values()).copied();
        let mut best = at.distinct(everyone);
        best.truncate(Plan::FINALISTS);
        let survivors = ranked(state, outcome.members);
        let fitness = survivors.iter().map(|id| at.fitness(*id)).collect();
        self.best = best;
        self.records.extend(outcome.decisions);
        let generation = self.generation;
        self.records.push_back(RunEvent::GenerationClosed { generation, survivors, fitness, spent: None });
    }

    /// Plans the next generation, or ends the search.
    fn go_on(&mut self, state: &RunState, plan: &Plan) {
        self.finish = self.stop_reason(state, plan);
        if self.finish.is_none() {
            self.plan_generation(state, plan);
        }
    }

    fn stop_reason(&self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        let leader = self.best.first().copied().unwrap_or(CandidateId(0));
        if stopping::target_reached(state, leader) {
            return Some(StopReason::TargetReached);
        }
        if stopping::solved(state, leader) {
            return Some(StopReason::NothingToGain);
        }
        if self.empty >= EMPTY {
            return Some(StopReason::NothingNew);
        }
        let endless = plan.allowance(state).trials.is_infinite();
        let most = self.scheme.generations().or(endless.then_some(self.scheme.published().generations));
        if most.is_some_and(|most| self.generation >= most) {
            return Some(StopReason::MaxGenerations);
        }
        if stopping::stalled(state) {
            return Some(StopReason::NoImprovement);
        }
        let due = if model_changes(state, self.generation + 1) { self.members.len() * self.block.len() } else { 0 };
        (self.room(state, plan, due) < 2).then(|| StopReason::BudgetSpent { limit: plan.binding_limit(state) })
    }
}

impl<S: Scheme> Strategy for Generational<S> {
    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        match event {
            RunEvent::CandidateAdmitted { candidate, .. } => match candidate.slot {
                None if state.seeds().count() == state.spec().prompts.len() => self.begin(state, plan),
                None => {}
                Some(slot) if self.open.remove(&slot) => {
                    self.children.insert(slot.0.saturating_sub(self.first_slot) as usize, candidate.id);
                    if let Some(grid) = &mut self.grid {
                        grid.add(state, candidate.id);
                    }
                    self.advance(state, plan);
                }
                Some(_) => {}
            },
            RunEvent::ProposalRejected { slot, .. } if self.open.remove(slot) => self.advance(state, plan),
            RunEvent::TrialFinished(trial) => {
                if let Some(grid) = &mut self.grid {
                    grid.apply(trial);
                }
                self.advance(state, plan);
            }
            RunEvent::CandidateDecided { candidate, .. } => self
                .records
                .retain(|e| !matches!(e, RunEvent::CandidateDecided { candidate: other, .. } if other == candidate)),
            RunEvent::GenerationClosed { survivors, .. } => {
                let barren = self.generation > 0 && self.children.is_empty();
                self.empty = if barren { self.empty + 1 } else { 0 };
                self.members.clone_from(survivors);
                self.records.clear();
                self.go_on(state, plan);
            }
            RunEvent::BudgetChanged { .. } if matches!(self.finish, Some(StopReason::BudgetSpent { .. })) => {
                self.go_on(state, plan);
            }
            _ => {}
        }
    }

    fn leaders(&self) -> Vec<CandidateId> {
        self.best.clone()
    }

    fn next(&mut self, state: &RunState, _plan: &Plan) -> Wish {
        if let Some(reason) = self.finish {
            return Wish::Finish { reason, finalists: self.best.clone() };
        }
        while let Some(command) = self.queue.pop_front() {
            if self.open.contains(&command.slot) {
                return Wish::Propose(Box::new(command));
            }
        }
        if let Some(command) = self.grid.as_mut().and_then(|grid| grid.next(state)) {
            return Wish::Evaluate(command);
        }
        match self.records.pop_front() {
            Some(event) => Wish::Record(Box::new(event)),
            None => Wish::Wait,
        }
    }
}
