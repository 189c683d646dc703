use clade_engine::Side;
use clade_evolve::statistics::mean_ci;
use serde::Serialize;

use crate::output::{Ink, Output};

/// Fewest runs whose scores say something of others: an interval of fewer would be mostly assumption.
const LEAST: usize = 5;

/// All runs of one strategy, over their seeds.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    strategy: String,
    /// Runs whose test score was measured; the figures are over these.
    runs: usize,
    /// Runs without a test score.
    unfinished: usize,
    /// Mean test score of the chosen prompts, in [0, 1].
    mean: f64,
    /// Its 95 % interval over the seeds. The test examples are the same ones, so it says how much the search varies. Null below five runs: then `min` and `max`
    /// say all that is known.
    ci: Option<[f64; 2]>,
    /// The lowest.
    min: f64,
    /// The highest.
    max: f64,
    /// Mean difference to the first prompt.
    gain: f64,
    /// Share of runs that claimed an improvement.
    improved: f64,
    /// Mean number of calls.
    calls: f64,
    /// Mean cost in US dollars.
    usd: f64,
}

/// The runs of each strategy together, in the order in which strategies first appear.
pub fn groups(sides: &[Side]) -> Vec<Group> {
    let mut names: Vec<&str> = Vec::new();
    for side in sides {
        if !names.contains(&side.strategy.as_str()) {
            names.push(&side.strategy);
        }
    }
    names.into_iter().map(|name| group(name, sides)).collect()
}

fn group(name: &str, sides: &[Side]) -> Group {
    let own: Vec<&Side> = sides.iter().filter(|side| side.strategy == name).collect();
    let measured: Vec<_> = own.iter().filter_map(|side| side.evidence.as_ref()).collect();
    let scores: Vec<f64> = measured.iter().map(|evidence| evidence.best_score).collect();
    let share = |sum: f64, n: usize| sum / n.max(1) as f64;
    Group {
        strategy: name.to_owned(),
        runs: measured.len(),
        unfinished: own.len() - measured.len(),
        mean: share(scores.iter().sum(), scores.len()),
        ci: (scores.len() >= LEAST).then(|| mean_ci(&scores, 0.95, 0).ends()),
        min: scores.iter().copied().reduce(f64::min).unwrap_or_default(),
        max: scores.iter().copied().reduce(f64::max).unwrap_or_default(),
        gain: share(measured.iter().map(|evidence| evidence.difference).sum(), measured.len()),
        improved: share(measured.iter().filter(|evidence| evidence.improved).count() as f64, measured.len()),
        calls: share(own.iter().map(|side| side.spent.calls as f64).sum(), own.len()),
        usd: share(own.iter().map(|side| side.spent.usd.0).sum(), own.len()),
    }
}

/// Prints a line for each strategy.
pub fn print(groups: &[Group], output: &Output) {
    let head = format!(
        "{:<16} {:>6} {:<16} {:>6} {:>6} {:>7} {:>9} {:>8} {:>10} {:>5}",
        "STRATEGY", "SCORE", "95 % OVER SEEDS", "MIN", "MAX", "GAIN", "CLAIMED", "CALLS", "USD", "RUNS"
    );
    output.line(output.paint(Ink::Faint, head));
    for group in groups {
        let interval = group.ci.map_or_else(|| "-".to_owned(), |[low, high]| format!("[{low:.3}, {high:.3}]"));
        let runs = match group.unfinished {
            0 => group.runs.to_string(),
            n => format!("{} ({n} unfinished)", group.runs),
        };
        output.line(format!(
            "{:<16} {:>6.3} {interval:<16} {:>6.3} {:>6.3} {:>+7.3} {:>7.0} % {:>8.0} {:>10.4} {runs:>5}",
            group.strategy,
            group.mean,
            group.min,
            group.max,
            group.gain,
            100.0 * group.improved,
            group.calls,
            group.usd,
        ));
    }
    if groups.iter().any(|group| group.ci.is_none()) {
        output.prose(output.paint(
            Ink::Faint,
            format!("fewer than {LEAST} runs are no base for an interval: MIN and MAX are their range; --seeds {LEAST} or more gives intervals"),
        ));
    }
}
