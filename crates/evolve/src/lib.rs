//! The pure search: operators, selection, statistics, strategies and the run's state as a fold over events.
//!
//! Nothing here does IO, reads a clock or owns a task: events go in, commands come out, and the same seed and events give
//! the same commands byte for byte. [`Conductor`] is the whole of a run seen from outside; a [`strategy::Strategy`]
//! is the search inside it.

pub mod archive;
mod choice;
mod command;
mod conductor;
mod first_look;
pub mod operators;
mod plan;
pub mod racing;
mod seed;
pub mod selection;
pub mod state;
pub mod statistics;
mod steer;
pub mod strategy;

pub use command::{Command, EvaluateCommand, ProposeCommand};
pub use conductor::Conductor;
pub use plan::{Allowance, Plan};
pub use seed::child_seed;
pub use state::RunState;
pub use steer::SteerError;
