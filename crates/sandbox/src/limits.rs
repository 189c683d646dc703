use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a sandbox may use. Whoever goes over one is ended, and the trial says which one it was.
///
/// Memory, processes and disk hold for the sandbox at any moment; CPU, wall time and output for each execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Private and shared memory of all processes together, in MiB; at least 32. Files count towards `disk_mb` instead.
    pub memory_mb: u32,
    /// Processor time of all processes together, in seconds; at least 1.
    pub cpu_seconds: u32,
    /// Time from start to end, in seconds; at least 1.
    pub wall_seconds: u32,
    /// Processes and threads at once; at least 1. A JavaScript runtime alone needs about twelve.
    pub processes: u32,
    /// Files in the working folder, `/tmp` and `/dev/shm` together, in MiB; at least 1. They are held in memory.
    pub disk_mb: u32,
    /// What may be read from standard output and standard error together, in KiB; at least 1.
    pub output_kb: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_mb: 512, cpu_seconds: 10, wall_seconds: 30, processes: 64, disk_mb: 64, output_kb: 1024 }
    }
}

impl Limits {
    /// Says which limit is too small to run anything.
    ///
    /// # Errors
    /// One sentence that names the limit and the least it may be.
    pub fn check(&self) -> Result<(), String> {
        let table = [
            (Limit::Memory, self.memory_mb, 32),
            (Limit::Cpu, self.cpu_seconds, 1),
            (Limit::Wall, self.wall_seconds, 1),
            (Limit::Processes, self.processes, 1),
            (Limit::Disk, self.disk_mb, 1),
            (Limit::Output, self.output_kb, 1),
        ];
        match table.into_iter().find(|(_, value, least)| value < least) {
            Some((limit, value, least)) => Err(format!("{} is {value}; it must be at least {least}", limit.name())),
            None => Ok(()),
        }
    }

    /// The wall limit.
    #[must_use]
    pub fn wall(&self) -> Duration {
        Duration::from_secs(self.wall_seconds.into())
    }

    /// The output limit in bytes.
    #[must_use]
    pub fn output_bytes(&self) -> u64 {
        u64::from(self.output_kb) * 1024
    }
}

/// One of the [`Limits`].
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_limit_that_is_too_small() {
        assert_eq!(Limits::default().check(), Ok(()));
        let table: [(Limits, &str); 2] = [
            (Limits { memory_mb: 8, ..Limits::default() }, "memory_mb is 8; it must be at least 32"),
            (Limits { processes: 0, ..Limits::default() }, "processes is 0; it must be at least 1"),
        ];
        for (limits, message) in table {
            assert_eq!(limits.check(), Err(message.to_owned()));
        }
    }

    #[test]
    fn refuses_limits_it_does_not_know() {
        let read: Result<Limits, _> = serde_json::from_str(r#"{"memory_mb": 64, "gpus": 1}"#);
        assert!(read.unwrap_err().to_string().contains("gpus"));
        let read: Limits = serde_json::from_str(r#"{"memory_mb": 64}"#).unwrap();
        assert_eq!(read, Limits { memory_mb: 64, ..Limits::default() });
    }
}
