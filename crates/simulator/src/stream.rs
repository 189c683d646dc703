//! Server-sent events and lines of JSON.

use bytes::Bytes;
use serde::Serialize;

/// A reply before it becomes a response.
#[derive(Debug)]
pub(crate) enum Reply {
    /// One piece of JSON.
    Json(Vec<u8>),
    /// Server-sent events.
    Events(Vec<Bytes>),
    /// Lines of JSON.
    Lines(Vec<Bytes>),
}

/// JSON of a value that always has one.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    // our values have string keys only and a Vec takes every write, so this cannot fail
    let _ = serde_json::to_writer(&mut bytes, value);
    bytes
}

/// An event without a name, as OpenAI's chat sends them.
pub(crate) fn event(value: &impl Serialize) -> Bytes {
    [b"data: ".as_slice(), &json(value), b"\n\n"].concat().into()
}

/// A named event, as Anthropic and OpenAI's responses send them.
pub(crate) fn named_event(name: &str, value: &impl Serialize) -> Bytes {
    [b"event: ".as_slice(), name.as_bytes(), b"\ndata: ", &json(value), b"\n\n"].concat().into()
}

/// A line of JSON.
pub(crate) fn line(value: &impl Serialize) -> Bytes {
    [json(value).as_slice(), b"\n"].concat().into()
}

/// A text in pieces of about three words; together they are the text.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.match_indices(' ').nth(2).map_or(rest.len(), |(at, _)| at + 1);
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_up_the_text() {
        for (text, count) in [("", 0), ("one", 1), ("one two three four", 2), ("a  b\nc d é f g", 3)] {
            assert_eq!(pieces(text).collect::<String>(), text);
            assert_eq!(pieces(text).count(), count, "{text}");
        }
    }
}
