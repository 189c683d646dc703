use clade_domain::{CandidateId, ExampleId, RunEvent, Verdict, VerdictReason};

use crate::RunState;

/// Differences nearer to 0 than this are rounding.
const ROUNDING: f64 = 1e-9;

/// A child beside another candidate on the same examples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Comparison {
    examples: usize,
    wins: usize,
    losses: usize,
    /// Mean difference of the scores.
    pub gain: f64,
    /// Its standard error.
    pub gain_sd: f64,
}

impl Comparison {
    /// Compares scores on the same examples in the same order.
    pub(super) fn of(old: &[f64], new: &[f64]) -> Self {
        let differences: Vec<f64> = old.iter().zip(new).map(|(old, new)| new - old).collect();
        let n = differences.len().max(1) as f64;
        let gain = differences.iter().sum::<f64>() / n;
        let variance = differences.iter().map(|d| (d - gain).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        Self {
            examples: differences.len(),
            wins: differences.iter().filter(|d| **d > ROUNDING).count(),
            losses: differences.iter().filter(|d| **d < -ROUNDING).count(),
            gain,
            gain_sd: (variance / n).sqrt(),
        }
    }

    /// Compares a child with another candidate on those of the examples that both met.
    pub(super) fn between(state: &RunState, old: CandidateId, new: CandidateId, examples: &[ExampleId]) -> Self {
        let mean = |id, example| state.cells(id)?.mean(example, state.repeat());
        let both = examples.iter().filter_map(|example| Some((mean(old, *example)?, mean(new, *example)?)));
        let (old, new): (Vec<f64>, Vec<f64>) = both.unzip();
        Self::of(&old, &new)
    }

    /// Whether the child's sum is strictly higher.
    pub(super) fn improves(&self) -> bool {
        self.gain > ROUNDING
    }

    /// What the child is dropped for.
    pub(super) fn fault(&self) -> VerdictReason {
        match (self.wins, self.losses) {
            (0, _) => VerdictReason::MissedTarget,
            (_, 0) => VerdictReason::Unclear,
            _ => VerdictReason::Breaks,
        }
    }

    /// The decision on the child, for the journal.
    pub(super) fn decision(
        &self,
        candidate: CandidateId,
        against: CandidateId,
        trials: usize,
        verdict: Verdict,
        reason: VerdictReason,
    ) -> RunEvent {
        self.decision_as(candidate, against, trials, (verdict, reason), None)
    }

    /// The same, with what became of the child said before the figures.
    pub(super) fn decision_as(
        &self,
        candidate: CandidateId,
        against: CandidateId,
        trials: usize,
        (verdict, reason): (Verdict, VerdictReason),
        fate: Option<&str>,
    ) -> RunEvent {
        let Self { examples, wins, losses, gain, gain_sd } = *self;
        let figures = format!("better on {wins} and worse on {losses} of {examples} examples than {against}");
        let detail = fate.map_or_else(|| figures.clone(), |fate| format!("{fate}: {figures}"));
        let trials = u32::try_from(trials).unwrap_or(u32::MAX);
        RunEvent::CandidateDecided { candidate, verdict, reason, detail, against, trials, gain, gain_sd }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_decide_and_faults_are_named() {
        let cases: [(&[f64], &[f64], bool, VerdictReason); 4] = [
            (&[0.0, 0.0, 1.0], &[1.0, 0.0, 1.0], true, VerdictReason::Unclear),
            (&[0.0, 0.0, 1.0], &[1.0, 0.0, 0.0], false, VerdictReason::Breaks),
            (&[0.0, 0.0, 1.0], &[0.0, 0.0, 1.0], false, VerdictReason::MissedTarget),
            // the same in another order is no gain, whatever the rounding of sums
            (&[0.1, 0.2, 0.3], &[0.3, 0.1, 0.2], false, VerdictReason::Breaks),
        ];
        for (old, new, improves, fault) in cases {
            let comparison = Comparison::of(old, new);
            assert_eq!((comparison.improves(), comparison.fault()), (improves, fault), "{old:?} {new:?}");
        }
        let comparison = Comparison::of(&[0.0, 0.0, 1.0, 0.0], &[1.0, 0.0, 1.0, 1.0]);
        assert_eq!(comparison.gain, 0.5);
        assert!((comparison.gain_sd - (1.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
    }
}
