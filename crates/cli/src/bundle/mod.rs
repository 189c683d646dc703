//! A run as one file that another installation reads: JSON lines with a manifest first and a checksum last.
//!
//! Format 1: `{"clade_bundle": 1, ...}`, then one object a line with exactly one of the keys `example`, `text`, `answer`,
//! `entry`, in that order of kinds, then `{"end": {"lines": n, "blake3": "..."}}` over all lines before it, line ends
//! included. A reader refuses a higher format number; keys are never in a bundle.

mod read;
mod write;

use clade_domain::{Example, Recorded};
use clade_store::{PaidAnswer, RunSummary};
use serde::{Deserialize, Serialize};

pub use read::{check, import};
pub use write::write;

/// The version of the format.
pub const BUNDLE_FORMAT: u32 = 1;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// [`BUNDLE_FORMAT`] of the writer.
    pub clade_bundle: u32,
    /// The program's version.
    pub version: String,
    /// The run's row at the time.
    pub summary: RunSummary,
    /// Journal entries.
    pub entries: u64,
}

/// Any line between the first and the last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// An example of the data set.
    Example(Box<Example>),
    /// An answer's text that the run took from the cache and did not pay for.
    Text(String),
    /// An answer that the run paid for.
    Answer(Box<PaidAnswer>),
    /// A journal entry.
    Entry(Box<Recorded>),
}

/// The last line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Last {
    /// What it says.
    pub end: End,
}

/// What the last line says of those before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct End {
    /// Lines before this one.
    pub lines: u64,
    /// Their hash.
    pub blake3: clade_domain::ContentHash,
}
