//! Intervals, paired tests and sample sizes behind every claim.
//!
//! [`evidence`] compares the chosen prompt with the first one and fills [`clade_domain::Evidence`]; the other files hold what
//! it is made of. Scores lie in [0, 1]; a score that is not a number counts as 0, as a failed trial does. Which interval is
//! used where was decided by measured coverage, written down in `docs/statistics.md`. The claim of a run needs no
//! correction: the test split is touched once, for one prompt. Where runs are compared with one another, [`holm`] corrects.

mod bootstrap;
mod difference;
mod evidence;
mod holm;
mod interval;
mod lower;
mod noise;
mod paired;
mod paired_t;
mod pass_at_k;
mod power;
mod quantile;
mod running;
mod sentence;
mod tango;

pub use bootstrap::{BootstrapMethod, RESAMPLES, bootstrap_mean_ci};
pub use difference::difference_ci;
pub use evidence::{CONFIDENCE, evidence, unchanged, with_errors};
pub use holm::holm;
pub use interval::{Interval, mean_ci, unseen_mass_ci, wilson_ci};
pub use lower::lower_bound;
pub use noise::{Noise, noise};
pub use paired::{PairedCounts, mcnemar_one_sided, mcnemar_two_sided, permutation_one_sided, permutation_two_sided};
pub use paired_t::paired_t_one_sided;
pub use pass_at_k::pass_at_k;
pub use power::{SIGNIFICANCE, detectable_gain, examples_needed, second_moment};
pub(crate) use quantile::normal_cdf;
pub use running::RunningMean;
pub use sentence::{Figures, points};
pub use tango::tango_ci;

#[cfg(test)]
mod coverage;
