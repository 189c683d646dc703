//! Measures `clade` from outside, as its users meet it: as a process, against `clade simulate` as another.
//!
//! One program a question in `bin/`; what they share is here. Deliberately absent: any crate of the product, so that
//! nothing is measured that a user does not get; `bin/backends` alone calls the crates of the stores. Every program prints one JSON
//! object on stdout and its progress on stderr.

mod clade;
mod options;
mod process;
mod raw;
mod report;
mod served;
mod simulator;
mod workload;

pub use clade::{Clade, Ended, Variables};
pub use options::Options;
pub use process::{cpu_of, cpu_of_children, cpu_of_this_process, peak_memory};
pub use raw::{RawFigures, get_json, raw_client};
pub use report::{machine, main_with, median, note, per_thousand};
pub use served::{Http, Served, Target, quantiles};
pub use simulator::{Simulated, Simulator};
pub use workload::Workload;
