//! Word diffs for people: what of a text stayed, came and went.

use similar::{Algorithm, ChangeTag, TextDiff};

/// A stretch of a word diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What became of it.
    pub kind: RunKind,
    /// The text, with its spaces.
    pub text: String,
}

/// What became of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// In both texts.
    Equal,
    /// Only in the new text.
    Insert,
    /// Only in the old text.
    Delete,
}

/// The word diff of two texts. Equal and deleted runs together are the old text, equal and inserted ones the new text; of
/// neighbours no two have the same kind, and a deletion stands before the insertion that replaces it.
#[must_use]
pub fn words(old: &str, new: &str) -> Vec<Run> {
    let (old_parts, new_parts) = (parts(old), parts(new));
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old_parts, &new_parts);
    let mut runs: Vec<Run> = Vec::new();
    let (mut deleted, mut inserted) = (String::new(), String::new());
    for change in diff.iter_all_changes() {
        let text: &str = change.value();
        match change.tag() {
            ChangeTag::Delete => deleted.push_str(text),
            ChangeTag::Insert => inserted.push_str(text),
            ChangeTag::Equal => {
                flush(&mut runs, &mut deleted, &mut inserted);
                push(&mut runs, RunKind::Equal, text);
            }
        }
    }
    flush(&mut runs, &mut deleted, &mut inserted);
    runs
}

fn flush(runs: &mut Vec<Run>, deleted: &mut String, inserted: &mut String) {
    push(runs, RunKind::Delete, &std::mem::take(deleted));
    push(runs, RunKind::Insert, &std::mem::take(inserted));
}

fn push(runs: &mut Vec<Run>, kind: RunKind, text: &str) {
    match runs.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.kind == kind => last.text.push_str(text),
        _ => runs.push(Run { kind, text: text.to_owned() }),
    }
}

/// Words, runs of blanks, and single other characters, in order and without a gap.
fn parts(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' || c == '\'' => 0,
        '\n' => 1,
        _ if c.is_whitespace() => 2,
        _ => 3,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let now = class(c);
        let joins = last == Some(now) && (now == 0 || now == 2);
        if at > start && !joins {
            parts.push(&text[start..at]);
            start = at;
        }
        last = Some(now);
    }
    if start < text.len() {
        parts.push(&text[start..]);
    }
    parts
}
