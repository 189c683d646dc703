use std::borrow::Cow;

use clade_domain::{CandidateId, CellRef, ExampleId, Purpose, Trial};

use crate::{EvaluateCommand, RunState};

/// Candidates times examples times repeats to be evaluated, candidate by candidate (so that a provider's prompt cache
/// finds the same beginning again). Knows what is open without a list of cells.
#[derive(Debug, Clone)]
pub struct Grid {
    purpose: Purpose,
    generation: u32,
    examples: Vec<ExampleId>,
    rows: Vec<CandidateId>,
    cursor: (usize, usize, u32),
    open: u64,
}

impl Grid {
    /// An empty grid over these examples, served by the models of a generation.
    #[must_use]
    pub fn new(purpose: Purpose, generation: u32, examples: Vec<ExampleId>) -> Self {
        Self { purpose, generation, examples, rows: Vec::new(), cursor: (0, 0, 0), open: 0 }
    }

    /// Adds a candidate. Cells that were evaluated with the same model already count as done.
    pub fn add(&mut self, state: &RunState, candidate: CandidateId) {
        if self.rows.contains(&candidate) {
            return;
        }
        self.rows.push(candidate);
        for example in &self.examples {
            for sample in 0..state.repeat() {
                self.open += u64::from(!self.is_done(state, CellRef { candidate, example: *example, sample }));
            }
        }
    }

    /// Takes note of a trial that was just applied.
    pub fn apply(&mut self, trial: &Trial) {
        if trial.purpose == self.purpose && self.rows.contains(&trial.cell.candidate) {
            self.open = self.open.saturating_sub(1);
        }
    }

    /// Whether every cell is evaluated.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.open == 0
    }

    /// The next cell that has no result and was not handed out.
    pub fn next(&mut self, state: &RunState) -> Option<EvaluateCommand> {
        let (mut row, mut column, mut sample) = self.cursor;
        let mut found = None;
        while row < self.rows.len() && found.is_none() {
            if column >= self.examples.len() {
                (row, column, sample) = (row + 1, 0, 0);
                continue;
            }
            let cell = CellRef { candidate: self.rows[row], example: self.examples[column], sample };
            if !self.is_done(state, cell) {
                found = Some(EvaluateCommand { cell, purpose: self.purpose, generation: self.generation });
            }
            sample += 1;
            if sample >= state.repeat() {
                (column, sample) = (column + 1, 0);
            }
        }
        self.cursor = (row, column, sample);
        found
    }

    fn is_done(&self, state: &RunState, cell: CellRef) -> bool {
        let Some(cells) = state.cells(cell.candidate) else { return false };
        cells.model() == model_override(state, cell.candidate, self.generation).as_deref()
            && cells.get(cell.example, cell.sample, state.repeat()).is_some()
    }
}

/// Who gives the scores of a generation where that is not who gives the first ones: the task model, and the judge where the
/// data needs one.
pub(super) fn scorer(state: &RunState, generation: u32) -> Option<String> {
    let models = &state.spec().models;
    let task = models.task_override(generation);
    let judge = (state.dataset().judge_calls > 0).then(|| models.judge_override(generation)).flatten();
    match (task, judge) {
        (task, None) => task,
        (task, Some(judge)) => {
            let task = task.or_else(|| models.task_name(0)).unwrap_or_default();
            Some(format!("{task}, judged by {judge}"))
        }
    }
}

/// The task model of a candidate in a generation where it is not the run's first task model, and the judge where it is not
/// the first, as [`Trial::model`] says it.
#[must_use]
pub fn model_override(state: &RunState, candidate: CandidateId, generation: u32) -> Option<Cow<'_, str>> {
    let models = &state.spec().models;
    match state.candidate(candidate).and_then(|c| c.model.as_deref()) {
        Some(bound) => models.task.first().is_none_or(|first| first.id != bound).then_some(Cow::Borrowed(bound)),
        None if models.generations.is_empty() => None,
        None => scorer(state, generation).map(Cow::Owned),
    }
}
