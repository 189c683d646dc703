//! Who executes the code of a run in this process.

use std::{collections::BTreeMap, num::NonZero, sync::Arc};

use clade_domain::{RunId, RunSpec, SandboxSpec};
use clade_engine::{CodeHost, CodeSettings};
use clade_sandbox::{LocalBackend, LocalSettings, SandboxBackend, find_interpreter};
use clade_store::Store;

use crate::{context::Context, failure::Failure};

/// The host of a run's code; `None` where it has none.
///
/// # Errors
/// Where an interpreter is missing.
pub fn host(
    run: &RunId,
    spec: &RunSpec,
    store: &Arc<dyn Store>,
    context: &Context,
) -> Result<Option<Arc<CodeHost>>, Failure> {
    let Some(sandbox) = &spec.sandbox else { return Ok(None) };
    let mut settings = settings(context)?;
    let mut interpreters = BTreeMap::new();
    for language in &sandbox.languages {
        let found = find_interpreter(*language, sandbox.interpreter(*language)).map_err(cannot)?;
        settings.read_only.extend(found.read_only);
        interpreters.insert(*language, found.program);
    }
    settings.read_only.sort();
    settings.read_only.dedup();
    let host = CodeHost::new(CodeSettings {
        spec: sandbox.clone(),
        backend: Arc::new(LocalBackend::new(settings)),
        interpreters,
        places: std::thread::available_parallelism().map_or(1, NonZero::get),
        store: store.clone(),
        run: run.clone(),
        shared: spec.options.cache,
    });
    host.map(|host| Some(Arc::new(host))).map_err(|error| Failure::Error(error.to_string()))
}

/// Makes a sandbox as a run file wants it and finds the interpreters, so that what is missing is said before anything is spent.
///
/// # Errors
/// What is missing, and what to do.
pub async fn check(sandbox: &SandboxSpec, context: &Context) -> Result<(), Failure> {
    for language in &sandbox.languages {
        find_interpreter(*language, sandbox.interpreter(*language)).map_err(cannot)?;
    }
    let wanted = clade_sandbox::SandboxSpec {
        limits: sandbox.limits,
        isolation: sandbox.isolation,
        ..clade_sandbox::SandboxSpec::default()
    };
    let made = LocalBackend::new(settings(context)?).create(&wanted, None).await.map_err(cannot)?;
    made.destroy().await.map_err(cannot)
}

/// Where the local backend finds and keeps things.
///
/// # Errors
/// Where there is no folder for data.
pub fn settings(context: &Context) -> Result<LocalSettings, Failure> {
    Ok(LocalSettings::new(context.data_dir()?.join("sandboxes")))
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn cannot(error: clade_sandbox::SandboxError) -> Failure {
    Failure::Usage(format!("this run has code to execute, and this machine could not {error}"))
}
