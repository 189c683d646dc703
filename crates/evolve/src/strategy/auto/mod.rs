//! `auto`: targeted edits, each verified by the few examples that tell most.
//!
//! [`Auto`] is a machine of rounds. A round has lanes; a lane has an operator write one edit of the incumbent, made for an example that
//! fails, and verifies it: first on that failure, then on examples that the incumbent is believed to solve
//! ([`verification`]). What is believed of each example is carried from parent to child ([`belief`]), so a child is never
//! evaluated on everything. Where scores are degrees, differences decide instead ([`degrees`]). Edits are reflections on one failure,
//! unless the run file names other operators ([`writers`]). Deleting a sentence is an edit verified the same way. Where something is to be
//! small, what a child costs in it is weighed against what it gains ([`simplification`]).

mod belief;
mod degrees;
mod headroom;
mod lane;
mod memory;
mod planning;
mod rounds;
mod simplification;
mod verification;
mod writers;

use std::collections::VecDeque;

use clade_domain::{AutoSpec, CandidateId, ExampleId, Purpose, RunEvent, Split, StopReason};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use self::{
    belief::Belief,
    degrees::are_degrees,
    lane::{Carried, Lane},
    memory::Memory,
};
use super::{Strategy, Wish, weights::Weighted};
use crate::{
    EvaluateCommand, Plan, ProposeCommand, RunState, child_seed,
    state::{Cells, fitness},
};

/// What the search is at.
enum Stage {
    /// The user's prompts are not admitted yet.
    Waiting,
    /// The user's prompts meet a first sample of examples, by place.
    Headroom(Vec<usize>),
    /// The incumbent meets more examples, with what was believed of them.
    Probe(Vec<usize>, Vec<f64>),
    /// Lanes run.
    Round(Vec<Lane>),
    /// Everything is decided, and is being recorded.
    Closed,
}

/// Edits in a row that were refused, after which the incumbent's sentences are suspected.
const REVIEW_AFTER: u32 = 8;

/// The default search. See the module.
pub struct Auto {
    settings: AutoSpec,
    stage: Stage,
    round: u32,
    memory: Memory,
    belief: Belief,
    /// Operators that write edits.
    writers: Vec<Weighted>,
    /// Recent accepted edits and all recent ones.
    recent: (f64, f64),
    /// The incumbent's ancestors from a user's prompt on; the last one is the incumbent.
    line: Vec<CandidateId>,
    next_id: u32,
    next_slot: u32,
    /// Edits in a row that were not accepted, since the incumbent's sentences were reviewed last.
    refused: u32,
    /// Failures that a review looks at before it gives a sentence up.
    looks: usize,
    /// Sentences to be reviewed, the most suspicious last.
    reviewing: Vec<String>,
    /// Sentences to be left out on trial, and `None` for saying everything in fewer words; the last is the first.
    simplifying: Vec<Option<String>>,
    /// The incumbent that was simplified last.
    simplified: Option<CandidateId>,
    /// Accepted edits that wait to be tried on the incumbent.
    carried: Vec<Carried>,
    /// Counts of accepted edits that solved their target, and that did not.
    targets_hit: (f64, f64),
    /// The incumbent is new, and is to be looked at on fresh examples.
    probe_due: bool,
    /// Looks at the target score so far, and at whom the last one was, with how many answers.
    target_looks: usize,
    looked_at: Option<(CandidateId, usize)>,
    /// Another task model took over, and the incumbent was looked at anew for it.
    renewed: bool,
    /// Examples that a verification buys at once.
    batch: usize,
    /// Rounds in a row in which nothing was bought.
    idle: u32,
    /// Rounds in a row without an accepted edit.
    stale: u32,
    records: VecDeque<RunEvent>,
    proposals: VecDeque<ProposeCommand>,
    evaluations: VecDeque<EvaluateCommand>,
    finish: Option<StopReason>,
}

impl Auto {
    /// The search with these settings, before any event.
    #[must_use]
    pub fn new(settings: AutoSpec) -> Self {
        Self {
            writers: writers::of(&settings),
            recent: (1.0, 4.0),
            belief: Belief::new(0),
            settings,
            stage: Stage::Waiting,
            round: 0,
            memory: Memory::default(),
            line: Vec::new(),
            next_id: 0,
            next_slot: 0,
            refused: 0,
            looks: 1,
            reviewing: Vec::new(),
            simplifying: Vec::new(),
            simplified: None,
            carried: Vec::new(),
            targets_hit: (3.0, 3.0),
            probe_due: false,
            target_looks: 0,
            looked_at: None,
            renewed: false,
            batch: 1,
            idle: 0,
            stale: 0,
            records: VecDeque::new(),
            proposals: VecDeque::new(),
            evaluations: VecDeque::new(),
            finish: None,
        }
    }

    fn incumbent(&self) -> CandidateId {
        self.line.last().copied().unwrap_or(CandidateId(0))
    }

    fn on_target(&self) -> f64 {
        self.targets_hit.0 / (self.targets_hit.0 + self.targets_hit.1)
    }

    /// The share of recent edits that was accepted, in (0, 1).
    fn success(&self) -> f64 {
        self.recent.0 / self.recent.1
    }

    /// Asks for a candidate's score on examples.
    fn ask(&mut self, state: &RunState, plan: &Plan, candidate: CandidateId, places: &[usize]) {
        for example in places.iter().filter_map(|place| plan.train.get(*place)) {
            for sample in 0..state.repeat() {
                let cell = clade_domain::CellRef { candidate, example: *example, sample };
                let (purpose, generation) = (Purpose::Search, self.round);
                self.evaluations.push_back(EvaluateCommand { cell, purpose, generation });
            }
        }
    }

    /// Starts with the user's prompts on a first sample.
    fn begin(&mut self, state: &RunState, plan: &Plan) {
        self.memory = Memory::new(plan.train.len());
        self.belief = Belief::new(plan.train.len());
        let seeds: Vec<CandidateId> = state.seeds().map(|c| c.id).collect();
        self.next_id = seeds.last().map_or(0, |id| id.0 + 1);
        let allowance = plan.allowance(state);
        let size = headroom::sample_size(allowance.total / seeds.len().max(1) as f64, plan.train.len());
        let places: Vec<usize> = (0..size).collect();
        for seed in seeds {
            self.ask(state, plan, seed, &places);
        }
        for example in plan.train.iter().take(headroom::repeats(state, size)) {
            let cell = clade_domain::CellRef { candidate: CandidateId(0), example: *example, sample: state.repeat() };
            let purpose = Purpose::Repeat;
            self.evaluations.push_back(EvaluateCommand { cell, purpose, generation: 0 });
        }
        self.stage = Stage::Headroom(places);
        self.advance(state, plan);
    }

    /// Goes on as far as the scores that are there allow.
    fn advance(&mut self, state: &RunState, plan: &Plan) {
        match std::mem::replace(&mut self.stage, Stage::Closed) {
            Stage::Headroom(places) => {
                let repeats = headroom::repeats(state, places.len());
                let seeds: Vec<CandidateId> = state.seeds().map(|c| c.id).collect();
                let all = seeds.iter().all(|seed| places.iter().all(|p| look(state, plan, *seed, *p, 0).is_some()));
                if !all || state.second_scores().len() < repeats {
                    self.stage = Stage::Headroom(places);
                    return;
                }
                self.measured(state, plan, &seeds, &places);
            }
            Stage::Probe(places, before) => {
                let incumbent = self.incumbent();
                let scores: Option<Vec<f64>> =
                    places.iter().map(|p| look(state, plan, incumbent, *p, self.round)).collect();
                let Some(scores) = scores else {
                    self.stage = Stage::Probe(places, before);
                    return;
                };
                self.probed(plan, &places, &before, &scores);
                self.plan_round(state, plan);
            }
            Stage::Round(mut lanes) => {
                for lane in &mut lanes {
                    self.advance_lane(state, plan, lane);
                }
                if lanes.iter().all(|lane| lane.step == lane::Step::Over) {
                    self.close(state, plan, lanes);
                } else {
                    self.stage = Stage::Round(lanes);
                }
            }
            stage @ (Stage::Waiting | Stage::Closed) => self.stage = stage,
        }
    }

    /// The first sample is there: the best of the user's prompts leads, and what there is to gain is recorded.
    fn measured(&mut self, state: &RunState, plan: &Plan, seeds: &[CandidateId], places: &[usize]) {
        let mut best = (CandidateId(0), f64::NEG_INFINITY);
        for seed in seeds {
            let value = fitness(state, *seed, Split::Train).unwrap_or(f64::NEG_INFINITY);
            if value > best.1 {
                best = (*seed, value);
            }
        }
        self.line = vec![best.0];
        let before: Vec<f64> = places.iter().map(|p| self.belief.solved(*p)).collect();
        let scores: Vec<f64> = places.iter().filter_map(|p| look(state, plan, best.0, *p, 0)).collect();
        if are_degrees(&scores) {
            self.belief.by_degrees();
        }
        self.probed(plan, places, &before, &scores);
        // nothing is known of a prompt that nobody answered or judged
        let judged = |cells: &Cells| cells.trials(Split::Train) > cells.failed(Split::Train);
        if state.cells(CandidateId(0)).is_some_and(judged) {
            let headroom = Box::new(headroom::measure(state, plan, places));
            self.records.push_back(RunEvent::HeadroomMeasured { headroom });
        }
        self.close_round(state);
    }

    /// Takes in the incumbent's scores on a sample.
    fn probed(&mut self, plan: &Plan, places: &[usize], before: &[f64], scores: &[f64]) {
        let incumbent = self.incumbent();
        for (place, score) in places.iter().zip(scores) {
            self.belief.observe(*place, *score);
            let example = plan.train.get(*place).copied().unwrap_or(ExampleId(0));
            self.memory.see(*place, incumbent, example, *score, self.line.len());
        }
        self.belief.calibrate(before, scores, &self.memory.unseen());
    }

    /// Has the incumbent meet so many examples that it was not seen on; false where there are none.
    fn probe(&mut self, state: &RunState, plan: &Plan, most: usize) -> bool {
        let mut places = self.memory.unseen();
        let calls = state.trials();
        let mut rng = ChaCha8Rng::seed_from_u64(child_seed(state.spec().seed, &[4, u64::from(self.round), calls]));
        places.shuffle(&mut rng);
        places.truncate(most);
        if places.is_empty() {
            return false;
        }
        self.idle = 0;
        let before = places.iter().map(|p| self.belief.solved(*p)).collect();
        self.ask(state, plan, self.incumbent(), &places);
        self.stage = Stage::Probe(places, before);
        // an example may have been evaluated before, under another incumbent that is back
        self.advance(state, plan);
        true
    }

    /// Records the end of a round.
    fn close_round(&mut self, state: &RunState) {
        let survivors: Vec<CandidateId> = self.line.iter().rev().take(Plan::FINALISTS).copied().collect();
        let value = |id: &CandidateId| fitness(state, *id, Split::Train).unwrap_or(0.0);
        // the incumbent's own figure is what is believed of it: it met few examples, and those were not chosen at random
        let fitness = survivors.iter().enumerate().map(|(n, id)| if n == 0 { self.belief.mean() } else { value(id) });
        let fitness = fitness.collect();
        self.records.push_back(RunEvent::GenerationClosed { generation: self.round, survivors, fitness, spent: None });
        self.stage = Stage::Closed;
    }

    /// The incumbent, some of its ancestors, best first.
    fn finalists(&self) -> Vec<CandidateId> {
        let mut finalists = vec![self.incumbent()];
        for back in [2, 4, 7] {
            if let Some(id) = self.line.len().checked_sub(back + 1).and_then(|at| self.line.get(at)) {
                finalists.push(*id);
            }
        }
        finalists
    }
}

impl Strategy for Auto {
    /// It plans anew all the time, by what its calls have cost so far.
    fn lays_itself_out(&self) -> bool {
        false
    }

    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        match event {
            RunEvent::CandidateAdmitted { candidate, .. } => match candidate.slot {
                None if state.seeds().count() == state.spec().prompts.len() => self.begin(state, plan),
                None => {}
                Some(slot) => self.written(state, plan, slot, Some(candidate.id)),
            },
            RunEvent::ProposalRejected { slot, same_as, .. } => self.written(state, plan, *slot, *same_as),
            RunEvent::TrialFinished(_) => self.advance(state, plan),
            RunEvent::HeadroomMeasured { .. } => {
                self.records.retain(|e| !matches!(e, RunEvent::HeadroomMeasured { .. }))
            }
            RunEvent::CandidateDecided { candidate, .. } => self
                .records
                .retain(|e| !matches!(e, RunEvent::CandidateDecided { candidate: other, .. } if other == candidate)),
            RunEvent::GenerationClosed { .. } => {
                self.records.clear();
                self.plan_round(state, plan);
            }
            RunEvent::BudgetChanged { .. } if matches!(self.finish, Some(StopReason::BudgetSpent { .. })) => {
                self.finish = None;
                self.plan_round(state, plan);
            }
            _ => {}
        }
    }

    fn leaders(&self) -> Vec<CandidateId> {
        self.finalists()
    }

    fn next(&mut self, state: &RunState, _plan: &Plan) -> Wish {
        if let Some(reason) = self.finish {
            return Wish::Finish { reason, finalists: self.finalists() };
        }
        while let Some(command) = self.proposals.pop_front() {
            if self.awaits(command.slot) {
                return Wish::Propose(Box::new(command));
            }
        }
        while let Some(command) = self.evaluations.pop_front() {
            let known = match command.purpose {
                Purpose::Repeat => state.second_scores().contains_key(&command.cell.example),
                _ => state.cells(command.cell.candidate).is_some_and(|cells| {
                    cells.model() == super::model_override(state, command.cell.candidate, command.generation).as_deref()
                        && cells.get(command.cell.example, command.cell.sample, state.repeat()).is_some()
                }),
            };
            if !known {
                return Wish::Evaluate(command);
            }
        }
        match self.records.pop_front() {
            Some(event) => Wish::Record(Box::new(event)),
            None => Wish::Wait,
        }
    }
}

/// A candidate's mean score on a train example by its place, once every repeat is there, by the model of a generation.
fn look(state: &RunState, plan: &Plan, candidate: CandidateId, place: usize, generation: u32) -> Option<f64> {
    let (example, cells) = (*plan.train.get(place)?, state.cells(candidate)?);
    if cells.model() != super::model_override(state, candidate, generation).as_deref() {
        return None;
    }
    let all = (0..state.repeat()).all(|sample| cells.get(example, sample, state.repeat()).is_some());
    if all { cells.mean(example, state.repeat()) } else { None }
}
