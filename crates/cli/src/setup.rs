//! The keys of a run, as the command line finds them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use clade_accounts::{AccountError, Accounts};
use clade_domain::{Budget, RunSpec, WorkspaceId};
use clade_engine::{Keys, Setup, Shared, now};
use clade_evolve::RunState;
use clade_models::{Environment, simulated::AnswerKey};
use clade_runfile::Loaded;
use clade_store::{Store, StoreError};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    backends::{AnswerServer, Config},
    context::Context,
    failure::Failure,
    load, sandbox,
};

/// From a run file that was just read: the environment, `.env` files, and what the run file says inline.
///
/// # Errors
/// Where a `.env` file is none.
pub fn keys_of(loaded: &Loaded, path: &Path, context: &Context) -> Result<Keys, Failure> {
    let outer = load::environment(path.parent().unwrap_or(Path::new("")), context)?;
    let block: BTreeMap<String, SecretString> = loaded.env.clone();
    let environment = Environment::new(move |name| match block.get(name) {
        Some(value) => Some(value.expose_secret().to_owned()),
        None => outer.get(name),
    });
    Ok(Keys { environment, inline: loaded.secrets.clone(), names: None })
}

/// For a run that goes on: the run file is read again where it still is, since keys are not stored.
///
/// # Errors
/// Where a `.env` file is none.
pub async fn keys_again(spec: &RunSpec, context: &Context) -> Result<Keys, Failure> {
    let source = spec.source.as_ref().map(PathBuf::from);
    let args = crate::args::FileArgs::default();
    let loaded = match source.as_deref().filter(|path| path.is_file()) {
        Some(path) => {
            let library = load::library(path, &args, context).await?;
            load::quietly(path, &args, spec.mode, &library, context).ok()
        }
        None => None,
    };
    match (loaded, &source) {
        (Some(loaded), Some(path)) => keys_of(&loaded, path, context),
        _ => {
            let environment = load::environment_here(context)?;
            Ok(Keys { environment, inline: BTreeMap::new(), names: None })
        }
    }
}

/// Sets a run up with its models and, where it has code, with sandboxes. `spec` is the run's, or what the command line makes of it for this process.
///
/// # Errors
/// Where a model or a sandbox cannot be used.
pub async fn set_up(
    state: &RunState,
    spec: &RunSpec,
    store: &Arc<dyn Store>,
    keys: &Keys,
    context: &Context,
) -> Result<Setup, Failure> {
    set_up_knowing(None, state, spec, store, keys, context).await
}

/// As [`set_up`], where what simulated models answer by was read already.
///
/// # Errors
/// As [`set_up`].
pub async fn set_up_knowing(
    key: Option<Arc<AnswerKey>>,
    state: &RunState,
    spec: &RunSpec,
    store: &Arc<dyn Store>,
    keys: &Keys,
    context: &Context,
) -> Result<Setup, Failure> {
    warn_of_limits(store, context).await?;
    let answers = AnswerServer::of(&Config::read(context)?)?.map(|server| server.sharing());
    let mut setup = Setup::of(state, spec, store, keys, Shared { answers, key, ..Shared::default() }).await?;
    if let Some(host) = sandbox::host(state.run(), spec, store, &setup.stopping, context).await? {
        setup.clients.set_code(host);
    }
    Ok(setup)
}

/// Limits of a workspace are kept by servers: what this process buys itself is bound by the run's own.
async fn warn_of_limits(store: &Arc<dyn Store>, context: &Context) -> Result<(), Failure> {
    let local = match Accounts::new(store.clone()).workspace(&WorkspaceId::default(), now()).await {
        Ok(local) => local.value,
        Err(AccountError::Store(StoreError::NotFound { .. })) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if local.budget != Budget::default() {
        context.output.note(
            "note: the workspace `local` has limits, which bind runs that a server carries out; here the run's own budget alone holds",
        );
    }
    Ok(())
}
