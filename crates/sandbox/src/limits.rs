use serde::{Deserialize, Serialize};

use crate::Limits;

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

    /// What these limits allow, in the unit that the name ends with.
    #[must_use]
    pub fn of(self, limits: &Limits) -> u32 {
        match self {
            Self::Memory => limits.memory_mb,
            Self::Cpu => limits.cpu_seconds,
            Self::Wall => limits.wall_seconds,
            Self::Processes => limits.processes,
            Self::Disk => limits.disk_mb,
            Self::Output => limits.output_kb,
        }
    }

    /// What is said of it to whoever went over it: name, value, and what to do.
    #[must_use]
    pub fn advice(self, limits: &Limits) -> String {
        let name = self.name();
        format!("its limit `{name}`, which is {}; use less, or raise `optimize.sandbox.limits.{name}`", self.of(limits))
    }

    /// The same as a remark behind an error that only looks like it.
    #[must_use]
    pub fn seems(self, limits: &Limits) -> String {
        format!(" (it seems to have met {})", self.advice(limits))
    }

    /// The limit that a failed program seems to have met, by its last words. The kernel refuses what goes over some limits without ending
    /// anybody, so a program sees an error of its own language and may say that.
    #[must_use]
    pub fn met(said: &str) -> Option<Self> {
        // what is indented is quoted: lines of code in a traceback
        let own = said.lines().filter(|line| !line.starts_with([' ', '\t']));
        own.rev().find_map(|line| REFUSALS.iter().find(|(words, _)| line.contains(words)).map(|(_, limit)| *limit))
    }
}

/// How kernel and interpreters tell that something was refused.
const REFUSALS: [(&str, Limit); 18] = [
    ("MemoryError", Limit::Memory),
    ("Cannot allocate memory", Limit::Memory),
    ("ENOMEM", Limit::Memory),
    ("out of memory", Limit::Memory),
    ("Out of memory", Limit::Memory),
    ("Array buffer allocation failed", Limit::Memory),
    ("memory allocation of", Limit::Memory),
    ("std::bad_alloc", Limit::Memory),
    ("Resource temporarily unavailable", Limit::Processes),
    ("EAGAIN", Limit::Processes),
    ("can't start new thread", Limit::Processes),
    ("Cannot fork", Limit::Processes),
    ("No space left on device", Limit::Disk),
    ("ENOSPC", Limit::Disk),
    ("File too large", Limit::Disk),
    ("EFBIG", Limit::Disk),
    ("File size limit exceeded", Limit::Disk),
    ("Disk quota exceeded", Limit::Disk),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_words_of_the_kernel_and_of_interpreters() {
        for (said, limit) in [
            ("MemoryError", Some(Limit::Memory)),
            ("OSError: [Errno 12] Cannot allocate memory", Some(Limit::Memory)),
            (
                "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n  1: 0x1",
                Some(Limit::Memory),
            ),
            ("Out of memory!", Some(Limit::Memory)),
            ("BlockingIOError: [Errno 11] Resource temporarily unavailable", Some(Limit::Processes)),
            ("RuntimeError: can't start new thread", Some(Limit::Processes)),
            ("sh: 1: Cannot fork", Some(Limit::Processes)),
            ("spawn sh EAGAIN", Some(Limit::Processes)),
            (
                "Traceback:\n  File \"x\", line 1\nOSError: [Errno 28] No space left on device: '/tmp/1'",
                Some(Limit::Disk),
            ),
            ("OSError: [Errno 27] File too large", Some(Limit::Disk)),
            // the last error is the one that ended it
            ("MemoryError\n\nDuring handling:\n\nOSError: [Errno 28] No space left on device", Some(Limit::Disk)),
            ("Traceback:\n  File \"x\", line 1\n    except MemoryError:\nValueError: odd", None),
            ("ZeroDivisionError: division by zero", None),
            ("", None),
        ] {
            assert_eq!(Limit::met(said), limit, "{said}");
        }
    }

    #[test]
    fn says_what_to_raise() {
        let limits = Limits { disk_mb: 8, ..Limits::default() };
        let words = "its limit `disk_mb`, which is 8; use less, or raise `optimize.sandbox.limits.disk_mb`";
        assert_eq!(Limit::Disk.advice(&limits), words);
    }
}
