//! What each operator earned in a run. What is shared out is what was measured of the best prompt as a whole: verdicts on single edits were made by lucky
//! answers too, so that the sum of what they promised is above what there is.

use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{CandidateId, OperatorName, Split, Verdict, VerdictReason};
use clade_evolve::{
    RunState, child_seed,
    state::Decision,
    statistics::{self, CONFIDENCE, wilson_ci},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the best prompt gained over the first one on the line that it descends from, on examples that both met.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GainShown {
    /// The split of those examples: test once there is evidence. Before, validation or train, which chose the prompt and so flatter it.
    pub split: Split,
    /// How many.
    pub examples: u32,
    /// The mean paired difference, in [-1, 1].
    pub difference: f64,
    /// Its 95 % interval.
    pub ci: [f64; 2],
}

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// The figure.
    pub value: f64,
    /// Its interval; null where nothing says how much a kept edit brings, as where none leads to the best prompt.
    pub ci: Option<[f64; 2]>,
}

/// What an operator did and earned in a run. `rebase` earns nothing of its own: an edit that it carries over counts for whoever wrote that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperatorReport {
    /// Its name.
    pub operator: OperatorName,
    /// Proposals that it made, those turned away included: its tries.
    pub proposed: u32,
    /// Of those, turned away before anything was spent on evaluating them.
    pub rejected: u32,
    /// Candidates that the search kept after evaluating them.
    pub kept: u32,
    /// Candidates that it dropped.
    pub dropped: u32,
    /// Of the kept ones, those that the best prompt descends from, by first parents.
    #[serde(default)]
    pub on_the_line: u32,
    /// Trials bought to decide on its candidates.
    pub trials: u32,
    /// Its share of `gain_shown`, in mean score: that is shared out over the kept edits that the best prompt descends from, in proportion to what each was
    /// expected to bring, so that all shares add up to no more than was measured. What was kept beside that line brought nothing.
    pub gain: f64,
    /// The 95 % interval of the share: of what was measured, and of how it is shared out.
    #[serde(default)]
    pub gain_ci: Option<[f64; 2]>,
    /// Calls of its proposals and of the search's trials of its candidates, judges included, by the bills of events.
    #[serde(default)]
    pub calls: u64,
    /// What these cost in US dollars; null where a price is unknown.
    #[serde(default)]
    pub usd: Option<f64>,
    /// Gain for each proposal, in mean score. Its interval is that of an operator that does as well again: of how often its edits lead on, and of what they bring.
    #[serde(default)]
    pub per_try: Option<Rate>,
    /// Gain for each US dollar; null where a price is unknown or nothing was paid. What it cost is taken as known.
    #[serde(default)]
    pub per_usd: Option<Rate>,
    /// Gain for each 1,000 calls; null where none was bought.
    #[serde(default)]
    pub per_1000_calls: Option<Rate>,
}

/// What the best prompt gained over the root of its line: by the evidence where there is some, else on the validation or train examples that both met.
pub(crate) fn shown(state: &RunState) -> Option<GainShown> {
    let (best, root) = (state.best(), *descent(state).last()?);
    if best == root {
        return None;
    }
    if let Some(evidence) = state.measured().filter(|_| root == CandidateId(0)) {
        let (examples, difference) = (evidence.n, evidence.difference);
        return Some(GainShown { split: Split::Test, examples, difference, ci: [evidence.ci_low, evidence.ci_high] });
    }
    [Split::Validation, Split::Train].into_iter().find_map(|split| {
        let mean = |id, example| state.cells(id)?.mean(example, state.repeat());
        let met: BTreeSet<_> = state.cells(best)?.iter(best, state.repeat()).map(|(cell, _)| cell.example).collect();
        let of_split = met.into_iter().filter(|example| state.dataset().split(*example) == Some(split));
        let (first, second): (Vec<f64>, Vec<f64>) =
            of_split.filter_map(|example| Some((mean(root, example)?, mean(best, example)?))).unzip();
        let found = statistics::difference_ci(&first, &second, CONFIDENCE, child_seed(state.spec().seed, &[6]));
        let examples = u32::try_from(first.len()).unwrap_or(u32::MAX);
        (!first.is_empty()).then(|| GainShown { split, examples, difference: found.estimate, ci: found.ends() })
    })
}

/// The account of each operator, in order of name; empty where nothing was decided.
pub(crate) fn account(state: &RunState) -> Vec<OperatorReport> {
    if state.decisions().is_empty() {
        return Vec::new();
    }
    let mut reports: BTreeMap<&OperatorName, OperatorReport> =
        state.proposed().iter().map(|(operator, proposed)| (operator, blank(state, operator, *proposed))).collect();
    let line = descent(state);
    let mut promised: BTreeMap<&OperatorName, Promised> = BTreeMap::new();
    for (id, decision) in state.decisions() {
        let Some(operator) = state.maker(*id) else { continue };
        let Some(report) = reports.get_mut(operator) else { continue };
        report.trials += decision.trials;
        match decision.verdict {
            Verdict::Kept => {
                report.kept += 1;
                if line.contains(id) {
                    report.on_the_line += 1;
                    promised.entry(operator).or_default().add(decision);
                }
            }
            // what takes its place is decided on by itself
            Verdict::Dropped => report.dropped += u32::from(decision.reason != VerdictReason::Replaced),
        }
    }
    let shares = shares(&promised);
    let edits: u32 = promised.values().map(|of| of.edits).sum();
    if let Some(shown) = shown(state).filter(|_| edits > 0) {
        let usual = shown.difference / f64::from(edits);
        for report in reports.values_mut() {
            let share = shares.get(&report.operator).copied().unwrap_or_default();
            earn(report, &shown, share, usual);
        }
    }
    reports.into_values().collect()
}

fn blank(state: &RunState, operator: &OperatorName, proposed: u32) -> OperatorReport {
    let outlay = state.outlays().of(operator);
    let calls = outlay.calls;
    let usd = (outlay.unpriced == 0).then_some(outlay.usd());
    let nothing = |by: f64| (by > 0.0).then_some(Rate { value: 0.0, ci: None });
    OperatorReport {
        operator: operator.clone(),
        proposed,
        rejected: state.rejected().iter().filter(|((name, _), _)| name == operator).map(|(_, n)| n).sum(),
        kept: 0,
        dropped: 0,
        on_the_line: 0,
        trials: 0,
        gain: 0.0,
        gain_ci: None,
        calls,
        usd,
        per_try: nothing(f64::from(proposed)),
        per_usd: usd.and_then(nothing),
        per_1000_calls: nothing(calls as f64),
    }
}

/// The best candidate and those that it descends from by first parents, the oldest last.
fn descent(state: &RunState) -> Vec<CandidateId> {
    let parent = |id: &CandidateId| state.candidate(*id)?.parents.first().copied();
    std::iter::successors(Some(state.best()), parent).collect()
}

/// What the edits of an operator were expected to bring.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Promised {
    edits: u32,
    gain: f64,
    variance: f64,
}

impl Promised {
    fn add(&mut self, decision: &Decision) {
        self.edits += 1;
        // an edit that was kept for something else than its score, such as a shorter prompt, may have been expected to lose some
        self.gain += decision.gain.max(0.0);
        self.variance += decision.gain_sd.powi(2);
    }
}

/// A share of what was shown, and its standard deviation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Share {
    part: f64,
    sd: f64,
}

/// The shares in proportion to what was expected, with the first-order error of a ratio; in equal parts where nothing was.
fn shares(promised: &BTreeMap<&OperatorName, Promised>) -> BTreeMap<OperatorName, Share> {
    let gain: f64 = promised.values().map(|of| of.gain).sum();
    let variance: f64 = promised.values().map(|of| of.variance).sum();
    let edits: f64 = promised.values().map(|of| f64::from(of.edits)).sum();
    let share = |of: &Promised| {
        if gain <= 0.0 {
            return Share { part: f64::from(of.edits) / edits, sd: 0.0 };
        }
        let (own, others) = (of.gain / gain, 1.0 - of.gain / gain);
        let sd = (others.powi(2) * of.variance + own.powi(2) * (variance - of.variance).max(0.0)).sqrt() / gain;
        Share { part: own, sd }
    };
    promised.iter().map(|(operator, of)| ((*operator).clone(), share(of))).collect()
}

/// The normal quantile of 97.5 %.
const Z: f64 = 1.959_964;

/// Fills in what an operator earned. `usual` is what an edit brought on average, which stands in for the edits of an operator that has none on the line.
///
/// The ends of a product's interval come from those of its factors, each side by itself (MOVER: Zou and Donner, Statistics in Medicine 27, 2008).
fn earn(report: &mut OperatorReport, shown: &GainShown, share: Share, usual: f64) {
    let gain = share.part * shown.difference;
    let ci = shown.ci.map(|end| {
        let distance = (share.part * (end - shown.difference)).hypot(Z * share.sd * shown.difference);
        gain + distance.copysign(end - shown.difference)
    });
    report.gain = gain;
    report.gain_ci = Some(ci);
    let tries = report.proposed.max(report.on_the_line);
    if tries == 0 {
        return;
    }
    let often = wilson_ci(report.on_the_line.into(), tries.into(), CONFIDENCE);
    let each = if report.on_the_line > 0 { gain / f64::from(report.on_the_line) } else { usual };
    let value = gain / f64::from(tries);
    let by_luck = [each * (often.low - often.estimate), each * (often.high - often.estimate)];
    let (down, up) = (by_luck[0].min(by_luck[1]), by_luck[0].max(by_luck[1]));
    let end = |luck: f64, end: f64| luck.hypot((end - gain) / f64::from(tries));
    let per_try = [value - end(down, ci[0]), value + end(up, ci[1])];
    // for everything that was tried at this price
    let by = |amount: f64| {
        let scale = f64::from(tries) / amount;
        (amount > 0.0).then(|| Rate { value: value * scale, ci: Some(per_try.map(|end| end * scale)) })
    };
    report.per_try = by(f64::from(tries));
    report.per_usd = report.usd.and_then(by);
    report.per_1000_calls = by(report.calls as f64 / 1_000.0);
}

#[cfg(test)]
#[path = "operators_tests.rs"]
mod tests;
