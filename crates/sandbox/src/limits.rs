use serde::{Deserialize, Serialize};

/// One of the [`Limits`](crate::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// `memory_mb`.
    Memory,
    /// `cpu_seconds`.
    Cpu,
    /// `wall_seconds`, or the shorter time that a command was given.
    Wall,
    /// `processes`.
    Processes,
    /// `disk_mb`.
    Disk,
    /// `output_kb`.
    Output,
}

impl Limit {
    /// Whether it bounds what a sandbox holds at any moment, which earlier executions may have left.
    #[must_use]
    pub fn is_of_what_is_held(self) -> bool {
        matches!(self, Self::Memory | Self::Disk | Self::Processes)
    }

    /// The limit's name in a run file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory_mb",
            Self::Cpu => "cpu_seconds",
            Self::Wall => "wall_seconds",
            Self::Processes => "processes",
            Self::Disk => "disk_mb",
            Self::Output => "output_kb",
        }
    }
}
