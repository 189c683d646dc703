use std::ops::Range;

use crate::script::is_unspaced;

/// How a text mentions a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Where, in bytes.
    pub at: Range<usize>,
    /// Whether the word before denies it: `not Paris`.
    pub denied: bool,
    /// Whether it is one of several: `Paris or Rome`.
    pub hedged: bool,
}

/// Every mention of a phrase as whole words, in any case, in order.
#[must_use]
pub fn mentions(text: &str, phrase: &str) -> Vec<Mention> {
    let wanted = phrase.trim();
    let mut found = Vec::new();
    if wanted.is_empty() {
        return found;
    }
    for start in starts_of_words(text) {
        let Some(end) = match_at(text, start, wanted) else { continue };
        let inside_word = |c: char| c.is_alphanumeric() || c == '_';
        let last = wanted.chars().next_back();
        let next = text[end..].chars().next();
        if last.zip(next).is_some_and(|(last, next)| inside_word(last) && inside_word(next) && !parted(last, next)) {
            continue;
        }
        let before = last_word(&text[..start]);
        let after = text[end..].trim_start_matches([' ', '"', '\'', '*', ')', ',']);
        let or_after = after.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("or "));
        found.push(Mention {
            at: start..end,
            denied: ["not", "isn't", "isn\u{2019}t", "never", "neither", "nor", "without"]
                .iter()
                .any(|no| before.eq_ignore_ascii_case(no))
                || last.is_some_and(is_unspaced) && denied_around(&text[..start], &text[end..]),
            hedged: or_after || before.eq_ignore_ascii_case("or"),
        });
    }
    found
}

fn starts_of_words(text: &str) -> impl Iterator<Item = usize> {
    let mut previous: Option<char> = None;
    text.char_indices().filter_map(move |(at, c)| {
        let free = !previous.is_some_and(|p| (p.is_alphanumeric() || p == '_') && c.is_alphanumeric() && !parted(p, c));
        previous = Some(c);
        free.then_some(at)
    })
}

/// Whether a word may end between two letters.
fn parted(before: char, after: char) -> bool {
    is_unspaced(before) || is_unspaced(after)
}

/// Whether a phrase of Chinese or Japanese is denied by what stands next to it.
fn denied_around(before: &str, after: &str) -> bool {
    ["不是", "并非", "並非", "不属于", "不屬於"].iter().any(|no| before.ends_with(no))
        || ["ではな", "ではあり", "じゃな", "でなく"].iter().any(|no| after.starts_with(no))
}

/// Where the phrase ends if it stands here; case does not count, runs of spaces are alike, and what joins words is
/// (`billing issue`, `billing_issue`, `billing-issue`).
fn match_at(text: &str, start: usize, phrase: &str) -> Option<usize> {
    let mut there = text[start..].char_indices().peekable();
    let mut wanted = phrase.chars().peekable();
    let mut end = start;
    while let Some(want) = wanted.next() {
        let (offset, have) = there.next()?;
        let joins = |c: char| c.is_whitespace() || matches!(c, '_' | '-');
        if want != have && joins(want) {
            if !joins(have) {
                return None;
            }
            while wanted.next_if(|c| c.is_whitespace()).is_some() {}
            while there.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        } else if want.is_whitespace() {
            while wanted.next_if(|c| c.is_whitespace()).is_some() {}
            while there.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        } else if want != have && !want.to_lowercase().eq(have.to_lowercase()) {
            return None;
        }
        end = start + offset + have.len_utf8();
    }
    Some(end)
}

fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let start = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    text[start..].trim_start_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_in_any_case() {
        for (text, phrase, count) in [
            ("It is Paris. PARIS!", "paris", 2),
            ("Parisian", "Paris", 0),
            ("invalid", "valid", 0),
            ("New  York\nNew York", "new york", 2),
            ("billing_issue, billing-issue", "billing issue", 2),
            ("billing issue", "billing_issue", 1),
            ("billing, issue", "billing issue", 0),
            ("so (A) it is", "(A)", 1),
            ("", "x", 0),
            ("été", "ÉTÉ", 1),
            ("この記事はスポーツに関するものです。", "スポーツ", 1),
            ("答案是体育。", "体育", 1),
            ("the スポーツ page", "スポーツ", 1),
            ("billing問題", "billing", 1),
        ] {
            assert_eq!(mentions(text, phrase).len(), count, "{text}");
        }
        assert!(mentions("it is not Paris", "Paris")[0].denied);
        assert!(mentions("スポーツではありません", "スポーツ")[0].denied && mentions("不是体育", "体育")[0].denied);
        assert!(!mentions("カテゴリはスポーツです", "スポーツ")[0].denied);
        assert!(mentions("Paris or Rome", "Paris")[0].hedged && mentions("Paris or Rome", "Rome")[0].hedged);
    }
}
