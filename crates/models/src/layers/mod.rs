//! Layers around any client, each tested alone. From the outermost to the innermost: [`CacheLayer`], [`RetryLayer`],
//! [`BudgetLayer`], [`ConcurrencyLayer`], [`RateLayer`], [`StopLayer`], [`RecordLayer`], [`TelemetryLayer`], then the provider.
//!
//! Retry stands outside of budget, rate and concurrency, so that every try is reserved for and waits for its turn anew, and
//! nothing is held while a call waits to be tried again. Rate stands inside of concurrency, so that whoever waited for a place
//! meets the limits as they are when the request leaves. Deliberately absent: spawning; every layer works in the caller's task.

mod budget;
mod cache;
mod concurrency;
mod counters;
mod ledger;
mod pacer;
mod patience;
mod rate;
mod record;
mod refused;
mod retry;
mod stop;
mod telemetry;
#[cfg(test)]
pub(crate) mod testing;
mod turn;
mod unreadable;

pub use budget::BudgetLayer;
pub(crate) use budget::UNSEEN_ANSWER;
pub use cache::{AnswerCache, AnswerRecord, CacheLayer, ForeignAnswers, KnownAnswer, ModelIdentity, cache_key};
pub use concurrency::{ConcurrencyLayer, Limiter};
pub use counters::{Counters, CountersSnapshot};
pub use ledger::{Estimate, Ledger, Remaining, Reservation};
pub use pacer::Pacer;
pub(crate) use pacer::ToldLimit;
pub use patience::RetryPolicy;
pub use rate::RateLayer;
pub use record::{RecordError, RecordLayer, Recording};
pub use retry::RetryLayer;
pub use stop::StopLayer;
pub use telemetry::TelemetryLayer;
pub use turn::Turn;
