use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::GraderInput;

/// Where the examples come from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum TestsInput {
    /// A `file://` path, globs allowed.
    Path(String),
    /// Tests and paths in order.
    Many(Vec<TestItem>),
    /// A path as an object.
    Object(PathObject),
    /// Paths by split, instead of shares.
    Splits(SplitPaths),
}

/// A test or a path to tests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "most are tests")]
pub(crate) enum TestItem {
    /// A `file://` path, globs allowed.
    Path(String),
    /// A path as an object.
    Object(PathObject),
    /// One test.
    Test(TestCase),
}

/// A path as an object.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathObject {
    /// A `file://` path, globs allowed.
    pub path: String,
}

/// Paths by split.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitPaths {
    /// Feeds reflection and the search.
    pub train: OneOrMany,
    /// Chooses among finalists.
    pub validation: OneOrMany,
    /// Touched once, at the end.
    pub test: Option<OneOrMany>,
}

/// A path or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    /// The texts in order.
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// One test: variables, and how an output on them is judged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TestCase {
    /// Your words for it.
    pub description: Option<String>,
    /// Values of the prompt's variables; a list makes one example of each item (all combinations of several lists).
    pub vars: Option<VarsInput>,
    /// Checks of the output.
    pub assert: Option<Vec<AssertInput>>,
    /// Settings.
    pub options: Option<TestOptions>,
    /// The weighted mean of the checks from which the example passes. Without it every check must pass.
    #[schemars(range(min = 0, max = 1))]
    pub threshold: Option<f64>,
    /// Your own data about it. `split: train`, `validation` or `test` puts the example there.
    pub metadata: Option<BTreeMap<String, Value>>,
}

/// Variables, or files that hold them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum VarsInput {
    /// Values by name.
    Map(BTreeMap<String, Value>),
    /// A `file://` path to a YAML or JSON map.
    File(String),
    /// Several of these; later ones win.
    Files(Vec<String>),
}

/// Settings of a test.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(crate) struct TestOptions {
    /// Put in front of the prompt.
    pub prefix: Option<String>,
    /// Put behind the prompt.
    pub suffix: Option<String>,
    /// The judge of model-graded checks.
    pub provider: Option<GraderInput>,
    /// The judge's prompt.
    pub rubric_prompt: Option<String>,
    /// Whether lists in `vars` stay lists.
    pub disable_var_expansion: Option<bool>,
    /// Whether `defaultTest.assert` is left out.
    pub disable_default_asserts: Option<bool>,
    /// Read by promptfoo alone; ignored here.
    pub disable_conversation_var: Option<bool>,
    /// Read by promptfoo alone; ignored here.
    pub run_serially: Option<bool>,
}

/// A check of an output.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AssertInput {
    /// The evaluator, such as `contains`; `not-` in front turns it round. `assert-set` groups others.
    #[serde(rename = "type")]
    pub kind: String,
    /// What to compare with; `{{variables}}` are filled in, `file://` is read.
    pub value: Option<Value>,
    /// The score from which it passes; a maximum for `latency` (milliseconds) and `cost` (USD).
    pub threshold: Option<f64>,
    /// Its share in the example's score. Default 1.
    #[schemars(range(min = 0))]
    pub weight: Option<f64>,
    /// The named score it counts towards.
    pub metric: Option<String>,
    /// The judge, where it is not the run's.
    pub provider: Option<GraderInput>,
    /// The judge's prompt.
    pub rubric_prompt: Option<String>,
    /// Settings of the evaluator.
    pub config: Option<BTreeMap<String, Value>>,
    /// The checks of an `assert-set`.
    pub assert: Option<Vec<AssertInput>>,
}
