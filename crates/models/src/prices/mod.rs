//! What models cost and can: a dated table with its source and licence, and the price of a model with its user's settings.
//!
//! Deliberately absent: guesses. A model that is not in the table has an unknown price, never a price of zero.

mod price;
mod table;

pub use price::{Price, is_undercut, price_of};
pub(crate) use price::{is_this_machine, price};
pub use table::{ModelFacts, PriceTable};
