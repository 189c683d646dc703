//! Servers that a team runs already, beside the store: the family tree and generations are kept up in them.

mod config;
mod feed;
mod open;

pub use config::Config;
pub use feed::{Feed, all as feed_all};
pub use open::{Backend, Role};
