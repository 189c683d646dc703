use super::counts::{Vocabulary, count, ngrams};

/// How much of two texts is shared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// The share of the output that is in the reference, in [0, 1].
    pub precision: f64,
    /// The share of the reference that is in the output, in [0, 1].
    pub recall: f64,
}

impl Overlap {
    fn of(shared: usize, output: usize, reference: usize) -> Self {
        let share = |whole: usize| if whole == 0 { 0.0 } else { shared as f64 / whole as f64 };
        Self { precision: share(output), recall: share(reference) }
    }

    /// The harmonic mean of both, in [0, 1].
    #[must_use]
    pub fn f1(self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// Words as the package rouge-score takes them, without stemming: lower case, runs of letters and digits, of any
/// alphabet where rouge-score knows ASCII alone.
#[must_use]
pub fn rouge_tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// ROUGE-N: shared n-grams, each counted at most as often as in the rarer text.
/// Lin 2004, "ROUGE: a package for automatic evaluation of summaries", section 2.
#[must_use]
pub fn rouge_n(output: &str, reference: &str, n: usize) -> Overlap {
    let (output, reference) = (rouge_tokens(output), rouge_tokens(reference));
    let mut vocabulary = Vocabulary::default();
    let output = vocabulary.numbers(output.iter().map(String::as_str));
    let reference = vocabulary.numbers(reference.iter().map(String::as_str));
    let wanted = ngrams(&reference, n);
    let both = ngrams(&output, n).iter().map(|(gram, times)| (*times).min(count(&wanted, gram))).sum();
    let grams = |words: &[u32]| if n == 0 { 0 } else { words.len().saturating_sub(n - 1) };
    Overlap::of(both, grams(&output), grams(&reference))
}

/// ROUGE-L: the longest common subsequence of words, both texts taken as one sentence.
/// Lin 2004, section 3. The work grows with the product of both lengths.
#[must_use]
pub fn rouge_l(output: &str, reference: &str) -> Overlap {
    let (output, reference) = (rouge_tokens(output), rouge_tokens(reference));
    let mut row = vec![0usize; reference.len() + 1];
    for word in &output {
        let mut diagonal = 0;
        for (j, other) in reference.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if word == other { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    Overlap::of(row[reference.len()], output.len(), reference.len())
}
