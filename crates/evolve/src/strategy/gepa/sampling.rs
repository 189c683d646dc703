use clade_domain::{CandidateId, ExampleId};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::{archive::ExampleFrontier, child_seed};

/// Draws a parent: each essential member with a chance proportional to the number of examples that it is best on (Agrawal et al.
/// 2025).
pub(super) fn draw_parent(frontier: &ExampleFrontier<CandidateId>, rng: &mut ChaCha8Rng) -> Option<CandidateId> {
    let counts = frontier.essential();
    let total: usize = counts.values().sum();
    if total == 0 {
        return None;
    }
    let mut left = rng.random_range(0..total);
    for (id, count) in counts {
        if left < count {
            return Some(id);
        }
        left -= count;
    }
    None
}

/// Minibatches that go through all examples before one comes again, in another order each time (gepa-ai's epoch-shuffled sampler).
#[derive(Debug, Clone, Default)]
pub(super) struct Epochs {
    examples: Vec<ExampleId>,
    seed: u64,
    epoch: u64,
    at: usize,
}

impl Epochs {
    pub(super) fn new(examples: &[ExampleId], seed: u64) -> Self {
        let mut epochs = Self { examples: examples.to_vec(), seed, epoch: 0, at: 0 };
        epochs.shuffle();
        epochs
    }

    /// The next so many examples, each once; what an epoch leaves over fills up from the next one.
    pub(super) fn next(&mut self, size: usize) -> Vec<ExampleId> {
        let size = size.min(self.examples.len());
        let mut batch: Vec<ExampleId> = Vec::with_capacity(size);
        while batch.len() < size {
            if self.at >= self.examples.len() {
                self.epoch += 1;
                self.shuffle();
            }
            let example = self.examples[self.at];
            self.at += 1;
            if !batch.contains(&example) {
                batch.push(example);
            }
        }
        batch
    }

    fn shuffle(&mut self) {
        self.at = 0;
        self.examples.sort();
        self.examples.shuffle(&mut ChaCha8Rng::seed_from_u64(child_seed(self.seed, &[3, self.epoch])));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn parents_are_drawn_by_how_often_they_are_best() {
        // columns are examples; who is best: 0 {a}, 1 {a, b}, 2 {a, d}, 3 {c}, 4 {b}. d is redundant beside a, and the others
        // hold 3, 2 and 1 places
        let scores = [
            [0.9, 0.5, 0.5, 0.1, 0.1],
            [0.1, 0.5, 0.1, 0.1, 0.7],
            [0.0, 0.0, 0.0, 0.6, 0.0],
            [0.1, 0.1, 0.5, 0.0, 0.0],
        ];
        let mut frontier = ExampleFrontier::new(5, CAPACITY);
        for (id, scores) in scores.iter().enumerate() {
            frontier.insert(CandidateId(id as u32), scores);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut drawn: BTreeMap<CandidateId, u32> = BTreeMap::new();
        for _ in 0..12_000 {
            *drawn.entry(draw_parent(&frontier, &mut rng).unwrap()).or_default() += 1;
        }
        for (id, expected) in [(0, 6_000.0), (1, 4_000.0), (2, 2_000.0)] {
            let n = f64::from(drawn[&CandidateId(id)]);
            assert!((n / expected - 1.0).abs() < 0.06, "{id}: {n} of {expected}");
        }
        assert!(!drawn.contains_key(&CandidateId(3)), "dominated");
        assert_eq!(draw_parent(&ExampleFrontier::new(5, CAPACITY), &mut rng), None);
    }

    const CAPACITY: usize = 16;

    #[test]
    fn an_epoch_meets_every_example_once() {
        let examples: Vec<ExampleId> = (0..10).map(ExampleId).collect();
        let mut epochs = Epochs::new(&examples, 4);
        let three_epochs: Vec<ExampleId> = (0..10).flat_map(|_| epochs.next(3)).collect();
        let mut counts: BTreeMap<ExampleId, u32> = BTreeMap::new();
        for example in &three_epochs {
            *counts.entry(*example).or_default() += 1;
        }
        assert_eq!(counts.len(), 10);
        // a batch never holds an example twice, so one that came early again is put off
        assert!(counts.values().all(|n| (2..=4).contains(n)), "{counts:?}");
        assert_ne!(three_epochs[..10], three_epochs[10..20], "another order each time");
        assert_eq!(Epochs::new(&examples[..2], 4).next(3).len(), 2);
    }
}
