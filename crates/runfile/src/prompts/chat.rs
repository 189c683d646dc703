use clade_domain::{Component, MessageRole};

use super::place::Place;
use crate::{
    settings::not_known,
    source::{Sources, Span},
    text::nearest,
    yaml::{Entry, KeyPath, Node, NodeValue},
};

/// What a message may hold.
const KEYS: [&str; 3] = ["role", "content", "name"];

/// A conversation as components, and where the text of each stands.
pub(super) struct Chat {
    pub components: Vec<Component>,
    pub places: Vec<Place>,
}

/// What is wrong with a chat: where, what, and what to do about it.
pub(super) type Wrong = (Span, String, String);

/// The chat of a tree: a list of `{role, content}`, or `{messages: [...]}`. `None` where it is none.
///
/// # Errors
/// The first message that is none.
pub(super) fn read(sources: &Sources, node: &Node) -> Option<Result<Chat, Wrong>> {
    let (list, root) = match &node.value {
        NodeValue::List(items) => (items, KeyPath::default()),
        NodeValue::Map(_) => match &node.get("messages")?.value {
            NodeValue::List(items) => (items, KeyPath::of("messages")),
            _ => return None,
        },
        _ => return None,
    };
    if !list.iter().any(|n| n.entry("role").is_some()) {
        return None;
    }
    if let Some(other) = others(node, &["messages"]).next() {
        let message = format!("`{}` beside the messages of a chat is not supported", other.key);
        let fix = "keep to `messages`; a provider's settings go into its `config` in the run file";
        return Some(Err((other.key_span, message, fix.to_owned())));
    }
    let mut components: Vec<Component> = Vec::new();
    let mut places = Vec::new();
    for (i, message) in list.iter().enumerate() {
        if let Some(other) = others(message, &KEYS).next() {
            let fix = match nearest(&other.key, KEYS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "keep to `role`, `content` and `name`".to_owned(),
            };
            return Some(Err((other.key_span, not_known(&root.index(i).name(&other.key)), fix)));
        }
        match component(message, &components) {
            Ok((component, text)) => {
                components.push(component);
                places.push(Place::of_node(sources, text));
            }
            Err((span, wrong, fix)) => {
                return Some(Err((span, format!("message {} of the chat: {wrong}", i + 1), fix)));
            }
        }
    }
    Some(Ok(Chat { components, places }))
}

/// One message, and the node of its text.
fn component<'a>(message: &'a Node, taken: &[Component]) -> Result<(Component, &'a Node), Wrong> {
    let wrong = |span: Span, message: String, fix: &str| Err((span, message, fix.to_owned()));
    let Some(role) = message.entry("role") else {
        return wrong(message.span, "it has no `role`".to_owned(), "add `role: user`");
    };
    let at = if role.value.span.length > 0 { role.value.span } else { role.key_span };
    let role = match role.value.as_str() {
        Some("system" | "developer") => MessageRole::System,
        Some("user" | "human") => MessageRole::User,
        Some("assistant" | "ai" | "model") => MessageRole::Assistant,
        Some(other) => {
            let message = format!("the role `{other}` is not supported");
            return wrong(at, message, "use `system`, `user` or `assistant`");
        }
        None => return wrong(at, "the role is no text".to_owned(), "use `system`, `user` or `assistant`"),
    };
    let Some(body) = message.get("content") else {
        return wrong(message.span, "the message has no `content`".to_owned(), "add `content`");
    };
    let text = match content(body) {
        Ok(text) => text,
        Err((at, kind)) => {
            return wrong(at, format!("content of type `{kind}` is not supported"), "keep to text");
        }
    };
    let own = message.get("name").and_then(Node::as_str);
    let name = unique(own.unwrap_or_else(|| role_name(role)), taken);
    Ok((Component { name, role, text, frozen: false }, body))
}

/// The entries of a map under other keys than these.
fn others<'a>(node: &'a Node, known: &[&str]) -> impl Iterator<Item = &'a Entry> {
    let entries = match &node.value {
        NodeValue::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter(move |entry| !known.contains(&entry.key.as_str()))
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

/// The text of a message; several text parts become one. The place and type of the first part that is no text, otherwise.
fn content(node: &Node) -> Result<String, (Span, String)> {
    match &node.value {
        NodeValue::String(text) => Ok(text.clone()),
        NodeValue::List(parts) => {
            let mut texts = Vec::new();
            for part in parts {
                match (part.as_str(), part.get("text").and_then(Node::as_str)) {
                    (Some(text), _) | (_, Some(text)) => texts.push(text),
                    _ => {
                        let kind = part.get("type").and_then(Node::as_str).unwrap_or("unknown");
                        return Err((part.span, kind.to_owned()));
                    }
                }
            }
            Ok(texts.join("\n"))
        }
        NodeValue::Number(n) => Ok(n.to_string()),
        _ => Err((node.span, node.kind().to_owned())),
    }
}
