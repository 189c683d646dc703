use std::collections::BTreeSet;

use clade_domain::{CandidateId, Split};
use clade_evolve::RunState;

/// The leading candidate beside the first prompt, on what both have answered by the same model: means over different examples would compare examples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    /// The leading candidate.
    pub best: CandidateId,
    /// The mean score of the first prompt: on what it shares with the leading candidate, or on all of the split where they share nothing.
    pub seed_score: Option<f64>,
    /// The leading candidate's mean score on the same; `None` where they share nothing.
    pub best_score: Option<f64>,
    /// How many examples that is.
    pub examples: u32,
}

impl Standing {
    /// How they stand on a split.
    pub fn of(state: &RunState, split: Split) -> Self {
        let (seed, best, repeat) = (CandidateId(0), state.best(), state.repeat());
        // where nothing was judged there is no score, not one of 0
        let judged = |id| state.cells(id).is_some_and(|cells| cells.trials(split) > cells.failed(split));
        let alone = state.score(seed, split).filter(|_| judged(seed));
        let on = |id| state.cells(id).map_or(0, |cells| cells.examples(split));
        if best == seed {
            return Self { best, seed_score: alone, best_score: alone, examples: on(seed) };
        }
        let apart = Self { best, seed_score: alone, best_score: None, examples: 0 };
        let (Some(first), Some(leading)) = (state.cells(seed), state.cells(best)) else { return apart };
        // a difference between two models says nothing of the prompts
        if first.model() != leading.model() {
            return apart;
        }
        let (mut cells, mut examples, mut sums) = (0_u32, BTreeSet::new(), [0.0, 0.0]);
        for (at, cell) in leading.iter(best, repeat).filter(|(at, _)| state.dataset().split(at.example) == Some(split))
        {
            if let Some(other) = first.get(at.example, at.sample, repeat) {
                cells += 1;
                examples.insert(at.example);
                sums[0] += other.score;
                sums[1] += cell.score;
            }
        }
        if cells == 0 {
            return apart;
        }
        let mean = |sum: f64, id| judged(id).then(|| sum / f64::from(cells));
        let (seed_score, best_score) = (mean(sums[0], seed), mean(sums[1], best));
        Self { best, seed_score, best_score, examples: u32::try_from(examples.len()).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::{Purpose, Recorded, RunEvent, Timestamp};
    use clade_store::conformance::samples;

    use super::*;

    /// A run with two candidates and these trials: number `n` is candidate `n / 100` on example `n % 100` with a score of `n % 2`.
    fn state(trials: &[RunEvent]) -> RunState {
        let run = samples::run("standing").unwrap();
        let first = samples::started(&run, None).unwrap();
        let events = [first, samples::admitted(0), samples::admitted(1)].into_iter().chain(trials.iter().cloned());
        let mut entries = (0..).zip(events).map(|(seq, event)| Recorded { seq, at: Timestamp(0), event });
        let mut state = RunState::start(&entries.next().unwrap()).unwrap();
        entries.for_each(|entry| state.apply(&entry));
        state
    }

    #[test]
    fn the_two_are_compared_on_what_both_answered() {
        let of_first: Vec<RunEvent> = (0..10).map(samples::trial).collect();
        let standing = |more: &[u32]| {
            let closed = RunEvent::GenerationClosed {
                generation: 1,
                survivors: vec![CandidateId(u32::from(!more.is_empty()))],
                fitness: vec![0.5],
                spent: None,
            };
            let trials = of_first.iter().cloned().chain(more.iter().map(|n| samples::trial(*n)));
            Standing::of(&state(&trials.chain([closed]).collect::<Vec<_>>()), Split::Train)
        };
        let alone = standing(&[]);
        assert_eq!((alone.best, alone.seed_score, alone.best_score), (CandidateId(0), Some(0.5), Some(0.5)));
        // right on two examples that the first prompt gets right too, and on one that it never met
        let leading = standing(&[101, 103, 151]);
        assert_eq!(
            leading,
            Standing { best: CandidateId(1), seed_score: Some(1.0), best_score: Some(1.0), examples: 2 }
        );
        let apart = standing(&[151]);
        assert_eq!(apart, Standing { best: CandidateId(1), seed_score: Some(0.5), best_score: None, examples: 0 });
    }

    #[test]
    fn answers_of_other_models_are_not_held_against_each_other() {
        let other = |n| {
            let RunEvent::TrialFinished(mut trial) = samples::trial(n) else { unreachable!() };
            trial.model = Some("another".into());
            RunEvent::TrialFinished(trial)
        };
        let closed = RunEvent::GenerationClosed {
            generation: 1,
            survivors: vec![CandidateId(1)],
            fitness: vec![1.0],
            spent: None,
        };
        let trials = |second: &dyn Fn(u32) -> RunEvent| -> Vec<RunEvent> {
            (0..10).map(samples::trial).chain([second(101), second(103), closed.clone()]).collect()
        };
        let standing = |second| Standing::of(&state(&trials(second)), Split::Train);
        assert_eq!(standing(&samples::trial).best_score, Some(1.0));
        assert_eq!(
            standing(&other),
            Standing { best: CandidateId(1), seed_score: Some(0.5), best_score: None, examples: 0 }
        );
    }

    #[test]
    fn where_nothing_was_judged_there_is_no_score() {
        let standing = Standing::of(&state(&[samples::failed_trial(1), samples::failed_trial(2)]), Split::Train);
        assert_eq!((standing.seed_score, standing.best_score, standing.examples), (None, None, 2));
    }

    #[test]
    fn trials_that_make_no_score_are_counted_apart() {
        let RunEvent::TrialFinished(mut repeat) = samples::trial(1) else { unreachable!() };
        repeat.purpose = Purpose::Repeat;
        let trials = [samples::trial(1), RunEvent::TrialFinished(repeat), samples::trial(2), samples::failed_trial(2)];
        let state = state(&trials);
        let apart = state.apart();
        assert_eq!((state.trials(), apart.repeats, apart.late, apart.failed), (2, 1, 1, 1));
        assert_eq!(state.trials() + apart.trials(), trials.len() as u64);
    }
}
