use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// One task model or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum ProvidersInput {
    /// A name.
    One(String),
    /// Several.
    Many(Vec<ProviderInput>),
}

/// A model by name, with settings where wanted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum ProviderInput {
    /// A name such as `openai:gpt-5-mini`.
    Name(String),
    /// A name with settings.
    Object(ProviderObject),
    /// The name as the only key, settings below it.
    Keyed(BTreeMap<String, ProviderOptions>),
}

/// A model with its settings.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderObject {
    /// The name, such as `openai:gpt-5-mini`.
    pub id: String,
    /// What it is called in lists and reports.
    pub label: Option<String>,
    /// Settings: `apiBaseUrl`, `apiKey`, `apiKeyEnvar`, `temperature`, `max_tokens` and the like. `${VAR}` and
    /// `{{env.VAR}}` stand for environment variables.
    pub config: Option<BTreeMap<String, Value>>,
    /// Least milliseconds between two calls.
    #[schemars(range(min = 0))]
    pub delay: Option<f64>,
}

/// Settings of a model whose name is the key above.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderOptions {
    /// The name, where it is not the key above.
    pub id: Option<String>,
    /// What it is called in lists and reports.
    pub label: Option<String>,
    /// Settings: `apiBaseUrl`, `apiKey`, `apiKeyEnvar`, `temperature`, `max_tokens` and the like.
    pub config: Option<BTreeMap<String, Value>>,
    /// Least milliseconds between two calls.
    #[schemars(range(min = 0))]
    pub delay: Option<f64>,
}

/// The judge of model-graded checks.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum GraderInput {
    /// A name.
    Name(String),
    /// A name with settings.
    Object(ProviderObject),
    /// One for each kind of question.
    Kinds(GraderKinds),
}

/// Judges by kind of question.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GraderKinds {
    /// Answers in words.
    pub text: Option<ProviderInput>,
    /// Embeds texts.
    pub embedding: Option<ProviderInput>,
    /// Answers `moderation`.
    pub moderation: Option<ProviderInput>,
}
