use std::sync::Arc;

use clade_domain::RunId;
use clade_engine::{EngineError, NewRun, Owner, create_run};
use clade_runfile::Loaded;
use clade_store::Store;

/// Stores the data of a run file that was read and creates its run. Nothing is bought.
///
/// # Errors
/// Where the data cannot be read again, or stored; where the run's id is taken.
pub async fn create(store: &Arc<dyn Store>, run: &RunId, owner: Owner, loaded: &Loaded) -> Result<(), EngineError> {
    let examples = loaded.data.open().map(|example| example.map_err(|problem| EngineError::Data(problem.to_string())));
    let new = NewRun {
        run: run.clone(),
        owner,
        spec: loaded.spec.clone(),
        dataset: loaded.dataset.clone(),
        examples: Box::new(examples),
    };
    create_run(store, new).await
}
