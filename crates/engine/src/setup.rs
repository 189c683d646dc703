use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clade_domain::{DatasetSummary, ExampleId, ModelSpec, RunSpec, Spent, WorkspaceId};
use clade_evolve::RunState;
use clade_models::{
    Environment, HostNames, ModelClient, SharedLimits, Stack, StackSettings, able,
    layers::{Counters, ForeignAnswers, Ledger},
    simulated::{AnswerKey, AnswerKeyBuilder, SimulatedModel},
};
use clade_store::Store;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::{Clients, EngineError, Sharing, StoredAnswers, Unusable, account, create::has_data};

/// Trials under way for each call allowed at once: enough that calls never wait for the journal.
const WINDOW_PER_CALL: usize = 4;
/// Trials under way where the number of calls at once is found out.
const WINDOW: usize = 1_024;

/// Keys of a run, and how it reaches the addresses that it names itself. Never stored, never printed.
pub struct Keys {
    /// Variables, `.env` files included.
    pub environment: Environment,
    /// What the run file says inline, by the model's name: its label, or its id where it has none.
    pub inline: BTreeMap<String, SecretString>,
    /// Who looks up the hosts of addresses that are no known provider's; the machine itself where nobody is named.
    pub names: Option<HostNames>,
}

/// What a run shares with others.
#[derive(Default)]
pub struct Shared {
    /// The limits of providers; none are the run's own.
    pub limits: Option<Arc<SharedLimits>>,
    /// Ledgers of a member and of a workspace.
    pub purses: Vec<Arc<Ledger>>,
    /// Answers that processes share which have no system of record in common.
    pub answers: Option<Arc<Sharing>>,
    /// What the run's simulated models answer by, where it was read already.
    pub key: Option<Arc<AnswerKey>>,
}

/// The models and the account of a run.
pub struct Setup {
    /// A client for each model.
    pub clients: Clients,
    /// The account.
    pub ledger: Arc<Ledger>,
    /// Retries and throttles.
    pub counters: Arc<Counters>,
    /// Most trials and proposals under way.
    pub window: usize,
    /// Cancelled when the run is put down: the clients then begin no call and try none again.
    pub stopping: CancellationToken,
}

impl Setup {
    /// Says what is wrong with the models before a run exists: a missing key, an unknown price under a budget in USD.
    ///
    /// # Errors
    /// What is wrong, with what to do.
    pub fn check(spec: &RunSpec, keys: &Keys) -> Result<(), Unusable> {
        let ledger = Arc::new(Ledger::new(spec.optimize.budget, Spent::default()));
        let mut settings = StackSettings::new(keys.environment.clone(), ledger);
        settings.keys.clone_from(&keys.inline);
        settings.simulated = Some(simulated(None, spec.seed));
        clients(&Stack::new(settings), spec).map(drop)
    }

    /// What the simulated models of a run that is not there yet will answer by, where the store has its data already: what the store has lost
    /// of it is told before there is a run. `None` where no model is simulated, or the data are still to be stored.
    ///
    /// # Errors
    /// Where the store cannot be read, or lacks an example.
    pub async fn read_before(
        store: &Arc<dyn Store>,
        spec: &RunSpec,
        dataset: &DatasetSummary,
    ) -> Result<Option<Arc<AnswerKey>>, EngineError> {
        match is_simulated(spec) && store.has_dataset(dataset.hash).await? {
            true => Ok(Some(Arc::new(answer_key(dataset, store).await?))),
            false => Ok(None),
        }
    }

    /// Sets a run up. `spec` is the run's, or what the caller makes of it for this process.
    ///
    /// # Errors
    /// Where a model cannot be used, or the store cannot be read.
    pub async fn of(
        state: &RunState,
        spec: &RunSpec,
        store: &Arc<dyn Store>,
        keys: &Keys,
        shared: Shared,
    ) -> Result<Self, EngineError> {
        has_data(store.as_ref(), state).await?;
        let spent = Spent { cache_hits: 0, ..account(store.as_ref(), state).await? };
        let ledger = Arc::new(Ledger::new(spec.optimize.budget, spent).below(shared.purses));
        let counters: Arc<Counters> = Arc::default();
        let key = match shared.key {
            None if is_simulated(spec) => Some(Arc::new(answer_key(state.dataset(), store).await?)),
            read => read,
        };
        let mut settings = StackSettings::new(keys.environment.clone(), ledger.clone());
        settings.keys.clone_from(&keys.inline);
        settings.names.clone_from(&keys.names);
        settings.cache = Some(Arc::new(StoredAnswers::new(store.clone(), state.run().clone()).sharing(shared.answers)));
        settings.foreign = foreign(store, state, spec).await?;
        settings.max_concurrency = spec.options.max_concurrency;
        settings.delay = Duration::from_millis(spec.options.delay_ms);
        settings.timeout = Duration::from_millis(spec.options.timeout_ms);
        settings.seed = spec.seed;
        settings.counters = counters.clone();
        settings.shared = shared.limits;
        settings.span = tracing::debug_span!(target: "clade::trace", "run", otel.name = format!("run {}", state.run()),
            clade.run.id = %state.run(), clade.run.strategy = spec.optimize.strategy.name().as_str());
        let stopping = settings.stopping.clone();
        settings.data = key.is_some().then_some(state.dataset().hash);
        settings.simulated = Some(simulated(key, spec.seed));
        let clients = clients(&Stack::new(settings), spec)?;
        let window = spec.options.max_concurrency.map_or(WINDOW, |most| (WINDOW_PER_CALL * most as usize).max(64));
        Ok(Self { clients, ledger, counters, window, stopping })
    }
}

/// Whose answers a run uses: its own and, unless it wants none, those of its workspace, whose keys and budget bought them.
async fn foreign(store: &Arc<dyn Store>, state: &RunState, spec: &RunSpec) -> Result<ForeignAnswers, EngineError> {
    if !spec.options.cache {
        return Ok(ForeignAnswers::Ignore(state.run().to_string()));
    }
    let workspace = store.summary(state.run().to_string()).await?.workspace;
    // the default one is that of the command line
    Ok(if workspace == WorkspaceId::default() {
        ForeignAnswers::default()
    } else {
        ForeignAnswers::Of(workspace.to_string())
    })
}

fn clients(stack: &Stack, spec: &RunSpec) -> Result<Clients, Unusable> {
    able(&spec.models).map_err(|(model, error)| Unusable { model, error })?;
    let mut clients = Clients::default();
    for model in spec.models.all() {
        let client = stack.build(model).map_err(|error| Unusable { model: model.id.clone(), error })?;
        clients.insert(model, client);
    }
    Ok(clients)
}

fn is_simulated(spec: &RunSpec) -> bool {
    spec.models.all().iter().any(|model| model.id.starts_with("simulated"))
}

pub(crate) fn simulated(key: Option<Arc<AnswerKey>>, seed: u64) -> clade_models::SimulatedFactory {
    Arc::new(move |model: &ModelSpec| {
        let client = SimulatedModel::new(&model.id, &model.config, key.clone(), seed)?;
        Ok(Arc::new(client) as Arc<dyn ModelClient>)
    })
}

/// The answer key of a run's simulated models: hashes and answers, made part by part, so that the data is never in memory as a whole.
async fn answer_key(dataset: &DatasetSummary, store: &Arc<dyn Store>) -> Result<AnswerKey, EngineError> {
    const PART: u32 = 500;
    let count = u32::try_from(dataset.len()).unwrap_or(u32::MAX);
    let mut key = AnswerKeyBuilder::default();
    for first in (0..count).step_by(PART as usize) {
        let ids = (first..count.min(first.saturating_add(PART))).map(ExampleId).collect();
        store.examples(dataset.hash, ids).await?.iter().for_each(|example| key.add(example));
    }
    Ok(key.finish())
}
