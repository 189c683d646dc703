//! The models and the account of a run in this process.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clade_domain::{Example, ExampleId, ModelSpec, RunSpec, Spent};
use clade_engine::{Clients, StoredAnswers};
use clade_evolve::RunState;
use clade_models::{
    Environment, ModelClient, Stack, StackSettings,
    layers::{Counters, ForeignAnswers, Ledger},
    simulated::{AnswerKey, SimulatedModel},
};
use clade_runfile::Loaded;
use clade_store::Store;
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use crate::{context::Context, failure::Failure, load, sandbox};

/// Trials under way for each call allowed at once: enough that calls never wait for the journal.
const WINDOW_PER_CALL: usize = 4;
/// Trials under way where the number of calls at once is found out.
const WINDOW: usize = 1_024;

/// Keys of a run: the environment, `.env` files, and what the run file says inline. Never stored, never printed.
pub struct Keys {
    environment: Environment,
    inline: BTreeMap<String, SecretString>,
}

impl Keys {
    /// From a run file that was just read.
    ///
    /// # Errors
    /// Where a `.env` file is none.
    pub fn of(loaded: &Loaded, path: &Path, context: &Context) -> Result<Self, Failure> {
        let outer = load::environment(path.parent().unwrap_or(Path::new("")), context)?;
        let block: BTreeMap<String, SecretString> = loaded.env.clone();
        let environment = Environment::new(move |name| match block.get(name) {
            Some(value) => Some(value.expose_secret().to_owned()),
            None => outer.get(name),
        });
        // the run file names them by label, the clients by id
        let mut inline = BTreeMap::new();
        for model in loaded.spec.models.all() {
            let name = if model.label.is_empty() { &model.id } else { &model.label };
            if let Some(key) = loaded.secrets.get(name) {
                inline.insert(model.id.clone(), key.clone());
            }
        }
        Ok(Self { environment, inline })
    }

    /// For a run that goes on: the run file is read again where it still is, since keys are not stored.
    ///
    /// # Errors
    /// Where a `.env` file is none.
    pub fn again(spec: &RunSpec, context: &Context) -> Result<Self, Failure> {
        let source = spec.source.as_ref().map(PathBuf::from);
        let loaded = source.as_deref().filter(|path| path.is_file()).and_then(|path| {
            let args = crate::args::FileArgs::default();
            load::quietly(path, &args, spec.mode, context).ok()
        });
        match (loaded, &source) {
            (Some(loaded), Some(path)) => Self::of(&loaded, path, context),
            _ => Ok(Self { environment: load::environment(Path::new(""), context)?, inline: BTreeMap::new() }),
        }
    }
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
    pub fn check(spec: &RunSpec, keys: &Keys) -> Result<(), Failure> {
        let ledger = Arc::new(Ledger::new(spec.optimize.budget, Spent::default()));
        let mut settings = StackSettings::new(keys.environment.clone(), ledger);
        settings.keys.clone_from(&keys.inline);
        settings.simulated = Some(simulated(None, spec.seed));
        clients(&Stack::new(settings), spec).map(drop)
    }

    /// Sets a run up. `spec` is the run's, or what the command line makes of it for this process.
    ///
    /// # Errors
    /// Where a model cannot be used.
    pub async fn of(
        state: &RunState,
        spec: &RunSpec,
        store: &Arc<dyn Store>,
        keys: &Keys,
        context: &Context,
    ) -> Result<Self, Failure> {
        let paid = store.paid(state.run().clone()).await?;
        let spent = Spent { seconds: state.accounted().seconds, ..paid };
        let ledger = Arc::new(Ledger::new(spec.optimize.budget, spent));
        let counters: Arc<Counters> = Arc::default();
        let key = match spec.models.all().iter().any(|model| model.id.starts_with("simulated")) {
            true => Some(Arc::new(AnswerKey::from_examples(&examples(state, store).await?))),
            false => None,
        };
        let mut settings = StackSettings::new(keys.environment.clone(), ledger.clone());
        settings.keys.clone_from(&keys.inline);
        settings.cache = Some(Arc::new(StoredAnswers::new(store.clone(), state.run().clone())));
        settings.foreign =
            if spec.options.cache { ForeignAnswers::Use } else { ForeignAnswers::Ignore(state.run().to_string()) };
        settings.max_concurrency = spec.options.max_concurrency;
        settings.delay = Duration::from_millis(spec.options.delay_ms);
        settings.timeout = Duration::from_millis(spec.options.timeout_ms);
        settings.seed = spec.seed;
        settings.counters = counters.clone();
        let stopping = settings.stopping.clone();
        settings.simulated = Some(simulated(key, spec.seed));
        let mut clients = clients(&Stack::new(settings), spec)?;
        if let Some(host) = sandbox::host(state.run(), spec, store, context)? {
            clients.set_code(host);
        }
        let window = spec.options.max_concurrency.map_or(WINDOW, |most| (WINDOW_PER_CALL * most as usize).max(64));
        Ok(Self { clients, ledger, counters, window, stopping })
    }
}

fn clients(stack: &Stack, spec: &RunSpec) -> Result<Clients, Failure> {
    let mut clients = Clients::default();
    for model in spec.models.all() {
        clients.insert(model, stack.build(model).map_err(setup_error)?);
    }
    Ok(clients)
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn setup_error(error: clade_models::ModelSetupError) -> Failure {
    Failure::Usage(error.to_string())
}

fn simulated(key: Option<Arc<AnswerKey>>, seed: u64) -> clade_models::SimulatedFactory {
    Arc::new(move |model: &ModelSpec| {
        let client = SimulatedModel::new(&model.id, &model.config, key.clone(), seed)?;
        Ok(Arc::new(client) as Arc<dyn ModelClient>)
    })
}

/// All examples of a run, for the answer key of a simulated model.
async fn examples(state: &RunState, store: &Arc<dyn Store>) -> Result<Vec<Example>, Failure> {
    const PART: u32 = 5_000;
    let count = u32::try_from(state.dataset().len()).unwrap_or(u32::MAX);
    let mut all = Vec::new();
    for first in (0..count).step_by(PART as usize) {
        let ids = (first..count.min(first.saturating_add(PART))).map(ExampleId).collect();
        all.extend(store.examples(state.dataset().hash, ids).await?);
    }
    Ok(all)
}
