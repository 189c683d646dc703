//! The family tree of candidates over runs and branches.
//!
//! [`RunFold`] makes [`Node`]s out of a journal, batch by batch, the same for every backend; [`Graph`] answers questions on
//! them (ancestors, paths, common ancestors, families); [`Layout`] gives them positions; [`formats`] writes them for other
//! programs; [`FIELDS`] are what they can be filtered by. Everything is pure. Deliberately absent: storage, which is
//! `clade-store`'s role of the same name, and drawing.

mod estimate;
mod fields;
mod fold;
pub mod formats;
mod graph;
mod layout;
mod node;

pub use estimate::Estimate;
pub use fields::{FIELDS, Searched};
pub use fold::{LINEAGE_FORMAT, Memory, Moment, Record, RunFold};
pub use graph::{Family, Graph};
pub use layout::{Edge, Folded, Layout, LayoutOptions, Mark};
pub use node::{Node, NodeId, NodeIdError, Status};
