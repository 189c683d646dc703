use std::collections::{BTreeMap, BTreeSet};

/// The per-example Pareto frontier: for each example the candidates with the best score on it (Agrawal et al. 2025, GEPA, algorithm 2).
///
/// A candidate that is best nowhere is not kept. One is redundant when each of its examples has another holder too; taking
/// redundant ones out, the lowest mean first, leaves no candidate that another one dominates ([`Self::essential`]).
///
/// Memory: one score an example, and for each member its mean and the examples that it holds; `capacity` bounds the members.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleFrontier<I> {
    best: Vec<f64>,
    holders: Vec<BTreeSet<I>>,
    means: BTreeMap<I, f64>,
    capacity: usize,
}

impl<I: Ord + Copy> ExampleFrontier<I> {
    /// An empty frontier over so many examples, with at most `capacity` members, from 1.
    #[must_use]
    pub fn new(examples: usize, capacity: usize) -> Self {
        Self {
            best: vec![f64::NEG_INFINITY; examples],
            holders: vec![BTreeSet::new(); examples],
            means: BTreeMap::new(),
            capacity: capacity.max(1),
        }
    }

    /// Takes a candidate in with its score on every example, in their order. Returns whether it is best on one of them and stays.
    pub fn insert(&mut self, candidate: I, scores: &[f64]) -> bool {
        let mut touched = false;
        for ((score, best), holders) in scores.iter().zip(&mut self.best).zip(&mut self.holders) {
            if *score > *best {
                *best = *score;
                holders.clear();
            }
            if *score >= *best {
                holders.insert(candidate);
                touched = true;
            }
        }
        if !touched {
            return false;
        }
        self.means.insert(candidate, scores.iter().sum::<f64>() / scores.len().max(1) as f64);
        let held: BTreeSet<I> = self.holders.iter().flatten().copied().collect();
        self.means.retain(|id, _| held.contains(id));
        while self.means.len() > self.capacity {
            self.drop_one();
        }
        self.means.contains_key(&candidate)
    }

    /// Who is best on some example.
    pub fn members(&self) -> impl ExactSizeIterator<Item = I> + '_ {
        self.means.keys().copied()
    }

    /// A member's mean score over all examples.
    #[must_use]
    pub fn mean(&self, candidate: I) -> Option<f64> {
        self.means.get(&candidate).copied()
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
        let mut counts: BTreeMap<I, usize> = BTreeMap::new();
        for id in self.holders.iter().flatten() {
            *counts.entry(*id).or_default() += 1;
        }
        // members that an example still has
        let mut left: Vec<usize> = self.holders.iter().map(BTreeSet::len).collect();
        for id in self.lowest_first() {
            let mine =
                || self.holders.iter().enumerate().filter(|(_, holders)| holders.contains(&id)).map(|(at, _)| at);
            // taking one out makes others only less redundant, so one pass is enough
            if mine().all(|at| left[at] > 1) {
                mine().collect::<Vec<_>>().into_iter().for_each(|at| left[at] -= 1);
                counts.remove(&id);
            }
        }
        counts
    }

    fn lowest_first(&self) -> Vec<I> {
        let mut order: Vec<(I, f64)> = self.means.iter().map(|(id, mean)| (*id, *mean)).collect();
        order.sort_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        order.into_iter().map(|(id, _)| id).collect()
    }

    /// Drops a redundant member, else the one that is best on the fewest examples; the lowest mean among equals.
    fn drop_one(&mut self) {
        let essential = self.essential();
        let held = |id: &I| essential.get(id).copied().unwrap_or(0);
        let Some(gone) = self.lowest_first().into_iter().min_by_key(held) else { return };
        self.means.remove(&gone);
        for holders in &mut self.holders {
            holders.remove(&gone);
        }
    }
}
