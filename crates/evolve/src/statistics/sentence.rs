//! Evidence in one plain sentence.

use clade_domain::Evidence;

use super::power::SIGNIFICANCE;

/// The sentence of a comparison; `more` is how many further test examples a gain of the observed size needs, if it is a gain.
pub(super) fn comparison(evidence: &Evidence, more: Option<u32>) -> String {
    if evidence.n == 0 {
        return no_examples();
    }
    let digits = digits(evidence);
    let scores = format!(
        "{} -> {} on {} ({}, {} interval {} to {}, {})",
        plain(evidence.seed_score, digits),
        plain(evidence.best_score, digits),
        examples(evidence.n),
        signed(evidence.difference, digits),
        percent(evidence.confidence),
        signed(evidence.ci_low, digits),
        signed(evidence.ci_high, digits),
        p_value(evidence.p_value),
    );
    if evidence.improved {
        return format!("improvement shown: {scores}");
    }
    match (more, evidence.needed.iter().find(|(gain, _)| *gain >= 0.05)) {
        (Some(more), _) if evidence.difference > 0.0 => {
            format!("no improvement shown: {scores}; about {} would settle a gain of this size", more_examples(more))
        }
        (_, Some((gain, needed))) => {
            format!(
                "no improvement shown: {scores}; a gain of {} takes about {} test examples to show",
                plain(*gain, 2),
                thousands(*needed)
            )
        }
        _ => format!("no improvement shown: {scores}"),
    }
}

/// The sentence where the first prompt is the chosen one.
pub(super) fn unchanged(evidence: &Evidence) -> String {
    if evidence.n == 0 {
        return format!("no better prompt was found; {}", no_examples());
    }
    format!(
        "no better prompt was found; the first prompt scores {} on {} ({} interval {} to {})",
        plain(evidence.seed_score, 2),
        examples(evidence.n),
        percent(evidence.confidence),
        plain(evidence.seed_ci[0], 2),
        plain(evidence.seed_ci[1], 2),
    )
}

fn no_examples() -> String {
    "no test examples, so nothing is claimed".to_owned()
}

fn examples(n: u32) -> String {
    format!("{} test example{} the search never saw", thousands(n), if n == 1 { "" } else { "s" })
}

fn more_examples(n: u32) -> String {
    format!("{} more test example{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// Decimals that keep a small difference visible.
fn digits(evidence: &Evidence) -> usize {
    let size = evidence.difference.abs();
    if size == 0.0 || size >= 0.01 {
        2
    } else if size >= 0.001 {
        3
    } else {
        4
    }
}

fn plain(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if text.trim_start_matches(['-', '0', '.']).is_empty() { text.trim_start_matches('-').to_owned() } else { text }
}

fn signed(value: f64, digits: usize) -> String {
    let text = plain(value, digits);
    let zero = text.trim_start_matches(['0', '.']).is_empty();
    if zero || text.starts_with('-') { text } else { format!("+{text}") }
}

/// Rounded, but never across the level of a claim.
fn p_value(p: f64) -> String {
    if p < 0.001 {
        return "p < 0.001".to_owned();
    }
    let faithful = |digits: &usize| {
        let shown = format!("{p:.digits$}", digits = *digits).parse().unwrap_or(p);
        (shown <= SIGNIFICANCE) == (p <= SIGNIFICANCE)
    };
    let digits = (3..=8).find(faithful).unwrap_or(8);
    format!("p = {p:.digits$}")
}

fn percent(confidence: f64) -> String {
    let percent = format!("{:.2}", confidence * 100.0);
    format!("{} %", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// Digits in groups of three.
fn thousands(n: u32) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
