use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::IntoDeserializer};

/// Settings of `auto`. It needs none: they are for experiments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AutoSpec {
    /// Most proposals that are written and verified side by side, from 1. More are quicker by the clock and find less on a small
    /// budget; without it 1 below a budget of 1,000 trials, and one more for every further 1,000, up to 8.
    #[schemars(range(min = 1))]
    pub lanes: Option<u32>,
    /// Operators that write edits, by name, with their weights, 0 or more: how often each is drawn. Those not named are off; without it
    /// `reflect` writes all edits, each for one failure.
    pub operators: BTreeMap<String, f64>,
    /// Parts that are left out, to measure what they are worth.
    #[serde(deserialize_with = "known")]
    pub without: Vec<AutoPart>,
}

impl AutoSpec {
    /// Whether a part takes part.
    #[must_use]
    pub fn has(&self, part: AutoPart) -> bool {
        !self.without.contains(&part)
    }
}

impl AutoPart {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Racing, Self::Targeting, Self::Guard, Self::Reviews];

    /// Parts that earlier versions had: runs of then that left one out can be read, and every search is without them now. Whoever asks for one anew
    /// measures nothing by it.
    pub const GONE: [&'static str; 3] = ["bandit", "reflection", "demonstrations"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Racing => "racing",
            Self::Targeting => "targeting",
            Self::Guard => "guard",
            Self::Reviews => "reviews",
        }
    }
}

fn known<'de, D: Deserializer<'de>>(names: D) -> Result<Vec<AutoPart>, D::Error> {
    let names = Vec::<String>::deserialize(names)?;
    let left = names.into_iter().filter(|name| !AutoPart::GONE.contains(&name.as_str()));
    left.map(|name| AutoPart::deserialize(name.into_deserializer())).collect()
}

/// A part of `auto` that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AutoPart {
    /// Finalists are chosen by a race; without it by the same number of examples each.
    Racing,
    /// A child first meets the failure that it was made for.
    Targeting,
    /// A child is guarded on examples that its parent solves.
    Guard,
    /// Added sentences are reviewed, and deleted where they did harm.
    Reviews,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_left_out_what_is_gone_can_be_read_and_unknown_parts_are_refused() {
        let read = |json: &str| serde_json::from_str::<AutoSpec>(json);
        let spec = read(r#"{"without": ["bandit", "racing", "demonstrations"]}"#).unwrap();
        assert_eq!(spec.without, [AutoPart::Racing]);
        for part in AutoPart::ALL {
            assert_eq!(serde_json::to_value(part).unwrap(), part.name());
        }
        let error = read(r#"{"without": ["luck"]}"#).unwrap_err().to_string();
        assert!(error.contains("unknown variant `luck`") && error.contains("reviews"), "{error}");
    }
}
