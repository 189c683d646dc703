//! A run's state: a fold over its events. Applying a prefix and then the rest is the same as applying all at once.

mod cells;
mod clock;
mod fitness;
mod run_state;
mod sum;
mod unit_costs;

pub use cells::{Cell, Cells};
pub use fitness::{fitness, objective_value};
pub use run_state::{ClosedGeneration, Decision, Phase, ReplayError, RunState};
pub use unit_costs::UnitCosts;
