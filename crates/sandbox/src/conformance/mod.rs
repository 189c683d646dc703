//! The behaviour that every backend must show, as rules that a test runs over it. They assert, so a failure points at the line
//! of the rule that is broken. Programs inside are those of a POSIX shell and its usual companions, so that any image will do.

mod execution;
mod files;
mod limits;
mod state;

use futures::future::BoxFuture;

use crate::{Command, Execution, Finished, Sandbox, SandboxBackend, SandboxError, SandboxSpec};

/// What a rule returns: whether the backend offers what it is about.
pub type Outcome = Result<Offered, SandboxError>;

/// Whether a backend offers something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It does, and the rule holds.
    Yes,
    /// Its capabilities say that it does not, and it refuses to.
    No,
}

/// A rule over a backend.
pub type Rule = for<'a> fn(&'a dyn SandboxBackend) -> BoxFuture<'a, Outcome>;

macro_rules! rules {
    ($($module:ident: $($rule:ident),* $(,)?;)*) => {
        &[$($((
            concat!(stringify!($module), "::", stringify!($rule)),
            |backend| Box::pin($module::$rule(backend)),
        )),*),*]
    };
}

/// Every rule with its name.
pub const RULES: &[(&str, Rule)] = rules! {
    execution:
        gives_both_outputs_and_exit_codes,
        streams_both_ways,
        has_the_given_environment_alone,
        sees_its_own_processes_alone,
        tells_the_signal,
        says_what_cannot_be_run,
        runs_one_program_at_a_time,
        ends_what_is_dropped,
        ends_what_a_program_leaves_behind;
    files:
        keeps_bytes_as_they_are,
        makes_folders_and_replaces,
        reads_and_writes_while_a_program_runs,
        says_what_is_not_there,
        follows_no_links;
    limits:
        ends_after_the_wall_time,
        ends_after_the_processor_time,
        ends_a_flood_of_output,
        bounds_memory,
        bounds_processes,
        bounds_files,
        refuses_what_it_cannot_do;
    state:
        many_at_once_share_nothing,
        snapshots_keep_files,
        forks_go_their_own_ways,
        destroying_one_leaves_the_others;
};

/// Runs every rule, and says of each whether the backend offers what it is about.
///
/// # Errors
/// What the backend answers where the rules expect success.
///
/// # Panics
/// Where a rule is broken.
pub async fn all(backend: &dyn SandboxBackend) -> Result<Vec<(&'static str, Offered)>, SandboxError> {
    let mut outcomes = Vec::with_capacity(RULES.len());
    for (name, rule) in RULES {
        outcomes.push((*name, rule(backend).await?));
    }
    Ok(outcomes)
}

/// The usual sandbox, where the backend's isolation is accepted.
fn usual(backend: &dyn SandboxBackend) -> SandboxSpec {
    let usual = SandboxSpec::default();
    SandboxSpec { isolation: usual.isolation.min(backend.capabilities().isolation), ..usual }
}

async fn fresh(backend: &dyn SandboxBackend) -> Result<Box<dyn Sandbox>, SandboxError> {
    backend.create(&usual(backend), None).await
}

fn shell(script: &str) -> Command {
    Command::new(["sh", "-c", script])
}

async fn start(sandbox: &dyn Sandbox, script: &str) -> Result<Execution, SandboxError> {
    sandbox.start(&shell(script)).await
}

async fn run(sandbox: &dyn Sandbox, script: &str) -> Result<Finished, SandboxError> {
    start(sandbox, script).await?.finish(&[]).await
}
