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
    let mut steps = vec![Step::default()];
    let (mut old_at, mut new_at) = (0, 0);
    let ends = std::iter::once((old_parts.len(), new_parts.len()));
    for (old_next, new_next) in shared_placeholders(&old_parts, &new_parts).into_iter().chain(ends) {
        compare(&old_parts[old_at..old_next], &new_parts[new_at..new_next], &mut steps);
        if let (Some(placeholder), Some(step)) = (old_parts.get(old_next), steps.last_mut()) {
            step.kept.push_str(placeholder);
        }
        (old_at, new_at) = (old_next + 1, new_next + 1);
    }
    join_chance_matches(&mut steps);
    let runs = steps.into_iter().flat_map(|Step { deleted, inserted, kept }| {
        [(RunKind::Delete, deleted), (RunKind::Insert, inserted), (RunKind::Equal, kept)]
    });
    runs.filter(|(_, text)| !text.is_empty()).map(|(kind, text)| Run { kind, text }).collect()
}

/// Where both texts hold the same placeholder, in order. What stands round one is compared on its own, so that words that both
/// happen to use never come in the way of a placeholder that nothing touched.
fn shared_placeholders(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    fn places<'t>(parts: &[&'t str]) -> (Vec<usize>, Vec<&'t str>) {
        parts.iter().copied().enumerate().filter(|(_, part)| part.starts_with("{{")).unzip()
    }
    let ((old_at, old), (new_at, new)) = (places(old), places(new));
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_slices(&old, &new);
    let both = diff.iter_all_changes().filter_map(|change| Some((change.old_index()?, change.new_index()?)));
    both.map(|(a, b)| (old_at[a], new_at[b])).collect()
}

/// Appends what changed between two stretches of parts.
fn compare(old: &[&str], new: &[&str], steps: &mut Vec<Step>) {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(old, new);
    for change in diff.iter_all_changes() {
        let text: &str = change.value();
        if change.tag() != ChangeTag::Equal && steps.last().is_some_and(|step| !step.kept.is_empty()) {
            steps.push(Step::default());
        }
        let Some(step) = steps.last_mut() else { break };
        match change.tag() {
            ChangeTag::Delete => step.deleted.push_str(text),
            ChangeTag::Insert => step.inserted.push_str(text),
            ChangeTag::Equal => step.kept.push_str(text),
        }
    }
}

/// A change, and what both texts have after it.
#[derive(Debug, Default)]
struct Step {
    deleted: String,
    inserted: String,
    kept: String,
}

impl Step {
    /// Characters of the longer side of the change.
    fn changed(&self) -> usize {
        self.deleted.chars().count().max(self.inserted.chars().count())
    }
}

/// Two texts that have little in common share blanks and small words by chance, which would come between the words of both. A shared
/// stretch that is no longer than the change before it and the change after it is shown as changed too. The rule is that of
/// the "semantic cleanup" in N. Fraser, *Diff Strategies* (2006).
fn join_chance_matches(steps: &mut Vec<Step>) {
    // a placeholder in both texts is there on purpose, however short
    let placeholder = |text: &str| text.find("{{").is_some_and(|at| text[at..].contains("}}"));
    let by_chance = |pair: &[Step]| {
        pair[0].kept.chars().count() <= pair[0].changed().min(pair[1].changed()) && !placeholder(&pair[0].kept)
    };
    while let Some(at) = steps.windows(2).position(by_chance) {
        let next = steps.remove(at + 1);
        let step = &mut steps[at];
        step.deleted = [step.deleted.as_str(), &step.kept, &next.deleted].concat();
        step.inserted = [step.inserted.as_str(), &step.kept, &next.inserted].concat();
        step.kept = next.kept;
    }
}

/// Words, placeholders, runs of blanks, and single other characters, in order and without a gap.
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
    let mut whole_until = 0;
    for (at, c) in text.char_indices() {
        if at < whole_until {
            continue;
        }
        if text[at..].starts_with("{{")
            && let Some(length) = text[at..].find("}}")
        {
            if at > start {
                parts.push(&text[start..at]);
            }
            whole_until = at + length + 2;
            parts.push(&text[at..whole_until]);
            start = whole_until;
            last = None;
            continue;
        }
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
    fn a_placeholder_in_both_texts_stays() {
        let old = "Think about the units of every quantity first, then answer the message.\n\n{{message}}\n\nLabel:";
        let new = "You sort mail. Write only one of the labels below and never a reason.\n\n{{message}}\n\nOnly the label, no more words than that:";
        let marked = shown(old, new);
        let kept: String = words(old, new).into_iter().filter(|r| r.kind == RunKind::Equal).map(|r| r.text).collect();
        assert!(kept.contains("{{message}}"), "{marked}");
    }

    #[test]
    fn long_shared_stretches_stay() {
        let shared = "and keep every step of the working in view of the reader";
        let marked = shown(&format!("Begin {shared} today"), &format!("End {shared} tomorrow"));
        assert_eq!(marked, format!("[-Begin-]{{+End+}} {shared} [-today-]{{+tomorrow+}}"));
    }
}
