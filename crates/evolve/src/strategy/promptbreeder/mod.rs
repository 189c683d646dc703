//! `promptbreeder`: units of a prompt and the instruction by which it is changed, both evolved in binary tournaments.

mod words;

use std::collections::BTreeMap;

use clade_domain::{CandidateId, PromptbreederSpec, SelectionMethod, Verdict, VerdictReason};
use clade_text::similarity::TextVector;
use rand::{
    RngExt,
    seq::{IndexedRandom, SliceRandom},
};
use rand_chacha::ChaCha8Rng;

use self::words::MUTATIONS;
use super::generations::{At, Outcome, Place, Published, Scheme};
use crate::{child_seed, selection};

/// Units of the paper, and the fewest that a small budget leaves.
const UNITS: [usize; 2] = [50, 8];
/// The share of what can be paid for that the first units may take.
const FIRST_SHARE: f64 = 0.25;
/// Probability of crossover, and of a new set of demonstrations, instead of a mutation (the paper's 10 %).
const CROSSOVER: f64 = 0.1;
const SHUFFLE: f64 = 0.1;
/// From this similarity on a prompt is left out of a list, as in the paper.
const ALIKE: f64 = 0.95;
/// Most prompts of a list.
const LISTED: usize = 20;
/// Most worked examples of a set.
const DEMONSTRATIONS: usize = 4;

/// The mutations, drawn uniformly, as in the paper.
const OPERATORS: [&str; 8] = [
    "breed-zero-order",
    "breed-first-order",
    "breed-estimate",
    "breed-estimate-ranked",
    "breed-lineage",
    "breed-hyper-zero-order",
    "breed-hyper-first-order",
    "breed-lamarckian",
];

/// Self-referential evolution: Promptbreeder, Fernando et al., "Promptbreeder: Self-Referential Self-Improvement via Prompt Evolution",
/// ICML 2024.
///
/// A unit is a candidate; its mutation prompt is [`clade_domain::Candidate::brief`], which hyper-mutations change. In each generation
/// the units are paired at random, and a mutated copy of a pair's better one takes the place of the other.
///
/// It differs from the original in this: a unit has one prompt, not two that are used in turn; the first units are first-order mutants
/// of the user's prompts, since these describe the task better than a line of text would; all units meet the same examples, not a
/// random batch each; crossover mixes sentences with a unit that is drawn by fitness, and a new set of demonstrations takes the place of a shuffled context, each
/// in one place of ten instead of after a mutation; lists are filtered by likeness of wording, not of embeddings, and show twenty prompts at most;
/// and where the budget is small there are fewer units than fifty.
pub struct Promptbreeder {
    settings: PromptbreederSpec,
    population: usize,
    /// The best of each generation in order of time, each once.
    elites: Vec<CandidateId>,
    /// Who loses its place to a child, by the number of the child's place.
    losers: Vec<CandidateId>,
}

impl Promptbreeder {
    /// The search with these settings.
    #[must_use]
    pub fn new(settings: PromptbreederSpec) -> Self {
        Self { settings, population: 0, elites: Vec::new(), losers: Vec::new() }
    }

    fn fills(&self, at: &At<'_>) -> bool {
        at.members.len() < self.population && (at.generation == 1 || at.members.len() < 2)
    }

    /// A unit and those of its line of first parents that were the best of their generation, the latest first.
    fn lineage(&self, at: &At<'_>, unit: CandidateId) -> Vec<CandidateId> {
        let parent = |id: &CandidateId| at.state.candidate(*id)?.parents.first().copied();
        let ancestors = std::iter::successors(parent(&unit), parent).filter(|id| self.elites.contains(id));
        std::iter::once(unit).chain(ancestors).take(LISTED).collect()
    }

    fn place(&self, at: &At<'_>, winner: CandidateId, rng: &mut ChaCha8Rng) -> Place {
        let (mut solved, _) = at.cells(winner);
        solved.shuffle(rng);
        let draw: f64 = rng.random();
        if draw < CROSSOVER {
            let others: Vec<CandidateId> = at.members.iter().copied().filter(|id| *id != winner).collect();
            let values: Vec<f64> = others.iter().map(|id| at.fitness(*id)).collect();
            if let Some(other) = selection::draw(SelectionMethod::Roulette, &values, rng) {
                return Place::new("sentence-crossover", vec![winner, others[other]]);
            }
        } else if draw < CROSSOVER + SHUFFLE && !solved.is_empty() {
            let mut place = Place::new("demonstration-set", vec![winner]);
            solved.truncate(rng.random_range(1..=DEMONSTRATIONS));
            place.demonstrations = solved;
            return place;
        }
        let usable: Vec<&'static str> =
            OPERATORS.iter().copied().filter(|name| *name != "breed-lamarckian" || !solved.is_empty()).collect();
        let operator = usable.choose(rng).copied().unwrap_or("breed-first-order");
        let parents = match operator {
            "breed-estimate" => {
                let mut others: Vec<CandidateId> = at.members.iter().copied().filter(|id| *id != winner).collect();
                others.shuffle(rng);
                others.insert(0, winner);
                unlike(at, &others)
            }
            "breed-estimate-ranked" => unlike(at, at.members),
            "breed-lineage" => self.lineage(at, winner),
            _ => vec![winner],
        };
        let mut place = Place::new(operator, parents);
        if operator == "breed-lamarckian" {
            solved.truncate(2);
            place.successes = solved;
        }
        place.brief = Some(mutation_prompt(at, winner));
        place
    }
}

/// A unit's mutation prompt; a prompt of the user's gets one of the first ones.
fn mutation_prompt(at: &At<'_>, unit: CandidateId) -> String {
    let own = at.state.candidate(unit).and_then(|candidate| candidate.brief.clone());
    own.unwrap_or_else(|| {
        let draw = child_seed(at.state.spec().seed, &[4, u64::from(unit.0)]);
        MUTATIONS[(draw % MUTATIONS.len() as u64) as usize].to_owned()
    })
}

/// The first of these prompts, without those that are much like one before them.
fn unlike(at: &At<'_>, ids: &[CandidateId]) -> Vec<CandidateId> {
    let mut kept: Vec<(CandidateId, TextVector)> = Vec::new();
    for id in ids {
        let Some(candidate) = at.state.candidate(*id) else { continue };
        let vector = TextVector::of(&candidate.prompt.to_text());
        if kept.iter().all(|(_, other)| vector.cosine(other) <= ALIKE) {
            kept.push((*id, vector));
        }
        if kept.len() == LISTED {
            break;
        }
    }
    kept.into_iter().map(|(id, _)| id).collect()
}

impl Scheme for Promptbreeder {
    fn published(&self) -> Published {
        // the paper's: batches of 100 examples, 20 to 30 generations; half of the units are overwritten in each, and one generation fills
        let children = self.settings.population.map_or(UNITS[1] as u32, |units| units / 2).max(1);
        Published { examples: 100, generations: 21, children }
    }

    fn examples(&self) -> Option<u32> {
        self.settings.examples
    }

    fn generations(&self) -> Option<u32> {
        self.settings.generations.map(|most| most.saturating_add(1))
    }

    fn places(&mut self, at: &At<'_>) -> Vec<Place> {
        let mut rng = at.rng();
        if self.population == 0 {
            let borne = ((FIRST_SHARE * at.room as f64) as usize).clamp(UNITS[1], UNITS[0]);
            self.population = self.settings.population.map_or(borne, |units| units as usize).max(2);
        }
        if let Some(best) = at.members.first()
            && self.elites.last() != Some(best)
        {
            self.elites.push(*best);
        }
        self.losers.clear();
        if self.fills(at) {
            // as in the paper: mutation prompts drawn at random make the first prompts
            let missing = self.population - at.members.len();
            let mut words: Vec<&str> = Vec::new();
            let place = |parent: &CandidateId| {
                if words.is_empty() {
                    words = MUTATIONS.to_vec();
                    words.shuffle(&mut rng);
                }
                let brief = words.pop().map(str::to_owned);
                Place { brief, ..Place::new("breed-first-order", vec![*parent]) }
            };
            return at.members.iter().cycle().take(missing).map(place).collect();
        }
        // the paper's binary tournament: pairs at random; the better one's mutated copy overwrites the other
        let mut order: Vec<CandidateId> = at.members.to_vec();
        order.shuffle(&mut rng);
        let mut places = Vec::new();
        for pair in order.chunks_exact(2) {
            let rank = |id: &CandidateId| at.members.iter().position(|member| member == id);
            let (winner, loser) = if rank(&pair[0]) < rank(&pair[1]) { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            places.push((loser, self.place(at, winner, &mut rng)));
        }
        self.losers = places.iter().map(|(loser, _)| *loser).collect();
        places.into_iter().map(|(_, place)| place).collect()
    }

    fn close(&mut self, at: &At<'_>, children: &BTreeMap<usize, CandidateId>) -> Outcome {
        let mut outcome = Outcome { members: at.members.to_vec(), decisions: Vec::new() };
        for (place, child) in children {
            let loser = self.losers.get(*place).copied();
            let (against, detail) = match loser {
                Some(loser) => (loser, "takes the place of the loser of a tournament"),
                None => (at.members.first().copied().unwrap_or(CandidateId(0)), "joins the first units"),
            };
            outcome.members.retain(|id| Some(*id) != loser);
            outcome.members.push(*child);
            let better = at.fitness(*child) > at.fitness(against);
            let reason = if better { VerdictReason::Improves } else { VerdictReason::Unclear };
            outcome.decisions.push(at.decided(*child, against, Verdict::Kept, reason, detail.to_owned()));
        }
        outcome
    }
}
