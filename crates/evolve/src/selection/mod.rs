//! How parents are drawn and survivors kept. Each method is tested against its exact selection probabilities.
//!
//! [`draw`] takes fitness values (higher is better; negative, zero and equal values are fine, not-a-number counts as the
//! worst) and gives an index; [`probabilities`] says with which chance each one is drawn, [`elite`] who passes unchanged.
//! Deliberately absent: candidates, generations and several objectives. A caller reduces those to one number first.

mod draw;
mod elitism;
mod rank;
mod ranking;
mod roulette;
mod tournament;
mod truncation;

pub use draw::{draw, draw_distinct, probabilities};
pub use elitism::elite;

#[cfg(test)]
mod tests;
