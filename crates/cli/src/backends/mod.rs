//! Where things are kept: the system of record, in a file or in a server, and servers beside it that the family tree and generations are
//! kept up in.

mod accounts;
mod answers;
mod config;
mod feed;
mod open;
mod record;
mod told;

pub use answers::AnswerServer;
pub use config::{Config, Server};
pub use feed::{Feed, all as feed_all};
pub use open::{Backend, Role};
pub use record::Record;
pub use told::{told, told_of};
