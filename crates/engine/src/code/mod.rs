//! Where code of a run is executed, and its answers kept: a run that goes on executes nothing twice that succeeded.

mod here;
mod host;
mod known;

pub use here::CodeHere;
pub use host::{CodeHost, CodeSettings};
