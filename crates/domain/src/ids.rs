use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a text is no id.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is no {what} id: use 4 to 40 characters of a-z, 0-9 and -")]
pub struct IdError {
    what: &'static str,
    text: String,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $name(String);

        impl $name {
            /// The length of generated ids.
            pub const GENERATED_LEN: usize = 8;

            /// An id from 64 random bits, in lower-case Crockford base 32 (no i, l, o, u).
            #[must_use]
            pub fn from_entropy(bits: u64) -> Self {
                Self(base32(bits, Self::GENERATED_LEN))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let fits = (4..=40).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                if fits { Ok(Self(text.to_owned())) } else { Err(IdError { what: $what, text: text.to_owned() }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// Lower-case Crockford base 32.
fn base32(mut bits: u64, length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut text = String::with_capacity(length);
    for _ in 0..length {
        text.push(char::from(ALPHABET[(bits & 31) as usize]));
        bits >>= 5;
    }
    text
}

named!(
    /// A run's name: 4 to 40 characters of `a-z`, `0-9` and `-`. Short ones are generated, unique by chance and checked on creation.
    RunId, "run"
);
named!(
    /// A workspace's name in addresses: 4 to 40 characters of `a-z`, `0-9` and `-`.
    WorkspaceId, "workspace"
);
named!(
    /// A person's id: 4 to 40 characters of `a-z`, `0-9` and `-`.
    UserId, "user"
);

/// Words that stand for another run, or for a candidate, where one is named.
const WORDS: [&str; 3] = ["last", "best", "seed"];

/// Why a new run cannot be called so.
#[derive(Debug, thiserror::Error)]
#[error(
    "a run cannot be called `{0}`: `last`, `best` and `seed` stand for others, and what begins with `-` is an option"
)]
pub struct NameError(String);

impl RunId {
    /// The same, as the name that somebody chose for a new run. Names of runs that are there already are read as they are.
    ///
    /// # Errors
    /// Where the name means something else in places that name a run.
    pub fn chosen(self) -> Result<Self, NameError> {
        match self.0.starts_with('-') || WORDS.contains(&self.0.as_str()) {
            true => Err(NameError(self.0)),
            false => Ok(self),
        }
    }
}

impl Default for WorkspaceId {
    /// The workspace of the command line and of a server for one person.
    fn default() -> Self {
        Self("local".to_owned())
    }
}

impl Default for UserId {
    /// The person at this machine.
    fn default() -> Self {
        Self("local".to_owned())
    }
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "{}"), self.0))
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix($prefix).unwrap_or(text).parse().map(Self)
            }
        }
    };
}

numbered!(
    /// A candidate's number inside its run, in order of admission; `c0` is the first seed prompt.
    CandidateId, "c"
);
numbered!(
    /// An example's position in its data set, from 0.
    ExampleId, "e"
);
numbered!(
    /// One place for a proposal, numbered over the whole run; its randomness is seeded by it.
    SlotId, "s"
);

/// Milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_run_is_called_nothing_that_means_something_else() {
        let table =
            [("spring-7", true), ("lasting", true), ("last", false), ("best", false), ("seed", false), ("-abc", false)];
        for (name, fits) in table {
            let id: RunId = name.parse().unwrap();
            assert_eq!(id.chosen().is_ok(), fits, "{name}");
        }
    }
}
