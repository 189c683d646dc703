mod asks;
mod here;
mod homes;
mod host;
mod known;
mod pools;
mod program;

pub use here::CodeHere;
pub use host::{CodeHost, CodeSettings};
pub(crate) use program::ProgramCall;
