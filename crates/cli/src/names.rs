use std::{
    hash::{BuildHasher, RandomState},
    time::{SystemTime, UNIX_EPOCH},
};

use clade_domain::{RunId, RunMode};
use clade_engine::mend_row;
use clade_store::{RunFilter, RunSummary, Store};

use crate::{failure::Failure, output::Output};

/// A fresh run id, or the one the user asks for.
pub fn new_run_id(asked: Option<&str>) -> Result<RunId, Failure> {
    match asked {
        Some(name) => {
            let id: RunId = name.parse().map_err(|error: clade_domain::IdError| Failure::Usage(error.to_string()))?;
            id.chosen().map_err(|error| Failure::Usage(error.to_string()))
        }
        None => Ok(RunId::from_entropy(entropy())),
    }
}

/// 64 bits that differ from call to call: the standard library's random hash keys over the clock and the process.
pub fn entropy() -> u64 {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    RandomState::new().hash_one((nanos, std::process::id()))
}

/// The row of the run that the user means.
pub async fn find_run(store: &dyn Store, name: &str) -> Result<RunSummary, Failure> {
    let mut row = store.summary(name.to_owned()).await?;
    mend_row(store, &mut row).await;
    Ok(row)
}

/// As [`find_run`], where `last` is the last search: evaluations behind it are passed over. Where there are evaluations alone it is the last of those.
pub async fn find_search(store: &dyn Store, name: &str, output: Output) -> Result<RunSummary, Failure> {
    let row = find_run(store, name).await?;
    if name != "last" || row.mode == RunMode::Optimize {
        return Ok(row);
    }
    let mut after = row.run.clone();
    loop {
        let page = RunFilter { after: Some(after), limit: Some(PAGE), ..RunFilter::default() };
        let rows = store.summaries(page).await?;
        if let Some(mut search) = rows.iter().find(|row| row.mode == RunMode::Optimize).cloned() {
            mend_row(store, &mut search).await;
            passed_over(&row, &search, output);
            return Ok(search);
        }
        match rows.last() {
            Some(last) => after = last.run.clone(),
            None => return Ok(row),
        }
    }
}

/// Runs looked at at once for the last search.
const PAGE: u32 = 50;

/// Says which run `last` is where a newer one is none that was meant.
pub fn passed_over(newer: &RunSummary, search: &RunSummary, output: Output) {
    output.note(format!("run {} is the last search; {}, which is newer, is an evaluation", search.run, newer.run));
}
