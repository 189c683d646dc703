//! Reading the request bodies that the vendors' formats share.

use std::{borrow::Cow, fmt};

use clade_domain::{ChatMessage, MessageRole};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The text of a message: a string, a list of parts with texts, or null. Parts without text are passed over.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

/// One text or several.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Vec<String>);

/// One message of a chat.
#[derive(Debug, Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(borrow, default)]
    role: Cow<'a, str>,
    #[serde(default)]
    content: Text,
}

impl Message<'_> {
    pub(crate) fn into_chat(self) -> ChatMessage {
        let role = match self.role.as_ref() {
            "system" | "developer" => MessageRole::System,
            "assistant" => MessageRole::Assistant,
            _ => MessageRole::User,
        };
        ChatMessage { role, content: self.content.0 }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Texts::deserialize(deserializer)?.0.join("\n")))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings or text parts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
        Ok(Texts(vec![text.to_owned()]))
    }

    fn visit_string<E>(self, text: String) -> Result<Texts, E> {
        Ok(Texts(vec![text]))
    }

    fn visit_unit<E>(self) -> Result<Texts, E> {
        Ok(Texts::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(Part(text)) = seq.next_element()? {
            texts.extend(text);
        }
        Ok(Texts(texts))
    }
}

/// A string, or an object with a `text`.
struct Part(Option<String>);

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a text part")
    }

    fn visit_str<E>(self, text: &str) -> Result<Part, E> {
        Ok(Part(Some(text.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
        let mut text = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "text" {
                text = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Part(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_in_several_shapes() {
        let table = [
            (r#""a\n\"b\"""#, vec!["a\n\"b\""]),
            (r#"["a", "b"]"#, vec!["a", "b"]),
            (r#"[{"type": "text", "text": "a"}, {"type": "image", "url": {"x": 1}}, {"text": "b"}]"#, vec!["a", "b"]),
            ("null", vec![]),
        ];
        for (json, expected) in table {
            assert_eq!(serde_json::from_str::<Texts>(json).unwrap().0, expected, "{json}");
        }
        assert_eq!(serde_json::from_str::<Text>(r#"[{"text": "a"}, "b"]"#).unwrap().0, "a\nb");
        assert!(serde_json::from_str::<Text>("3").is_err());
    }
}
