//! The behaviour that every backend must show, as rules that a test runs over it. They assert, so a failure points at the line
//! of the rule that is broken. Programs inside are those of a POSIX shell and its usual companions, so that any image will do.

mod execution;
mod files;
mod host;
mod limits;
mod state;

use std::process::Child;

use futures::future::BoxFuture;

pub use host::be_a_host;

use crate::{Command, Execution, Finished, Sandbox, SandboxBackend, SandboxError, SandboxSpec};

/// What a rule returns: whether the backend offers what it is about.
pub type Outcome = Result<Offered, SandboxError>;

/// Whether a backend offers something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It does, and the rule holds.
    Yes,
    /// It does, once somebody has swept.
    AfterASweep,
    /// Its capabilities say that it does not, and it refuses to.
    No,
}

/// A backend, and what a test can see around it.
pub trait Surroundings: Send + Sync {
    /// The backend.
    fn backend(&self) -> &dyn SandboxBackend;

    /// All that is there of its sandboxes, such as processes, mounts, files, or machines at a service: equal where equally much is there.
    fn held(&self) -> Vec<String>;

    /// Another process that is a host of this backend by [`be_a_host`], with its standard output piped.
    fn another_host(&self) -> Child;

    /// Does what a user is told to do about what a killed host may have left; whether there is anything to do.
    ///
    /// # Errors
    /// Where it cannot be done.
    fn sweep(&self) -> BoxFuture<'_, Result<bool, SandboxError>>;
}

/// A rule over a backend and its surroundings.
pub type Rule = for<'a> fn(&'a dyn Surroundings) -> BoxFuture<'a, Outcome>;

/// What a rule looks at: all but those about the host at the backend alone.
macro_rules! of {
    (host $surroundings:ident) => {
        $surroundings
    };
    ($module:ident $surroundings:ident) => {
        $surroundings.backend()
    };
}

macro_rules! rules {
    ($($module:ident: $($rule:ident),* $(,)?;)*) => {
        &[$($((
            concat!(stringify!($module), "::", stringify!($rule)),
            |surroundings| Box::pin($module::$rule(of!($module surroundings))),
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
        lets_scripts_be_run,
        makes_folders_and_replaces,
        replaces_whatever_is_in_the_way,
        reads_and_writes_while_a_program_runs,
        says_what_is_not_there,
        follows_no_links;
    limits:
        ends_after_the_wall_time,
        ends_after_the_processor_time,
        tells_the_processor_time,
        counts_the_processes,
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
    host:
        many_leave_nothing_behind,
        a_killed_host_leaves_nothing_behind;
};

/// Runs every rule, and says of each whether the backend offers what it is about.
///
/// # Errors
/// What the backend answers where the rules expect success.
///
/// # Panics
/// Where a rule is broken.
pub async fn all(surroundings: &dyn Surroundings) -> Result<Vec<(&'static str, Offered)>, SandboxError> {
    let mut outcomes = Vec::with_capacity(RULES.len());
    for (name, rule) in RULES {
        outcomes.push((*name, rule(surroundings).await?));
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
