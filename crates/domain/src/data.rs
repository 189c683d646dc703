use std::{collections::BTreeMap, fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ContentHash, ExampleId};

/// Values of template variables by name.
pub type Vars = BTreeMap<String, Value>;

/// One check of an output, as promptfoo writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assertion {
    /// The evaluator's name, without `not-`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether the verdict is turned round (`not-` in front of the name).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negated: bool,
    /// What to compare with; strings inside are templates over the example's variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The score from which the check passes; its meaning for `latency` and `cost` is a maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Its share in the example's score; 0 or more.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
    /// The named score it counts towards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// The judge's model where it is not the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The user's own judge prompt.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "rubricPrompt")]
    pub rubric_prompt: Option<String>,
    /// The run's files that it executes: their paths with the hashes of their texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, ContentHash>,
    /// Settings of the evaluator.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_one(weight: &f64) -> bool {
    (*weight - 1.0).abs() < f64::EPSILON
}

/// One item of a data set: variables, and how an output on it is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// Its position in the data set.
    pub id: ExampleId,
    /// Values for the prompt's variables and for the assertions.
    pub vars: Vars,
    /// The checks, defaults already merged in. Most data sets judge all their examples alike, so examples may share them.
    #[serde(default, skip_serializing_if = "<[Assertion]>::is_empty")]
    pub asserts: Arc<[Assertion]>,
    /// The weighted mean from which the example passes; without it every check must pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The user's words for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The user's own data about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Value>,
}

impl Example {
    /// The identity of its content: variables alone, so that the same question with another check is the same question.
    #[must_use]
    pub fn content_hash(&self) -> ContentHash {
        ContentHash::of(&serde_json::to_vec(&self.vars).unwrap_or_default())
    }
}

/// Finds the identity of a data set, [`DatasetSummary::hash`], from its examples in order.
#[derive(Debug, Default)]
pub struct DatasetHasher {
    hasher: blake3::Hasher,
    /// The checks of the last example: most sets judge all alike, and share them.
    checks: Option<(Arc<[Assertion]>, ContentHash)>,
    buffer: Vec<u8>,
}

impl DatasetHasher {
    /// Takes the next example in. Gives its [`Example::content_hash`] and the bytes of its variables as JSON.
    pub fn take(&mut self, example: &Example) -> (ContentHash, usize) {
        self.write(&example.vars);
        let (content, bytes) = (ContentHash::of(&self.buffer), self.buffer.len());
        self.part();
        let checks = match &self.checks {
            Some((checks, hash)) if Arc::ptr_eq(checks, &example.asserts) => *hash,
            _ => {
                self.write(&example.asserts);
                let hash = ContentHash::of(&self.buffer);
                self.checks = Some((example.asserts.clone(), hash));
                hash
            }
        };
        self.hasher.update(&checks.0);
        self.write(&(example.threshold, &example.description, &example.metadata));
        self.part();
        (content, bytes)
    }

    /// The identity of what was taken in.
    #[must_use]
    pub fn finish(&self) -> ContentHash {
        ContentHash::cut(&self.hasher.finalize())
    }

    fn write(&mut self, value: &impl Serialize) {
        self.buffer.clear();
        // writing to memory cannot fail
        let _ = serde_json::to_writer(&mut self.buffer, value);
    }

    fn part(&mut self) {
        self.hasher.update(&(self.buffer.len() as u64).to_le_bytes());
        self.hasher.update(&self.buffer);
    }
}

/// The part of the data an example belongs to. They never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Feeds reflection and the search.
    Train,
    /// Chooses among finalists.
    Validation,
    /// Touched once, at the end.
    Test,
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        })
    }
}

/// How many examples each split has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SplitCounts {
    /// Of train.
    pub train: u32,
    /// Of validation.
    pub validation: u32,
    /// Of test.
    pub test: u32,
}

/// What a run knows of its data set without its texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetSummary {
    /// The identity of the whole set: of its examples' content and checks in order.
    pub hash: ContentHash,
    /// Where it came from, for people.
    pub source: String,
    /// The split of each example by id, as one character each: `t`, `v`, `h` (held out: test); left out are `c`, a copy, which asks and
    /// wants what another one does, and `x`, which has no check of the metric that the search goes by.
    pub splits: String,
    /// Names of the variables that every example has.
    pub columns: Vec<String>,
    /// Examples that ask what an earlier one asks, by the variables that the prompts use.
    pub duplicates: u32,
    /// The most judge calls that one trial takes: the sum of `Evaluator::calls` over the checks of the example with most.
    #[serde(default)]
    pub judge_calls: u32,
}

impl DatasetSummary {
    /// How many examples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.splits.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.splits.is_empty()
    }

    /// The split of an example; `None` past the end and of what is left out.
    #[must_use]
    pub fn split(&self, example: ExampleId) -> Option<Split> {
        match self.splits.as_bytes().get(example.index())? {
            b't' => Some(Split::Train),
            b'v' => Some(Split::Validation),
            b'h' => Some(Split::Test),
            _ => None,
        }
    }

    /// The examples of a split in order of id.
    #[must_use]
    pub fn examples(&self, split: Split) -> Vec<ExampleId> {
        let mark = match split {
            Split::Train => b't',
            Split::Validation => b'v',
            Split::Test => b'h',
        };
        let ids = self.splits.bytes().zip(0u32..);
        ids.filter(|(byte, _)| *byte == mark).map(|(_, id)| ExampleId(id)).collect()
    }

    /// How many examples are left out as copies of others.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.splits.bytes().filter(|mark| *mark == b'c').count()
    }

    /// How many examples each split has.
    #[must_use]
    pub fn counts(&self) -> SplitCounts {
        let count = |mark| u32::try_from(self.splits.bytes().filter(|b| *b == mark).count()).unwrap_or(u32::MAX);
        SplitCounts { train: count(b't'), validation: count(b'v'), test: count(b'h') }
    }
}
