use std::collections::BTreeSet;

use clade_domain::{ChatMessage, MessageRole, Prompt, Vars};

use super::{CompiledTemplate, TemplateError};
use crate::tokens;

/// A prompt, parsed once for a candidate and rendered once for each call.
#[derive(Debug)]
pub struct PromptTemplate {
    messages: Vec<Message>,
}

#[derive(Debug)]
enum Message {
    Component {
        name: String,
        role: MessageRole,
        template: CompiledTemplate,
    },
    /// A turn of a demonstration, the same for every example.
    Fixed(ChatMessage),
}

impl PromptTemplate {
    /// Parses all components and renders the demonstrations, which are the same for every example. Each demonstration
    /// is a user turn (the last user component, filled with the demonstration's variables) and an assistant turn, before the
    /// last user component.
    ///
    /// # Errors
    /// [`TemplateError`] where a component does not parse, or a demonstration lacks a variable of the user component.
    pub fn compile(prompt: &Prompt) -> Result<Self, TemplateError> {
        let last_user = prompt.components.iter().rposition(|component| component.role == MessageRole::User);
        if last_user.is_none() && !prompt.demonstrations.is_empty() {
            return Err(TemplateError::NoUserComponent);
        }
        let mut messages = Vec::with_capacity(prompt.components.len() + 2 * prompt.demonstrations.len());
        for (index, component) in prompt.components.iter().enumerate() {
            let template = CompiledTemplate::compile(&component.name, &component.text)?;
            if Some(index) == last_user {
                for demonstration in &prompt.demonstrations {
                    let shown = template.render(&demonstration.vars)?;
                    messages.push(Message::Fixed(ChatMessage::new(MessageRole::User, shown)));
                    let answer = demonstration.answer.clone();
                    messages.push(Message::Fixed(ChatMessage::new(MessageRole::Assistant, answer)));
                }
            }
            messages.push(Message::Component { name: component.name.clone(), role: component.role, template });
        }
        Ok(Self { messages })
    }

    /// The messages for one example.
    ///
    /// # Errors
    /// [`TemplateError::Missing`] or [`TemplateError::Render`], naming the component.
    pub fn render(&self, vars: &Vars) -> Result<Vec<ChatMessage>, TemplateError> {
        let mut messages = Vec::with_capacity(self.messages.len());
        for message in &self.messages {
            messages.push(match message {
                Message::Component { role, template, .. } => ChatMessage::new(*role, template.render(vars)?),
                Message::Fixed(message) => message.clone(),
            });
        }
        Ok(messages)
    }

    /// For each of the messages that [`render`](Self::render) gives, the name of the component that it is; `None` for a turn of a
    /// demonstration.
    pub fn names(&self) -> impl Iterator<Item = Option<&str>> {
        self.messages.iter().map(|message| match message {
            Message::Component { name, .. } => Some(name.as_str()),
            Message::Fixed(_) => None,
        })
    }

    /// The variables that its components read from an example.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for message in &self.messages {
            if let Message::Component { template, .. } = message {
                all.extend(template.variables().iter().cloned());
            }
        }
        all
    }
}

/// Estimated tokens of a prompt's own text: its components as they are written, and its demonstrations as they are sent.
/// Values that examples bring are not counted. See [`tokens::estimate`] for the error.
#[must_use]
pub fn prompt_tokens(prompt: &Prompt) -> u32 {
    let mut total: u32 = prompt.components.iter().map(|component| tokens::estimate(&component.text)).sum();
    if prompt.demonstrations.is_empty() {
        return total;
    }
    let last_user = prompt.components.iter().rfind(|component| component.role == MessageRole::User);
    let template = last_user.and_then(|user| CompiledTemplate::compile(&user.name, &user.text).ok());
    for demonstration in &prompt.demonstrations {
        let shown = template.as_ref().and_then(|template| template.render(&demonstration.vars).ok());
        // one that cannot be rendered is counted by its values
        let shown = shown.unwrap_or_else(|| serde_json::to_string(&demonstration.vars).unwrap_or_default());
        total = total.saturating_add(tokens::estimate(&shown)).saturating_add(tokens::estimate(&demonstration.answer));
    }
    total
}
