//! Intervals, paired tests and sample sizes behind every claim.
