//! Layers around any client, each tested alone. From the outermost to the innermost: [`CacheLayer`], [`BudgetLayer`],
//! [`RetryLayer`], [`RateLayer`], [`ConcurrencyLayer`], [`StopLayer`], [`RecordLayer`], [`TelemetryLayer`], then the provider.
//!
//! Retry stands outside of rate and concurrency, so that every try waits for its turn anew and a permit is held only
//! while a request is in flight. Deliberately absent: spawning; every layer works in the caller's task.

mod budget;
mod cache;
mod concurrency;
mod counters;
mod ledger;
mod pacer;
mod rate;
mod record;
mod retry;
mod stop;
mod telemetry;
#[cfg(test)]
pub(crate) mod testing;

pub use budget::BudgetLayer;
pub use cache::{AnswerCache, AnswerRecord, CacheLayer, ForeignAnswers, KnownAnswer, ModelIdentity, cache_key};
pub use concurrency::{ConcurrencyLayer, Limiter};
pub use counters::{Counters, CountersSnapshot};
pub use ledger::{Estimate, Ledger, Remaining, Reservation};
pub use pacer::Pacer;
pub(crate) use pacer::ToldLimit;
pub use rate::RateLayer;
pub use record::{RecordError, RecordLayer, Recording};
pub use retry::{RetryLayer, RetryPolicy};
pub use stop::StopLayer;
pub use telemetry::TelemetryLayer;
