//! What people see: progress while a run goes on, and its result.

pub mod headroom;
pub mod operators;
pub mod progress;
pub mod result;
