//! Reading the marked-up requests that operators and evaluators send.

/// One `<name attribute="value">body</name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block<'a> {
    attributes: &'a str,
    /// What stands inside, without the line breaks next to the tags.
    pub(super) body: &'a str,
}

impl<'a> Block<'a> {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        loop {
            let (before, after) = rest.split_once("=\"")?;
            let (value, next) = after.split_once('"')?;
            if before.trim() == name {
                return Some(value);
            }
            rest = next;
        }
    }
}

/// All blocks of a name, in order.
pub(super) fn blocks<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = Block<'a>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(name)?;
            let opened = at > 0 && rest.as_bytes()[at - 1] == b'<';
            rest = &rest[at + name.len()..];
            if !opened || !rest.starts_with(['>', ' ']) {
                continue;
            }
            let (attributes, inside) = rest.split_once('>')?;
            let mut end = None;
            let mut searched = 0;
            while let Some(at) = inside[searched..].find("</").map(|at| at + searched) {
                if inside[at + 2..].starts_with(name) && inside[at + 2 + name.len()..].starts_with('>') {
                    end = Some(at);
                    break;
                }
                searched = at + 2;
            }
            let end = end?;
            rest = &inside[end..];
            return Some(Block { attributes, body: trim_breaks(&inside[..end]) });
        }
    })
}

/// The first block's body.
pub(super) fn body<'a>(text: &'a str, name: &'a str) -> Option<&'a str> {
    blocks(text, name).next().map(|block| block.body)
}

fn trim_breaks(text: &str) -> &str {
    let text = text.strip_prefix('\n').unwrap_or(text);
    text.strip_suffix('\n').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_attributes_and_bodies() {
        let text = "input <input>\na < b\n</input> <prompt name=\"user\" parent=\"a\">x</prompt><prompts>no</prompts>\
                    <prompt>y</prompt> <prompt>open";
        let found: Vec<_> = blocks(text, "prompt").collect();
        assert_eq!(found.iter().map(|block| block.body).collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(found[0].attribute("name"), Some("user"));
        assert_eq!(found[0].attribute("parent"), Some("a"));
        assert_eq!(found[0].attribute("other"), None);
        assert_eq!(body(text, "input"), Some("a < b"));
        assert_eq!(body(text, "output"), None);
    }
}
