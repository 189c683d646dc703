//! What a search keeps of the candidates it met.
//!
//! [`ExampleFrontier`] keeps who is best on which example, [`HallOfFame`] the best few by one number, [`Front`] the trade-offs
//! between several objectives, and [`Tried`] the texts that were tried, to find near-duplicates. All take candidates one by one, end
//! up the same as if they had seen all at once, and hold no more than they were told to. Deliberately absent: prompts and runs.

mod example_frontier;
mod front;
mod hall_of_fame;
mod places;
mod tried;

pub use example_frontier::ExampleFrontier;
pub use front::{Front, dominates};
pub use hall_of_fame::HallOfFame;
pub use tried::Tried;

#[cfg(test)]
mod tests;
