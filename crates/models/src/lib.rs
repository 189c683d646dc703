//! Model clients: providers, layers, prices and the simulated model.
//!
//! [`ModelClient`] is the one trait; `providers/` speak wire formats, `layers/` wrap any client, and a [`Stack`] puts both
//! together for a [`clade_domain::ModelSpec`]. Deliberately absent: storage (the cache layer works on a trait that the
//! engine fills), the environment (it is an argument), and any knowledge of prompts or runs.

mod address;
mod alike;
mod client;
mod config;
mod dotenv;
mod hosts;
mod http;
mod keys;
pub mod layers;
mod name;
mod nearest;
mod prices;
mod providers;
mod redact;
mod setup_error;
pub mod simulated;
mod stack;
mod usage;
mod vendors;

pub use address::{UnusualAddress, unusual_address};
pub use alike::answers_alike;
pub use client::{CallContext, ClientFuture, ModelClient, ModelError};
pub use config::{ModelConfig, check_config};
pub use hosts::SharedLimits;
pub use http::{HostNames, Http, HttpError, Unreachable};
pub use keys::{Environment, Lookup, MissingKey, find_key};
pub use name::{Endpoint, ModelName, NameError};
pub use prices::{ModelFacts, Price, PriceTable, is_undercut, price_of};
pub use setup_error::ModelSetupError;
pub use stack::{SimulatedFactory, Stack, StackSettings, able, answer_reserve};
pub use vendors::{ADDRESS, Charge, VENDORS, Vendor, Wire, vendor};
