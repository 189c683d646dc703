//! Quantiles of the normal and of Student's distribution.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// A level inside the range that the methods bear; not-a-number counts as 0.95.
pub(super) fn level(confidence: f64) -> f64 {
    if confidence.is_nan() { 0.95 } else { confidence.clamp(0.01, 0.9999) }
}

/// The normal quantile that leaves `(1 - confidence) / 2` on each side.
pub(super) fn two_sided_z(confidence: f64) -> f64 {
    normal_quantile(0.5 + level(confidence) / 2.0)
}

/// The quantile of Student's distribution with `freedom` degrees of freedom that leaves `(1 - confidence) / 2` on each side.
pub(super) fn two_sided_t(confidence: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom)
        .map_or_else(|_| two_sided_z(confidence), |t| t.inverse_cdf(0.5 + level(confidence) / 2.0))
}

/// The normal quantile of `p`, kept away from the infinite ends.
pub(super) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p.clamp(1e-12, 1.0 - 1e-12))
}

/// The normal distribution function.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}
