//! From a run file to a run: what a command line and a server do alike.
//!
//! [`load`] reads a run file with the models and operators that this program has, [`estimate`] prices it, [`affordable`] says what is
//! wrong with its budget, and [`create`] makes a run of it. Deliberately absent: where keys come from, and anything that
//! is bought.

mod afford;
mod create;
pub mod library;
mod load;

pub use afford::{affordable, usable};
pub use create::create;
pub use load::{estimate, load};
