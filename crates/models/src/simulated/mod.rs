//! The simulated model: a stand-in for a language model with documented rules, for rehearsals, tests and comparisons.
//!
//! [`SimulatedModel`] answers as task model, writer of proposals and judge; `docs/simulated.md` states every rule and table.
//! It is **not** a language model: figures measured with it compare searches under one set of rules and say nothing of any
//! real model. Every answer is a function of its rules, its seed, the request and the sample number; deliberately absent:
//! clocks, state between calls and anything that depends on their order.

mod answer_key;
mod book;
mod cues;
mod edits;
mod embedding;
mod expected;
mod interplay;
mod judge;
mod memory;
mod mixing;
mod model;
mod moderation;
mod neutral;
mod opaque;
mod proposals;
pub mod questions;
mod reasoning;
mod reflection;
mod regimes;
mod rules;
mod tags;
mod task;
mod wording;
mod world;
mod writing;

/// What the names of simulated models begin with, here and over HTTP.
pub const SIMULATED: &str = "simulated";

pub use answer_key::{AnswerKey, AnswerKeyBuilder};
pub use model::SimulatedModel;
pub use regimes::{Regime, regimes};
pub use rules::{Book, Rules, check_config, names};
