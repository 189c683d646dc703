//! The binary `clade` as a user meets it: every command, exit code and piece of bad input, with the simulated model only.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod auditing;
#[cfg(all(feature = "neo4j", feature = "redis"))]
mod backends;
mod bad_files;
mod bad_options;
mod bad_providers;
mod bad_stores;
mod benches;
mod bundles;
#[cfg(target_os = "linux")]
mod code;
mod common;
mod comparing;
#[cfg(target_os = "linux")]
mod daytona;
mod evaluations;
mod examples;
mod exit_codes;
mod exporting;
#[cfg(all(feature = "neo4j", feature = "redis"))]
mod faults;
#[cfg(target_os = "linux")]
mod jails;
#[cfg(all(feature = "neo4j", feature = "redis"))]
mod journey;
mod judges;
mod library;
mod limits;
mod mcp;
mod named_models;
#[cfg(all(feature = "neo4j", feature = "redis"))]
mod neighbours;
#[cfg(target_os = "linux")]
mod programs;
mod promptfoo;
mod remote;
mod repeating;
mod replicas;
mod runs;
#[cfg(target_os = "linux")]
mod sandbox_states;
mod served;
mod several_models;
mod sharing;
mod sign_in;
mod simulate;
mod stopping;
mod traces;
mod webhooks;
