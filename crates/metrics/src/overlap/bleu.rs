use super::counts::{Vocabulary, count, ngrams};

/// What is done with n-gram orders that have no match, whose logarithm does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Smoothing {
    /// Their precision counts as 1e-7, as in promptfoo: the score is near 0, but never 0. Orders longer than the output are left out, and the others share their weight.
    Floor,
    /// Their k-th one counts as 1 / (2^k total), as in sacreBLEU's `exp`; orders longer than the output are left out.
    /// Chen and Cherry 2014, "A systematic comparison of smoothing techniques for sentence-level BLEU", method 3.
    Exponential,
}

const ORDERS: usize = 4;

/// BLEU of one output against references, in [0, 1]: lower-case words between spaces, n-grams of 1 to 4 in equal weight.
///
/// Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation", section 2.3. promptfoo's
/// brevity penalty rewards short outputs, `exp(1 - output / reference)`; ours is the paper's, `exp(1 - reference / output)`.
#[must_use]
pub fn bleu<T: AsRef<str>>(output: &str, references: &[T], smoothing: Smoothing) -> f64 {
    let lower = output.to_lowercase();
    let lowered: Vec<String> = references.iter().map(|text| text.as_ref().to_lowercase()).collect();
    let mut vocabulary = Vocabulary::default();
    let words = vocabulary.numbers(lower.split_whitespace());
    let references: Vec<Vec<u32>> = lowered.iter().map(|text| vocabulary.numbers(text.split_whitespace())).collect();
    let Some(nearest) = references.iter().map(Vec::len).min_by_key(|length| (length.abs_diff(words.len()), *length))
    else {
        return 0.0;
    };
    if words.is_empty() {
        return 0.0;
    }
    let mut logarithms = 0.0;
    let mut orders = 0.0;
    let mut halvings = 1.0;
    let mut any = false;
    for n in 1..=ORDERS {
        let found = ngrams(&words, n);
        let in_references: Vec<_> = references.iter().map(|words| ngrams(words, n)).collect();
        let matched: usize = found
            .iter()
            .map(|(gram, times)| {
                let most = in_references.iter().map(|counts| count(counts, gram)).max().unwrap_or(0);
                (*times).min(most)
            })
            .sum();
        let total = words.len().saturating_sub(n - 1);
        any |= matched > 0;
        let precision = match (matched, smoothing) {
            (0, _) if total == 0 => break,
            (0, Smoothing::Floor) => 1e-7,
            (0, Smoothing::Exponential) => {
                halvings *= 2.0;
                1.0 / (halvings * total as f64)
            }
            _ => matched as f64 / total as f64,
        };
        logarithms += f64::ln(precision);
        orders += 1.0;
    }
    if !any {
        return 0.0;
    }
    let penalty = if words.len() >= nearest { 1.0 } else { f64::exp(1.0 - nearest as f64 / words.len() as f64) };
    (penalty * f64::exp(logarithms / orders)).clamp(0.0, 1.0)
}
