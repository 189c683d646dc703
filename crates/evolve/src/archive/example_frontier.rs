use std::collections::BTreeMap;

use super::places::Places;

/// The per-example Pareto frontier: for each example the candidates with the best score on it (Agrawal et al. 2025, GEPA).
///
/// A candidate that is best nowhere is not kept. One is redundant when each of its examples has another holder too; taking
/// redundant ones out, the lowest mean first, leaves no candidate that another one dominates ([`Self::essential`]).
///
/// Memory: 12 bytes an example, and for each member its mean and one bit an example; `capacity` bounds the members.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleFrontier<I> {
    best: Vec<f64>,
    /// How many members are best on each example.
    holders: Vec<u32>,
    members: BTreeMap<I, Member>,
    capacity: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Member {
    mean: f64,
    /// The examples that it is best on.
    holds: Places,
}

impl<I: Ord + Copy> ExampleFrontier<I> {
    /// An empty frontier over so many examples, with at most `capacity` members, from 1.
    #[must_use]
    pub fn new(examples: usize, capacity: usize) -> Self {
        Self {
            best: vec![f64::NEG_INFINITY; examples],
            holders: vec![0; examples],
            members: BTreeMap::new(),
            capacity: capacity.max(1),
        }
    }

    /// Takes a candidate in with its score on every example, in their order. Returns whether it is best on one of them and stays.
    pub fn insert(&mut self, candidate: I, scores: &[f64]) -> bool {
        self.remove(&candidate);
        let mut holds = Places::none(self.best.len());
        let mut beaten = Places::none(self.best.len());
        for (at, (score, best)) in scores.iter().zip(&mut self.best).enumerate() {
            if *score > *best {
                *best = *score;
                beaten.add(at);
                self.holders[at] = 0;
            }
            if *score >= *best {
                holds.add(at);
                self.holders[at] += 1;
            }
        }
        if holds.is_empty() {
            return false;
        }
        if !beaten.is_empty() {
            self.members.values_mut().for_each(|member| member.holds.take_out(&beaten));
            self.members.retain(|_, member| !member.holds.is_empty());
        }
        let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        self.members.insert(candidate, Member { mean, holds });
        while self.members.len() > self.capacity {
            self.drop_one();
        }
        self.members.contains_key(&candidate)
    }

    /// Who is best on some example.
    pub fn members(&self) -> impl ExactSizeIterator<Item = I> + '_ {
        self.members.keys().copied()
    }

    /// A member's mean score over all examples.
    #[must_use]
    pub fn mean(&self, candidate: I) -> Option<f64> {
        self.members.get(&candidate).map(|member| member.mean)
    }

    /// The best score on an example; minus infinity before the first candidate.
    #[must_use]
    pub fn best(&self, example: usize) -> f64 {
        self.best.get(example).copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// Members without the redundant ones, each with the number of examples that it is best on.
    ///
    /// Redundant ones go one by one, the lowest mean first and among equals the latest, as gepa-ai's `remove_dominated_programs` does it.
    #[must_use]
    pub fn essential(&self) -> BTreeMap<I, usize> {
        let mut kept: BTreeMap<I, usize> = self.members.iter().map(|(id, member)| (*id, member.holds.len())).collect();
        // members that an example still has
        let mut left = self.holders.clone();
        for (id, member) in self.lowest_first() {
            // taking one out makes others only less redundant, so one pass is enough
            if member.holds.iter().all(|at| left[at] > 1) {
                member.holds.iter().for_each(|at| left[at] -= 1);
                kept.remove(&id);
            }
        }
        kept
    }

    fn lowest_first(&self) -> Vec<(I, &Member)> {
        let mut order: Vec<(I, &Member)> = self.members.iter().map(|(id, member)| (*id, member)).collect();
        order.sort_by(|a, b| a.1.mean.total_cmp(&b.1.mean).then(b.0.cmp(&a.0)));
        order
    }

    /// Drops a redundant member, else the one that is best on the fewest examples; the lowest mean among equals.
    fn drop_one(&mut self) {
        let essential = self.essential();
        let held = |id: &I| essential.get(id).copied().unwrap_or(0);
        let gone = self.lowest_first().into_iter().map(|(id, _)| id).min_by_key(held);
        if let Some(gone) = gone {
            self.remove(&gone);
        }
    }

    fn remove(&mut self, candidate: &I) {
        let Some(member) = self.members.remove(candidate) else { return };
        member.holds.iter().for_each(|at| self.holders[at] -= 1);
    }
}
