use std::fmt;

use serde_json::{Map, Number, Value};

use crate::source::Span;

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub span: Span,
    pub value: NodeValue,
}

#[derive(Debug, Clone)]
pub(crate) enum NodeValue {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a map with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    /// The entry of a key, where this is a map that has it.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            NodeValue::Map(entries) => entries.iter().find(|e| e.key == key),
            _ => None,
        }
    }

    /// The value of a key, where this is a map that has it and it is not null.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value).filter(|n| !matches!(n.value, NodeValue::Null))
    }

    /// The text, where it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is null, or a list or map of nothing.
    pub(crate) fn says_nothing(&self) -> bool {
        match &self.value {
            NodeValue::Null => true,
            NodeValue::List(items) => items.is_empty(),
            NodeValue::Map(entries) => entries.is_empty(),
            NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::String(_) => false,
        }
    }

    /// Puts another value in the place of an entry's, where this is a map that has it.
    pub(crate) fn put(&mut self, key: &str, value: Node) {
        if let NodeValue::Map(entries) = &mut self.value
            && let Some(entry) = entries.iter_mut().find(|entry| entry.key == key)
        {
            entry.value = value;
        }
    }

    /// Drops entries, where this is a map.
    pub(crate) fn drop_entries(&mut self, dropped: impl Fn(&Entry) -> bool) {
        if let NodeValue::Map(entries) = &mut self.value {
            entries.retain(|entry| !dropped(entry));
        }
    }

    /// What kind of value it is, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            NodeValue::Null => "empty",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Number(n) if n.is_f64() => "a number",
            NodeValue::Number(_) => "a whole number",
            NodeValue::String(_) => "a text",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a map of keys",
        }
    }

    /// The value without places, and without some entries where it is a map.
    pub(crate) fn to_json_but(&self, left_out: impl Fn(&Entry) -> bool) -> Value {
        match &self.value {
            NodeValue::Map(entries) => {
                let kept = entries.iter().filter(|entry| !left_out(entry));
                Value::Object(kept.map(|e| (e.key.clone(), e.value.to_json())).collect())
            }
            _ => self.to_json(),
        }
    }

    /// The value without places.
    pub(crate) fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(b) => Value::Bool(*b),
            NodeValue::Number(n) => Value::Number(n.clone()),
            NodeValue::String(text) => Value::String(text.clone()),
            NodeValue::List(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            NodeValue::Map(entries) => {
                Value::Object(entries.iter().map(|e| (e.key.clone(), e.value.to_json())).collect::<Map<_, _>>())
            }
        }
    }

    /// A tree of a JSON value, all of it at one place.
    pub(crate) fn of_json(value: &Value, span: Span) -> Self {
        let value = match value {
            Value::Null => NodeValue::Null,
            Value::Bool(b) => NodeValue::Bool(*b),
            Value::Number(n) => NodeValue::Number(n.clone()),
            Value::String(text) => NodeValue::String(text.clone()),
            Value::Array(items) => NodeValue::List(items.iter().map(|v| Self::of_json(v, span)).collect()),
            Value::Object(map) => NodeValue::Map(
                map.iter()
                    .map(|(k, v)| Entry { key: k.clone(), key_span: span, value: Self::of_json(v, span) })
                    .collect(),
            ),
        };
        Self { span, value }
    }

    /// The first place below at which a key has this text.
    pub(crate) fn span_of(&self, key: &str, text: &str) -> Option<Span> {
        match &self.value {
            NodeValue::Map(entries) => entries.iter().find_map(|entry| match entry.value.as_str() {
                Some(found) if entry.key == key && found == text => Some(entry.value.span),
                _ => entry.value.span_of(key, text),
            }),
            NodeValue::List(items) => items.iter().find_map(|item| item.span_of(key, text)),
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::String(_) => None,
        }
    }

    /// The node at the end of `path`.
    pub(crate) fn at(&self, path: &KeyPath) -> Option<&Node> {
        path.0.iter().try_fold(self, |node, key| match (key, &node.value) {
            (Key::Name(name), _) => node.get(name),
            (Key::Index(i), NodeValue::List(items)) => items.get(*i),
            (Key::Index(_), _) => None,
        })
    }

    /// The deepest node there is on the way along `path`, with the place to point at.
    pub(crate) fn place(&self, path: &KeyPath) -> Span {
        let mut node = self;
        let mut span = self.span;
        let mut in_settings = false;
        for key in &path.0 {
            let next = match (key, &node.value) {
                (Key::Name(name), _) => node.entry(name).map(|e| (&e.value, e.key_span)),
                (Key::Index(i), NodeValue::List(items)) => items.get(*i).map(|n| (n, n.span)),
                (Key::Index(_), _) => None,
            };
            let Some((found, at)) = next else { return span };
            node = found;
            // a value on one line is a better place than its key; a block is better shown by its key
            let scalar = !matches!(node.value, NodeValue::List(_) | NodeValue::Map(_));
            // of settings and operators it is mostly the name that nobody knows
            span = if scalar && node.span.length > 0 && !in_settings { node.span } else { at };
            in_settings = matches!(key, Key::Name(name) if name == "config" || name == "operators");
        }
        span
    }
}

/// One step into a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Name(String),
    Index(usize),
}

/// A way from the root of a tree, written as `tests[3].vars.x`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeyPath(pub Vec<Key>);

impl KeyPath {
    /// A path of names, given with dots.
    pub(crate) fn of(dotted: &str) -> Self {
        Self(dotted.split('.').filter(|s| !s.is_empty()).map(|s| Key::Name(s.to_owned())).collect())
    }

    pub(crate) fn name(&self, name: impl Into<String>) -> Self {
        let mut longer = self.clone();
        longer.0.push(Key::Name(name.into()));
        longer
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        let mut longer = self.clone();
        longer.0.push(Key::Index(index));
        longer
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.0.iter().enumerate() {
            match key {
                Key::Name(name) if i == 0 => f.write_str(name)?,
                Key::Name(name) => write!(f, ".{name}")?,
                Key::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
