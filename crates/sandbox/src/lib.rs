//! Where code that belongs to a run is executed: fitness functions, programs under optimisation, and what a model wrote.
//!
//! A [`SandboxBackend`] makes [`Sandbox`]es of a [`SandboxSpec`]; the contract of both is what [`conformance`] asserts. The local one
//! is `LocalBackend`, the one far away [`DaytonaBackend`]. Functions are called through a [`channel::Pool`] of warm interpreters; code that a model wrote meets its tests
//! in [`GeneratedCode`], each time in a fresh process. The settings are the run file's ([`clade_domain::SandboxSpec`]).
//!
//! Deliberately absent: models, budgets and journals (a [`channel::ModelHost`] stands for them), run files, and any task of its own but those that
//! carry the streams of a program at Daytona: whoever waits does the work, and dropping a future ends what it waits for.

mod backend;
pub mod channel;
pub mod conformance;
mod daytona;
// its words are tested on Linux too
#[cfg(any(test, not(target_os = "linux")))]
#[cfg_attr(target_os = "linux", expect(dead_code, reason = "the tests ask for what is said, and not for all names"))]
mod elsewhere;
mod error;
mod exec;
mod generated_code;
mod inside_path;
mod last_words;
mod limits;
#[cfg(target_os = "linux")]
mod local;
mod report;
mod spec;

pub use clade_domain::{Isolation, Language, SandboxLimits as Limits};

pub use backend::{AtWork, Sandbox, SandboxBackend, SandboxFuture, SnapshotId};
pub use daytona::{
    ApiError, DaytonaBackend, DaytonaSettings, KeptThere, Left, check as check_daytona, delete_left, left_behind,
    states_there,
};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{
    Interpreter, LocalBackend, LocalSettings, examine, find_interpreter, find_interpreter_at, jail_main,
    sweep_control_groups,
};
pub use error::SandboxError;
pub use exec::{Command, Ended, Ending, Execution, Finished, Output, Time, Used};
pub use generated_code::{GeneratedCode, Verdict};
pub use inside_path::{BadPath, InsidePath};
pub use last_words::last_words;
pub use limits::Limit;
#[cfg(target_os = "linux")]
pub use local::{
    Interpreter, LocalBackend, LocalSettings, examine, find_interpreter, find_interpreter_at, jail_main,
    sweep_control_groups,
};
pub use report::{Check, Report};
pub use spec::{Capabilities, Keeps, Network, SandboxSpec};
