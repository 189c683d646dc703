use clade_domain::{Component, MessageRole};

use crate::yaml::{Node, NodeValue};

/// The components of a chat: a list of `{role, content}`, or `{messages: [...]}`. `None` where the tree is no chat.
///
/// # Errors
/// What is wrong with the message of that number (from 1), and what to do.
pub(super) fn components(node: &Node) -> Option<Result<Vec<Component>, (usize, String, String)>> {
    let list = match &node.value {
        NodeValue::List(items) => items,
        NodeValue::Map(_) => match &node.get("messages")?.value {
            NodeValue::List(items) => items,
            _ => return None,
        },
        _ => return None,
    };
    if list.is_empty() || !list.iter().all(|n| n.entry("role").is_some()) {
        return None;
    }
    let mut components: Vec<Component> = Vec::new();
    for (i, message) in list.iter().enumerate() {
        let wrong = |message: String, fix: &str| Some(Err((i + 1, message, fix.to_owned())));
        let role = match message.get("role").and_then(Node::as_str) {
            Some("system" | "developer") => MessageRole::System,
            Some("user" | "human") => MessageRole::User,
            Some("assistant" | "ai" | "model") => MessageRole::Assistant,
            Some(other) => {
                return wrong(format!("the role `{other}` is not supported"), "use `system`, `user` or `assistant`");
            }
            None => return wrong("the role is no text".to_owned(), "use `system`, `user` or `assistant`"),
        };
        let text = match message.get("content").map(content) {
            Some(Ok(text)) => text,
            Some(Err(kind)) => {
                return wrong(format!("content of type `{kind}` is not supported"), "keep to text");
            }
            None => return wrong("the message has no `content`".to_owned(), "add `content`"),
        };
        let own = message.get("name").and_then(Node::as_str);
        let name = unique(own.unwrap_or_else(|| role_name(role)), &components);
        components.push(Component { name, role, text, frozen: false });
    }
    Some(Ok(components))
}

/// What a component is called that has no name of its own.
pub(super) fn role_name(role: MessageRole) -> &'static str {
    match role {
        MessageRole::System => "system",
        MessageRole::User => "user",
        MessageRole::Assistant => "assistant",
    }
}

/// `user`, then `user-2`, `user-3`.
fn unique(name: &str, taken: &[Component]) -> String {
    let free = |name: &str| taken.iter().all(|c| c.name != name);
    if free(name) {
        return name.to_owned();
    }
    let numbered = (2..).map(|n: usize| format!("{name}-{n}")).find(|name| free(name));
    numbered.unwrap_or_else(|| name.to_owned())
}

/// The text of a message; several text parts become one. The type of the first part that is no text, otherwise.
fn content(node: &Node) -> Result<String, String> {
    match &node.value {
        NodeValue::String(text) => Ok(text.clone()),
        NodeValue::List(parts) => {
            let mut texts = Vec::new();
            for part in parts {
                match (part.as_str(), part.get("text").and_then(Node::as_str)) {
                    (Some(text), _) | (_, Some(text)) => texts.push(text),
                    _ => return Err(part.get("type").and_then(Node::as_str).unwrap_or("unknown").to_owned()),
                }
            }
            Ok(texts.join("\n"))
        }
        NodeValue::Number(n) => Ok(n.to_string()),
        _ => Err(node.kind().to_owned()),
    }
}
