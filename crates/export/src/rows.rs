use std::collections::{BTreeSet, HashMap};

use clade_domain::{ContentHash, Recorded, RunEvent, RunId, Trial, TrialOutcome};
use clade_store::Store;
use serde_json::json;

use crate::ExportError;

/// Entries read in one step.
const PAGE: u32 = 1_000;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Trials as CSV (RFC 4180 with line feeds) under a line of names. A text that a spreadsheet would take for a formula begins with `'`.
    Csv,
    /// Trials as JSON lines: `{"trial": ..., "answer": ...}`.
    Jsonl,
    /// All entries of the journal as JSON lines.
    Journal,
}

/// A run's trials, with their answers, or its entries, in order of the journal, part by part.
pub struct Rows<'s> {
    store: &'s dyn Store,
    run: RunId,
    format: RowFormat,
    next: u64,
}

const COLUMNS: [&str; 13] = [
    "candidate",
    "example",
    "sample",
    "split",
    "score",
    "pass",
    "error",
    "answer",
    "tokens_in",
    "tokens_out",
    "cost_usd",
    "latency_ms",
    "cached",
];

impl<'s> Rows<'s> {
    /// The rows of a run from its beginning.
    #[must_use]
    pub fn new(store: &'s dyn Store, run: RunId, format: RowFormat) -> Self {
        Self { store, run, format, next: 0 }
    }

    /// The next part: whole lines, some hundred kilobytes in most runs. `None` at the end.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        let first = self.next == 0;
        let entries = self.store.read(self.run.clone(), self.next, PAGE).await?;
        let Some(last) = entries.last() else { return Ok(None) };
        self.next = last.seq + 1;
        if self.format == RowFormat::Journal {
            return json_lines(entries.iter().map(|entry| json!(entry))).map(Some);
        }
        let trials: Vec<Trial> = entries.into_iter().filter_map(trial).collect();
        let answers = self.answers(&trials).await?;
        let answer = |trial: &Trial| hash(trial).and_then(|hash| answers.get(&hash)).map(String::as_str);
        match self.format {
            RowFormat::Csv => csv_lines(first, trials.iter().map(|trial| csv_row(trial, answer(trial)))).map(Some),
            RowFormat::Jsonl | RowFormat::Journal => {
                json_lines(trials.iter().map(|trial| json!({ "trial": trial, "answer": answer(trial) }))).map(Some)
            }
        }
    }

    async fn answers(&self, trials: &[Trial]) -> Result<HashMap<ContentHash, String>, ExportError> {
        let hashes: BTreeSet<ContentHash> = trials.iter().filter_map(hash).collect();
        let hashes: Vec<ContentHash> = hashes.into_iter().collect();
        let texts = self.store.texts(hashes.clone()).await?;
        Ok(hashes.into_iter().zip(texts).collect())
    }
}

fn trial(entry: Recorded) -> Option<Trial> {
    match entry.event {
        RunEvent::TrialFinished(trial) => Some(*trial),
        _ => None,
    }
}

fn hash(trial: &Trial) -> Option<ContentHash> {
    match trial.outcome {
        TrialOutcome::Scored { answer, .. } => Some(answer),
        TrialOutcome::Failed { .. } => None,
    }
}

fn json_lines(values: impl Iterator<Item = serde_json::Value>) -> Result<Vec<u8>, ExportError> {
    let mut lines = Vec::new();
    for value in values {
        serde_json::to_writer(&mut lines, &value).map_err(|error| ExportError::Row(error.to_string()))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn csv_lines(first: bool, mut rows: impl Iterator<Item = [String; COLUMNS.len()]>) -> Result<Vec<u8>, ExportError> {
    let failed = |error: csv::Error| ExportError::Row(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    if first {
        writer.write_record(COLUMNS).map_err(failed)?;
    }
    rows.try_for_each(|row| writer.write_record(row)).map_err(failed)?;
    writer.into_inner().map_err(|error| ExportError::Row(error.to_string()))
}

fn csv_row(trial: &Trial, answer: Option<&str>) -> [String; COLUMNS.len()] {
    let error = match &trial.outcome {
        TrialOutcome::Failed { error } => error.message.as_str(),
        TrialOutcome::Scored { .. } => "",
    };
    [
        trial.cell.candidate.to_string(),
        trial.cell.example.to_string(),
        trial.cell.sample.to_string(),
        trial.split.to_string(),
        trial.score().to_string(),
        trial.pass().to_string(),
        no_formula(error),
        no_formula(answer.unwrap_or_default()),
        trial.usage.input.to_string(),
        trial.usage.output.to_string(),
        trial.cost.map_or_else(String::new, |usd| usd.0.to_string()),
        trial.latency_ms.to_string(),
        trial.cached.to_string(),
    ]
}

/// A text that no spreadsheet runs: those that begin as formulas do get a quote in front, as <https://owasp.org/www-community/attacks/CSV_Injection> advises.
fn no_formula(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text.to_owned(),
    }
}
