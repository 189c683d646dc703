use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CandidateId, ExampleId, Prompt, SlotId};

/// How a candidate stands to its parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// No parent: the user's prompt or one written before the search.
    Seed,
    /// One parent, changed.
    MutatedFrom,
    /// Several parents: crossover or merge.
    DerivedFrom,
    /// Started a branch: the parent is a candidate of another run.
    BranchOf,
}

/// The name of an operator: lower-case words with `-`, such as `word-insertion`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OperatorName(pub String);

impl OperatorName {
    /// What a person wrote instead of an operator.
    pub const BY_HAND: &str = "by-hand";
}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for OperatorName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// A prompt in a run, with where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// Its number in the run.
    pub id: CandidateId,
    /// The prompt.
    pub prompt: Prompt,
    /// The task model where the candidate is bound to one (several providers in `clade eval`); else the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Its parents in this run: none for seeds, one for mutations, several otherwise.
    #[serde(default)]
    pub parents: Vec<CandidateId>,
    /// How it stands to them.
    pub relation: Relation,
    /// What made it; `None` for seeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorName>,
    /// 0 for seeds; otherwise one more than the generation it was proposed from.
    pub generation: u32,
    /// The place it was proposed for; `None` for seeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotId>,
    /// The user's label, or the operator's hypothesis in words; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The train examples that it was made for: failures of its first parent that it is to solve. Its trials on them confirm
    /// or refute the hypothesis in `note`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<ExampleId>,
    /// The words that its operator was given to go by, where a strategy evolves them too (Promptbreeder's mutation prompt).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<String>,
}
