use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clade_domain::{
    CandidateId, CellRef, ExampleId, GeneticSpec, OperatorName, Purpose, RunEvent, SlotId, Split, StopReason, Verdict,
    VerdictReason,
};
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{Grid, Strategy, Wish, comparison::Comparison, model_changes, stopping, stopping::SOLVED, weights};
use crate::{Plan, ProposeCommand, RunState, child_seed, operators::Operator, selection, state::fitness};

/// How often a place is tried with other operators and parents before it stays empty.
const ATTEMPTS: u32 = 6;

/// A generational genetic search.
///
/// Each generation the best `elite` candidates live on unchanged and the other places go to children: parents are drawn
/// by the selection method, an operator is drawn by weight, and all candidates meet the same train examples, so that
/// every comparison is paired. The shape is that of EvoPrompt's GA (Guo et al. 2024, algorithm 2) with these
/// differences: operators are drawn from a registry instead of one prompt that crosses and mutates, classical edits are
/// among them, elitism and immigrants are explicit, and reflection sees failures.
///
/// A generation's places, ids, parents and seeds are planned when the one before closes; so a child's evaluation starts
/// the moment its text arrives, and the path of the search does not depend on the order of arrival.
pub struct Genetic {
    settings: GeneticSpec,
    generation: u32,
    seeds: u32,
    grid: Option<Grid>,
    population: Vec<CandidateId>,
    children: Vec<CandidateId>,
    queue: VecDeque<ProposeCommand>,
    open: BTreeSet<SlotId>,
    empty_generations: u32,
    finish: Option<StopReason>,
    closing: bool,
    /// What closes the generation and is not journalled yet.
    records: VecDeque<RunEvent>,
    /// Survivors meet a new model; the places are planned once they have.
    renewing: bool,
    /// Train examples that every candidate meets.
    block: Option<usize>,
}

impl Genetic {
    /// The search with these settings, before any event.
    #[must_use]
    pub fn new(settings: GeneticSpec) -> Self {
        Self {
            settings,
            generation: 0,
            seeds: 0,
            grid: None,
            population: Vec::new(),
            children: Vec::new(),
            queue: VecDeque::new(),
            open: BTreeSet::new(),
            empty_generations: 0,
            finish: None,
            closing: false,
            records: VecDeque::new(),
            renewing: false,
            block: None,
        }
    }

    fn places(&self) -> u32 {
        self.settings.population.saturating_sub(self.settings.elite).max(1)
    }

    fn grid(&mut self, state: &RunState, plan: &Plan) -> &mut Grid {
        let generation = self.generation;
        let size = self.block.unwrap_or_else(|| self.block_size(state, plan));
        self.block = Some(size);
        self.grid.get_or_insert_with(|| {
            let block = plan.train.iter().take(size).copied().collect();
            Grid::new(Purpose::Search, generation, block)
        })
    }

    /// As many train examples as last about eight generations.
    fn block_size(&self, state: &RunState, plan: &Plan) -> usize {
        block_size(self.settings.examples, 8.0 * f64::from(self.places()), state, plan)
    }

    /// Survivors of the generation at hand: the elite of everyone, then the best children; without repeated prompts.
    fn survivors(&self, state: &RunState) -> Vec<(CandidateId, f64)> {
        let value = |id: &CandidateId| fitness(state, *id, Split::Train).unwrap_or(f64::NEG_INFINITY);
        let ranked = |ids: &mut Vec<(CandidateId, f64)>| ids.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut all: Vec<_> = self.population.iter().chain(&self.children).map(|id| (*id, value(id))).collect();
        ranked(&mut all);
        let mut prompts = BTreeSet::new();
        all.retain(|(id, _)| state.candidate(*id).is_some_and(|c| prompts.insert(c.prompt.hash())));
        if self.generation == 0 {
            all.truncate(self.settings.population as usize);
            return all;
        }
        let elite = self.settings.elite as usize;
        let mut survivors: Vec<_> = all.iter().take(elite).copied().collect();
        let rest: Vec<(CandidateId, f64)> = all.into_iter().skip(elite).collect();
        // old candidates fill places only where there are too few children
        let (young, old): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(id, _)| self.children.contains(id));
        let places = (self.settings.population as usize).saturating_sub(survivors.len());
        survivors.extend(young.into_iter().chain(old).take(places));
        ranked(&mut survivors);
        survivors
    }

    /// Why each child of the generation lives on or does not, beside its first parent.
    fn decisions(&self, state: &RunState, plan: &Plan, survivors: &[CandidateId]) -> Vec<RunEvent> {
        let block = &plan.train[..self.block.unwrap_or(0).min(plan.train.len())];
        let prompt = |id: CandidateId| state.candidate(id).map(|candidate| candidate.prompt.hash());
        let decide = |child: CandidateId| {
            let parent = state.candidate(child).and_then(|candidate| candidate.parents.first().copied());
            let against = parent.unwrap_or(CandidateId(0));
            let comparison = Comparison::between(state, against, child, block);
            let place = survivors.iter().position(|id| *id == child);
            let same = survivors.iter().find(|id| **id != child && prompt(**id) == prompt(child));
            let (fate, (verdict, reason)) = match (place, same) {
                (Some(place), _) => {
                    let reason = match comparison.improves() {
                        true => VerdictReason::Improves,
                        false => VerdictReason::Unclear,
                    };
                    (format!("number {} of those that live on", place + 1), (Verdict::Kept, reason))
                }
                (None, Some(same)) => {
                    (format!("the same prompt as {same}"), (Verdict::Dropped, VerdictReason::NothingNew))
                }
                (None, None) => {
                    ("not among those that live on".to_owned(), (Verdict::Dropped, VerdictReason::Outranked))
                }
            };
            let trials = state.cells(child).map_or(0, |cells| cells.trials(Split::Train)) as usize;
            comparison.decision_as(child, against, trials, (verdict, reason), Some(&fate))
        };
        // after a restart some may be journalled already
        let open = self.children.iter().copied().filter(|child| !state.decisions().contains_key(child));
        open.map(decide).collect()
    }

    fn stop_reason(&self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        let last = state.generations().last()?;
        if let Some(reason) = stopping::rule(state) {
            return Some(reason);
        }
        if self.empty_generations >= 2 {
            return Some(StopReason::NothingNew);
        }
        if self.settings.generations.is_some_and(|most| last.generation >= most) {
            return Some(StopReason::MaxGenerations);
        }
        let renewed = if model_changes(state, last.generation + 1) { self.population.len() } else { 0 };
        if self.affordable_children(state, plan, renewed) < self.places().min(2) {
            return Some(StopReason::BudgetSpent { limit: plan.binding_limit(state) });
        }
        None
    }

    /// Children that can be paid for after so many of their elders have met the examples again.
    fn affordable_children(&self, state: &RunState, plan: &Plan, renewed: usize) -> u32 {
        // beside the child's trials each try of a proposal may cost a call; counting all of them keeps the reserve whole
        let tries = f64::from(ATTEMPTS) / f64::from(state.spec().task_calls() + state.dataset().judge_calls);
        let block = self.block.unwrap_or_else(|| self.block_size(state, plan));
        let trials = block as f64 * f64::from(state.repeat());
        ((plan.allowance(state).trials - renewed as f64 * trials) / (trials + tries)).max(0.0).min(f64::from(u16::MAX))
            as u32
    }

    fn plan_generation(&mut self, state: &RunState, plan: &Plan) {
        self.generation += 1;
        self.children.clear();
        self.grid = None;
        if model_changes(state, self.generation) {
            // scores of different models are never compared: who lives on is evaluated with the new one, and parents are
            // drawn after that, so that nothing depends on which of these answers come first
            let population = self.population.clone();
            let grid = self.grid(state, plan);
            population.iter().for_each(|id| grid.add(state, *id));
            self.renewing = !self.grid(state, plan).is_complete();
        }
        if !self.renewing {
            self.plan_places(state, plan);
        }
    }

    fn plan_places(&mut self, state: &RunState, plan: &Plan) {
        for place in 0..self.places().min(self.affordable_children(state, plan, 0)) {
            self.plan_place(state, place, 0);
        }
    }

    fn plan_place(&mut self, state: &RunState, place: u32, attempt: u32) {
        let slot = SlotId((self.generation << 16) | (place << 4) | attempt);
        let mut rng = ChaCha8Rng::seed_from_u64(child_seed(state.spec().seed, &[1, u64::from(slot.0)]));
        let fitness_of = |id: &CandidateId| fitness(state, *id, Split::Train).unwrap_or(f64::NEG_INFINITY);
        let values: Vec<f64> = self.population.iter().map(fitness_of).collect();
        let Some(operator) = self.draw_operator(attempt, &mut rng) else { return };
        let immigrant = place < self.settings.immigrants;
        let mut parents = Vec::new();
        if immigrant {
            parents.push(CandidateId(0));
        }
        let mut tries = 0;
        while parents.len() < operator.kind().parents && tries < 32 {
            tries += 1;
            let Some(drawn) = selection::draw(self.settings.selection, &values, &mut rng) else { break };
            let id = self.population[drawn];
            if !parents.contains(&id) {
                parents.push(id);
            }
        }
        for id in &self.population {
            if parents.len() < operator.kind().parents && !parents.contains(id) {
                parents.push(*id);
            }
        }
        parents.sort_by(|a, b| fitness_of(b).total_cmp(&fitness_of(a)).then(a.cmp(b)));
        let wants = operator.wants();
        let first = parents.first().copied().unwrap_or(CandidateId(0));
        let (mut solved, mut failed) = cells_by_success(state, first);
        failed.shuffle(&mut rng);
        solved.shuffle(&mut rng);
        let mut demonstrations = solved.clone();
        demonstrations.shuffle(&mut rng);
        failed.truncate(wants.failures);
        solved.truncate(wants.successes);
        demonstrations.truncate(wants.demonstrations);
        self.open.insert(slot);
        self.queue.push_back(ProposeCommand {
            slot,
            candidate: CandidateId(self.seeds + (self.generation - 1) * self.places() + place),
            generation: self.generation,
            operator: OperatorName::from(operator.name()),
            parents,
            failures: failed,
            successes: solved,
            demonstrations,
            targets: Vec::new(),
            brief: None,
            seed: rng.next_u64(),
        });
    }

    fn draw_operator(&self, attempt: u32, rng: &mut ChaCha8Rng) -> Option<&'static dyn Operator> {
        let mut usable = weights::of(&self.settings.operators);
        usable.retain(|(operator, _)| {
            operator.kind().parents <= self.population.len()
                // a place that failed before is not left to an operator that may find nothing to do again
                && (attempt + 1 < ATTEMPTS || operator.kind().model_written)
        });
        weights::draw(&usable, rng)
    }
}

impl Strategy for Genetic {
    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        match event {
            RunEvent::CandidateAdmitted { candidate, .. } => match candidate.slot {
                None => {
                    self.seeds += 1;
                    self.population.push(candidate.id);
                    if state.seeds().count() == state.spec().prompts.len() {
                        let seeds = self.population.clone();
                        let grid = self.grid(state, plan);
                        seeds.iter().for_each(|id| grid.add(state, *id));
                    }
                }
                Some(slot) if self.open.remove(&slot) => {
                    self.children.push(candidate.id);
                    self.children.sort();
                    self.grid(state, plan).add(state, candidate.id);
                }
                Some(_) => {}
            },
            RunEvent::ProposalRejected { slot, .. } => {
                let attempt = (slot.0 & 15) + 1;
                let place = slot.0 >> 4 & 0xfff;
                let open = self.open.remove(slot);
                if open && attempt < ATTEMPTS {
                    self.plan_place(state, place, attempt);
                }
            }
            RunEvent::TrialFinished(trial) => {
                if let Some(grid) = &mut self.grid {
                    grid.apply(trial);
                }
                if self.renewing && self.grid.as_ref().is_none_or(Grid::is_complete) {
                    self.renewing = false;
                    self.plan_places(state, plan);
                }
            }
            RunEvent::CandidateDecided { candidate, .. } => self
                .records
                .retain(|e| !matches!(e, RunEvent::CandidateDecided { candidate: other, .. } if other == candidate)),
            RunEvent::GenerationClosed { survivors, .. } => {
                self.records.clear();
                self.empty_generations =
                    if self.generation > 0 && self.children.is_empty() { self.empty_generations + 1 } else { 0 };
                self.population.clone_from(survivors);
                self.closing = false;
                self.finish = self.stop_reason(state, plan);
                if self.finish.is_none() {
                    self.plan_generation(state, plan);
                }
            }
            RunEvent::BudgetChanged { .. } if matches!(self.finish, Some(StopReason::BudgetSpent { .. })) => {
                self.finish = self.stop_reason(state, plan);
                if self.finish.is_none() {
                    self.plan_generation(state, plan);
                }
            }
            _ => {}
        }
    }

    fn next(&mut self, state: &RunState, plan: &Plan) -> Wish {
        if let Some(reason) = self.finish {
            return Wish::Finish { reason, finalists: self.population.clone() };
        }
        while let Some(command) = self.queue.pop_front() {
            if self.open.contains(&command.slot) {
                return Wish::Propose(Box::new(command));
            }
        }
        if let Some(command) = self.grid.as_mut().and_then(|grid| grid.next(state)) {
            return Wish::Evaluate(command);
        }
        let evaluated = self.grid.as_ref().is_none_or(Grid::is_complete);
        if !self.closing && self.open.is_empty() && evaluated {
            self.closing = true;
            let (survivors, fitness): (Vec<CandidateId>, Vec<f64>) = self.survivors(state).into_iter().unzip();
            let generation = self.generation;
            self.records = self.decisions(state, plan, &survivors).into();
            // who keeps the account states it when this is journalled
            self.records.push_back(RunEvent::GenerationClosed { generation, survivors, fitness, spent: None });
        }
        self.records.pop_front().map_or(Wish::Wait, |event| Wish::Record(Box::new(event)))
    }
}

/// So many train examples that the search part of the budget lasts for so many candidates; 20 to 60.
pub(super) fn block_size(examples: Option<u32>, candidates: f64, state: &RunState, plan: &Plan) -> usize {
    let size = examples.map_or_else(
        || {
            let search = plan.allowance(state).trials;
            if search.is_finite() { (search.max(0.0) / candidates).clamp(20.0, 60.0) as usize } else { 40 }
        },
        |examples| examples as usize,
    );
    size.clamp(1, plan.train.len().max(1))
}

/// A candidate's train cells, solved ones and the others, in order of example.
pub(super) fn cells_by_success(state: &RunState, candidate: CandidateId) -> (Vec<CellRef>, Vec<CellRef>) {
    let Some(cells) = state.cells(candidate) else { return (Vec::new(), Vec::new()) };
    // one cell an example: the operator is shown each question once
    let mut by_example: BTreeMap<ExampleId, (CellRef, f64)> = BTreeMap::new();
    for (cell, result) in cells.iter(candidate, state.repeat()) {
        if state.dataset().split(cell.example) == Some(Split::Train) {
            let worst = by_example.entry(cell.example).or_insert((cell, result.score));
            if result.score < worst.1 {
                *worst = (cell, result.score);
            }
        }
    }
    let (solved, failed): (Vec<_>, Vec<_>) = by_example.into_values().partition(|(_, score)| *score >= SOLVED);
    (solved.into_iter().map(|(cell, _)| cell).collect(), failed.into_iter().map(|(cell, _)| cell).collect())
}
