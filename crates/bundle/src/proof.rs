use clade_domain::{CandidateId, Evidence, ExampleId, Split};
use clade_evolve::{Plan, RunState, child_seed, statistics};

/// How far a figure may be off: it was written as text, and another machine takes logarithms and powers in its own last digit.
const ROUNDING: f64 = 1e-9;

/// That what a run claims follows from its trials: the evidence is made anew of them, in the order and with the seed of the run, and has to be the
/// same in every figure and every word.
pub(crate) fn holds(claimed: &Evidence, state: &RunState) -> Result<(), String> {
    let (first, chosen) = paired(state);
    let unchanged = state.best() == CandidateId(0);
    let seed = child_seed(state.spec().seed, &[u64::MAX]);
    let found = match unchanged {
        true => statistics::unchanged(&first, statistics::CONFIDENCE, seed),
        false => statistics::evidence(&first, &chosen, statistics::CONFIDENCE, seed),
    };
    let failed = |candidate| state.cells(candidate).map_or(0, |cells| cells.failed(Split::Test));
    let chosen_failed = if unchanged { 0 } else { failed(state.best()) };
    let found = statistics::with_errors(found, failed(CandidateId(0)), chosen_failed);
    // without test examples there are no means, and nothing is claimed
    let nothing = || claimed.n == 0 && !claimed.improved && claimed.sentence == found.sentence;
    let same = || {
        figures(claimed).iter().zip(figures(&found)).all(|(claimed, found)| (claimed - found).abs() <= ROUNDING)
            && with_figures_of(claimed, &found) == found
    };
    let fits = if first.is_empty() { nothing() } else { same() };
    fits.then_some(()).ok_or_else(|| "its evidence is not that of its trials".to_owned())
}

/// All figures that are no whole numbers.
fn figures(of: &Evidence) -> Vec<f64> {
    let means = [of.seed_score, of.best_score, of.difference];
    [&means[..], &of.seed_ci, &of.best_ci, &[of.ci_low, of.ci_high, of.confidence, of.p_value]].concat()
}

/// The first one with the [`figures`] of the second: what is left to compare.
fn with_figures_of(claimed: &Evidence, found: &Evidence) -> Evidence {
    Evidence {
        seed_score: found.seed_score,
        seed_ci: found.seed_ci,
        best_score: found.best_score,
        best_ci: found.best_ci,
        difference: found.difference,
        ci_low: found.ci_low,
        ci_high: found.ci_high,
        confidence: found.confidence,
        p_value: found.p_value,
        ..claimed.clone()
    }
}

/// The scores of the first and the chosen prompt on the test examples that both met, in the order in which they did.
fn paired(state: &RunState) -> (Vec<f64>, Vec<f64>) {
    let mean = |candidate, example: ExampleId| state.cells(candidate)?.mean(example, state.repeat());
    let both = |example| Some((mean(CandidateId(0), example)?, mean(state.best(), example)?));
    Plan::in_order_of_proof(state).into_iter().filter_map(both).unzip()
}
