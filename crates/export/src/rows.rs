use std::collections::{BTreeSet, HashMap, HashSet};

use clade_domain::{CellRef, ContentHash, Recorded, RunEvent, RunId, Trial, TrialOutcome};
use clade_store::Store;
use serde_json::json;

use crate::ExportError;

/// Entries read in one step.
const PAGE: u32 = 1_000;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Trials as CSV (RFC 4180 with line feeds) under a line of names, with a column `score:NAME` for each named score. A text that a spreadsheet would take for a formula begins with `'`.
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
    /// The named scores that trials of the run have, in order of name: columns of CSV.
    named: Vec<String>,
    /// The run's first task model, which answered where a trial names no other.
    model: String,
    /// Answers of the trials so far: one that stands in a second trial was not bought again.
    seen: HashSet<(CellRef, ContentHash, u32)>,
}

const COLUMNS: [&str; 16] = [
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
    "purpose",
    "model",
    "cut",
];

impl<'s> Rows<'s> {
    /// The rows of a run from its beginning.
    #[must_use]
    pub fn new(store: &'s dyn Store, run: RunId, format: RowFormat) -> Self {
        Self { store, run, format, next: 0, named: Vec::new(), model: String::new(), seen: HashSet::new() }
    }

    /// The next part: whole lines, some hundred kilobytes in most runs. `None` at the end.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        let first = self.next == 0;
        if first && self.format == RowFormat::Csv {
            self.named = self.named_scores().await?;
        }
        let entries = self.store.read(self.run.clone(), self.next, PAGE).await?;
        let Some(last) = entries.last() else { return Ok(None) };
        self.next = last.seq + 1;
        if self.format == RowFormat::Journal {
            return json_lines(entries.iter().map(|entry| json!(entry))).map(Some);
        }
        if let Some(RunEvent::RunStarted { spec, .. }) = entries.first().map(|entry| &entry.event) {
            self.model = spec.models.task_name(0).unwrap_or_default();
        }
        let trials: Vec<Trial> = entries.into_iter().filter_map(trial).collect();
        let answers = self.answers(&trials).await?;
        let answer = |trial: &Trial| trial.answer().and_then(|hash| answers.get(&hash)).map(String::as_str);
        match self.format {
            RowFormat::Csv => {
                let seen = &mut self.seen;
                let again: Vec<bool> = trials
                    .iter()
                    .map(|trial| trial.answer().is_some_and(|hash| !seen.insert((trial.cell, hash, trial.latency_ms))))
                    .collect();
                let (named, model) = (self.named.as_slice(), self.model.as_str());
                let rows =
                    trials.iter().zip(again).map(|(trial, again)| csv_row(trial, answer(trial), again, (named, model)));
                csv_lines(first.then_some(&self.named), rows).map(Some)
            }
            RowFormat::Jsonl | RowFormat::Journal => {
                json_lines(trials.iter().map(|trial| json!({ "trial": trial, "answer": answer(trial) }))).map(Some)
            }
        }
    }

    /// The names of all scores in the run; its journal is read once more for them, since they stand in the first line.
    async fn named_scores(&self) -> Result<Vec<String>, ExportError> {
        let (mut names, mut next) = (BTreeSet::new(), 0);
        loop {
            let entries = self.store.read(self.run.clone(), next, PAGE).await?;
            let Some(last) = entries.last() else { return Ok(names.into_iter().collect()) };
            next = last.seq + 1;
            for entry in entries.into_iter().filter_map(trial) {
                if let TrialOutcome::Scored { judgements, .. } = entry.outcome {
                    names.extend(judgements.into_iter().map(|judgement| judgement.metric));
                }
            }
        }
    }

    async fn answers(&self, trials: &[Trial]) -> Result<HashMap<ContentHash, String>, ExportError> {
        let hashes: BTreeSet<ContentHash> = trials.iter().filter_map(Trial::answer).collect();
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

fn json_lines(values: impl Iterator<Item = serde_json::Value>) -> Result<Vec<u8>, ExportError> {
    let mut lines = Vec::new();
    for value in values {
        serde_json::to_writer(&mut lines, &value).map_err(|error| ExportError::Row(error.to_string()))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Lines of CSV, behind a line of names where `named` says which scores there are.
fn csv_lines(named: Option<&Vec<String>>, mut rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, ExportError> {
    let failed = |error: csv::Error| ExportError::Row(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(named) = named {
        let own = COLUMNS.iter().map(|name| (*name).to_owned());
        writer.write_record(own.chain(named.iter().map(|name| format!("score:{name}")))).map_err(failed)?;
    }
    rows.try_for_each(|row| writer.write_record(row)).map_err(failed)?;
    writer.into_inner().map_err(|error| ExportError::Row(error.to_string()))
}

/// `again`: an earlier trial of the run has paid for this answer.
fn csv_row(trial: &Trial, answer: Option<&str>, again: bool, (named, model): (&[String], &str)) -> Vec<String> {
    let error = match &trial.outcome {
        TrialOutcome::Failed { error, .. } => error.message.as_str(),
        TrialOutcome::Scored { .. } => "",
    };
    let own: [String; COLUMNS.len()] = [
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
        trial.cost.map_or_else(String::new, |usd| if again { 0.0 } else { usd.0 }.to_string()),
        trial.latency_ms.to_string(),
        (trial.cached || again).to_string(),
        json!(trial.purpose).as_str().unwrap_or_default().to_owned(),
        no_formula(trial.model.as_deref().unwrap_or(model)),
        trial.cut.to_string(),
    ];
    own.into_iter()
        .chain(named.iter().map(|name| trial.named_score(name).map_or_else(String::new, |score| score.to_string())))
        .collect()
}

/// A text that no spreadsheet runs: those that begin as formulas do get a quote in front, as <https://owasp.org/www-community/attacks/CSV_Injection> advises.
fn no_formula(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text.to_owned(),
    }
}
