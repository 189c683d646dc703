use clade_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Estimate, Status};

/// A step in what became of a candidate: it joined, a verdict came, a generation closed, it met validation or was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The journal entry that says so.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// What it is from here on.
    pub status: Status,
    /// The generation that closed, where that is what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// Its score until here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Estimate>,
}
