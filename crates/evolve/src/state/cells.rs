use std::collections::BTreeMap;

use clade_domain::{CandidateId, CellRef, ExampleId, Split, Trial};

use super::sum::Sum;

const CHUNK: usize = 64;

/// What the state keeps of one trial; its texts stay in the store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// The score in the first objective that is one to raise; in [0, 1].
    pub score: f64,
    /// The journal entry that holds the trial.
    pub seq: u32,
}

/// Sums over the trials of one candidate on one split.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Totals {
    pub trials: u32,
    pub examples: u32,
    pub failed: u32,
    pub passed: u32,
    pub score: Sum,
    pub cost: Sum,
    pub latency_ms: f64,
    pub metrics: BTreeMap<String, (Sum, u32)>,
    /// Failed trials that do not say which metrics they have 0 in: older ones.
    pub unnamed: u32,
}

/// All cells of one candidate, sparse in chunks: 12 bytes a cell where it was evaluated, next to nothing elsewhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cells {
    model: Option<String>,
    chunks: BTreeMap<u32, Box<Chunk>>,
    pub(super) totals: BTreeMap<Split, Totals>,
}

#[derive(Debug, Clone, PartialEq)]
struct Chunk {
    filled: u64,
    scores: [f64; CHUNK],
    seqs: [u32; CHUNK],
}

impl Cells {
    /// The model whose answers these are, where it is not the run's first task model.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The cell of a repeat on an example, if it was evaluated.
    #[must_use]
    pub fn get(&self, example: ExampleId, sample: u32, repeat: u32) -> Option<Cell> {
        let (chunk, place) = locate(example, sample, repeat);
        let chunk = self.chunks.get(&chunk)?;
        (chunk.filled >> place & 1 == 1).then(|| Cell { score: chunk.scores[place], seq: chunk.seqs[place] })
    }

    /// The mean score over the repeats on an example that were evaluated.
    #[must_use]
    pub fn mean(&self, example: ExampleId, repeat: u32) -> Option<f64> {
        let (mut sum, mut n) = (0.0, 0u32);
        for sample in 0..repeat {
            if let Some(cell) = self.get(example, sample, repeat) {
                sum += cell.score;
                n += 1;
            }
        }
        (n > 0).then(|| sum / f64::from(n))
    }

    /// Takes a trial in. A trial of another model than the earlier ones starts the candidate's cells afresh: scores of
    /// different models are never mixed. Returns whether the cell is new.
    pub(super) fn insert(&mut self, trial: &Trial, score: f64, seq: u32, repeat: u32) -> bool {
        if self.model != trial.model {
            *self = Self { model: trial.model.clone(), ..Self::default() };
        }
        let CellRef { example, sample, .. } = trial.cell;
        let example_is_new = self.mean(example, repeat).is_none();
        let (chunk, place) = locate(example, sample, repeat);
        let empty = || Box::new(Chunk { filled: 0, scores: [0.0; CHUNK], seqs: [0; CHUNK] });
        let chunk = self.chunks.entry(chunk).or_insert_with(empty);
        if chunk.filled >> place & 1 == 1 {
            return false;
        }
        chunk.filled |= 1 << place;
        chunk.scores[place] = score;
        chunk.seqs[place] = seq;
        let totals = self.totals.entry(trial.split).or_default();
        totals.add(trial, score);
        totals.examples += u32::from(example_is_new);
        true
    }

    /// How many trials there are on a split.
    #[must_use]
    pub fn trials(&self, split: Split) -> u32 {
        self.totals.get(&split).map_or(0, |totals| totals.trials)
    }

    /// On how many examples of a split.
    #[must_use]
    pub fn examples(&self, split: Split) -> u32 {
        self.totals.get(&split).map_or(0, |totals| totals.examples)
    }

    /// How many of them failed without a score.
    #[must_use]
    pub fn failed(&self, split: Split) -> u32 {
        self.totals.get(&split).map_or(0, |totals| totals.failed)
    }

    /// How many of them passed.
    #[must_use]
    pub fn passed(&self, split: Split) -> u32 {
        self.totals.get(&split).map_or(0, |totals| totals.passed)
    }

    /// The mean score on a split; `None` before the first trial.
    #[must_use]
    pub fn score(&self, split: Split) -> Option<f64> {
        let totals = self.totals.get(&split)?;
        (totals.trials > 0).then(|| totals.score.get() / f64::from(totals.trials))
    }

    /// Means of the named scores on a split; failed trials count as 0 in those of their own checks, as in the score itself.
    #[must_use]
    pub fn named_scores(&self, split: Split) -> BTreeMap<String, f64> {
        let Some(totals) = self.totals.get(&split) else { return BTreeMap::new() };
        totals.metrics.keys().filter_map(|name| Some((name.clone(), totals.named(name)?))).collect()
    }

    /// On how many trials of a split a named score rests.
    #[must_use]
    pub fn named_trials(&self, split: Split, metric: &str) -> u32 {
        let named = |totals: &Totals| Some(totals.metrics.get(metric)?.1 + totals.unnamed);
        self.totals.get(&split).and_then(named).unwrap_or(0)
    }

    /// How many cells were evaluated.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.values().map(|chunk| chunk.filled.count_ones() as usize).sum()
    }

    /// Whether none was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Cells with their examples and repeats, in order.
    pub fn iter(&self, candidate: CandidateId, repeat: u32) -> impl Iterator<Item = (CellRef, Cell)> + '_ {
        self.chunks.iter().flat_map(move |(number, chunk)| {
            (0..CHUNK).filter(|place| chunk.filled >> place & 1 == 1).map(move |place| {
                let index = *number * CHUNK as u32 + place as u32;
                let cell = CellRef { candidate, example: ExampleId(index / repeat), sample: index % repeat };
                (cell, Cell { score: chunk.scores[place], seq: chunk.seqs[place] })
            })
        })
    }
}

fn locate(example: ExampleId, sample: u32, repeat: u32) -> (u32, usize) {
    let index = example.0 * repeat + sample;
    (index / CHUNK as u32, index as usize % CHUNK)
}

impl Totals {
    fn add(&mut self, trial: &Trial, score: f64) {
        self.trials += 1;
        self.score.add(score);
        self.passed += u32::from(trial.pass());
        self.cost.add(trial.cost.map_or(0.0, |usd| usd.0));
        self.latency_ms += f64::from(trial.latency_ms);
        match &trial.outcome {
            clade_domain::TrialOutcome::Scored { judgements, .. } => {
                for judgement in judgements {
                    self.add_named(&judgement.metric, judgement.score);
                }
            }
            clade_domain::TrialOutcome::Failed { metrics, .. } => {
                self.failed += 1;
                match metrics {
                    Some(metrics) => metrics.iter().for_each(|metric| self.add_named(metric, 0.0)),
                    None => self.unnamed += 1,
                }
            }
        }
    }

    fn add_named(&mut self, metric: &str, score: f64) {
        if let Some((sum, n)) = self.metrics.get_mut(metric) {
            sum.add(score);
            *n += 1;
        } else {
            let mut sum = Sum::default();
            sum.add(score);
            self.metrics.insert(metric.to_owned(), (sum, 1));
        }
    }

    /// The mean of a named score; `None` where no trial has a check of that name.
    pub fn named(&self, metric: &str) -> Option<f64> {
        let (sum, n) = self.metrics.get(metric)?;
        Some(sum.get() / f64::from(n + self.unnamed))
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::{CandidateId, ContentHash, Judgement, Purpose, TrialError, TrialErrorKind, TrialOutcome, Usage};

    use super::*;

    fn trial(outcome: TrialOutcome) -> Trial {
        Trial {
            cell: CellRef { candidate: CandidateId(0), example: ExampleId(0), sample: 0 },
            split: Split::Test,
            purpose: Purpose::Evidence,
            model: None,
            outcome,
            usage: Usage::default(),
            cost: None,
            judge: clade_domain::Bill::default(),
            latency_ms: 0,
            cached: false,
            shared: false,
            cut: false,
            program: None,
            ran: Vec::new(),
        }
    }

    fn failed(metrics: Option<&[&str]>) -> Trial {
        let metrics = metrics.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let error = TrialError { kind: TrialErrorKind::Evaluator, message: "x".into() };
        trial(TrialOutcome::Failed { answer: None, error, metrics })
    }

    #[test]
    fn a_failed_trial_counts_in_the_metrics_of_its_own_checks() {
        let judgement =
            Judgement { metric: "quick".into(), score: 1.0, pass: true, reason: String::new(), weight: 1.0 };
        let answer = ContentHash::of(b"");
        let mut totals = Totals::default();
        totals.add(&trial(TrialOutcome::Scored { answer, score: 1.0, pass: true, judgements: vec![judgement] }), 1.0);
        totals.add(&failed(Some(&["sane"])), 0.0);
        assert_eq!((totals.named("quick"), totals.named("sane"), totals.named("x")), (Some(1.0), Some(0.0), None));
        // those of older versions do not say which
        totals.add(&failed(None), 0.0);
        assert_eq!((totals.named("quick"), totals.failed), (Some(0.5), 2));
    }
}
