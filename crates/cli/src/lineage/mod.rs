//! The family tree on the command line: which part of it is meant, and how it is written.

mod part;
mod text;
mod trees;
mod write;

pub use part::Part;
pub use text::{LEGEND, text};
pub use trees::{OwnTrees, Rejected, Trees};
pub use write::written;
