//! Exit codes. They are part of the command line's contract: a script may rely on them.

/// Everything asked for was done.
pub const OK: u8 = 0;
/// Something failed; the message says what.
pub const ERROR: u8 = 1;
/// The command line, the run file or the data is wrong; nothing was spent.
pub const USAGE: u8 = 2;
/// The budget was spent before any improvement was shown.
pub const BUDGET_SPENT: u8 = 3;
/// A gate (`--min-score`, `--require-improvement`) was not met.
pub const GATE_NOT_MET: u8 = 100;
/// Interrupted in order; `clade resume` goes on.
pub const INTERRUPTED: u8 = 130;
