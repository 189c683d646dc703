//! Races over outcomes that were paid for once: what would each policy have named, and how much worse is that than the best?

mod claims;
mod open;
mod pool;
mod regret;

pub use claims::{Claim, claim};
pub use open::race_open;
pub use pool::{Draw, Pool, PoolError};
pub use regret::{all_known, race_closed};
