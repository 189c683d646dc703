use serde::{Deserialize, Serialize};

/// A language that there is a runner for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python 3.8 or newer.
    Python,
    /// JavaScript under Node.js 18 or newer.
    JavaScript,
}
