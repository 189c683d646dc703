use std::ops::Range;

/// A text's mention of an option by its letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lettered {
    /// Where, in bytes, with its brackets.
    pub at: Range<usize>,
    pub letter: char,
    /// `(B)` or `[b]`, not a bare capital.
    pub bracketed: bool,
    /// Whether the words around rule it out: `A is wrong`, `not (B)`.
    pub denied: bool,
    /// Whether they leave it open: `could be (A)`.
    pub open: bool,
}

/// The mentions of options up to `last`, in order: letters in brackets, and capitals that stand alone. The words "A" and "I"
/// before another word are not taken for letters.
pub(super) fn lettered(text: &str, last: char) -> Vec<Lettered> {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let inside = byte(at + 1);
        if matches!(byte(at), b'(' | b'[') && inside.is_ascii_alphabetic() && matches!(byte(at + 2), b')' | b']') {
            push(&mut found, text, at..at + 3, inside.to_ascii_uppercase(), last);
            at += 3;
            continue;
        }
        let part_of_word = text[..at_boundary(text, at)].ends_with(|c: char| c.is_alphanumeric() || c == '\'')
            || text[at_boundary(text, at + 1)..].starts_with(|c: char| c.is_alphanumeric() || c == '\'');
        if byte(at).is_ascii_uppercase() && !part_of_word && (!matches!(byte(at), b'A' | b'I') || no_word(text, at)) {
            push(&mut found, text, at..at + 1, byte(at), last);
        }
        at += 1;
    }
    found
}

/// The start of the character that holds this byte, at most the end.
fn at_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether the "A" or "I" here is an option, not the article or pronoun: it has a mark beside it, ends the text, or a word
/// follows that follows options.
fn no_word(text: &str, at: usize) -> bool {
    let marked = text[..at].ends_with(|c: char| !c.is_whitespace()) || !text[at + 1..].starts_with(' ');
    let next = words(&text[at + 1..]).next().unwrap_or_default();
    let known = ["is", "isn't", "because", "since", "as", "and", "or"];
    let beside = |lead: &str| words(&text[..at]).next_back().is_some_and(|word| word.eq_ignore_ascii_case(lead));
    marked && !text[at + 1..].starts_with(' ')
        || text[at + 1..].trim().is_empty()
        || known.iter().any(|word| next.eq_ignore_ascii_case(word))
        || ((beside("or") || beside("option")) && text.as_bytes()[at] == b'A' && next.is_empty())
        || text[at + 1..].trim_start().starts_with(['-', '\u{2013}', '/', '&'])
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}'))).filter(|word| !word.is_empty())
}

fn push(found: &mut Vec<Lettered>, text: &str, at: Range<usize>, letter: u8, last: char) {
    let letter = letter as char;
    if letter > last {
        return;
    }
    let any = |word: &str, known: &[&str]| known.iter().any(|one| word.eq_ignore_ascii_case(one));
    let clause = |c: char| matches!(c, '.' | ';' | '\n' | '!' | '?');
    let before = text[..at.start].rsplit(clause).next().unwrap_or_default();
    let before: Vec<&str> =
        words(before).rev().filter(|word| !any(word, &["option", "choice", "answer"])).take(3).collect();
    let after = text[at.end..].split(clause).next().unwrap_or_default();
    let own = after.trim_start_matches(['*', '_', '"', '\'']).starts_with(' ');
    let after: Vec<&str> = if own { words(after).take(3).collect() } else { Vec::new() };
    let after_at = |n: usize| after.get(n).copied().unwrap_or_default();
    let before_at = |n: usize| before.get(n).copied().unwrap_or_default();
    let no = ["not", "wrong", "incorrect", "false", "excluded", "impossible"];
    let denied = any(before_at(0), &["not", "isn't", "isn\u{2019}t", "never", "neither", "nor"])
        || (any(before_at(0), &["be"]) && any(before_at(1), &["cannot", "can't", "can\u{2019}t", "not", "couldn't"]))
        || (any(before_at(0), &["than"]) && any(before_at(1), &["rather"]))
        || (any(before_at(0), &["of"]) && any(before_at(1), &["instead"]))
        || any(after_at(0), &["isn't", "isn\u{2019}t"])
        || (any(after_at(0), &["is", "was"])
            && (any(after_at(1), &no) || (any(after_at(1), &["clearly", "also"]) && any(after_at(2), &no))));
    let may = ["could", "might", "may", "maybe", "perhaps", "possibly"];
    let open = !denied && (before.iter().any(|word| any(word, &may)) || any(after_at(0), &may));
    found.push(Lettered { bracketed: at.len() == 3, at, letter, denied, open });
}

/// Whether the words between two mentions put them side by side: `or`, `and`, a comma, a slash, or nothing.
pub(super) fn joins(gap: &str) -> bool {
    let known = [
        "or", "and", "option", "options", "choice", "either", "both", "also", "maybe", "possibly", "perhaps", "even",
        "answer",
    ];
    gap.chars().all(|c| {
        c.is_alphabetic() || c.is_whitespace() || matches!(c, ',' | '/' | '&' | '+' | '|' | '*' | '_' | '"' | '\'')
    }) && words(gap).all(|word| known.iter().any(|one| word.eq_ignore_ascii_case(one)))
}

/// The letters that stand side by side with the mention at `index`, itself among them; what is ruled out belongs to no such row.
pub(super) fn row(text: &str, all: &[Lettered], index: usize) -> Vec<char> {
    let side_by_side =
        |left: &Lettered, right: &Lettered| !left.denied && !right.denied && joins(&text[left.at.end..right.at.start]);
    let mut from = index;
    while from > 0 && side_by_side(&all[from - 1], &all[from]) {
        from -= 1;
    }
    let mut to = index;
    while to + 1 < all.len() && side_by_side(&all[to], &all[to + 1]) {
        to += 1;
    }
    let mut letters: Vec<char> = all[from..=to].iter().map(|one| one.letter).collect();
    if all[index].open {
        letters.extend(all.iter().filter(|one| one.open).map(|one| one.letter));
    }
    letters
}

/// The part of a statement before its reason, where an option is named before it: `B because A is older`.
pub(super) fn without_reason(text: &str, last: char) -> &str {
    let lower = text.to_ascii_lowercase();
    let reason = [" because ", " since ", ", as ", " rather than ", " instead of "]
        .iter()
        .filter_map(|lead| lower.find(lead))
        .min();
    match reason {
        Some(at) if lettered(&text[..at], last).iter().any(|one| !one.denied) => &text[..at],
        _ => text,
    }
}

/// Whether the whole text is a row of options and nothing else: `A, B`.
pub(super) fn bare_row(text: &str, last: char) -> Option<Vec<char>> {
    let all = lettered(text, last);
    let (first, end) = (all.first()?, all.last()?);
    let edge = |part: &str| joins(part.trim_matches(['.', '!', '(', ')', '$', ' ', '\n']));
    let row = all.windows(2).all(|pair| joins(&text[pair[0].at.end..pair[1].at.start]));
    (row && edge(&text[..first.at.start]) && edge(&text[end.at.end..]))
        .then(|| all.iter().map(|one| one.letter).collect())
}
