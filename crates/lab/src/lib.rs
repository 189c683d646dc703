//! The laboratory: whole optimisations on the **simulated** model, in memory, many at once.
//!
//! [`Bench::measure`] carries one [`Job`] out (a world, a strategy, a budget, a way of counting it, a seed) with the real run
//! loop, the real strategy and the real evaluator, and gives one [`Row`]; [`carry_out`] does so for many jobs on all cores.
//! Figures from here compare searches under one set of rules and say nothing of a language model.
//! Deliberately absent: files, networks, clocks that a search could see, terminals.

mod account;
mod bench;
mod crew;
mod job;
mod row;
mod strategies;
mod summary;
mod world;

pub use bench::{Bench, LabError};
pub use crew::{Finished, carry_out};
pub use job::{Counting, Job, Searcher};
pub use row::Row;
pub use strategies::{StrategyError, names, strategy};
pub use summary::{Group, groups};
pub use world::{Check, World, worlds};
