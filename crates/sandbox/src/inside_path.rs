use std::fmt;

use serde::{Deserialize, Serialize};

/// A file's place below the working folder of a sandbox: relative, with `/` between names, and no way up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InsidePath(String);

/// The longest path, in bytes.
const LONGEST: usize = 1024;
/// The longest name in it, in bytes.
const LONGEST_NAME: usize = 255;

impl InsidePath {
    /// Reads a path.
    ///
    /// # Errors
    /// [`BadPath`] where it is empty, absolute, too long, has a NUL, or an empty name, `.` or `..` in it.
    pub fn new(path: impl Into<String>) -> Result<Self, BadPath> {
        let path = path.into();
        let why = if path.is_empty() {
            "it is empty"
        } else if path.starts_with('/') {
            "it is absolute"
        } else if path.len() > LONGEST {
            "it is longer than 1024 bytes"
        } else if path.contains('\0') {
            "it has a NUL byte"
        } else if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
            "each of its names must be one, without `.` and `..`"
        } else if path.split('/').any(|name| name.len() > LONGEST_NAME) {
            "one of its names is longer than 255 bytes"
        } else {
            return Ok(Self(path));
        };
        Err(BadPath { path, why })
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names of the path, outermost first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

impl fmt::Display for InsidePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for InsidePath {
    type Error = BadPath;
    fn try_from(path: String) -> Result<Self, BadPath> {
        Self::new(path)
    }
}

impl From<InsidePath> for String {
    fn from(path: InsidePath) -> Self {
        path.0
    }
}

/// Why a path cannot name a file in a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("name `{path}` in a sandbox: {why}; give a path relative to its working folder")]
pub struct BadPath {
    /// The path.
    pub path: String,
    /// What is wrong with it.
    pub why: &'static str,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_ways_out() {
        for bad in ["", "/etc/passwd", "..", "a/../b", "../a", "a/..", "./a", "a//b", "a/", "a\0b"] {
            assert!(InsidePath::new(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "score.py", "folder/file.bin", "..a", "a..", "...", "name with spaces", "größe"] {
            assert_eq!(InsidePath::new(good).unwrap().as_str(), good);
        }
    }

    proptest! {
        #[test]
        fn no_accepted_path_climbs(path in r"[a./\\\x00 ]{0,12}") {
            if let Ok(path) = InsidePath::new(path) {
                prop_assert!(!path.as_str().starts_with('/'));
                prop_assert!(path.names().all(|name| !name.is_empty() && name != "." && name != ".."));
            }
        }
    }
}
