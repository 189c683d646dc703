use std::{path::Path, sync::Arc};

use clade_domain::{
    CandidateId, DatasetSummary, Example, FORMAT_VERSION, RunEvent, RunId, RunMode, RunSpec, SeedPrompt, Spent,
    Timestamp, UserId, WorkspaceId,
};
use clade_evolve::RunState;
use clade_store::{RunStatus, RunSummary, Store, StoreError};
use futures::{StreamExt, TryStreamExt};

use crate::{EngineError, Point, now, replay_state};

/// Examples stored in one step.
const EXAMPLES: usize = 512;

/// Whose a run is. The default is the person at this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// Who creates it.
    pub user: UserId,
}

/// What a new run starts with.
pub struct NewRun<'a> {
    /// Its id.
    pub run: RunId,
    /// Whose it is.
    pub owner: Owner,
    /// What it does.
    pub spec: RunSpec,
    /// Its data.
    pub dataset: DatasetSummary,
    /// The examples in order, read once if the store does not have them yet.
    pub examples: Box<dyn Iterator<Item = Result<Example, EngineError>> + Send + 'a>,
}

/// Stores the data and creates the run. Nothing is bought.
///
/// # Errors
/// Where the data cannot be read or stored.
pub async fn create_run(store: &Arc<dyn Store>, new: NewRun<'_>) -> Result<(), EngineError> {
    let NewRun { run, owner, spec, dataset, examples } = new;
    if !store.has_dataset(dataset.hash).await? {
        let (parts, hash) = (futures::stream::iter(parts(examples)), dataset.hash);
        let put = |part: Result<Vec<Example>, EngineError>| async move {
            store.put_examples(hash, part?).await?;
            Ok::<_, EngineError>(())
        };
        // one part is made ready while the one before it is written
        parts.map(put).buffered(2).try_collect::<()>().await?;
        store.seal_dataset(dataset.clone()).await?;
    }
    create(store, run, owner, spec, dataset, None).await?;
    Ok(())
}

/// Examples in parts that are stored in one step.
fn parts(
    mut examples: impl Iterator<Item = Result<Example, EngineError>>,
) -> impl Iterator<Item = Result<Vec<Example>, EngineError>> {
    std::iter::from_fn(move || {
        let part: Result<Vec<Example>, EngineError> = examples.by_ref().take(EXAMPLES).collect();
        part.map(|part| (!part.is_empty()).then_some(part)).transpose()
    })
}

/// The row of a run of which nothing but its settings and its owner is known.
#[must_use]
pub fn first_row(
    run: RunId,
    owner: Owner,
    spec: &RunSpec,
    branch_of: Option<(RunId, Option<CandidateId>)>,
    created: Timestamp,
) -> RunSummary {
    let (branch_of, branch_from) = branch_of.unzip();
    let strategy = match spec.mode {
        RunMode::Optimize => spec.optimize.strategy.name().as_str(),
        RunMode::Evaluate => "",
    };
    let file = || spec.source.as_deref().and_then(|path| Path::new(path).file_name()?.to_str());
    let description = if spec.description.is_empty() { file() } else { Some(spec.description.as_str()) };
    RunSummary {
        run,
        mode: spec.mode,
        status: RunStatus::Paused,
        created,
        updated: created,
        description: RunSummary::words(description.unwrap_or_default()),
        strategy: strategy.to_owned(),
        model: RunSummary::words(spec.models.task.first().map_or("", |model| &model.id)),
        candidates: 0,
        generation: 0,
        seed_score: None,
        best_score: None,
        improved: None,
        spent: Spent::default(),
        brought: Spent::default(),
        simulated: spec.models.all().iter().any(|m| m.id.starts_with("simulated")),
        branch_of,
        branch_from: branch_from.flatten(),
        budget: Some(spec.optimize.budget),
        worth: None,
        detail: String::new(),
        workspace: owner.workspace,
        by: owner.user,
        wanted: false,
        deleted: false,
    }
}

async fn create(
    store: &Arc<dyn Store>,
    run: RunId,
    owner: Owner,
    spec: RunSpec,
    dataset: DatasetSummary,
    branch_of: Option<(RunId, u64, Option<CandidateId>)>,
) -> Result<(), StoreError> {
    let summary =
        first_row(run.clone(), owner, &spec, branch_of.as_ref().map(|(run, _, from)| (run.clone(), *from)), now());
    let started = RunEvent::RunStarted {
        format: FORMAT_VERSION,
        run,
        spec: Box::new(spec),
        dataset: Box::new(dataset),
        branch_of,
    };
    store.create(summary, now(), vec![started]).await?;
    Ok(())
}

/// That the examples of a run are here: a bundle may leave them out.
pub(crate) async fn has_data(store: &dyn Store, state: &RunState) -> Result<(), EngineError> {
    match store.has_dataset(state.dataset().hash).await? {
        true => Ok(()),
        false => Err(EngineError::NoData { run: state.run().clone() }),
    }
}

/// Creates a run anew: the same data and settings as `change` leaves them. The old run is only read.
///
/// # Errors
/// Where the run is unknown.
pub async fn clone_run(
    store: &Arc<dyn Store>,
    from: &RunId,
    run: RunId,
    owner: Owner,
    change: impl FnOnce(&mut RunSpec),
) -> Result<(), EngineError> {
    let state = replay_state(store, from).await?;
    has_data(store.as_ref(), &state).await?;
    let mut spec = state.spec().clone();
    change(&mut spec);
    create(store, run.clone(), owner, spec, state.dataset().clone(), None).await?;
    // what it is called is in no journal
    let description = store.summary(from.to_string()).await?.description;
    let row = store.summary(run.to_string()).await?;
    store.put_summary(RunSummary { description, ..row }).await?;
    Ok(())
}

/// Starts a run from a candidate of another: its prompt is the new run's first prompt, with the old run's data and
/// settings as `change` leaves them, it is served by the point's models, and its sandboxes start from the point's state. The old run is only read.
///
/// # Errors
/// Where the run or the candidate is unknown.
pub async fn branch_run(
    store: &Arc<dyn Store>,
    from: &RunId,
    point: &Point,
    run: RunId,
    owner: Owner,
    change: impl FnOnce(&mut RunSpec),
) -> Result<(), EngineError> {
    let state = replay_state(store, from).await?;
    has_data(store.as_ref(), &state).await?;
    let candidate = point.candidate;
    let unknown = || EngineError::NoCandidate { run: from.clone(), candidate: candidate.to_string() };
    let prompt = state.candidate(candidate).ok_or_else(unknown)?.prompt.clone();
    let mut spec = state.spec().clone();
    spec.models.clone_from(&point.models);
    if let Some(sandbox) = &mut spec.sandbox {
        sandbox.from.clone_from(&point.state);
    }
    spec.prompts = vec![SeedPrompt { label: format!("{candidate} of {from}"), prompt }];
    // a branch draws anew, and asks the same models: the simulated ones among them are made of the first run's seed
    let seed = spec.seed;
    for model in spec.models.each_mut().filter(|model| model.id.starts_with("simulated")) {
        model.config.entry("seed".to_owned()).or_insert_with(|| seed.into());
    }
    change(&mut spec);
    let point = (from.clone(), state.length(), Some(candidate));
    create(store, run, owner, spec, state.dataset().clone(), Some(point)).await?;
    Ok(())
}
