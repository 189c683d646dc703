//! Evaluators: a score in [0, 1] and feedback in words for one output.
//!
//! An [`Evaluator`] is pure: one that needs a model or code says what to ask and reads the answers ([`clade_domain::Step`]).
//! Built-in ones live one to a file in `evaluators/`, found by name in the [`registry`]; [`Judging`] takes all checks of
//! an example to one score. Deliberately absent: IO, async, providers.

mod cache;
pub mod code;
mod evaluator;
mod evaluators;
pub mod extract;
mod feedback;
mod fill;
mod grade;
pub mod judge;
mod judging;
pub mod overlap;
pub mod registry;
mod script;
mod settings;
#[cfg(test)]
mod testing;
mod words;

pub use evaluator::{Case, Evaluator, EvaluatorError, Needs, Verdict};
pub use evaluators::function::function_of;
pub use judging::{Asks, ExampleVerdict, Judged, Judging, check, check_filled, depends_on_example, metrics};
