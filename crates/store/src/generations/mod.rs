//! Generations as a role: the candidates of a run by generation and by fitness, for whoever watches or goes on with them.

mod ask;
mod role;

pub use ask::Generations;
pub use role::{GenerationStore, Standing};
