use clade_domain::{CandidateId, Evidence, ExampleId, Split};
use clade_evolve::{RunState, child_seed, statistics};

/// How far a mean may be off: sums in another order differ in their last digits.
const ROUNDING: f64 = 1e-9;
/// How far a p-value may be off where patterns of signs were drawn in another order.
const DRAWN: f64 = 0.02;

/// That what a run claims follows from its trials: on how many test examples both prompts were, how they scored, how often one was
/// better, and what the paired test says of that. Intervals depend on the order of what is resampled and on nothing that can be looked up, so of
/// them only what every interval is.
pub(crate) fn holds(claimed: &Evidence, state: &RunState) -> Result<(), String> {
    let (first, chosen) = paired(state);
    let unchanged = state.best() == CandidateId(0);
    let seed = child_seed(state.spec().seed, &[u64::MAX]);
    let found = match unchanged {
        true => statistics::unchanged(&first, claimed.confidence, seed),
        false => statistics::evidence(&first, &chosen, claimed.confidence, seed),
    };
    let failed = |candidate| state.cells(candidate).map_or(0, |cells| cells.failed(Split::Test));
    let chosen_failed = if unchanged { 0 } else { failed(state.best()) };
    let counts = |of: &Evidence| [of.n, of.wins, of.losses];
    let errors = [(claimed.seed_errors, failed(CandidateId(0))), (claimed.best_errors, chosen_failed)];
    let means = |of: &Evidence| [of.seed_score, of.best_score, of.difference];
    // without test examples there are no means
    let scored = first.is_empty()
        || means(claimed).iter().zip(means(&found)).all(|(claimed, found)| near(*claimed, found, ROUNDING));
    let fits = counts(claimed) == counts(&found)
        && errors.iter().all(|(claimed, found)| claimed == found)
        && scored
        && (0.0..=1.0).contains(&claimed.p_value)
        && near(claimed.p_value, found.p_value, DRAWN)
        && claimed.improved == (claimed.p_value <= statistics::SIGNIFICANCE && claimed.difference > 0.0)
        && [claimed.seed_ci, claimed.best_ci].iter().all(|ends| is_interval(*ends, 0.0))
        && is_interval([claimed.ci_low, claimed.ci_high], -1.0);
    fits.then_some(()).ok_or_else(|| "its evidence is not that of its trials".to_owned())
}

/// The scores of the first and the chosen prompt on the test examples that both met.
fn paired(state: &RunState) -> (Vec<f64>, Vec<f64>) {
    let examples = state.dataset().examples(Split::Test);
    let mean = |candidate, example: ExampleId| state.cells(candidate)?.mean(example, state.repeat());
    let both = |example| Some((mean(CandidateId(0), example)?, mean(state.best(), example)?));
    examples.into_iter().filter_map(both).unzip()
}

fn near(claimed: f64, found: f64, tolerance: f64) -> bool {
    (claimed - found).abs() <= tolerance
}

fn is_interval([low, high]: [f64; 2], least: f64) -> bool {
    least - ROUNDING <= low && low <= high && high <= 1.0 + ROUNDING
}
