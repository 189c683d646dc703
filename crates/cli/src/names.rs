use std::{
    hash::{BuildHasher, RandomState},
    time::{SystemTime, UNIX_EPOCH},
};

use clade_domain::RunId;
use clade_engine::mend_row;
use clade_store::{RunSummary, Store};

use crate::failure::Failure;

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
