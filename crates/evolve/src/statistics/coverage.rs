//! How often 95 % intervals hold the truth. The figures stand in `docs/statistics.md`; this prints them again:
//!
//! ```text
//! CLADE_COVERAGE_DRAWS=2000 cargo test -p clade-evolve --release coverage -- --nocapture --test-threads 1
//! ```
//!
//! For right-or-wrong scores the coverage is computed exactly, by adding up the chances of the samples whose interval holds the
//! truth. For others it is simulated: by default few samples with few resamples, so that the limits asserted here
//! leave room for the simulation's own error.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{Beta, ContinuousCDF};
use statrs::function::factorial::ln_binomial;

use super::bootstrap::{BootstrapMethod, bootstrap_mean_ci};
use super::difference::difference_ci;
use super::interval::{Interval, all_equal, mean, mean_ci, unseen_mass_ci, wilson_ci};
use super::paired::PairedCounts;
use super::tango::tango_ci;

const SIZES: [u32; 5] = [10, 20, 50, 100, 300];
const Z: f64 = 1.959_964;

fn draws() -> usize {
    std::env::var("CLADE_COVERAGE_DRAWS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

fn holds(interval: [f64; 2], truth: f64) -> bool {
    interval[0] <= truth + 1e-12 && truth <= interval[1] + 1e-12
}

fn ln_power(p: f64, k: u32) -> f64 {
    if k == 0 { 0.0 } else { f64::from(k) * p.ln() }
}

/// One line of figures and what it adds to the averages: coverage and mean width per method.
#[derive(Default)]
struct Tally {
    covered: Vec<f64>,
    least: Vec<f64>,
    rows: f64,
}

impl Tally {
    fn row(&mut self, label: &str, n: u32, figures: &[(f64, f64)]) {
        let text: Vec<String> =
            figures.iter().map(|(covered, width)| format!("{:5.1} % {width:.3}", covered * 100.0)).collect();
        println!("| {label} | {n} | {} |", text.join(" | "));
        self.covered.resize(figures.len(), 0.0);
        self.least.resize(figures.len(), 1.0);
        for (at, (covered, _)) in figures.iter().enumerate() {
            self.covered[at] += covered;
            self.least[at] = self.least[at].min(*covered);
        }
        self.rows += 1.0;
    }

    /// Average and least coverage of each method.
    fn close(&self) -> Vec<(f64, f64)> {
        let summary: Vec<(f64, f64)> =
            self.covered.iter().zip(&self.least).map(|(sum, least)| (sum / self.rows, *least)).collect();
        let text: Vec<String> = summary
            .iter()
            .map(|(average, least)| format!("{:.1} %, least {:.1} %", average * 100.0, least * 100.0))
            .collect();
        println!("| average | | {} |\n", text.join(" | "));
        summary
    }
}

fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    Beta::new(a, b).unwrap().inverse_cdf(p)
}

#[test]
fn coverage_of_a_share_of_right_answers() {
    println!(
        "\n| right answers | n | Wilson | Clopper-Pearson | Jeffreys | normal |\n| --- | --- | --- | --- | --- | --- |"
    );
    let mut tally = Tally::default();
    for n in SIZES {
        let size = f64::from(n);
        let intervals: Vec<[[f64; 2]; 4]> = (0..=n)
            .map(|right| {
                let (x, y) = (f64::from(right), f64::from(n - right));
                let low = |a, b| if right == 0 { 0.0 } else { beta_quantile(a, b, 0.025) };
                let high = |a, b| if right == n { 1.0 } else { beta_quantile(a, b, 0.975) };
                let half = Z * (x * y / size.powi(3)).sqrt();
                [
                    wilson_ci(u64::from(right), u64::from(n), 0.95).ends(),
                    [low(x, y + 1.0), high(x + 1.0, y)],
                    [low(x + 0.5, y + 0.5), high(x + 0.5, y + 0.5)],
                    [x / size - half, x / size + half],
                ]
            })
            .collect();
        for truth in [0.05, 0.2, 0.5, 0.62, 0.8, 0.9, 0.97] {
            let mut figures = vec![(0.0, 0.0); 4];
            for (right, found) in (0..=n).zip(&intervals) {
                let chance = (ln_binomial(u64::from(n), u64::from(right))
                    + ln_power(truth, right)
                    + ln_power(1.0 - truth, n - right))
                .exp();
                for (figure, interval) in figures.iter_mut().zip(found) {
                    figure.0 += chance * f64::from(u8::from(holds(*interval, truth)));
                    figure.1 += chance * (interval[1].min(1.0) - interval[0].max(0.0));
                }
            }
            tally.row(&format!("{truth}"), n, &figures);
        }
    }
    let summary = tally.close();
    assert!(summary[0].0 > 0.94 && summary[0].0 < 0.96, "Wilson's average {summary:?}");
    assert!(summary[0].1 > 0.89, "Wilson's least {summary:?}");
    assert!(summary[3].0 < 0.93, "the normal interval is the one to avoid {summary:?}");
}

/// Bonett and Price, Journal of Educational and Behavioral Statistics 37(4), 2012, and the plain normal interval.
fn normal_paired(counts: PairedCounts, added: f64) -> [f64; 2] {
    let n = f64::from(counts.n) + 2.0 * added;
    let (win, loss) = ((f64::from(counts.wins) + added) / n, (f64::from(counts.losses) + added) / n);
    let half = Z * ((win + loss - (win - loss).powi(2)) / n).sqrt();
    [(win - loss - half).max(-1.0), (win - loss + half).min(1.0)]
}

#[test]
fn coverage_of_a_paired_difference_of_right_answers() {
    println!("\n| differ, gain | n | Tango | Bonett-Price | normal |\n| --- | --- | --- | --- | --- |");
    let mut tally = Tally::default();
    for (differ, gain) in [(0.05, 0.0), (0.05, 0.03), (0.1, 0.05), (0.15, 0.0), (0.25, 0.1), (0.4, 0.0), (0.4, 0.2)] {
        let (win, loss) = (f64::midpoint(differ, gain), f64::midpoint(differ, -gain));
        for n in SIZES {
            let mut figures = vec![(0.0, 0.0); 3];
            let mut total = 0.0;
            for wins in 0..=n {
                for losses in 0..=n - wins {
                    let chance = (ln_binomial(u64::from(n), u64::from(wins))
                        + ln_binomial(u64::from(n - wins), u64::from(losses))
                        + ln_power(win, wins)
                        + ln_power(loss, losses)
                        + ln_power(1.0 - differ, n - wins - losses))
                    .exp();
                    if chance < 1e-6 {
                        continue;
                    }
                    total += chance;
                    let counts = PairedCounts { n, wins, losses };
                    let found = [tango_ci(counts, 0.95).ends(), normal_paired(counts, 1.0), normal_paired(counts, 0.0)];
                    for (figure, interval) in figures.iter_mut().zip(found) {
                        figure.0 += chance * f64::from(u8::from(holds(interval, gain)));
                        figure.1 += chance * (interval[1] - interval[0]);
                    }
                }
            }
            assert!(total > 0.997, "samples left out weigh {}", 1.0 - total);
            for figure in &mut figures {
                *figure = (figure.0 / total, figure.1 / total);
            }
            tally.row(&format!("{differ}, {gain}"), n, &figures);
        }
    }
    let summary = tally.close();
    assert!(summary[0].0 > 0.94, "Tango's average {summary:?}");
    assert!(summary[0].1 > 0.92, "Tango's least {summary:?}");
    assert!(summary[2].0 < summary[0].0 - 0.02, "the normal interval is the one to avoid {summary:?}");
}

type Draw = fn(&mut ChaCha8Rng) -> f64;

fn graded(rng: &mut ChaCha8Rng, weights: [f64; 5]) -> f64 {
    let mut left: f64 = rng.random();
    for (grade, weight) in weights.into_iter().enumerate() {
        if left < weight {
            return grade as f64 / 4.0;
        }
        left -= weight;
    }
    1.0
}

const GRADES: [f64; 5] = [0.05, 0.10, 0.15, 0.30, 0.40];
const BETTER_GRADES: [f64; 5] = [0.02, 0.05, 0.13, 0.30, 0.50];
/// 0.025 + 0.075 + 0.225 + 0.4.
const GRADES_MEAN: f64 = 0.725;
/// 0.0125 + 0.065 + 0.225 + 0.5.
const BETTER_GRADES_MEAN: f64 = 0.8025;

/// Coverage and mean width of every bootstrap method, with [`unseen_mass_ci`] where all values are equal.
fn simulated(n: u32, truth: f64, range: [f64; 2], draw: Draw, methods: &[BootstrapMethod]) -> Vec<(f64, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(n));
    let samples = draws();
    // interpolated quantiles of 500 are near enough to those of 5,000 for a figure with one decimal
    let resamples = if samples > 1_000 { 1_000 } else { 300 };
    let mut figures = vec![(0.0, 0.0); methods.len()];
    for seed in 0..samples {
        let values: Vec<f64> = (0..n).map(|_| draw(&mut rng)).collect();
        for (figure, &method) in figures.iter_mut().zip(methods) {
            let found = if all_equal(&values) {
                unseen_mass_ci(values[0], values.len(), 0.95, range)
            } else {
                let found = bootstrap_mean_ci(&values, method, resamples, 0.95, seed as u64);
                Interval::within(found.estimate, found.low, found.high, range[0], range[1])
            };
            figure.0 += f64::from(u8::from(holds(found.ends(), truth))) / samples as f64;
            figure.1 += (found.high - found.low) / samples as f64;
        }
    }
    figures
}

const ALL: [BootstrapMethod; 4] =
    [BootstrapMethod::Bca, BootstrapMethod::Symmetric, BootstrapMethod::Percentile, BootstrapMethod::Studentised];

/// Few samples are drawn by default, and then only of the sizes and methods that the limits are about.
fn scope() -> (&'static [u32], bool) {
    if draws() > 1_000 { (&SIZES, true) } else { (&SIZES[..3], false) }
}

#[test]
fn coverage_of_a_mean_score() {
    let cases: [(&str, f64, Draw); 6] = [
        ("uniform", 0.5, |rng| rng.random()),
        ("high", 0.8, |rng| rng.random::<f64>().powf(0.25)),
        ("five grades", GRADES_MEAN, |rng| graded(rng, GRADES)),
        ("0, half or 1", 0.7, |rng| [0.0, 0.5, 1.0, 1.0, 1.0][rng.random_range(0..5)]),
        ("80 % perfect", 0.9, |rng| if rng.random_bool(0.8) { 1.0 } else { rng.random() }),
        ("95 % perfect", 0.9625, |rng| if rng.random_bool(0.95) { 1.0 } else { rng.random::<f64>() / 2.0 }),
    ];
    let (sizes, all) = scope();
    let methods = if all { &ALL[..] } else { &ALL[..1] };
    println!(
        "\n| scores | n | BCa, widened | symmetric | percentile | studentised |\n| --- | --- | --- | --- | --- | --- |"
    );
    let mut tally = Tally::default();
    for (label, truth, draw) in cases {
        for &n in sizes {
            tally.row(label, n, &simulated(n, truth, [0.0, 1.0], draw, methods));
        }
    }
    let (average, least) = tally.close()[0];
    assert!(average > 0.93, "average {average}");
    assert!(least > 0.83, "least {least}");
}

#[test]
fn coverage_of_a_paired_difference() {
    let cases: [(&str, f64, Draw); 4] = [
        ("high, 40 % change", 0.4 * (6.0 / 7.0 - 0.8), |rng| {
            let before = rng.random::<f64>().powf(0.25);
            if rng.random_bool(0.4) { rng.random::<f64>().powf(1.0 / 6.0) - before } else { 0.0 }
        }),
        ("five grades, 30 % change", 0.3 * (BETTER_GRADES_MEAN - GRADES_MEAN), |rng| {
            if rng.random_bool(0.3) { graded(rng, BETTER_GRADES) - graded(rng, GRADES) } else { 0.0 }
        }),
        ("five grades, 10 % change", 0.1 * (BETTER_GRADES_MEAN - GRADES_MEAN), |rng| {
            if rng.random_bool(0.1) { graded(rng, BETTER_GRADES) - graded(rng, GRADES) } else { 0.0 }
        }),
        ("all change", 0.05, |rng| rng.random::<f64>() * 0.6 - 0.25),
    ];
    let (sizes, all) = scope();
    let methods = if all { &ALL[..] } else { &ALL[..2] };
    println!(
        "\n| differences | n | BCa, widened | symmetric | percentile | studentised |\n| --- | --- | --- | --- | --- | --- |"
    );
    let mut tally = Tally::default();
    for (label, truth, draw) in cases {
        for &n in sizes {
            tally.row(label, n, &simulated(n, truth, [-1.0, 1.0], draw, methods));
        }
    }
    let summary = tally.close();
    let (average, least) = summary[1];
    assert!(average > 0.93, "average {average}");
    assert!(least > 0.83, "least {least}");
    assert!(average > summary[0].0, "symmetric beats accelerated here: {summary:?}");
}

#[test]
fn coverage_is_measured_on_what_is_reported() {
    let scores = [0.25, 0.5, 1.0, 1.0, 0.75, 1.0, 0.5, 1.0];
    let mean_found = mean_ci(&scores, 0.95, 7);
    let bca = bootstrap_mean_ci(&scores, BootstrapMethod::Bca, super::RESAMPLES, 0.95, 7);
    assert_eq!(mean_found.low, bca.low);
    let first = [0.25, 0.5, 0.5, 1.0, 0.5, 0.5, 0.0, 1.0];
    let differences: Vec<f64> = first.iter().zip(&scores).map(|(a, b)| b - a).collect();
    let symmetric = bootstrap_mean_ci(&differences, BootstrapMethod::Symmetric, super::RESAMPLES, 0.95, 7);
    assert_eq!(difference_ci(&first, &scores, 0.95, 7), symmetric);
    assert_eq!(mean(&differences), symmetric.estimate);
}
