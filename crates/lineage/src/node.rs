use std::{cmp::Ordering, collections::BTreeMap, fmt, str::FromStr};

use clade_domain::{CandidateId, ContentHash, ExampleId, OperatorName, Relation, RunId, Split, Timestamp, Usd};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Estimate;

/// A candidate's name over all runs, written `RUN@c12`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String")]
pub struct NodeId {
    /// The run.
    pub run: RunId,
    /// The candidate in it.
    pub candidate: CandidateId,
}

/// Why a text names no candidate.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` names no candidate of a run; write RUN@c12")]
pub struct NodeIdError(String);

impl NodeId {
    /// A candidate of a run.
    #[must_use]
    pub fn new(run: RunId, candidate: CandidateId) -> Self {
        Self { run, candidate }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}@{}", self.run, self.candidate))
    }
}

impl FromStr for NodeId {
    type Err = NodeIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('@').and_then(|(run, id)| Some(Self::new(run.parse().ok()?, id.parse().ok()?)));
        parts.ok_or_else(|| NodeIdError(text.to_owned()))
    }
}

impl Serialize for NodeId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It joined; nothing is decided.
    Open,
    /// It lives: by verdict, or among the survivors of the last generation.
    Kept,
    /// It does not: by verdict, or no longer among the survivors.
    Dropped,
    /// It met validation.
    Finalist,
    /// Validation chose it.
    Chosen,
}

impl Status {
    /// All of them as words, in order.
    pub const WORDS: [&'static str; 5] = ["open", "kept", "dropped", "finalist", "chosen"];

    /// As a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// A candidate with everything that a family tree shows of it. Its prompt is in journal entry `entry`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Its name.
    pub id: NodeId,
    /// The number of the journal entry that admitted it.
    pub entry: u64,
    /// When that was: runs have no other order among each other.
    #[serde(default)]
    pub at: Timestamp,
    /// The hash of its prompt's text: equal prompts of different runs have equal ones.
    #[serde(rename = "prompt_hash")]
    pub prompt: ContentHash,
    /// Its generation in its run, from 0.
    pub generation: u32,
    /// What made it; `None` for seeds and for the first prompt of a branch.
    pub operator: Option<OperatorName>,
    /// The task model it is evaluated with.
    pub model: String,
    /// How it stands to its parents: what its edges are called.
    pub relation: Relation,
    /// Its parents, the better one first. One of another run may not be in the store.
    pub parents: Vec<NodeId>,
    /// The user's label, or the operator's hypothesis; may be empty.
    pub note: String,
    /// The examples that it was made for: the failures that its hypothesis is about. Empty where its operator was shown none in particular.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<ExampleId>,
    /// What became of it.
    pub status: Status,
    /// Why, in words: the verdict on it, and on its hypothesis; empty where nothing was decided.
    pub reason: String,
    /// Its score on the split that all candidates of its run meet: train in a search, test in an evaluation.
    pub score: Option<Estimate>,
    /// Its scores on every split it met.
    pub scores: BTreeMap<Split, Estimate>,
    /// What writing and evaluating it cost, by the bills of its events.
    pub cost: Usd,
    /// The kept sandbox state that its trials started from, the last one's where they differ; none where they started from an empty folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Proposals made from it, as the first parent, that were turned away before anything was spent on evaluating them.
    pub turned_away: u32,
}

impl Node {
    /// What candidates of a run are ranked by: the lower end of the score's interval, so that one lucky trial does not win. Who met
    /// validation goes by the score there, and stands before all who did not, as it does in the final choice: 1 is added. `None` where
    /// it was not evaluated.
    #[must_use]
    pub fn fitness(&self) -> Option<f64> {
        let proved = self.scores.get(&Split::Validation).map(|score| 1.0 + score.low);
        proved.or(self.score.map(|score| score.low))
    }

    /// The order of a ranking: the fittest first, those that were not evaluated last, and equal ones in order of id.
    #[must_use]
    pub fn ranking(&self, other: &Self) -> Ordering {
        let fitness = |node: &Self| node.fitness().unwrap_or(-1.0);
        fitness(other).total_cmp(&fitness(self)).then_with(|| self.id.cmp(&other.id))
    }
}
