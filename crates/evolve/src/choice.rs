use std::collections::{BTreeSet, VecDeque};

use clade_domain::{AutoPart, CandidateId, CellRef, ExampleId, Purpose, Split, StrategySpec};

use crate::{
    EvaluateCommand, Plan, RunState, child_seed,
    racing::{PolicyKind, Race},
    state::{comparable, fitness, minimises},
    strategy::model_override,
};

/// The lead that one example alone can give (see [`Choice::lead`]): no more than this is chance.
const CHANCE: f64 = 1.0;

/// The lead from which no second look is needed: that of four examples which all say the same.
const CLEAR: f64 = 2.0;

/// The share of what choosing may buy that its race leaves. Half of it is for a second look at the leader and the first prompt, and
/// the rest is left over: answers that cannot be read are paid for twice, and of those that a race bought nothing is known yet.
const LEFT: f64 = 0.1;
const SECOND_LOOK: f64 = LEFT / 2.0;

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
    /// The sum of scores and the count of the cells that the race ordered, by place of finalist.
    raced: Vec<(f64, u32)>,
    /// The examples that a finalist had met before the second look, by place of finalist. Whether to look once more is decided on these
    /// alone, so that a choice which is taken up again in the middle of its second look goes on with it.
    first_look: Vec<BTreeSet<ExampleId>>,
    /// So many cells may finalists have met once the second look is over. It is reckoned as the choice begins, so that one which is
    /// taken up again does not look once more.
    most: f64,
    /// Whether the race is over and what was left went to the leader and the first prompt.
    looked_again: bool,
}

impl Choice {
    /// The race at the beginning of the choice. With one finalist there is nothing to choose, so nothing is bought.
    pub(crate) fn new(state: &RunState, plan: &Plan, generation: u32) -> Self {
        let mut finalists = state.finalists().to_vec();
        finalists.sort();
        finalists.dedup();
        let cells = finalists.len() * plan.validation.len();
        let affordable = plan.selection_trials(state) / f64::from(state.repeat());
        let total = if finalists.len() > 1 { ((1.0 - LEFT) * affordable).min(cells as f64) as usize } else { 0 };
        let most = f64::from(met(state, &finalists)) + total as f64 + (SECOND_LOOK * affordable).floor();
        let raced = match &state.spec().optimize.strategy {
            StrategySpec::Auto(auto) => auto.has(AutoPart::Racing),
            _ => true,
        };
        // where everything can be paid for there is nothing to race for, and nothing to wait for
        let policy = if raced && total < cells { PolicyKind::ContinuousHalving } else { PolicyKind::Uniform };
        let seed = child_seed(state.spec().seed, &[5]);
        let places = finalists.len();
        let mut choice = Self {
            race: Race::new(policy, places, plan.validation.len(), Some(total), seed),
            finalists,
            examples: plan.validation.clone(),
            generation,
            waiting: Vec::new(),
            queue: VecDeque::new(),
            raced: vec![(0.0, 0); places],
            first_look: vec![BTreeSet::new(); places],
            most,
            looked_again: false,
        };
        for place in 0..places {
            let met = (0..choice.examples.len()).filter(|example| choice.missing(state, place, *example).is_empty());
            choice.first_look[place] = met.map(|example| choice.examples[example]).collect();
        }
        choice
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
                self.raced[candidate].0 += score.unwrap_or_default();
                self.raced[candidate].1 += 1;
                self.first_look[candidate].insert(self.examples[example]);
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

    /// Unless the leader is clearly better, orders examples for it and the first prompt to meet both, as far as trials are left: first
    /// those that one of them met, then others. A race drops the first prompt early, and few examples speak by accident for either side.
    fn look_again(&mut self, state: &RunState, plan: &Plan) {
        let Some((leader, Some(first))) = self.leader(state) else { return };
        let place = |wanted: CandidateId| self.finalists.iter().position(|id| *id == wanted).unwrap_or_default();
        let both = [place(leader), place(first)];
        let compared = self.examples.iter().filter(|e| both.iter().all(|one| self.first_look[*one].contains(e)));
        if self.lead(state, leader, first, compared).is_none_or(|lead| lead > CLEAR) {
            return;
        }
        let unmet = |example| both.iter().filter(|one| !self.missing(state, **one, example).is_empty()).count();
        let mut open: Vec<(usize, usize)> = (0..self.examples.len()).map(|example| (unmet(example), example)).collect();
        open.retain(|(unmet, _)| *unmet > 0);
        open.sort_unstable();
        let affordable = plan.selection_trials(state) / f64::from(state.repeat());
        let mut left = (self.most - f64::from(met(state, &self.finalists))).min(affordable).max(0.0) as usize;
        for (price, example) in open {
            if price > left {
                break;
            }
            left -= price;
            for place in both {
                let missing = self.missing(state, place, example);
                if !missing.is_empty() {
                    self.waiting.push((place, example));
                    self.queue.extend(missing);
                }
            }
        }
    }

    /// The finalist to name: the leader of the race where its lead over the first prompt is more than chance, else the first prompt: the best
    /// of several prompts that are all alike leads by accident, and is no reason to change a prompt. Where other
    /// objectives count too, and without validation examples, the fittest of those that are [`comparable`].
    pub(crate) fn chosen(&mut self, state: &RunState) -> CandidateId {
        if let Some((leader, first_prompt)) = self.leader(state) {
            let chance = |first: &CandidateId| {
                self.lead(state, leader, *first, &self.examples).is_some_and(|lead| lead <= CHANCE)
            };
            return first_prompt.filter(chance).unwrap_or(leader);
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

    /// The leader of the race, and the first prompt where it is a finalist. `None` where other objectives count too, without
    /// validation examples, and where the race was cut short before anything arrived.
    fn leader(&mut self, state: &RunState) -> Option<(CandidateId, Option<CandidateId>)> {
        if minimises(state) || met(state, &self.finalists) == 0 {
            return None;
        }
        let leader = if self.race.is_over() { self.race.leader().unwrap_or(0) } else { self.ahead()? };
        // among equals of the race the one that came first in the run
        let (score, count) = *self.raced.get(leader)?;
        let as_good = |(sum, met): &(f64, u32)| *met >= count && sum * f64::from(count) >= score * f64::from(*met);
        let leader = self.raced.iter().position(as_good).and_then(|place| self.finalists.get(place)).copied()?;
        Some((leader, self.finalists.iter().copied().find(|id| *id == CandidateId(0))))
    }

    /// Who has the highest mean in a race that is cut short, of those that met at least half as many examples as any.
    fn ahead(&self) -> Option<usize> {
        let most = self.raced.iter().map(|(_, count)| *count).max().filter(|most| *most > 0)?;
        let mean = |place: &usize| self.raced[*place].0 / f64::from(self.raced[*place].1);
        let known = (0..self.raced.len()).rev().filter(|place| self.raced[*place].1 * 2 >= most);
        known.max_by(|a, b| mean(a).total_cmp(&mean(b)))
    }

    /// By how many standard errors a leader is ahead of the first prompt on those of these examples that both met, if the two were
    /// alike: the sum of the differences over the root of the sum of their squares. Examples on which both score the same say nothing, and
    /// any single one says 1, however large its difference. `None` where nothing is to be compared.
    fn lead<'a>(
        &self,
        state: &RunState,
        leader: CandidateId,
        first: CandidateId,
        examples: impl IntoIterator<Item = &'a ExampleId>,
    ) -> Option<f64> {
        let mean = |id: CandidateId, example: ExampleId| state.cells(id)?.mean(example, state.repeat());
        let differences: Vec<f64> =
            examples.into_iter().filter_map(|e| Some(mean(leader, *e)? - mean(first, *e)?)).collect();
        if leader == first || differences.len() < 2 {
            return None;
        }
        let squares: f64 = differences.iter().map(|d| d * d).sum();
        Some(if squares > 0.0 { differences.iter().sum::<f64>() / squares.sqrt() } else { 0.0 })
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

/// How many cells of validation candidates have met, together.
fn met(state: &RunState, candidates: &[CandidateId]) -> u32 {
    let trials = |id: &CandidateId| state.cells(*id).map_or(0, |cells| cells.trials(Split::Validation));
    candidates.iter().map(trials).sum::<u32>() / state.repeat().max(1)
}
