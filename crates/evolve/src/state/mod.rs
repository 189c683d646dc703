//! A run's state: a fold over its events. Applying a prefix and then the rest is the same as applying all at once.

mod apart;
mod cells;
mod clock;
mod fitness;
mod hand;
mod outlays;
mod run_state;
mod sandboxes;
mod sum;
mod trade_offs;
mod unit_costs;

pub use apart::Apart;
pub use cells::{Cell, Cells};
pub use fitness::{fitness, minimises, objective_value, price};
pub use hand::{BY_HAND, Hand};
pub use outlays::{Outlay, Outlays};
pub use run_state::{ClosedGeneration, Decision, Phase, ReplayError, RunState};
pub use sandboxes::{KeptAt, Sandboxes};
pub use trade_offs::{comparable, trade_offs};
pub use unit_costs::UnitCosts;
