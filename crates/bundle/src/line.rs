use clade_domain::{Example, Recorded};
use clade_store::PaidAnswer;
use serde::{Deserialize, Serialize};

use crate::{BundleError, Part};

/// What files of a kind hold, one to a line. The order is that in the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Examples of the data set in order of id.
    Examples,
    /// Answers' texts that the run took from the cache and did not pay for.
    Texts,
    /// Answers that the run paid for.
    Answers,
    /// Journal entries in order.
    Journal,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Examples, Self::Texts, Self::Answers, Self::Journal];

    /// The path of a file.
    pub fn path(self, number: usize) -> String {
        let folder = match self {
            Self::Examples => "examples",
            Self::Texts => "texts",
            Self::Answers => "answers",
            Self::Journal => "journal",
        };
        format!("{folder}/{number:06}.jsonl")
    }
}

/// The lines of one file.
pub enum Lines {
    Examples(Vec<Example>),
    Texts(Vec<String>),
    Answers(Vec<PaidAnswer>),
    Journal(Vec<Recorded>),
}

impl Lines {
    /// Reads a file.
    pub fn read(part: &Part, bytes: &[u8]) -> Result<Self, BundleError> {
        Ok(match part.kind {
            Kind::Examples => Self::Examples(parse(part, bytes)?),
            Kind::Texts => Self::Texts(parse(part, bytes)?),
            Kind::Answers => Self::Answers(parse(part, bytes)?),
            Kind::Journal => Self::Journal(parse(part, bytes)?),
        })
    }
}

fn parse<T: for<'de> Deserialize<'de>>(part: &Part, bytes: &[u8]) -> Result<Vec<T>, BundleError> {
    let line = |(number, line): (usize, &[u8])| {
        let wrong = |error| BundleError::wrong(format!("{}:{}: {error}", part.path, number + 1));
        serde_json::from_slice(line).map_err(wrong)
    };
    bytes.split_inclusive(|byte| *byte == b'\n').enumerate().map(line).collect()
}
