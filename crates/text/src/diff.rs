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
    readable(runs)
}

/// Two texts that have little in common share blanks and small words by chance, which would come between the words of both. A shared
/// stretch that is no longer than the change before it and the change after it is shown as changed too. The rule is that of
/// the "semantic cleanup" in N. Fraser, *Diff Strategies* (2006).
fn readable(mut runs: Vec<Run>) -> Vec<Run> {
    loop {
        let changed = |from: &[Run]| {
            let longest = |kind| from.iter().filter(|r| r.kind == kind).map(|r| r.text.chars().count()).sum::<usize>();
            longest(RunKind::Delete).max(longest(RunKind::Insert))
        };
        let chance = (1..runs.len().saturating_sub(1)).find(|&at| {
            runs[at].kind == RunKind::Equal && {
                let before = runs[..at].iter().rposition(|r| r.kind == RunKind::Equal).map_or(0, |equal| equal + 1);
                let after =
                    runs[at + 1..].iter().position(|r| r.kind == RunKind::Equal).map_or(runs.len(), |n| at + 1 + n);
                let least = changed(&runs[before..at]).min(changed(&runs[at + 1..after]));
                runs[at].text.chars().count() <= least
            }
        });
        let Some(at) = chance else { return runs };
        let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
        let (mut deleted, mut inserted) = (String::new(), String::new());
        for (place, run) in runs.into_iter().enumerate() {
            match run.kind {
                RunKind::Equal if place != at => {
                    flush(&mut joined, &mut deleted, &mut inserted);
                    push(&mut joined, RunKind::Equal, &run.text);
                }
                RunKind::Equal => {
                    deleted.push_str(&run.text);
                    inserted.push_str(&run.text);
                }
                RunKind::Delete => deleted.push_str(&run.text),
                RunKind::Insert => inserted.push_str(&run.text),
            }
        }
        flush(&mut joined, &mut deleted, &mut inserted);
        runs = joined;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let runs = words(old, new);
        let side = |other| runs.iter().filter(|run| run.kind != other).map(|run| run.text.as_str()).collect::<String>();
        assert_eq!((side(RunKind::Insert).as_str(), side(RunKind::Delete).as_str()), (old, new));
        let mark = |run: &Run| match run.kind {
            RunKind::Equal => run.text.clone(),
            RunKind::Insert => format!("{{+{}+}}", run.text),
            RunKind::Delete => format!("[-{}-]", run.text),
        };
        runs.iter().map(mark).collect()
    }

    #[test]
    fn a_changed_word_is_marked_alone() {
        assert_eq!(
            shown("Answer the question briefly.", "Answer the question clearly."),
            "Answer the question [-briefly-]{+clearly+}."
        );
    }

    #[test]
    fn sentences_with_little_in_common_are_not_zipped() {
        let (old, new) = ("Think about the units first.", "Write only a number, and the reason before it.");
        assert_eq!(
            shown(old, new),
            "[-Think about the units first-]{+Write only a number, and the reason before it+}."
        );
    }

    #[test]
    fn long_shared_stretches_stay() {
        let shared = "and keep every step of the working in view of the reader";
        let marked = shown(&format!("Begin {shared} today"), &format!("End {shared} tomorrow"));
        assert_eq!(marked, format!("[-Begin-]{{+End+}} {shared} [-today-]{{+tomorrow+}}"));
    }
}
