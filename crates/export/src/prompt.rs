use clade_domain::{MessageRole, Prompt};
use serde_json::json;

use crate::ExportError;

/// A prompt as a run file reads it back: one user message is its text, anything else a chat in JSON with demonstrations
/// filled in.
///
/// # Errors
/// Where a demonstration does not fill the prompt.
pub fn as_file(prompt: &Prompt) -> Result<String, ExportError> {
    if let (true, [only]) = (is_text(prompt), &prompt.components[..]) {
        return Ok(only.text.clone());
    }
    let last_user = prompt.components.iter().rposition(|component| component.role == MessageRole::User);
    let mut messages = Vec::new();
    for (place, component) in prompt.components.iter().enumerate() {
        if Some(place) == last_user {
            for demonstration in &prompt.demonstrations {
                let question = clade_text::template::fill(&component.text, &demonstration.vars)
                    .map_err(|error| ExportError::Demonstration(error.to_string()))?;
                messages.push(json!({ "role": "user", "content": question }));
                messages.push(json!({ "role": "assistant", "content": demonstration.answer }));
            }
        }
        messages.push(json!({ "role": component.role, "content": component.text }));
    }
    serde_json::to_string_pretty(&messages).map_err(|error| ExportError::Row(error.to_string()))
}

/// Whether a prompt is one text.
pub(crate) fn is_text(prompt: &Prompt) -> bool {
    matches!(&prompt.components[..], [only] if only.role == MessageRole::User) && prompt.demonstrations.is_empty()
}
