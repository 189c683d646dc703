//! Who executes the code of a run in this process.

use std::sync::Arc;

use clade_domain::{BackendChoice, ContentHash, Isolation, RunId, RunSpec};
use clade_engine::{CodeHere, CodeHost, EngineError, RunReport};
use clade_runfile::{Loaded, Problems};
use clade_sandbox::{DaytonaSettings, LocalBackend, LocalSettings, SandboxBackend, SnapshotId};
use clade_store::Store;
use tokio_util::sync::CancellationToken;

use crate::{
    context::Context,
    display::result::{named, short},
    failure::Failure,
};

/// Who executes code: this machine, and Daytona where its key is in the environment. Sandboxes there are labelled with this
/// data folder, so that those of others are never swept.
///
/// # Errors
/// Where there is no folder for data.
pub fn here(context: &Context) -> Result<CodeHere, Failure> {
    let data = context.data_dir()?;
    let whole = std::path::absolute(&data).unwrap_or_else(|_| data.clone());
    let owner = ContentHash::of(whole.to_string_lossy().as_bytes()).to_string();
    let owner: String = owner.chars().take(16).collect();
    let daytona = DaytonaSettings::from_env(|name| std::env::var(name).ok());
    Ok(CodeHere::new(&data).with_daytona(daytona.map(|settings| settings.owned_by(&owner))))
}

/// The host of a run's code; `None` where it has none. It begins nothing more once `stopping` is cancelled.
///
/// # Errors
/// Where an interpreter is missing.
pub async fn host(
    run: &RunId,
    spec: &RunSpec,
    store: &Arc<dyn Store>,
    stopping: &CancellationToken,
    context: &Context,
) -> Result<Option<Arc<CodeHost>>, Failure> {
    let host = here(context)?.host(run, spec, store, stopping).await.map_err(|error| match error {
        EngineError::Sandbox(error) => cannot(error),
        error => Failure::Error(error.to_string()),
    })?;
    if let Some(state) = host.as_ref().and_then(|host| host.lacks()) {
        context.output.note(format!(
            "the kept state {} that its sandboxes would start from is not on this machine; they start empty",
            short(state)
        ));
    }
    Ok(host)
}

/// Makes a sandbox as a run file wants it, where it wants one, and finds interpreters and functions there, so that what is missing is said
/// before anything is spent.
///
/// # Errors
/// What is missing, and what to do.
pub async fn check(loaded: &Loaded, context: &Context) -> Result<(), Failure> {
    let Some(sandbox) = &loaded.spec.sandbox else { return Ok(()) };
    let functions: Vec<_> = loaded.functions.iter().map(|function| (function.language, &function.source)).collect();
    let checked = here(context)?.check(sandbox, &functions).await.map_err(cannot)?;
    let problems = loaded.unfit(&checked.unfit);
    if !problems.is_empty() {
        return Err(Problems(problems).into());
    }
    if sandbox.backend == BackendChoice::Auto && checked.backend == BackendChoice::Daytona {
        context.output.note(
            "this machine makes no jails: the code runs in sandboxes of Daytona, on the account of DAYTONA_API_KEY; `backend: local` \
             never does, and `clade sandbox doctor` says what is missing here",
        );
    }
    if checked.isolation == Isolation::MinimumProcess {
        context.output.note(
            "this machine makes no jails: the code runs with isolation `minimum-process`, as the run file accepts, and can \
             read what its user can read; `clade sandbox doctor` says what is missing",
        );
    }
    Ok(())
}

/// Where the local backend finds and keeps things.
///
/// # Errors
/// Where there is no folder for data.
pub fn settings(context: &Context) -> Result<LocalSettings, Failure> {
    Ok(here(context)?.settings())
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn cannot(error: clade_sandbox::SandboxError) -> Failure {
    Failure::Usage(format!("this run has code to execute, and this machine could not {error}"))
}

/// Takes the kept states out that are not on this machine, as after an import, and says whose they are. The names of local states are hashes; those at
/// Daytona are not asked for.
///
/// # Errors
/// Where there is no folder for data.
pub async fn without_missing(report: &mut RunReport, context: &Context) -> Result<Vec<String>, Failure> {
    let begun = report.counts.trials > 0;
    let Some(report) = &mut report.sandbox else { return Ok(Vec::new()) };
    let backend = LocalBackend::new(settings(context)?);
    let is_missing = async |state: &str| {
        let local = state.len() == 64 && state.bytes().all(|byte| byte.is_ascii_hexdigit());
        local && !backend.has_snapshot(&SnapshotId(state.to_owned())).await.unwrap_or(true)
    };
    let mut notes = Vec::new();
    if let Some(from) = report.from.take() {
        // what trials started from is so, whatever became of it
        if !begun && is_missing(&from).await {
            notes.push(format!(
                "the kept state {} that its sandboxes would start from is not on this machine; they start empty",
                short(&from)
            ));
        } else {
            report.from = Some(from);
        }
    }
    let (mut here, mut missing) = (Vec::new(), Vec::new());
    for kept in std::mem::take(&mut report.kept) {
        if is_missing(&kept.state).await {
            missing.push(kept.candidate);
        } else {
            here.push(kept);
        }
    }
    report.kept = here;
    if !missing.is_empty() {
        let named = named(missing);
        notes.push(format!("sandbox states of {named} are not on this machine; branches from there start empty"));
    }
    Ok(notes)
}
