//! Evidence in one plain sentence.

use clade_domain::Evidence;

use super::power::SIGNIFICANCE;

/// The sentence of a comparison; `more` is how many further test examples a gain of the observed size needs, if it is a gain.
pub(super) fn comparison(evidence: &Evidence, more: Option<u32>) -> String {
    if evidence.n == 0 {
        return no_examples();
    }
    let Figures { first, chosen, difference, interval, p_value } = Figures::of(evidence);
    let scores = format!(
        "{first} -> {chosen} on {} ({difference}, {} interval {interval}, one-sided {p_value})",
        examples(evidence.n),
        percent(evidence.confidence),
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
                "no improvement shown: {scores}; a gain of {:.0} points takes about {} test examples to show",
                gain * 100.0,
                thousands(rough(*needed))
            )
        }
        _ => format!("no improvement shown: {scores}"),
    }
}

/// What is said of trials without a score; nothing where all have one.
pub(super) fn errors(first: u32, chosen: u32) -> String {
    let trials = |n: u32| if n == 1 { "1 trial".to_owned() } else { format!("{} trials", thousands(n)) };
    match (first, chosen) {
        (0, 0) => String::new(),
        (first, 0) => format!("; {} of the first prompt have no score and count as 0", trials(first)),
        (0, chosen) => format!("; {} of the chosen prompt have no score and count as 0", trials(chosen)),
        _ => format!(
            "; {} of the first prompt and {} of the chosen one have no score and count as 0",
            trials(first),
            chosen
        ),
    }
}

/// The figures of a comparison as people read them, the same wherever they stand: scores from 0 to 1 with three decimals,
/// differences in points (hundredths of a score) with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The first prompt's score: `0.617`.
    pub first: String,
    /// The chosen prompt's score: `0.667`.
    pub chosen: String,
    /// What it gained: `+5.0 points`.
    pub difference: String,
    /// The interval of the difference, in points: `-0.2 to +11.2`.
    pub interval: String,
    /// `p = 0.055`, or `p < 0.001`.
    pub p_value: String,
}

impl Figures {
    /// Of a comparison.
    #[must_use]
    pub fn of(evidence: &Evidence) -> Self {
        let values = [evidence.difference, evidence.ci_low, evidence.ci_high];
        let digits = decimals(evidence.n, values) + 2;
        let [difference, interval] = points(evidence.n, values);
        Self {
            first: plain(evidence.seed_score, digits),
            chosen: plain(evidence.best_score, digits),
            difference,
            interval,
            p_value: p_value(evidence.p_value),
        }
    }
}

/// A difference of scores over `n` examples and the ends of its interval, in points: `+5.0 points` and `-0.2 to +11.2`.
#[must_use]
pub fn points(n: u32, values: [f64; 3]) -> [String; 2] {
    let decimals = decimals(n, values);
    let [difference, low, high] = values.map(|value| signed(value * 100.0, decimals));
    [format!("{difference} points"), format!("{low} to {high}")]
}

/// The sentence where the first prompt is the chosen one.
pub(super) fn unchanged(evidence: &Evidence) -> String {
    if evidence.n == 0 {
        return format!("no improvement shown: no better prompt was found; {}", no_examples());
    }
    format!(
        "no improvement shown: no better prompt was found; the first prompt scores {} on {} ({} interval {} to {})",
        plain(evidence.seed_score, 3),
        examples(evidence.n),
        percent(evidence.confidence),
        plain(evidence.seed_ci[0], 3),
        plain(evidence.seed_ci[1], 3),
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

/// Decimals of points: one, two where a single example is worth less than a tenth of a point, and more where a value that
/// is not 0 would read as 0, so that it stays visible on which side of 0 the interval ends.
fn decimals(n: u32, values: [f64; 3]) -> usize {
    let least = if n > 1_000 { 2 } else { 1 };
    let visible = |decimals: &usize| {
        let half = 0.005 / 10_f64.powi(i32::try_from(*decimals).unwrap_or(0));
        values.iter().all(|value| value.abs() < 1e-7 || value.abs() > half)
    };
    (least..4).find(visible).unwrap_or(4)
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

/// Three decimals where it matters, two from 0.1 on, but never rounded across the level of a claim.
fn p_value(p: f64) -> String {
    if p < 0.001 {
        return "p < 0.001".to_owned();
    }
    let faithful = |digits: &usize| {
        let shown = format!("{p:.digits$}", digits = *digits).parse().unwrap_or(p);
        (shown <= SIGNIFICANCE) == (p <= SIGNIFICANCE)
    };
    let least = if p < 0.1 { 3 } else { 2 };
    let digits = (least..=8).find(faithful).unwrap_or(8);
    format!("p = {p:.digits$}")
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
        improvement shown: 0.617 -> 0.708 on 120 test examples the search never saw (+9.2 points, 95 % interval +3.3 to +16.3, one-sided p = 0.004)
        no improvement shown: 0.617 -> 0.667 on 120 test examples the search never saw (+5.0 points, 95 % interval -0.2 to +11.2, one-sided p = 0.055); about 110 more test examples would settle a gain of this size
        no improvement shown: 0.750 -> 0.750 on 100 test examples the search never saw (0.0 points, 95 % interval -7.0 to +7.0, one-sided p = 0.62); a gain of 5 points takes about 280 test examples to show
        no improvement shown: 0.790 -> 0.720 on 100 test examples the search never saw (-7.0 points, 95 % interval -14.6 to -0.6, one-sided p = 0.99); a gain of 5 points takes about 300 test examples to show
        improvement shown: 0.000 -> 1.000 on 40 test examples the search never saw (+100.0 points, 95 % interval +82.5 to +100.0, one-sided p < 0.001)
        no improvement shown: 0.7530 -> 0.7545 on 2,000 test examples the search never saw (+0.15 points, 95 % interval -0.26 to +0.59, one-sided p = 0.30); about 20,000 more test examples would settle a gain of this size
        improvement shown: 0.500 -> 0.667 on 30 test examples the search never saw (+16.7 points, 95 % interval +5.0 to +28.3, one-sided p = 0.004)
        no improvement shown: 0.000 -> 1.000 on 1 test example the search never saw (+100.0 points, 95 % interval -58.7 to +100.0, one-sided p = 0.50); about 7 more test examples would settle a gain of this size
        no test examples, so nothing is claimed
        no improvement shown: no better prompt was found; the first prompt scores 0.600 on 120 test examples the search never saw (90 % interval 0.525 to 0.671)
        no improvement shown: no better prompt was found; the first prompt scores 0.500 on 30 test examples the search never saw (95 % interval 0.367 to 0.633)
        no improvement shown: no better prompt was found; no test examples, so nothing is claimed
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
            (0.623, "p = 0.62"),
            (1.0, "p = 1.00"),
        ] {
            assert_eq!(p_value(p), shown);
        }
    }

    #[test]
    fn what_is_not_nothing_never_reads_as_nothing() {
        for (n, difference, low, high, shown) in [
            (120, 0.05, -0.002, 0.112, "+5.0 points: -0.2 to +11.2"),
            (120, 0.05, 0.000_4, 0.1, "+5.00 points: +0.04 to +10.00"),
            (120, 0.05, -0.000_3, 0.1, "+5.00 points: -0.03 to +10.00"),
            (120, 0.0, -0.07, 0.07, "0.0 points: -7.0 to +7.0"),
            (120, -0.000_02, -0.07, 0.07, "-0.002 points: -7.000 to +7.000"),
            (2_000, 0.0015, -0.0026, 0.0059, "+0.15 points: -0.26 to +0.59"),
        ] {
            assert_eq!(points(n, [difference, low, high]).join(": "), shown);
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
