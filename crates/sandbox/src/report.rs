use serde::{Deserialize, Serialize};

use crate::Isolation;

/// What a machine or an account gives for sandboxes, as found out by trying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The backend.
    pub backend: String,
    /// How well it isolates; `None` where it does not.
    pub isolation: Option<Isolation>,
    /// Where it does not: the weaker level that it gives to those who accept it by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weaker: Option<Isolation>,
    /// What was looked at, in order of importance.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// Whether all is well.
    pub good: bool,
    /// What was found.
    pub found: String,
    /// What to do where it is not well; empty otherwise.
    pub fix: String,
}

impl Check {
    /// All is well.
    #[cfg(target_os = "linux")]
    pub(crate) fn good(name: &str, found: impl Into<String>) -> Self {
        Self { name: name.to_owned(), good: true, found: found.into(), fix: String::new() }
    }

    /// Something is missing.
    pub(crate) fn bad(name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.to_owned(), good: false, found: found.into(), fix: fix.into() }
    }
}
