mod asks;
mod here;
mod homes;
mod host;
mod known;
mod pools;
mod program;
mod states;

pub use here::{Checked, CodeHere};
pub use host::{CodeHost, CodeSettings};
pub(crate) use program::ProgramCall;
