//! Whole runs against simulated models: what they end with, what they cost, and that kills, errors, small budgets and
//! failing stores change nothing but the moment.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod accounts;
mod branches;
mod budgets;
mod clients;
mod common;
mod control;
mod errors;
mod evaluations;
mod growing;
mod hubs;
mod limits;
mod models;
mod objectives;
mod replays;
mod resume;
mod searches;
mod stores;
