//! Where code that belongs to a run is executed: fitness functions, programs under optimisation, and what a model wrote.
//!
//! A [`SandboxBackend`] makes [`Sandbox`]es of a [`SandboxSpec`]; the contract of both is what `conformance` asserts.

mod backend;
pub mod conformance;
mod error;
mod exec;
mod inside_path;
mod language;
mod limits;
#[cfg(target_os = "linux")]
mod local;
mod report;
mod spec;

pub use backend::{Sandbox, SandboxBackend, SandboxFuture, SnapshotId};
pub use error::SandboxError;
pub use exec::{Command, Ended, Ending, Execution, Finished, Output, Time, Used};
pub use inside_path::{BadPath, InsidePath};
pub use language::Language;
pub use limits::{Limit, Limits};
#[cfg(target_os = "linux")]
pub use local::{Interpreter, LocalBackend, LocalSettings, examine, find_interpreter, jail_main};
pub use report::{Check, Report};
pub use spec::{Capabilities, Isolation, Keeps, Network, SandboxSpec};
