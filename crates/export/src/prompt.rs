use clade_domain::{Component, MessageRole, Prompt};
use clade_text::template::{fill, literal};
use serde_json::json;

use crate::ExportError;

/// A prompt as a run file reads it back: one user message is its text, anything else a chat in JSON with demonstrations
/// filled in, whose messages keep the names by which a program finds its texts. Messages are templates: what looks like one in
/// a demonstration's data is quoted.
///
/// # Errors
/// Where a demonstration does not fill the prompt.
pub fn as_file(prompt: &Prompt) -> Result<String, ExportError> {
    text_of(prompt, |component| (!is_usual(&component.name)).then_some(&component.name))
}

/// The same for programs that hand messages on as they are: without names.
pub(crate) fn without_names(prompt: &Prompt) -> Result<String, ExportError> {
    text_of(prompt, |_| None)
}

/// Whether a name is what a message is called that has none of its own: its role, with a number where there are several.
fn is_usual(name: &str) -> bool {
    let numbered = name.rsplit_once('-').filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
    let bare = numbered.map_or(name, |(bare, _)| bare);
    ["system", "user", "assistant"].contains(&bare)
}

fn text_of(prompt: &Prompt, named: impl Fn(&Component) -> Option<&String>) -> Result<String, ExportError> {
    if let (true, [only]) = (is_text(prompt), &prompt.components[..]) {
        return Ok(only.text.clone());
    }
    let last_user = prompt.components.iter().rposition(|component| component.role == MessageRole::User);
    let mut messages = Vec::new();
    for (place, component) in prompt.components.iter().enumerate() {
        if Some(place) == last_user {
            for demonstration in &prompt.demonstrations {
                let question = fill(&component.text, &demonstration.vars)
                    .map_err(|error| ExportError::Demonstration(error.to_string()))?;
                messages.push(json!({ "role": "user", "content": literal(&question) }));
                messages.push(json!({ "role": "assistant", "content": literal(&demonstration.answer) }));
            }
        }
        let mut message = json!({ "role": component.role, "content": component.text });
        if let Some(name) = named(component) {
            message["name"] = name.as_str().into();
        }
        messages.push(message);
    }
    serde_json::to_string_pretty(&messages).map_err(|error| ExportError::Row(error.to_string()))
}

/// Whether a prompt is one text.
pub(crate) fn is_text(prompt: &Prompt) -> bool {
    matches!(&prompt.components[..], [only] if only.role == MessageRole::User) && prompt.demonstrations.is_empty()
}

#[cfg(test)]
mod tests {
    use clade_domain::Demonstration;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_looks_like_a_template_in_a_demonstration_is_sent_as_it_was() {
        let vars = [("q".to_owned(), "\\frac{{2}}{{3}} {# keep #} {% if %} {{{x}}} {".into())].into();
        let demonstration = Demonstration { vars, answer: "{{x}} is {% raw %}, {".into() };
        let ask = Component { name: "user".into(), role: MessageRole::User, text: "Say {{q}}".into(), frozen: false };
        let prompt = Prompt { components: vec![ask], demonstrations: vec![demonstration.clone()] };
        let messages: Vec<Value> = serde_json::from_str(&as_file(&prompt).unwrap()).unwrap();
        let sent = |place: usize| fill(messages[place]["content"].as_str().unwrap(), &Default::default()).unwrap();
        let question = demonstration.vars["q"].as_str().unwrap();
        assert_eq!((sent(0), sent(1)), (format!("Say {question}"), demonstration.answer));
        assert_eq!(messages[2]["content"], "Say {{q}}");
    }

    #[test]
    fn messages_keep_the_names_that_a_program_asks_for() {
        let component = |name: &str, role| Component { name: name.into(), role, text: "{{q}}".into(), frozen: false };
        let prompt = Prompt {
            components: vec![
                component("system", MessageRole::System),
                component("solve", MessageRole::User),
                component("user-2", MessageRole::User),
            ],
            demonstrations: Vec::new(),
        };
        let names = |text: String| {
            let messages: Vec<Value> = serde_json::from_str(&text).unwrap();
            messages.iter().map(|message| message["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(names(as_file(&prompt).unwrap()), [None, Some("solve".to_owned()), None]);
        assert_eq!(names(without_names(&prompt).unwrap()), [None, None, None]);
    }
}
