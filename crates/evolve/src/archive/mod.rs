//! What a search keeps of the candidates it met.
//!
//! [`ExampleFrontier`] keeps who is best on which example, [`HallOfFame`] the best few by one number, and [`Front`] the trade-offs
//! between several objectives. All take candidates one by one, end up the same as if they had seen all at once, and hold no more
//! than they were told to. Deliberately absent: prompts and runs.

mod example_frontier;
mod front;
mod hall_of_fame;
mod places;

pub use example_frontier::ExampleFrontier;
pub use front::{Front, dominates};
pub use hall_of_fame::HallOfFame;

#[cfg(test)]
mod tests;
