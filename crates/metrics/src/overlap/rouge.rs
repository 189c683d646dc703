use unicode_normalization::char::is_combining_mark;

use super::counts::{Vocabulary, count, ngrams};
use crate::script::{canonical, words_of};

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
/// alphabet where rouge-score knows ASCII alone. In scripts without spaces each letter is a word.
#[must_use]
pub fn rouge_tokens(text: &str) -> Vec<String> {
    canonical(text)
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|word| !word.is_empty())
        .flat_map(words_of)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_spaces_have_words() {
        // six of the eight letters of each are in the other
        let shared = rouge_n("今天北京天气很好。", "今天上海天气很好", 1);
        assert_eq!((shared.recall, shared.precision), (0.75, 0.75));
        assert_eq!(rouge_l("今天北京天气很好。", "今天上海天气很好").recall, 0.75);
        assert_eq!(rouge_n("อากาศดี", "อากาศร้อน", 2).recall, 4.0 / 7.0);
        assert_eq!(rouge_n("gpt模型", "GPT 模型", 1).f1(), 1.0);
    }

    #[test]
    fn letters_with_marks_are_alike_however_they_are_written() {
        assert_eq!(rouge_tokens("Cafe\u{301} x\u{302}y"), rouge_tokens("caf\u{e9} x\u{302}y"));
        assert_eq!(rouge_tokens("x\u{302}y").len(), 1, "a mark parts no word");
    }
}
