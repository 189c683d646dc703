use std::collections::HashMap;

/// Words as small numbers, the same word the same number, so that n-grams compare without looking at letters.
#[derive(Default)]
pub(super) struct Vocabulary<'w> {
    numbers: HashMap<&'w str, u32>,
}

impl<'w> Vocabulary<'w> {
    /// The numbers of these words.
    pub(super) fn numbers(&mut self, words: impl Iterator<Item = &'w str>) -> Vec<u32> {
        words
            .map(|word| {
                let next = self.numbers.len() as u32;
                *self.numbers.entry(word).or_insert(next)
            })
            .collect()
    }
}

/// Each n-gram with how often it occurs, in order.
pub(super) fn ngrams(words: &[u32], n: usize) -> Vec<(&[u32], usize)> {
    if n == 0 {
        return Vec::new();
    }
    let mut grams: Vec<&[u32]> = words.windows(n).collect();
    grams.sort_unstable();
    let mut counts: Vec<(&[u32], usize)> = Vec::with_capacity(grams.len());
    for gram in grams {
        match counts.last_mut() {
            Some((last, count)) if *last == gram => *count += 1,
            _ => counts.push((gram, 1)),
        }
    }
    counts
}

/// How often an n-gram occurs.
pub(super) fn count(counts: &[(&[u32], usize)], gram: &[u32]) -> usize {
    counts.binary_search_by(|(known, _)| (*known).cmp(gram)).map_or(0, |at| counts[at].1)
}
