//! The HTTP clients of the process, and what response headers say about limits.
//!
//! Deliberately absent: wire formats, retries, and reading answers as streams.

mod client;
mod here;
mod limits;
mod names;

pub(crate) use client::Target;
pub use client::{Http, HttpError};
pub(crate) use limits::{duration, retry_after, tell_limits, told_wait};
pub use names::{HostNames, Unreachable};
