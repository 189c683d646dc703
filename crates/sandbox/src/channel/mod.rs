//! The channel between the host and a runner inside: JSON lines over standard input and output.
//!
//! [`Runner`] keeps an interpreter warm in a sandbox and calls functions in it; [`Pool`] keeps several. A model call from inside
//! is a request to the host, which a [`ModelHost`] answers or refuses: so it counts in budget, cache and journal, and
//! nothing inside needs a network or a key. What comes from inside is never trusted: [`Lines`] bounds and checks it.

mod call_error;
mod lines;
mod message;
mod model_host;
mod pool;
mod runner;
mod tail;

pub use call_error::CallError;
pub use lines::{BadLine, Lines};
pub use message::{Ask, Call, FromInside, Message, Source, ToInside};
pub use model_host::{ModelHost, NoModels};
pub use pool::{Pool, RunnerSpec, Take, Went};
pub use runner::{Returned, Runner};
