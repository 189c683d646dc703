use std::collections::HashSet;

use clade_domain::{Assertion, ModelAnswer, Step};
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    evaluator::{Case, Evaluator, EvaluatorError, Verdict},
    settings::{check_config, check_share},
    words::{content_stems, words},
};

/// `coherence`: signs that a text hangs together, in [0, 1], without a model. It starts at 1 and is multiplied by a
/// factor for each sign of trouble: repeated sentences and word runs, sentences too long to read, neighbouring sentences that
/// share no content words (in texts of four and more), and an ending in the middle of something. It does not know whether
/// the argument holds: for that use `coherence-judge`. Threshold: default 0.6.
pub(crate) struct Coherence;

/// One sign, with the factor it leaves in [0, 1] and what to do about it.
struct Sign {
    factor: f64,
    words: String,
}

impl Evaluator for Coherence {
    fn name(&self) -> &'static str {
        "coherence"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[])?;
        check_share(assertion)
    }

    fn step(&self, case: &Case<'_>, _: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        let threshold = case.assertion.threshold.unwrap_or(0.6);
        let text = case.output.trim();
        if text.is_empty() {
            return Ok(Step::Done(Verdict::graded(0.0, threshold, "the output is empty")));
        }
        let sentences = sentences(text);
        let words = words(text);
        let signs: Vec<Sign> = [
            repeated_sentences(&sentences),
            repeated_runs(&words),
            long_sentences(&sentences),
            loose_neighbours(&sentences),
            unfinished(text, words.len()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let score: f64 = signs.iter().map(|sign| sign.factor).product();
        let reason = if signs.is_empty() {
            "the output reads without repetition, overlong sentences, jumps or a broken ending".to_owned()
        } else {
            signs.into_iter().map(|sign| sign.words).collect::<Vec<_>>().join("; ")
        };
        Ok(Step::Done(Verdict::graded(score, threshold, reason)))
    }
}

/// Sentences, lines taken apart first, so that lists are no overlong sentence.
fn sentences(text: &str) -> Vec<&str> {
    text.lines().flat_map(str::unicode_sentences).map(str::trim).filter(|sentence| !sentence.is_empty()).collect()
}

/// Sentences of four words and more said again word for word.
fn repeated_sentences(sentences: &[&str]) -> Option<Sign> {
    let long: Vec<String> = sentences
        .iter()
        .map(|sentence| words(sentence).join(" "))
        .filter(|plain| plain.matches(' ').count() >= 3)
        .collect();
    let once: HashSet<&String> = long.iter().collect();
    let repeats = long.len() - once.len();
    (repeats > 0).then(|| Sign {
        factor: 1.0 - 0.8 * repeats as f64 / long.len() as f64,
        words: format!("{repeats} of {} sentences repeat an earlier one word for word", long.len()),
    })
}

/// The share of runs of four words that were there before; prose stays well below a tenth.
fn repeated_runs(words: &[String]) -> Option<Sign> {
    if words.len() < 12 {
        return None;
    }
    let mut seen: HashSet<&[String]> = HashSet::new();
    let repeats = words.windows(4).filter(|run| !seen.insert(run)).count();
    let share = repeats as f64 / (words.len() - 3) as f64;
    (share > 0.1).then(|| Sign {
        factor: (1.1 - share).clamp(0.1, 1.0),
        words: format!("{:.0} % of its word runs repeat earlier ones", share * 100.0),
    })
}

/// Sentences of more than forty words.
fn long_sentences(sentences: &[&str]) -> Option<Sign> {
    let lengths: Vec<usize> = sentences.iter().map(|sentence| sentence.unicode_words().count()).collect();
    let long = lengths.iter().filter(|length| **length > 40).count();
    let longest = lengths.iter().max().copied().unwrap_or(0);
    (long > 0).then(|| Sign {
        factor: 1.0 - 0.4 * long as f64 / lengths.len() as f64,
        words: format!(
            "{long} of {} sentences have more than 40 words (the longest {longest}); shorter ones read better",
            lengths.len()
        ),
    })
}

/// Neighbouring sentences without a shared content word; half of them is common in good prose.
fn loose_neighbours(sentences: &[&str]) -> Option<Sign> {
    let stems: Vec<Vec<String>> =
        sentences.iter().map(|sentence| content_stems(sentence)).filter(|stems| stems.len() >= 3).collect();
    if stems.len() < 4 {
        return None;
    }
    let pairs = stems.len() - 1;
    let tied = stems.windows(2).filter(|pair| pair[0].iter().any(|stem| pair[1].contains(stem))).count();
    let share = tied as f64 / pairs as f64;
    (share < 0.25).then(|| Sign {
        factor: 0.7 + 1.2 * share,
        words: format!(
            "only {tied} of {pairs} neighbouring sentences share a content word, so it jumps between subjects"
        ),
    })
}

/// An ending without an end: no closing mark after prose, an open code fence, a dangling connective.
fn unfinished(text: &str, count: usize) -> Option<Sign> {
    let sign = |words: &str| Some(Sign { factor: 0.6, words: words.to_owned() });
    if text.matches("```").count() % 2 == 1 {
        return sign("it ends inside a code block, as if cut off");
    }
    let last_line = text.lines().next_back().unwrap_or_default().trim();
    let last_word = last_line.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let dangling = ["and", "or", "but", "the", "a", "an", "of", "to", "with", "because", "which", "that", "for", "in"];
    if text.ends_with([',', ';', '-', '(']) || dangling.contains(&last_word.as_str()) {
        return sign("it ends in the middle of a sentence, as if cut off");
    }
    let prose = count >= 25 && last_line.split_whitespace().count() >= 8;
    let closed =
        text.ends_with(['.', '!', '?', '"', '\'', ')', ']', '}', '*', '`', ':', '…', '\u{201d}', '|', '>', '$']);
    if prose && !closed {
        return sign("its last sentence has no end, as if cut off");
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{from_json, judge};

    #[test]
    fn signs_of_trouble_lower_the_score() {
        let check = from_json(json!({"type": "coherence"}));
        let good = "Bread needs time. The dough rises slowly when the kitchen is cold. A slow rise gives the bread flavour. \
                    Bake the risen dough in a hot oven until the crust is brown.";
        let looping = "The cat sat on the mat. ".repeat(12);
        let endless = format!("It {} end.", "goes on and on without any stop to ".repeat(10));
        let cut = format!("{good} And then you should take the warm bread out of the");
        let jumps = "Stock markets fell sharply yesterday. Penguins swim under frozen water. My grandmother collected rare \
                     stamps. Volcanoes erupt without much warning. Guitars need regular new strings.";
        assert!((judge(&check, good).score - 1.0).abs() < 1e-9, "{:?}", judge(&check, good));
        assert!(judge(&check, "Paris").pass);
        for (text, sign) in [
            (looping.as_str(), "repeat an earlier one"),
            (endless.as_str(), "more than 40 words"),
            (cut.as_str(), "as if cut off"),
            (jumps, "jumps between subjects"),
            ("```rust\nfn main() {", "inside a code block"),
            ("", "the output is empty"),
        ] {
            let verdict = judge(&check, text);
            assert!(verdict.score < 0.8, "{text}: {}", verdict.score);
            assert!(verdict.reason.contains(sign), "{}", verdict.reason);
        }
    }
}
