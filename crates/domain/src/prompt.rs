use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ContentHash, MessageRole, Vars};

/// Named components in order, and demonstrations. Components are MiniJinja templates with `{{variables}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prompt {
    /// At least one; each becomes one chat message.
    pub components: Vec<Component>,
    /// Worked examples, sent as a user turn and an assistant turn each before the last user component.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demonstrations: Vec<Demonstration>,
}

/// One template of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Component {
    /// Unique in the prompt; `system`, `user` or a name of the user's.
    pub name: String,
    /// Who speaks it.
    pub role: MessageRole,
    /// The template's source.
    pub text: String,
    /// Whether no operator may change it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
}

/// A worked example shown to the model: the variables that fill the user component, and the answer to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Demonstration {
    /// Values of the variables.
    pub vars: Vars,
    /// The assistant's turn.
    pub answer: String,
}

impl Prompt {
    /// A prompt of one user message.
    pub fn user(text: impl Into<String>) -> Self {
        let component = Component { name: "user".into(), role: MessageRole::User, text: text.into(), frozen: false };
        Self { components: vec![component], demonstrations: Vec::new() }
    }

    /// The identity of a prompt: equal prompts have equal hashes, whatever their history.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for component in &self.components {
            parts.push(component.name.clone().into_bytes());
            parts.push(vec![component.role as u8]);
            parts.push(component.text.clone().into_bytes());
        }
        for demonstration in &self.demonstrations {
            parts.push(serde_json::to_vec(&demonstration.vars).unwrap_or_default());
            parts.push(demonstration.answer.clone().into_bytes());
        }
        ContentHash::of_parts(parts.iter().map(Vec::as_slice))
    }

    /// The prompt as one text for people: components under their names where there are several, then demonstrations.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for component in &self.components {
            if self.components.len() > 1 {
                if !text.is_empty() {
                    text.push_str("\n\n");
                }
                text.push_str(&format!("[{}]\n", component.name));
            }
            text.push_str(&component.text);
        }
        for demonstration in &self.demonstrations {
            let vars: BTreeMap<_, _> = demonstration.vars.iter().collect();
            let vars = serde_json::to_string(&vars).unwrap_or_default();
            text.push_str(&format!("\n\n[demonstration]\n{vars}\n-> {}", demonstration.answer));
        }
        text
    }
}
