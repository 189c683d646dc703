//! Where code that belongs to a run is executed: fitness functions, programs under optimisation, and what a model wrote.
//!
//! A [`SandboxBackend`] makes [`Sandbox`]es of a [`SandboxSpec`]; the contract of both is what [`conformance`] asserts. The local one
//! is `LocalBackend`. Functions are called through a [`channel::Pool`] of warm interpreters, and [`Grade`] reads what a fitness
//! function returns; code that a model wrote meets its tests in [`GeneratedCode`], each time in a fresh process.
//!
//! Deliberately absent: models, budgets and journals (a [`channel::ModelHost`] stands for them), run files, and any task of its own:
//! whoever waits does the work, and dropping a future ends what it waits for.

mod backend;
pub mod channel;
pub mod conformance;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod error;
mod exec;
mod generated_code;
mod grade;
mod inside_path;
mod language;
mod limits;
#[cfg(target_os = "linux")]
mod local;
mod pass_at_k;
mod report;
mod spec;

pub use backend::{Sandbox, SandboxBackend, SandboxFuture, SnapshotId};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{Interpreter, LocalBackend, LocalSettings, examine, find_interpreter, jail_main};
pub use error::SandboxError;
pub use exec::{Command, Ended, Ending, Execution, Finished, Output, Time, Used};
pub use generated_code::{GeneratedCode, Verdict};
pub use grade::Grade;
pub use inside_path::{BadPath, InsidePath};
pub use language::Language;
pub use limits::{Limit, Limits};
#[cfg(target_os = "linux")]
pub use local::{Interpreter, LocalBackend, LocalSettings, examine, find_interpreter, jail_main};
pub use pass_at_k::pass_at_k;
pub use report::{Check, Report};
pub use spec::{Capabilities, Isolation, Keeps, Network, SandboxSpec};
