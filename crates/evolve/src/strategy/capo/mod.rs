//! `capo`: a population that is crossed, mutated and raced.

mod race;

use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{CandidateId, CapoSpec, CellRef, ExampleId, RunEvent, StopReason, Verdict, VerdictReason};
use clade_text::template::prompt_tokens;
use rand::{RngExt, seq::SliceRandom};

use super::{
    Strategy, Wish,
    comparison::Comparison,
    desk::Desk,
    model_changes,
    stopping::{self, SOLVED},
};
use crate::{Plan, RunState};

/// The share of the train examples that worked examples come from (the paper's D_fs).
const WORKED_SHARE: usize = 10;
/// Blocks that the data should give at least.
const LEAST_BLOCKS: usize = 3;
/// First blocks of all that race for which the budget should last at least.
const LEAST_RACES: f64 = 2.0;
/// Fewest examples of a block that a small budget leaves.
const LEAST_BLOCK: f64 = 5.0;
/// Model calls of a child: a crossover and a mutation.
const CALLS: usize = 2;
/// Generations in a row without any child after which nothing is left to do.
const EMPTY: u32 = 4;

/// What the generation is at.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// The user's prompts are not admitted yet.
    Waiting,
    /// The leader meets examples that could become demonstrations.
    Working,
    /// Children are written.
    Writing,
    /// All meet blocks of examples.
    Racing(Race),
    /// The generation is closed.
    Closed,
}

#[derive(Debug, Clone, PartialEq)]
struct Race {
    alive: Vec<CandidateId>,
    /// Examples block after block, in this race's order.
    order: Vec<ExampleId>,
    /// Examples that those alive met.
    reach: usize,
}

/// CAPO (Zehle, Schlager, Heiß and Feurer 2025, "CAPO: Cost-Aware Prompt Optimization").
///
/// In each generation a model writes children of two parents drawn uniformly (`capo-crossover`: merge, then rephrase), with worked
/// examples that are inherited, added and dropped. Population and children are raced: block after block of examples, everyone is
/// dropped whom a population's worth of others beats in a paired t-test, until as many as the population are left or the blocks
/// are used up. Scores lose a penalty in proportion to the length of the prompt.
///
/// Differences: the first population is the user's prompts, filled up with rephrasings of them (`capo-mutation`), where CAPO is
/// given ten instructions. Worked examples are right answers of the leader on the held-back tenth of the train examples, so
/// those that no leader solves are none, where CAPO falls back on the data's right answer without reasoning. Blocks come in another
/// order in each race, which the paper's ablation favours, and answers of earlier races are not bought again. Blocks are smaller where
/// the data gives fewer than three of them, or the budget does not last for two blocks of the first race.
pub struct Capo {
    settings: CapoSpec,
    desk: Desk,
    stage: Stage,
    block: usize,
    /// Examples that races are on (D_dev), and those that worked examples come from (D_fs).
    dev: Vec<ExampleId>,
    few: Vec<ExampleId>,
    worked: BTreeMap<ExampleId, CellRef>,
    /// Best first.
    population: Vec<CandidateId>,
    children: BTreeSet<CandidateId>,
    /// Tokens of the longest prompt of the first population.
    longest: f64,
    empty: u32,
    finish: Option<StopReason>,
}

impl Capo {
    /// The search with these settings, before any event.
    #[must_use]
    pub fn new(settings: CapoSpec) -> Self {
        Self {
            settings,
            desk: Desk::default(),
            stage: Stage::Waiting,
            block: 1,
            dev: Vec::new(),
            few: Vec::new(),
            worked: BTreeMap::new(),
            population: Vec::new(),
            children: BTreeSet::new(),
            longest: 1.0,
            empty: 0,
            finish: None,
        }
    }

    fn begin(&mut self, state: &RunState, plan: &Plan) {
        let train = &plan.train;
        let few = match self.settings.demonstrations as usize {
            0 => 0,
            most => (train.len() / WORKED_SHARE).max(most).min(train.len() / 4),
        };
        let (few, dev) = train.split_at(few);
        (self.few, self.dev) = (few.to_vec(), dev.to_vec());
        let racing = f64::from(self.settings.population + self.settings.crossovers);
        let affordable = (plan.allowance(state).total / (LEAST_RACES * racing)).max(LEAST_BLOCK);
        let block = (self.settings.block as usize).min(self.dev.len() / LEAST_BLOCKS).max(2);
        self.block = if affordable < block as f64 { affordable as usize } else { block };
        self.population = state.seeds().map(|candidate| candidate.id).collect();
        // where proposals are dear the first race has what they leave, lest it be never run
        let allowance = plan.allowance(state);
        let children = (self.settings.population as usize).saturating_sub(self.population.len());
        let due = self.few.len() as f64 * f64::from(state.repeat()) + Desk::proposals_cost(allowance, CALLS * children);
        let left = (allowance.trials - due) / racing / f64::from(state.repeat());
        if left >= LEAST_BLOCK && left < self.block as f64 {
            self.block = left as usize;
        }
        self.work(state);
    }

    fn work(&mut self, state: &RunState) {
        if model_changes(state, self.desk.generation()) {
            self.worked.clear();
        }
        let open: Vec<ExampleId> = self.open_examples();
        if let Some(leader) = self.population.first() {
            self.desk.ask(state, *leader, &open);
        }
        self.stage = Stage::Working;
    }

    /// Examples of D_fs without a right answer so far.
    fn open_examples(&self) -> Vec<ExampleId> {
        self.few.iter().filter(|example| !self.worked.contains_key(example)).copied().collect()
    }

    fn advance(&mut self, state: &RunState, plan: &Plan) {
        while self.desk.is_idle() && self.finish.is_none() {
            match std::mem::replace(&mut self.stage, Stage::Closed) {
                Stage::Waiting => {
                    self.stage = Stage::Waiting;
                    return;
                }
                Stage::Working => {
                    self.collect(state);
                    match self.desk.generation() {
                        0 => self.close(state),
                        _ => self.write(state),
                    }
                }
                Stage::Writing => self.start_race(state),
                Stage::Racing(race) => self.race(state, plan, race),
                Stage::Closed => {
                    self.finish = self.stop_reason(state).or_else(|| self.begin_generation(state, plan));
                }
            }
        }
    }

    fn collect(&mut self, state: &RunState) {
        let Some(leader) = self.population.first().copied() else { return };
        for example in self.open_examples() {
            let score = self.desk.scores(state, leader, &[example]).and_then(|scores| scores.first().copied());
            if score.is_some_and(|score| score >= SOLVED) {
                self.worked.insert(example, CellRef { candidate: leader, example, sample: 0 });
            }
        }
    }

    fn stop_reason(&self, state: &RunState) -> Option<StopReason> {
        if self.empty >= EMPTY {
            return Some(stopping::idle(state));
        }
        // before the first race nothing is known of anyone
        if self.desk.generation() < 2 { None } else { stopping::rule(state) }
    }

    /// Whether the next generation writes the first population instead of crossing it.
    fn fills(&self) -> bool {
        self.desk.generation() == 1 || self.population.len() < 2
    }

    fn begin_generation(&mut self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        self.desk.begin_round();
        let leader = self.population.first().copied().unwrap_or(CandidateId(0));
        let worked = self.desk.missing(state, leader, &self.open_examples()).len();
        let children = self.places();
        // the first population is of use only once it was raced
        let racing =
            self.population.len() + children + if self.fills() { self.settings.crossovers as usize } else { 0 };
        let trials = worked + racing * self.block * state.repeat() as usize;
        if !self.desk.affords(state, plan, trials, CALLS * children) {
            return Some(StopReason::BudgetSpent { limit: plan.binding_limit(state) });
        }
        self.children.clear();
        self.work(state);
        None
    }

    /// Children of this generation.
    fn places(&self) -> usize {
        if self.fills() {
            (self.settings.population as usize).saturating_sub(self.population.len())
        } else {
            self.settings.crossovers as usize
        }
    }

    fn write(&mut self, state: &RunState) {
        let mut rng = self.desk.rng(state);
        let most = self.settings.demonstrations as usize;
        let shown = |id: CandidateId| state.candidate(id).map_or(0, |c| c.prompt.demonstrations.len());
        let mut worked: Vec<CellRef> = self.worked.values().copied().collect();
        let fills = self.fills();
        for place in 0..self.places() {
            let (operator, parents, added) = if fills {
                // a random number of worked examples (as in the paper)
                let parent = self.population[place % self.population.len().max(1)];
                let room = most.saturating_sub(shown(parent));
                ("capo-mutation", vec![parent], rng.random_range(0..=room))
            } else {
                let mut ranks: Vec<usize> = (0..self.population.len()).collect();
                ranks.shuffle(&mut rng);
                ranks.truncate(2);
                ranks.sort_unstable();
                let parents: Vec<CandidateId> = ranks.into_iter().map(|rank| self.population[rank]).collect();
                let inherited = parents.iter().map(|id| shown(*id)).sum::<usize>() / 2;
                let adds = rng.random_range(0..3) == 0 && inherited < most;
                ("capo-crossover", parents, usize::from(adds))
            };
            let mut command = self.desk.place(state, operator, parents);
            worked.shuffle(&mut rng);
            command.demonstrations = worked.iter().take(added).copied().collect();
            self.desk.propose(command);
        }
        self.stage = Stage::Writing;
    }

    fn start_race(&mut self, state: &RunState) {
        self.empty = if self.children.is_empty() { self.empty + 1 } else { 0 };
        let alive: Vec<CandidateId> = self.population.iter().chain(&self.children).copied().collect();
        if self.desk.generation() == 1 {
            self.longest = alive.iter().map(|id| tokens(state, *id)).fold(1.0, f64::max);
        }
        // the block is what is shuffled: examples stay together, so that answers of earlier races are met again
        let mut blocks: Vec<&[ExampleId]> = self.dev.chunks_exact(self.block).collect();
        if blocks.is_empty() {
            blocks = self.dev.chunks(self.block).collect();
        }
        blocks.shuffle(&mut self.desk.rng(state));
        blocks.truncate(self.settings.blocks.max(1) as usize);
        self.stage = Stage::Racing(Race { alive, order: blocks.concat(), reach: 0 });
    }

    /// The blocks so far are there: drops who is beaten, and goes on or ends.
    fn race(&mut self, state: &RunState, plan: &Plan, mut race: Race) {
        let wanted = self.settings.population as usize;
        if race.reach > 0 {
            let met = &race.order[..race.reach];
            let rows: Vec<Vec<f64>> = race.alive.iter().map(|id| self.penalised(state, *id, met)).collect();
            let stays = race::survivors(&rows, wanted, self.settings.alpha);
            let mean = |row: &Vec<f64>| row.iter().sum::<f64>();
            let best = (0..rows.len()).max_by(|a, b| mean(&rows[*a]).total_cmp(&mean(&rows[*b])).then(b.cmp(a)));
            let best = best.map_or(CandidateId(0), |place| race.alive[place]);
            for (id, _) in race.alive.iter().zip(&stays).filter(|(_, stays)| !**stays) {
                self.drop(state, *id, best, met, "significantly beaten by enough others in the race");
            }
            let mut stays = stays.into_iter();
            race.alive.retain(|_| stays.next().unwrap_or(true));
        }
        let reach = (race.reach + self.block).min(race.order.len());
        let missing = |id: &CandidateId| self.desk.missing(state, *id, &race.order[..reach]).len();
        let price: usize = race.alive.iter().map(missing).sum();
        let goes_on = race.alive.len() > wanted && reach > race.reach;
        if goes_on && self.desk.affords(state, plan, price, 0) {
            for id in &race.alive {
                self.desk.ask(state, *id, &race.order[..reach]);
            }
            self.stage = Stage::Racing(Race { reach, ..race });
            return;
        }
        self.end_race(state, &race);
    }

    fn end_race(&mut self, state: &RunState, race: &Race) {
        let met = &race.order[..race.reach];
        let mut ranked: Vec<(CandidateId, f64)> = race.alive.iter().map(|id| (*id, self.value(state, *id))).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut ranked: Vec<CandidateId> = ranked.into_iter().map(|(id, _)| id).collect();
        let beyond = ranked.split_off((self.settings.population as usize).min(ranked.len()));
        let best = ranked.first().copied().unwrap_or(CandidateId(0));
        let fate = "the race is over, and others have a higher mean less the price of their length";
        beyond.into_iter().for_each(|id| self.drop(state, id, best, met, fate));
        let before = self.population.first().copied().unwrap_or(CandidateId(0));
        if race.reach > 0 {
            for child in ranked.iter().copied().filter(|id| self.children.contains(id)) {
                let comparison = self.compare(state, child, before, met);
                let reason = match comparison.improves() {
                    true => VerdictReason::Improves,
                    false => VerdictReason::Unclear,
                };
                let (fate, verdict) = (Some("survives the race"), (Verdict::Kept, reason));
                self.desk.record(comparison.decision_as(child, before, met.len(), verdict, fate));
            }
        }
        self.population = ranked;
        self.close(state);
    }

    fn drop(&mut self, state: &RunState, candidate: CandidateId, against: CandidateId, met: &[ExampleId], fate: &str) {
        let comparison = self.compare(state, candidate, against, met);
        let verdict = (Verdict::Dropped, VerdictReason::Outranked);
        self.desk.record(comparison.decision_as(candidate, against, met.len(), verdict, Some(fate)));
    }

    /// A candidate beside another on the examples that both met.
    fn compare(&self, state: &RunState, candidate: CandidateId, against: CandidateId, met: &[ExampleId]) -> Comparison {
        let one = |id, example: &ExampleId| self.desk.scores(state, id, &[*example])?.first().copied();
        let pairs = met.iter().filter_map(|example| Some((one(against, example)?, one(candidate, example)?)));
        let (old, new): (Vec<f64>, Vec<f64>) = pairs.unzip();
        Comparison::of(&old, &new)
    }

    fn penalised(&self, state: &RunState, candidate: CandidateId, examples: &[ExampleId]) -> Vec<f64> {
        let penalty = self.penalty(state, candidate);
        let scores = self.desk.scores(state, candidate, examples).unwrap_or_default();
        scores.into_iter().map(|score| score - penalty).collect()
    }

    /// What a prompt's length costs (as in the paper, relative to the longest prompt of the first population).
    fn penalty(&self, state: &RunState, candidate: CandidateId) -> f64 {
        self.settings.length_penalty * tokens(state, candidate) / self.longest
    }

    /// The mean over all examples of D_dev that were met, less the penalty; minus infinity where none was.
    fn value(&self, state: &RunState, candidate: CandidateId) -> f64 {
        let one = |example: &ExampleId| self.desk.scores(state, candidate, &[*example])?.first().copied();
        let scores: Vec<f64> = self.dev.iter().filter_map(one).collect();
        if scores.is_empty() {
            return f64::NEG_INFINITY;
        }
        scores.iter().sum::<f64>() / scores.len() as f64 - self.penalty(state, candidate)
    }

    fn close(&mut self, state: &RunState) {
        let survivors = self.population.clone();
        // who met no block yet stands behind everyone who did, and has no fitness
        let fitness = survivors.iter().map(|id| self.value(state, *id)).take_while(|value| value.is_finite()).collect();
        self.desk.record(RunEvent::GenerationClosed {
            generation: self.desk.generation(),
            survivors,
            fitness,
            spent: None,
        });
        self.stage = Stage::Closed;
    }
}

fn tokens(state: &RunState, candidate: CandidateId) -> f64 {
    state.candidate(candidate).map_or(0.0, |candidate| f64::from(prompt_tokens(&candidate.prompt)))
}

impl Strategy for Capo {
    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        self.children.extend(self.desk.apply(event));
        match event {
            RunEvent::CandidateAdmitted { .. }
                if self.stage == Stage::Waiting && state.seeds().count() == state.spec().prompts.len() =>
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

    fn leaders(&self) -> Vec<CandidateId> {
        self.population.iter().take(Plan::FINALISTS).copied().collect()
    }

    fn next(&mut self, _: &RunState, _: &Plan) -> Wish {
        match self.finish {
            Some(reason) => Wish::Finish { reason, finalists: self.leaders() },
            None => self.desk.next(),
        }
    }
}
