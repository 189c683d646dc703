//! The reading half: finds the new prompt in a model's answer, whatever stands around it.

use std::collections::BTreeMap;

use clade_domain::{ChatAnswer, FinishReason, Prompt, RejectReason};

use crate::operators::{Proposal, Rejection};

/// Most characters of a hypothesis in a note, and of a brief.
const NOTE_CHARS: usize = 300;

/// Reads an answer into a proposal: the parent with the components that the answer gives anew. Components that the answer does
/// not give stay; frozen ones stay even where it gives them.
///
/// Read are, in this order: the last complete `<prompt>` block of each name; a last block that is not closed, if the answer ended by
/// itself; where there is no tag at all and one component to write, the last fenced block. A code fence around a block's
/// text is taken off. Letters of tags may be of either case, quotes of names are optional.
///
/// # Errors
/// `Unreadable` where nothing of this is there, `Cut` where the limit on tokens cut the answer inside the prompt.
pub fn read(parent: &Prompt, answer: &ChatAnswer) -> Result<Proposal, Rejection> {
    let editable: Vec<&str> = parent.components.iter().filter(|c| !c.frozen).map(|c| c.name.as_str()).collect();
    let (only, several) = match editable.as_slice() {
        [] => return Err(unreadable("the prompt has no component that may be changed")),
        [one] => (Some(*one), false),
        _ => (None, true),
    };
    let text = &answer.text;
    let found = blocks(text);
    let cut = answer.finish == FinishReason::Length;
    let mut new: BTreeMap<&str, String> = BTreeMap::new();
    for closed in [true, false] {
        // an open block counts only where no closed one does
        if !closed && (cut || !new.is_empty()) {
            break;
        }
        for block in found.iter().filter(|block| block.closed == closed) {
            let name = match block.name {
                Some(name) => editable.iter().find(|known| **known == name).copied(),
                None => only,
            };
            if let Some(name) = name {
                new.insert(name, unfenced(block.text).to_owned());
            }
        }
    }
    if new.is_empty()
        && found.is_empty()
        && !cut
        && let (Some(only), Some(fenced)) = (only, last_fenced(text))
    {
        new.insert(only, fenced.to_owned());
    }
    new.retain(|_, text| !text.trim().is_empty());
    if new.is_empty() {
        if cut {
            let detail = "the answer was cut off at the model's length limit before the prompt ended; raise the reflection model's `max_tokens`";
            return Err(Rejection { reason: RejectReason::Cut, detail: detail.to_owned() });
        }
        return Err(unreadable(match () {
            () if found.is_empty() => "the answer holds no <prompt> tag",
            () if several => "the answer's <prompt> tags name no component of the prompt, or are empty",
            () => "the answer's <prompt> tag is empty",
        }));
    }
    let mut prompt = parent.clone();
    for component in &mut prompt.components {
        if let Some(text) = new.remove(component.name.as_str()) {
            component.text = text.trim().to_owned();
        }
    }
    Ok(Proposal::new(prompt, hypothesis(text)))
}

fn unreadable(detail: &str) -> Rejection {
    Rejection { reason: RejectReason::Unreadable, detail: detail.to_owned() }
}

struct Block<'a> {
    name: Option<&'a str>,
    text: &'a str,
    closed: bool,
}

/// Every `<prompt>` block in order. One that is followed by another opening tag before it is closed was only mentioned.
fn blocks(text: &str) -> Vec<Block<'_>> {
    // same length in bytes, so that positions agree
    let lower = text.to_ascii_lowercase();
    let mut blocks = Vec::new();
    let mut opened: Vec<(Option<&str>, usize, usize)> = Vec::new();
    let mut at = 0;
    while let Some(start) = lower[at..].find("<prompt").map(|i| at + i) {
        at = start + "<prompt".len();
        let rest = &text[at..];
        let Some(end) = rest.find('>').filter(|_| rest.starts_with(['>', ' ', '\t', '\n'])) else { continue };
        let name = attribute(&rest[..end]);
        at += end + 1;
        opened.push((name, start, at));
    }
    for (index, (name, _, from)) in opened.iter().enumerate() {
        let until = opened.get(index + 1).map_or(text.len(), |(_, start, _)| *start);
        match lower[*from..until].find("</prompt>") {
            Some(len) => blocks.push(Block { name: *name, text: &text[*from..from + len], closed: true }),
            None if index + 1 == opened.len() => {
                blocks.push(Block { name: *name, text: text[*from..].trim_end_matches("</"), closed: false });
            }
            None => {}
        }
    }
    blocks
}

/// The value of `name` in a tag's attributes.
fn attribute(attributes: &str) -> Option<&str> {
    let at = attributes.to_ascii_lowercase().find("name")?;
    let value = attributes[at + "name".len()..].trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split([' ', '\t', '/']).next(),
    }
    .filter(|name| !name.is_empty())
}

/// A text without the code fence that is all around it.
fn unfenced(text: &str) -> &str {
    let trimmed = text.trim();
    let inner = trimmed.strip_prefix("```").and_then(|rest| {
        let (info, body) = rest.split_once('\n')?;
        let body = body.strip_suffix("```")?;
        // a fence inside would mean that the outer ones are two blocks
        (!info.contains('`') && !body.contains("```")).then_some(body)
    });
    inner.unwrap_or(text)
}

fn last_fenced(text: &str) -> Option<&str> {
    let fences: Vec<usize> = text.match_indices("```").map(|(at, _)| at).collect();
    let [.., open, close] = fences.as_slice() else { return None };
    if !fences.len().is_multiple_of(2) {
        return None;
    }
    let body = &text[open + 3..*close];
    body.split_once('\n').map(|(_, body)| body)
}

/// The last hypothesis as one line; empty where there is none.
fn hypothesis(text: &str) -> String {
    line_in(text, "hypothesis").unwrap_or_default()
}

/// The words that the answer went by, as one line of at most 300 characters: its last `<brief>`.
pub fn brief(text: &str) -> Option<String> {
    line_in(text, "brief").filter(|line| !line.is_empty())
}

/// What stands in the last tag of this name, as one line.
fn line_in(text: &str, tag: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let opening = format!("<{tag}>");
    let start = lower.rfind(&opening)? + opening.len();
    let rest = &lower[start..];
    let len = rest.find(&format!("</{tag}>")).or_else(|| rest.find("<prompt")).unwrap_or(rest.len());
    let line = text[start..start + len].split_whitespace().collect::<Vec<_>>().join(" ");
    Some(line.chars().take(NOTE_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use clade_domain::{Component, MessageRole, Usage};

    use super::*;

    fn answer(text: &str, finish: FinishReason) -> ChatAnswer {
        ChatAnswer {
            text: text.to_owned(),
            usage: Usage::default(),
            cost: None,
            latency_ms: 0,
            finish,
            cached: false,
            shared: false,
        }
    }

    fn two() -> Prompt {
        let component =
            |name: &str, frozen| Component { name: name.into(), role: MessageRole::User, text: "old".into(), frozen };
        Prompt {
            components: vec![component("system", false), component("user", false), component("rules", true)],
            demonstrations: vec![],
        }
    }

    #[test]
    fn one_component_is_read_whatever_stands_around() {
        let cases = [
            ("<prompt>New.</prompt>", Some("New.")),
            ("Sure!\n<prompt>\nNew.\n</prompt>\nHope it helps.", Some("New.")),
            ("<PROMPT>\nNew.\n</Prompt>", Some("New.")),
            ("<prompt name=\"user\">New.</prompt>", Some("New.")),
            ("<prompt name='user'>New.</prompt>", Some("New.")),
            ("<prompt name=user>New.</prompt>", Some("New.")),
            ("<prompt>First.</prompt> or better <prompt>Second.</prompt>", Some("Second.")),
            ("I use <prompt> tags.\n<prompt>New.</prompt>", Some("New.")),
            ("<prompt>New.</prompt> I closed the <prompt> tag.", Some("New.")),
            ("<prompt>\n```text\nNew.\n```\n</prompt>", Some("New.")),
            ("```xml\n<prompt>New.</prompt>\n```", Some("New.")),
            ("<prompt>Use:\n```\ncode\n```\nend</prompt>", Some("Use:\n```\ncode\n```\nend")),
            ("<prompt>\nNot closed {{ q }}.\n", Some("Not closed {{ q }}.")),
            ("Here:\n```\nNew.\n```\n", Some("New.")),
            ("<current_prompt name=\"user\">old</current_prompt>", None),
            ("<prompt></prompt>", None),
            ("<prompt>  \n</prompt>", None),
            ("<prompts>x</prompts>", None),
            ("<prompt name=\"other\">x</prompt>", None),
            ("I cannot help with that.", None),
            ("", None),
            ("```\na\n```\n```", None),
            ("é<prompt>ü {{ q }}</prompt>ß", Some("ü {{ q }}")),
        ];
        for (text, expected) in cases {
            let read = read(&Prompt::user("old"), &answer(text, FinishReason::Stop));
            match (read, expected) {
                (Ok(proposal), Some(expected)) => assert_eq!(proposal.prompt.components[0].text, expected, "{text}"),
                (Err(rejection), None) => assert_eq!(rejection.reason, RejectReason::Unreadable, "{text}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }

    #[test]
    fn several_components_are_read_by_name() {
        let cases = [
            ("<prompt name=\"user\">U</prompt><prompt name=\"system\">S</prompt>", Some(["S", "U"])),
            ("<prompt name=\"user\">U</prompt>", Some(["old", "U"])),
            ("<prompt name=\"rules\">R</prompt><prompt name=\"user\">U</prompt>", Some(["old", "U"])),
            ("<prompt name=\"user\">1</prompt><prompt name=\"user\">2</prompt>", Some(["old", "2"])),
            ("<prompt name=\"system\">S</prompt><prompt name=\"user\">U", Some(["S", "old"])),
            ("<prompt>U</prompt>", None),
            ("<prompt name=\"rules\">R</prompt>", None),
        ];
        for (text, expected) in cases {
            let read = read(&two(), &answer(text, FinishReason::Stop));
            let texts = read.ok().map(|p| [p.prompt.components[0].text.clone(), p.prompt.components[1].text.clone()]);
            assert_eq!(texts, expected.map(|texts| texts.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn an_answer_cut_inside_the_prompt_is_no_answer() {
        let cut = read(&Prompt::user("old"), &answer("<prompt>New but cu", FinishReason::Length)).unwrap_err();
        assert!(cut.reason == RejectReason::Cut && cut.detail.contains("max_tokens"), "{cut}");
        assert!(read(&Prompt::user("old"), &answer("<prompt>New</prompt> and th", FinishReason::Length)).is_ok());
    }

    #[test]
    fn hypotheses_become_one_line() {
        let cases = [
            ("<hypothesis>a\n  b</hypothesis><prompt>x</prompt>", "a b"),
            ("<hypothesis>open<prompt>x</prompt>", "open"),
            ("<prompt>x</prompt>", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&Prompt::user("old"), &answer(text, FinishReason::Stop)).unwrap().note, expected, "{text}");
        }
        let long = format!("<hypothesis>{}</hypothesis><prompt>x</prompt>", "é".repeat(500));
        assert_eq!(
            read(&Prompt::user("old"), &answer(&long, FinishReason::Stop)).unwrap().note.chars().count(),
            NOTE_CHARS
        );
    }
}
