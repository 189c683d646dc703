use std::collections::BTreeMap;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Deserialize;
use serde_json::Value;

use super::{OptimizeInput, ProvidersInput, TestCase, TestsInput};

/// A promptfoo config with one more block, `optimize`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[schemars(title = "Promptclade run file", extend("patternProperties" = {"^x-": true}))]
pub(crate) struct RunFile {
    /// What the prompt is for, in your words. Operators that write prompts read it.
    pub description: Option<String>,
    /// The prompts: texts, `file://` paths (globs too) or objects. The first is the one that evidence compares with.
    pub prompts: Option<PromptsInput>,
    /// The task models: names such as `openai:gpt-5-mini`, or objects with `id` and `config`.
    pub providers: Option<ProvidersInput>,
    /// Another name for `providers`.
    pub targets: Option<ProvidersInput>,
    /// The examples: inline, or `file://` paths to jsonl, json, csv or yaml files.
    pub tests: Option<TestsInput>,
    /// What every test has unless it says otherwise; `assert` is added to the test's own.
    pub default_test: Option<DefaultTestInput>,
    /// How evaluations are carried out.
    pub evaluate_options: Option<EvaluateOptionsInput>,
    /// Values that stand in for environment variables.
    pub env: Option<BTreeMap<String, EnvValue>>,
    /// How the prompt is improved: budget, strategy, models, objectives, splits, constraints.
    pub optimize: Option<OptimizeInput>,
    /// For editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// Read by promptfoo alone; ignored here.
    pub tags: Option<BTreeMap<String, Value>>,
    /// Read by promptfoo alone; ignored here.
    pub metadata: Option<BTreeMap<String, Value>>,
    /// Read by promptfoo alone; ignored here.
    pub sharing: Option<Value>,
    /// Read by promptfoo alone; ignored here: `clade export` and `clade report` write files.
    pub output_path: Option<Value>,
    /// Read by promptfoo alone; ignored here.
    pub write_latest_results: Option<bool>,
    /// Read by promptfoo alone; ignored here.
    pub command_line_options: Option<BTreeMap<String, Value>>,
    /// Read by promptfoo alone; ignored here.
    pub tracing: Option<Value>,
}

/// A value of an environment variable.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum EnvValue {
    Text(String),
    Number(f64),
    Bool(bool),
}

/// One prompt, several, or paths with labels.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum PromptsInput {
    /// A text or a path.
    One(String),
    /// Several.
    Many(Vec<PromptInput>),
    /// Paths as keys, labels as values.
    Labelled(BTreeMap<String, String>),
}

/// One prompt.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum PromptInput {
    /// A text or a path.
    Text(String),
    /// A text or a path with a label.
    Object(PromptObject),
}

/// A prompt with a label.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromptObject {
    /// A path, or a name for `raw`.
    pub id: Option<String>,
    /// What it is called in lists and reports.
    pub label: Option<String>,
    /// The text or a path.
    pub raw: Option<String>,
}

/// Defaults for every test, or the file that holds them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub(crate) enum DefaultTestInput {
    /// A `file://` path to a YAML or JSON file.
    File(String),
    /// The defaults.
    Test(TestCase),
}

/// How evaluations are carried out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(crate) struct EvaluateOptionsInput {
    /// Most calls at once. Without it, as many as the provider bears.
    #[schemars(range(min = 1, max = 100_000))]
    pub max_concurrency: Option<u32>,
    /// How often each example is evaluated.
    #[schemars(range(min = 1, max = 1000))]
    pub repeat: Option<u32>,
    /// Least milliseconds between two calls.
    #[schemars(range(min = 0))]
    pub delay: Option<f64>,
    /// Whether answers bought by earlier runs are used. Default true.
    pub cache: Option<bool>,
    /// Longest wait for one answer in milliseconds; 0 is the default of 120,000.
    #[schemars(range(min = 0))]
    pub timeout_ms: Option<f64>,
    /// Longest running time in milliseconds; counts as `optimize.budget.minutes`.
    #[schemars(range(min = 0))]
    pub max_eval_time_ms: Option<f64>,
    /// Read by promptfoo alone; ignored here.
    pub show_progress_bar: Option<bool>,
    /// Read by promptfoo alone; ignored here.
    pub generate_suggestions: Option<bool>,
    /// Read by promptfoo alone; ignored here.
    pub interactive_providers: Option<bool>,
    /// Read by promptfoo alone; ignored here.
    pub event_source: Option<String>,
    /// Read by promptfoo alone; ignored here.
    pub silent: Option<bool>,
}

/// The JSON schema (draft 2020-12) of a run file, as `clade schema` prints it.
///
/// An editor that knows YAML schemas takes it from a first line of the run file:
/// `# yaml-language-server: $schema=PATH`.
#[must_use]
pub fn schema() -> Value {
    of::<RunFile>()
}

/// The schema of one type, with the bounds that its integer formats imply.
pub(super) fn of<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    bound(&mut schema);
    schema
}

fn bound(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            let most = match map.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint64") => Some(u64::MAX),
                _ => None,
            };
            if let Some(most) = most {
                map.entry("maximum").or_insert(most.into());
            }
            map.values_mut().for_each(bound);
        }
        Value::Array(items) => items.iter_mut().for_each(bound),
        _ => {}
    }
}
