use std::collections::VecDeque;

use clade_domain::{AutoPart, CandidateId, CellRef, ExampleId, Purpose, Split, StrategySpec};

use crate::{
    EvaluateCommand, Plan, RunState, child_seed,
    racing::{PolicyKind, Race},
    state::{comparable, fitness, minimises},
    strategy::model_override,
};

/// More would turn small gains of small budgets away: with 1 the mean in the rough world at 500 calls is 2 points lower.
const STANDS_OUT: f64 = 0.5;

/// The share of what choosing may buy that is left for a second look at the first prompt.
const SECOND_LOOK: f64 = 0.1;

/// Choosing among finalists: a race on validation examples within the trials that are set aside for it.
///
/// What the race orders depends on its seed and on scores alone, so a choice that is taken up again after a kill orders the same
/// cells and finds those that were bought.
#[derive(Debug)]
pub(crate) struct Choice {
    race: Race,
    finalists: Vec<CandidateId>,
    examples: Vec<ExampleId>,
    generation: u32,
    /// Cells that were ordered and have no score yet, by place of finalist and example.
    waiting: Vec<(usize, usize)>,
    queue: VecDeque<EvaluateCommand>,
    /// Whether the race is over and the first prompt has met what the leader met.
    looked_again: bool,
}

impl Choice {
    /// The race at the beginning of the choice. With one finalist there is nothing to choose, so nothing is bought.
    pub(crate) fn new(state: &RunState, plan: &Plan, generation: u32) -> Self {
        let mut finalists = state.finalists().to_vec();
        finalists.sort();
        finalists.dedup();
        let cells = finalists.len() * plan.validation.len();
        let affordable = (1.0 - SECOND_LOOK) * plan.selection_trials(state) / f64::from(state.repeat());
        let total = if finalists.len() > 1 { affordable.min(cells as f64) as usize } else { 0 };
        let raced = match &state.spec().optimize.strategy {
            StrategySpec::Auto(auto) => auto.has(AutoPart::Racing),
            _ => true,
        };
        let policy = if raced { PolicyKind::ContinuousHalving } else { PolicyKind::Uniform };
        let seed = child_seed(state.spec().seed, &[5]);
        Self {
            race: Race::new(policy, finalists.len(), plan.validation.len(), Some(total), seed),
            finalists,
            examples: plan.validation.clone(),
            generation,
            waiting: Vec::new(),
            queue: VecDeque::new(),
            looked_again: false,
        }
    }

    /// The next trial to buy; `None` while results are awaited, and at the end.
    pub(crate) fn next(&mut self, state: &RunState, plan: &Plan) -> Option<EvaluateCommand> {
        loop {
            if let Some(command) = self.queue.pop_front() {
                return Some(command);
            }
            let ordered = self.race.next(usize::MAX);
            if ordered.is_empty() {
                if !self.looked_again && self.waiting.is_empty() && self.race.is_over() {
                    self.looked_again = true;
                    self.look_again(state, plan);
                    continue;
                }
                return None;
            }
            for cell in ordered {
                self.waiting.push((cell.candidate, cell.example));
                let missing = self.missing(state, cell.candidate, cell.example);
                self.queue.extend(missing);
            }
            self.apply(state);
        }
    }

    /// Takes in the scores that are there.
    pub(crate) fn apply(&mut self, state: &RunState) {
        for (candidate, example) in std::mem::take(&mut self.waiting) {
            if self.missing(state, candidate, example).is_empty() {
                if self.looked_again {
                    continue;
                }
                let cells = state.cells(self.finalists[candidate]);
                let score = cells.and_then(|cells| cells.mean(self.examples[example], state.repeat()));
                self.race.observe(candidate, example, score);
            } else {
                self.waiting.push((candidate, example));
            }
        }
    }

    /// Whether nothing more is to be bought.
    pub(crate) fn is_over(&mut self) -> bool {
        self.looked_again && self.waiting.is_empty() && self.queue.is_empty() && self.race.is_over()
    }

    /// Orders what the first prompt lacks of the leader's examples, as far as trials are left: a race drops it early, and then a few
    /// ties would speak for it against all that the leader showed.
    fn look_again(&mut self, state: &RunState, plan: &Plan) {
        let Some((leader, Some(first))) = self.leader(state) else { return };
        if self.stands_out(state, leader, first) {
            return;
        }
        let mut left = (plan.selection_trials(state) / f64::from(state.repeat())) as usize;
        let place = self.finalists.iter().position(|id| *id == first).unwrap_or_default();
        for example in 0..self.examples.len() {
            let met =
                state.cells(leader).is_some_and(|cells| cells.mean(self.examples[example], state.repeat()).is_some());
            let missing = if met { self.missing(state, place, example) } else { Vec::new() };
            if left > 0 && !missing.is_empty() {
                left -= 1;
                self.waiting.push((place, example));
                self.queue.extend(missing);
            }
        }
    }

    /// The finalist to name: the leader of the race where it stands out against the first prompt, else the first prompt. Where other
    /// objectives count too, and without validation examples, the fittest of those that are [`comparable`].
    pub(crate) fn chosen(&mut self, state: &RunState) -> CandidateId {
        if let Some((leader, first_prompt)) = self.leader(state) {
            return first_prompt.filter(|first| !self.stands_out(state, leader, *first)).unwrap_or(leader);
        }
        let first = self.finalists.first().copied().unwrap_or(CandidateId(0));
        let (split, finalists) = comparable(state);
        let mut best = (first, f64::NEG_INFINITY);
        for id in finalists {
            let value = fitness(state, id, split).unwrap_or(f64::NEG_INFINITY);
            if value > best.1 {
                best = (id, value);
            }
        }
        best.0
    }

    /// The leader of the race, and the first prompt where it is a finalist. `None` where other objectives count too, and without
    /// validation examples.
    fn leader(&mut self, state: &RunState) -> Option<(CandidateId, Option<CandidateId>)> {
        let met = |id: CandidateId| state.cells(id).map_or(0, |cells| cells.trials(Split::Validation));
        let most = self.finalists.iter().map(|id| met(*id)).max()?;
        if most == 0 || minimises(state) {
            return None;
        }
        let leader =
            self.race.leader().and_then(|place| self.finalists.get(place)).or(self.finalists.first()).copied()?;
        // among equals the one that came first in the run
        let as_good = |id: &CandidateId| {
            met(*id) >= met(leader) && state.score(*id, Split::Validation) >= state.score(leader, Split::Validation)
        };
        let leader = self.finalists.iter().copied().find(as_good).unwrap_or(leader);
        Some((leader, self.finalists.iter().copied().find(|id| *id == CandidateId(0))))
    }

    /// Whether a leader is better than the first prompt by more than [`STANDS_OUT`] standard errors of their paired difference on
    /// the validation examples that both met. The best of several prompts that are all alike leads by chance, and is no reason to
    /// change a prompt.
    fn stands_out(&self, state: &RunState, leader: CandidateId, first: CandidateId) -> bool {
        let mean = |id: CandidateId, example: ExampleId| state.cells(id)?.mean(example, state.repeat());
        let differences: Vec<f64> =
            self.examples.iter().filter_map(|e| Some(mean(leader, *e)? - mean(first, *e)?)).collect();
        let n = differences.len() as f64;
        if leader == first || n < 2.0 {
            return true;
        }
        let gain = differences.iter().sum::<f64>() / n;
        let variance = differences.iter().map(|d| (d - gain).powi(2)).sum::<f64>() / (n - 1.0);
        gain > STANDS_OUT * (variance / n).sqrt()
    }

    fn missing(&self, state: &RunState, candidate: usize, example: usize) -> Vec<EvaluateCommand> {
        let (Some(candidate), Some(example)) = (self.finalists.get(candidate), self.examples.get(example)) else {
            return Vec::new();
        };
        let (candidate, example) = (*candidate, *example);
        let scorer = model_override(state, candidate, self.generation);
        let cells = state.cells(candidate).filter(|cells| cells.model() == scorer.as_deref());
        let known = |sample| cells.is_some_and(|cells| cells.get(example, sample, state.repeat()).is_some());
        (0..state.repeat())
            .filter(|sample| !known(*sample))
            .map(|sample| EvaluateCommand {
                cell: CellRef { candidate, example, sample },
                purpose: Purpose::Selection,
                generation: self.generation,
            })
            .collect()
    }
}
