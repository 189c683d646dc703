use std::{collections::HashMap, hash::Hash};

/// How often each n-gram occurs. Looked up only, never listed, so its order reaches no output.
pub(super) fn ngrams<T: Eq + Hash>(tokens: &[T], n: usize) -> HashMap<&[T], usize> {
    let mut counts = HashMap::new();
    if n > 0 {
        for gram in tokens.windows(n) {
            *counts.entry(gram).or_insert(0) += 1;
        }
    }
    counts
}

/// How many occurrences two counts share, each n-gram at most as often as in the rarer.
pub(super) fn shared<T: Eq + Hash>(a: &HashMap<&[T], usize>, b: &HashMap<&[T], usize>) -> usize {
    a.iter().map(|(gram, count)| (*count).min(b.get(gram).copied().unwrap_or(0))).sum()
}
