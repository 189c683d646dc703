//! A cheap estimate of tokens, where no model's own tokenizer is at hand.

/// Letters that a token of an English word holds at most, before a word counts as two.
const WORD: usize = 13;
/// Letters of each further token of a long word.
const REST: usize = 5;

/// Estimated tokens of a text, for prompts in English with numbers, code and other scripts among it.
///
/// Measured against OpenAI's o200k vocabulary: over GSM8K's 1,319 questions the sum is 0.94 of the true one (median error of a
/// text 6 %, 95th percentile 16 %), over 1,620 BIG-Bench Hard inputs 0.99 (4 %, 21 %), over 541 IFEval prompts 0.99 (3 %, 12 %); a
/// quarter of the bytes, for comparison, has 95th percentiles of 19 %, 48 % and 33 %. Other scripts were not measured.
///
/// A word counts 1 (with the blank before it), long words more; digits count by threes, a run of equal marks and a run of line
/// breaks count 1, and letters outside ASCII by script.
#[must_use]
pub fn estimate(text: &str) -> u32 {
    let mut tokens = 0_usize;
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        let mut run = 1_usize;
        let mut take = |same: &dyn Fn(char) -> bool| {
            while chars.next_if(|&next| same(next)).is_some() {
                run += 1;
            }
        };
        if first.is_ascii_alphabetic() {
            take(&|c| c.is_ascii_alphabetic());
            tokens += 1 + run.saturating_sub(WORD).div_ceil(REST);
        } else if first.is_ascii_digit() {
            take(&|c| c.is_ascii_digit());
            tokens += run.div_ceil(3);
        } else if first == ' ' {
            take(&|c| c == ' ');
            // one blank belongs to the word behind it; more are indentation
            tokens += usize::from(run > 1);
        } else if first.is_whitespace() {
            take(&|c| c.is_whitespace());
            tokens += 1;
        } else if first.is_ascii() {
            take(&|c| c == first);
            tokens += 1 + run / 16;
        } else if is_ideograph(first) {
            tokens += 1;
        } else {
            take(&|c| !c.is_ascii() && c.is_alphabetic() && !is_ideograph(c));
            tokens += run.div_ceil(3);
        }
    }
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

/// Han, kana and Hangul, of which a token holds about one.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_near_the_true_counts() {
        // right column: tokens in o200k_base
        let cases = [
            ("", 0),
            (
                "Janet’s ducks lay 16 eggs per day. She eats three for breakfast every morning and bakes muffins for her friends every day with four.",
                30,
            ),
            ("Sort the following words alphabetically: List: oven costume counterpart", 12),
            ("{\"answer\": 1234567, \"unit\": \"kg\"}", 14),
            ("def f(x):\n    return x + 1\n", 11),
        ];
        for (text, expected) in cases {
            let found = f64::from(estimate(text));
            assert!(
                (found - f64::from(expected)).abs() <= 1.0 + 0.25 * f64::from(expected),
                "{text}: {found} for {expected}"
            );
        }
    }

    #[test]
    fn more_text_is_never_less() {
        let text = "Some words, 12345 and  more:\n\n- für 漢字";
        let mut last = 0;
        for (end, _) in text.char_indices() {
            let now = estimate(&text[..end]);
            assert!(now >= last, "{}", &text[..end]);
            last = now;
        }
    }
}
