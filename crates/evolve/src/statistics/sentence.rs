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
                thousands(rough(*needed))
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
    format!("{} more test example{}", thousands(rough(n)), if n == 1 { "" } else { "s" })
}

/// Decimals that keep a small difference, and on which side of 0 the interval ends, visible.
fn digits(evidence: &Evidence) -> usize {
    let decimals = |value: f64, two: f64| match value.abs() {
        size if size == 0.0 || size >= two => 2,
        size if size >= two / 5.0 => 3,
        _ => 4,
    };
    decimals(evidence.difference, 0.01).max(decimals(evidence.ci_low, 0.005)).max(decimals(evidence.ci_high, 0.005))
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
        return "one-sided p < 0.001".to_owned();
    }
    let faithful = |digits: &usize| {
        let shown = format!("{p:.digits$}", digits = *digits).parse().unwrap_or(p);
        (shown <= SIGNIFICANCE) == (p <= SIGNIFICANCE)
    };
    let digits = (3..=8).find(faithful).unwrap_or(8);
    format!("one-sided p = {p:.digits$}")
}

fn percent(confidence: f64) -> String {
    let percent = format!("{:.2}", confidence * 100.0);
    format!("{} %", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// Rounded up to two digits: an estimate is not known to more.
fn rough(n: u32) -> u32 {
    let unit = 10_u32.pow(n.checked_ilog10().unwrap_or(0).saturating_sub(1));
    n.div_ceil(unit).saturating_mul(unit)
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

#[cfg(test)]
mod tests {
    use super::super::evidence::{evidence, unchanged};
    use super::*;

    /// Right-or-wrong scores: so many right with both prompts, wins, losses and wrong with both.
    fn pairs(both: usize, wins: usize, losses: usize, neither: usize) -> (Vec<f64>, Vec<f64>) {
        let column = |win: f64, loss: f64| {
            [vec![1.0; both], vec![win; wins], vec![loss; losses], vec![0.0; neither]].into_iter().flatten().collect()
        };
        (column(0.0, 1.0), column(1.0, 0.0))
    }

    fn compared((first, chosen): (Vec<f64>, Vec<f64>)) -> String {
        evidence(&first, &chosen, 0.95, 1).sentence
    }

    #[test]
    fn what_a_person_reads() {
        let graded: Vec<f64> = (0..30).map(|index| f64::from(index % 5) / 4.0).collect();
        let better: Vec<f64> =
            graded.iter().enumerate().map(|(index, score)| if index % 3 == 0 { 1.0 } else { *score }).collect();
        let nearly = pairs(1_500, 9, 6, 485);
        let read = [
            compared(pairs(72, 13, 2, 33)),
            compared(pairs(72, 8, 2, 38)),
            compared(pairs(70, 5, 5, 20)),
            compared(pairs(70, 2, 9, 19)),
            compared(pairs(0, 40, 0, 0)),
            compared(nearly),
            compared((graded.clone(), better)),
            compared((vec![0.0], vec![1.0])),
            compared((vec![], vec![])),
            unchanged(&pairs(72, 2, 0, 46).0, 0.9, 1).sentence,
            unchanged(&graded, 0.95, 1).sentence,
            unchanged(&[], 0.95, 1).sentence,
        ];
        insta::assert_snapshot!(read.join("\n"), @r"
        improvement shown: 0.62 -> 0.71 on 120 test examples the search never saw (+0.09, 95 % interval +0.03 to +0.16, one-sided p = 0.004)
        no improvement shown: 0.617 -> 0.667 on 120 test examples the search never saw (+0.050, 95 % interval -0.002 to +0.112, one-sided p = 0.055); about 110 more test examples would settle a gain of this size
        no improvement shown: 0.75 -> 0.75 on 100 test examples the search never saw (0.00, 95 % interval -0.07 to +0.07, one-sided p = 0.623); a gain of 0.05 takes about 280 test examples to show
        no improvement shown: 0.79 -> 0.72 on 100 test examples the search never saw (-0.07, 95 % interval -0.15 to -0.01, one-sided p = 0.994); a gain of 0.05 takes about 300 test examples to show
        improvement shown: 0.00 -> 1.00 on 40 test examples the search never saw (+1.00, 95 % interval +0.82 to +1.00, one-sided p < 0.001)
        no improvement shown: 0.7530 -> 0.7545 on 2,000 test examples the search never saw (+0.0015, 95 % interval -0.0026 to +0.0059, one-sided p = 0.304); about 20,000 more test examples would settle a gain of this size
        improvement shown: 0.50 -> 0.67 on 30 test examples the search never saw (+0.17, 95 % interval +0.05 to +0.28, one-sided p = 0.004)
        no improvement shown: 0.00 -> 1.00 on 1 test example the search never saw (+1.00, 95 % interval -0.59 to +1.00, one-sided p = 0.500); about 7 more test examples would settle a gain of this size
        no test examples, so nothing is claimed
        no better prompt was found; the first prompt scores 0.60 on 120 test examples the search never saw (90 % interval 0.53 to 0.67)
        no better prompt was found; the first prompt scores 0.50 on 30 test examples the search never saw (95 % interval 0.37 to 0.63)
        no better prompt was found; no test examples, so nothing is claimed
        ");
    }

    #[test]
    fn a_p_value_is_never_rounded_across_the_level() {
        for (p, shown) in [
            (0.05, "p = 0.050"),
            (0.050_4, "p = 0.0504"),
            (0.050_000_1, "p = 0.0500001"),
            (0.049_96, "p = 0.050"),
            (0.008, "p = 0.008"),
            (0.000_2, "p < 0.001"),
            (1.0, "p = 1.000"),
        ] {
            assert_eq!(p_value(p), format!("one-sided {shown}"));
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 7, 99, 101, 1_596, u32::MAX].map(rough), [0, 7, 99, 110, 1_600, u32::MAX]);
        assert_eq!([0.95, 0.9, 0.999].map(percent), ["95 %", "90 %", "99.9 %"]);
        assert_eq!([-0.001, 0.0, 0.09, -0.25].map(|value| signed(value, 2)), ["0.00", "0.00", "+0.09", "-0.25"]);
    }
}
