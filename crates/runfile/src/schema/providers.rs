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

impl ProviderInput {
    /// Its name; `None` where several names are keys.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Object(object) => Some(&object.id),
            Self::Keyed(map) => match map.iter().next() {
                Some((name, options)) if map.len() == 1 => Some(options.id.as_deref().unwrap_or(name)),
                _ => None,
            },
        }
    }

    /// Its name, and its settings without it; `None` where several names are keys.
    pub fn parts(&self) -> Option<(String, ProviderOptions)> {
        let id = self.id()?.to_owned();
        let options = match self {
            Self::Name(_) => ProviderOptions { id: None, label: None, config: None, delay: None },
            Self::Object(o) => {
                ProviderOptions { id: None, label: o.label.clone(), config: o.config.clone(), delay: o.delay }
            }
            Self::Keyed(map) => map.values().next()?.clone(),
        };
        Some((id, options))
    }
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
