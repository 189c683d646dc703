//! `mipro`: instructions and sets of demonstrations are written first, then combined by a Bayesian choice.

mod events;
mod layout;
mod tpe;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clade_domain::{
    CandidateId, CellRef, ExampleId, MiproSpec, Purpose, RunEvent, SlotId, StopReason, Verdict, VerdictReason,
};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use self::{
    layout::Layout,
    tpe::{Pick, choose},
};
use super::{Grid, comparison::Comparison, model_changes, stopping};
use crate::{Plan, ProposeCommand, RunState, child_seed, state::minimises};

/// A score from which an example, or a prompt, counts as solved.
const SOLVED: f64 = 0.999;
/// Examples that a proposal sees: those of MIPROv2's `view_data_batch_size`.
const SHOWN: usize = 10;

/// What the search is at.
enum Stage {
    /// The user's prompts are not admitted yet.
    Waiting,
    /// The user's prompts meet everything: their right answers become demonstrations.
    Bootstrap,
    /// Instructions are written.
    Proposing,
    /// The best combination meets the choosing examples with a model that took over.
    Renewing,
    /// A combination is made, and meets a minibatch.
    Trial { pick: Pick, examples: Vec<ExampleId> },
    /// A combination meets all choosing examples.
    Full { pick: Pick },
    /// Everything is decided, and is being recorded.
    Closed,
}

/// Instructions and demonstrations: MIPRO, Opsahl-Ong et al., "Optimizing Instructions and Demonstrations for Multi-Stage Language Model
/// Programs", EMNLP 2024, with the defaults of MIPROv2 in DSPy.
///
/// It differs from the original in this: a prompt is one module; the user's prompts are asked without a teacher, and only answers that
/// the checks found right become demonstrations (no labelled ones, since right answers of the data are never shown); a set is
/// collected from one pass over at most sixty examples; all components of a prompt are the instruction; the surrogate is the one of the
/// module `tpe`, which begins once each instruction and each set was tried, not after ten random trials; a combination that met all
/// examples is not tried on a minibatch again; without a size in the run file the largest one is taken that the budget bears; and only
/// the score counts before validation, not the other objectives.
pub struct Mipro {
    settings: MiproSpec,
    layout: Option<Layout>,
    stage: Stage,
    round: u32,
    next_id: u32,
    next_slot: u32,
    instructions: Vec<CandidateId>,
    /// Worked examples of each set; the first one has none, and stands for those that a prompt has itself.
    sets: Vec<Vec<CellRef>>,
    combinations: BTreeMap<Pick, CandidateId>,
    /// Combinations that cannot be made.
    barred: BTreeSet<Pick>,
    /// Scores of trials and of full evaluations, in order.
    trials: Vec<(Pick, f64)>,
    /// Trials begun so far, those that could not be made included.
    tried: u32,
    /// Combinations that met all choosing examples.
    full: Vec<Pick>,
    /// The best of those, best first, when the last round closed.
    leaders: Vec<CandidateId>,
    /// Full evaluations since the last new best.
    stale: u32,
    /// Full evaluations that were above all before.
    bests: usize,
    children: BTreeMap<SlotId, CandidateId>,
    open: BTreeSet<SlotId>,
    queue: VecDeque<ProposeCommand>,
    grid: Option<Grid>,
    records: VecDeque<RunEvent>,
    finish: Option<StopReason>,
}

impl Mipro {
    /// The search with these settings, before any event.
    #[must_use]
    pub fn new(settings: MiproSpec) -> Self {
        Self {
            settings,
            layout: None,
            stage: Stage::Waiting,
            round: 0,
            next_id: 0,
            next_slot: 0,
            instructions: Vec::new(),
            sets: vec![Vec::new()],
            combinations: BTreeMap::new(),
            barred: BTreeSet::new(),
            trials: Vec::new(),
            tried: 0,
            full: Vec::new(),
            leaders: Vec::new(),
            stale: 0,
            bests: 0,
            children: BTreeMap::new(),
            open: BTreeSet::new(),
            queue: VecDeque::new(),
            grid: None,
            records: VecDeque::new(),
            finish: None,
        }
    }

    fn rng(&self, state: &RunState, salt: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(child_seed(state.spec().seed, &[3, u64::from(self.round), salt]))
    }

    fn choosing(&self) -> &[ExampleId] {
        self.layout.as_ref().map_or(&[], |layout| &layout.choosing)
    }

    /// The mean score of a combination on examples that it met.
    fn score(&self, state: &RunState, pick: Pick, examples: &[ExampleId]) -> f64 {
        let cells = self.combinations.get(&pick).and_then(|id| state.cells(*id));
        let scores: Vec<f64> = examples.iter().filter_map(|example| cells?.mean(*example, state.repeat())).collect();
        scores.iter().sum::<f64>() / scores.len().max(1) as f64
    }

    /// Combinations that met all choosing examples, best first, with their scores; of equal ones the earlier.
    fn ranked(&self, state: &RunState) -> Vec<(CandidateId, f64)> {
        let scored = |pick: &Pick| Some((*self.combinations.get(pick)?, self.score(state, *pick, self.choosing())));
        let mut ranked: Vec<(CandidateId, f64)> = self.full.iter().filter_map(scored).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
    }

    fn begin(&mut self, state: &RunState, plan: &Plan) {
        let layout = Layout::of(&self.settings, state, plan);
        self.next_id = state.seeds().last().map_or(0, |candidate| candidate.id.0 + 1);
        self.instructions = state.seeds().map(|candidate| candidate.id).collect();
        let met = layout.boot.iter().chain(&layout.choosing).copied().collect();
        self.layout = Some(layout);
        self.stage = Stage::Bootstrap;
        self.meet(state, &self.instructions.clone(), met);
        self.advance(state, plan);
    }

    /// Has candidates meet examples.
    fn meet(&mut self, state: &RunState, candidates: &[CandidateId], examples: Vec<ExampleId>) {
        let mut grid = Grid::new(Purpose::Search, self.round, examples);
        candidates.iter().for_each(|id| grid.add(state, *id));
        self.grid = Some(grid);
    }

    fn propose(&mut self, state: &RunState, operator: &str, parents: Vec<CandidateId>) -> &mut ProposeCommand {
        let (slot, candidate) = (SlotId(self.next_slot), CandidateId(self.next_id));
        self.next_slot += 1;
        self.next_id += 1;
        self.open.insert(slot);
        self.queue.push_back(ProposeCommand {
            slot,
            candidate,
            generation: self.round,
            operator: operator.into(),
            parents,
            failures: Vec::new(),
            successes: Vec::new(),
            demonstrations: Vec::new(),
            targets: Vec::new(),
            brief: None,
            seed: child_seed(state.spec().seed, &[1, u64::from(slot.0)]),
        });
        let last = self.queue.len() - 1;
        &mut self.queue[last]
    }

    /// Goes on as far as what is there allows.
    fn advance(&mut self, state: &RunState, plan: &Plan) {
        if !self.open.is_empty() || self.grid.as_ref().is_some_and(|grid| !grid.is_complete()) {
            return;
        }
        match std::mem::replace(&mut self.stage, Stage::Closed) {
            Stage::Bootstrap => self.bootstrapped(state),
            Stage::Proposing => {
                self.instructions.extend(self.children.values());
                for (place, id) in self.instructions.iter().enumerate() {
                    self.combinations.insert((place, 0), *id);
                }
                self.close(state);
            }
            Stage::Renewing => {
                let pick = self.full.first().copied().unwrap_or_default();
                self.trials.push((pick, self.score(state, pick, self.choosing())));
                self.plan_trial(state, plan);
            }
            Stage::Trial { pick, examples } => self.trial_over(state, plan, pick, &examples),
            Stage::Full { pick } => self.full_over(state, pick),
            stage @ (Stage::Waiting | Stage::Closed) => self.stage = stage,
        }
    }

    /// The user's prompts met everything: the best one leads, and its right answers become sets of demonstrations.
    fn bootstrapped(&mut self, state: &RunState) {
        for (place, id) in self.instructions.iter().enumerate() {
            self.combinations.insert((place, 0), *id);
            self.full.push((place, 0));
        }
        for place in 0..self.instructions.len() {
            self.trials.push(((place, 0), self.score(state, (place, 0), self.choosing())));
        }
        let leader = self.ranked(state).first().map_or(CandidateId(0), |(id, _)| *id);
        let Some(layout) = &self.layout else { return };
        let (solved, _) = cells_of(state, leader, &layout.boot);
        let most = self.settings.demonstrations as usize;
        let mut rng = self.rng(state, 1);
        // DSPy's `create_n_fewshot_demo_sets`: none; the first ones in order; then shuffled ones of a random size
        let mut first = solved.clone();
        first.truncate(most);
        let mut sets = vec![first];
        while sets.len() + 1 < layout.candidates && most > 0 {
            let mut set = solved.clone();
            set.shuffle(&mut rng);
            set.truncate(rng.random_range(1..=most));
            sets.push(set);
        }
        for set in sets {
            if !set.is_empty() && !self.sets.contains(&set) {
                self.sets.push(set);
            }
        }
        self.close(state);
    }

    /// Step 2 of MIPROv2: instructions grounded in the data; the user's prompts are the first ones.
    fn plan_proposals(&mut self, state: &RunState) {
        self.round += 1;
        self.grid = None;
        self.children.clear();
        let Some(layout) = &self.layout else { return };
        let missing = layout.candidates.saturating_sub(self.instructions.len());
        let parents: Vec<CandidateId> = self.ranked(state).into_iter().map(|(id, _)| id).collect();
        let (solved, failed) = parents.first().map(|id| cells_of(state, *id, &layout.boot)).unwrap_or_default();
        let mut rng = self.rng(state, 2);
        for _ in 0..missing {
            let (mut solved, mut failed) = (solved.clone(), failed.clone());
            solved.shuffle(&mut rng);
            failed.shuffle(&mut rng);
            // half of each, or more of one where the other is short
            let right = solved.len().min((SHOWN / 2).max(SHOWN.saturating_sub(failed.len())));
            solved.truncate(right);
            failed.truncate(SHOWN - right);
            let command = self.propose(state, "mipro", parents.clone());
            command.successes = solved;
            command.failures = failed;
        }
        self.stage = Stage::Proposing;
    }

    fn plan_round(&mut self, state: &RunState, plan: &Plan) {
        if self.round == 0 {
            self.plan_proposals(state);
            self.advance(state, plan);
            return;
        }
        let repeat = f64::from(state.repeat());
        let trials = plan.allowance(state).trials;
        let all = self.choosing().len() as f64 * repeat;
        let minibatch = self.layout.as_ref().map_or(0, |layout| layout.minibatch) as f64 * repeat;
        let renewed = if model_changes(state, self.round + 1) { all } else { 0.0 };
        // what a trial finds must still be paid for in full
        if trials < minibatch + all + renewed {
            match self.best_untested().filter(|_| trials >= all && renewed == 0.0) {
                Some(pick) => {
                    self.round += 1;
                    self.plan_full(state, pick);
                    self.advance(state, plan);
                }
                None => self.finish = Some(StopReason::BudgetSpent { limit: plan.binding_limit(state) }),
            }
            return;
        }
        self.round += 1;
        if model_changes(state, self.round) {
            // scores of different models are never compared
            let best = self.ranked(state).first().map_or(CandidateId(0), |(id, _)| *id);
            let pick = self.combinations.iter().find(|(_, id)| **id == best).map(|(pick, _)| *pick);
            self.trials.clear();
            self.full = vec![pick.unwrap_or_default()];
            self.meet(state, &[best], self.choosing().to_vec());
            self.stage = Stage::Renewing;
            self.advance(state, plan);
        } else {
            self.plan_trial(state, plan);
        }
    }

    /// Step 3 of MIPROv2: the next combination meets a minibatch.
    fn plan_trial(&mut self, state: &RunState, plan: &Plan) {
        let choices = (self.instructions.len(), self.sets.len());
        let barred: BTreeSet<Pick> = self.barred.iter().chain(&self.full).copied().collect();
        let mut rng = self.rng(state, 3);
        let first = self.first_look(state, choices).filter(|pick| !barred.contains(pick));
        let Some(pick) = first.or_else(|| choose(&self.trials, choices, &barred, &mut rng)) else {
            self.finish = Some(StopReason::NothingNew);
            return;
        };
        self.tried += 1;
        self.children.clear();
        let mut examples = self.choosing().to_vec();
        examples.shuffle(&mut rng);
        examples.truncate(self.layout.as_ref().map_or(0, |layout| layout.minibatch));
        match self.combinations.get(&pick).copied() {
            Some(candidate) => self.meet(state, &[candidate], examples.clone()),
            None => {
                self.meet(state, &[], examples.clone());
                let (instruction, set) = (self.instructions[pick.0], self.sets[pick.1].clone());
                self.propose(state, "demonstration-set", vec![instruction]).demonstrations = set;
            }
        }
        self.stage = Stage::Trial { pick, examples };
        self.advance(state, plan);
    }

    /// The first trials meet each instruction and each set once, in random pairs.
    fn first_look(&self, state: &RunState, choices: Pick) -> Option<Pick> {
        let place = self.tried as usize;
        let shuffled = |n: usize, salt: u64| {
            let mut order: Vec<usize> = (0..n).collect();
            order.shuffle(&mut ChaCha8Rng::seed_from_u64(child_seed(state.spec().seed, &[4, salt])));
            order
        };
        let (instructions, sets) = (shuffled(choices.0, 1), shuffled(choices.1, 2));
        if place >= choices.0.max(choices.1) {
            return None;
        }
        Some((*instructions.get(place % choices.0)?, *sets.get(place % choices.1)?))
    }

    fn trial_over(&mut self, state: &RunState, plan: &Plan, pick: Pick, examples: &[ExampleId]) {
        match self.combinations.get(&pick).copied() {
            Some(candidate) => {
                let score = self.score(state, pick, examples);
                self.trials.push((pick, score));
                let detail = format!("scores {score:.3} on a minibatch of {}", examples.len());
                let kept = (Verdict::Kept, VerdictReason::Unclear);
                self.decide(state, candidate, kept, detail, examples);
            }
            None => {
                self.barred.insert(pick);
            }
        }
        let last = self.layout.as_ref().is_none_or(|layout| self.tried >= layout.trials);
        let due = last || self.tried.is_multiple_of(self.settings.full_every.max(1));
        let affordable = plan.allowance(state).trials >= self.choosing().len() as f64 * f64::from(state.repeat());
        match self.best_untested().filter(|_| due && affordable) {
            Some(best) => {
                self.plan_full(state, best);
                self.advance(state, plan);
            }
            None => self.close(state),
        }
    }

    /// The combination with the best mean over its trials among those that did not meet all choosing examples.
    fn best_untested(&self) -> Option<Pick> {
        let mut sums: BTreeMap<Pick, (f64, u32)> = BTreeMap::new();
        for (pick, score) in self.trials.iter().filter(|(pick, _)| !self.full.contains(pick)) {
            let (sum, n) = sums.entry(*pick).or_default();
            *sum += score;
            *n += 1;
        }
        let mut best: Option<(Pick, f64)> = None;
        for (pick, (sum, n)) in sums {
            let mean = sum / f64::from(n);
            if best.is_none_or(|(_, most)| mean > most) {
                best = Some((pick, mean));
            }
        }
        best.map(|(pick, _)| pick)
    }

    fn plan_full(&mut self, state: &RunState, pick: Pick) {
        let candidate = self.combinations.get(&pick).copied();
        self.meet(state, candidate.as_slice(), self.choosing().to_vec());
        self.stage = Stage::Full { pick };
    }

    fn full_over(&mut self, state: &RunState, pick: Pick) {
        let examples = self.choosing().to_vec();
        let score = self.score(state, pick, &examples);
        let before = self.ranked(state).first().map_or(f64::NEG_INFINITY, |(_, score)| *score);
        let verdict = if score > before {
            (Verdict::Kept, VerdictReason::Improves)
        } else {
            (Verdict::Dropped, VerdictReason::Outranked)
        };
        if let Some(candidate) = self.combinations.get(&pick).copied() {
            let detail = format!("scores {score:.3} on all {} examples", examples.len());
            self.decide(state, candidate, verdict, detail, &examples);
        }
        self.stale = if score > before { 0 } else { self.stale + 1 };
        self.bests += usize::from(score > before);
        self.trials.push((pick, score));
        self.full.push(pick);
        self.close(state);
    }

    fn decide(
        &mut self,
        state: &RunState,
        candidate: CandidateId,
        (verdict, reason): (Verdict, VerdictReason),
        detail: String,
        examples: &[ExampleId],
    ) {
        let against = self.ranked(state).first().map_or(CandidateId(0), |(id, _)| *id);
        let Comparison { gain, gain_sd, .. } = Comparison::between(state, against, candidate, examples);
        let trials = examples.len() as u32 * state.repeat();
        self.records
            .retain(|e| !matches!(e, RunEvent::CandidateDecided { candidate: other, .. } if *other == candidate));
        let event = RunEvent::CandidateDecided { candidate, verdict, reason, detail, against, trials, gain, gain_sd };
        self.records.push_back(event);
    }

    fn close(&mut self, state: &RunState) {
        let mut ranked = self.ranked(state);
        ranked.truncate(Plan::FINALISTS);
        let (survivors, fitness) = ranked.into_iter().unzip();
        let generation = self.round;
        self.records.push_back(RunEvent::GenerationClosed { generation, survivors, fitness, spent: None });
        self.stage = Stage::Closed;
    }

    fn go_on(&mut self, state: &RunState, plan: &Plan) {
        self.finish = self.stop_reason(state);
        if self.finish.is_none() {
            self.plan_round(state, plan);
        }
    }

    fn stop_reason(&self, state: &RunState) -> Option<StopReason> {
        let ranked = self.ranked(state);
        let best = ranked.first().map_or(0.0, |(_, score)| *score);
        if ranked.first().is_some_and(|(id, _)| stopping::target_reached(state, *id)) {
            return Some(StopReason::TargetReached);
        }
        if best >= SOLVED && !minimises(state) {
            return Some(StopReason::NothingToGain);
        }
        if self.layout.as_ref().is_some_and(|layout| self.tried >= layout.trials) {
            return Some(StopReason::MaxGenerations);
        }
        stopping::stale(state, self.stale, self.bests).then_some(StopReason::NoImprovement)
    }
}

/// A candidate's cells on examples, right ones and the others, one cell an example, in order.
fn cells_of(state: &RunState, candidate: CandidateId, examples: &[ExampleId]) -> (Vec<CellRef>, Vec<CellRef>) {
    let first = |example: &ExampleId| {
        let cell = CellRef { candidate, example: *example, sample: 0 };
        Some((cell, state.cells(candidate)?.get(*example, 0, state.repeat())?.score))
    };
    let (right, wrong): (Vec<_>, Vec<_>) = examples.iter().filter_map(first).partition(|(_, score)| *score >= SOLVED);
    (right.into_iter().map(|(cell, _)| cell).collect(), wrong.into_iter().map(|(cell, _)| cell).collect())
}
