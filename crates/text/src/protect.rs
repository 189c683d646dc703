//! What an edit without understanding must not touch: placeholders, frozen text, code, tags, quotes, numbers, negations.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    Span,
    segment::{LineKind, PieceKind, lines, pieces},
    template::placeholders,
};

/// Why a span is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protection {
    /// A `{{value}}`, `{% tag %}`, comment or raw block.
    Placeholder,
    /// A text that the user froze.
    Frozen,
    /// A fenced block, inline code, or a web address.
    Code,
    /// An XML-like tag such as `<answer>`.
    Tag,
    /// A text in quotes, quotes included.
    Quoted,
    /// A number in digits or in words, with its sign, currency and percent.
    Number,
    /// A word that turns a sentence round or binds it: `not`, `never`, `don't`, `without`, `only`, `must`, with its auxiliary.
    Negation,
    /// A name that is written in its own way: `snake_case`, `JSON`, `iPhone`, `x2`.
    Name,
}

/// A protected span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    /// Where.
    pub span: Span,
    /// Why.
    pub kind: Protection,
}

/// Everything protected in a text, by position; spans of different kinds may overlap.
#[must_use]
pub fn protected(text: &str, frozen: &[String]) -> Vec<Protected> {
    let mut found: Vec<Protected> = Vec::new();
    let mut add = |spans: Vec<Span>, kind| found.extend(spans.into_iter().map(|span| Protected { span, kind }));
    add(placeholders(text).into_iter().map(|placeholder| placeholder.span).collect(), Protection::Placeholder);
    for frozen in frozen.iter().filter(|frozen| !frozen.is_empty()) {
        add(occurrences(text, frozen), Protection::Frozen);
    }
    add(code_spans(text), Protection::Code);
    add(find(&TAG, text), Protection::Tag);
    add(quoted(text), Protection::Quoted);
    let (numbers, negations, names) = by_word(text);
    add(numbers, Protection::Number);
    add(negations, Protection::Negation);
    add(names, Protection::Name);
    found.sort_by_key(|protected| (protected.span.start, protected.span.end, protected.kind));
    found
}

/// Protected spans merged, for quick questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mask {
    spans: Vec<Span>,
}

impl Mask {
    /// The mask of everything protected in a text.
    #[must_use]
    pub fn new(text: &str, frozen: &[String]) -> Self {
        Self::of(protected(text, frozen).into_iter().map(|protected| protected.span))
    }

    /// The mask of some kinds only.
    #[must_use]
    pub fn only(text: &str, frozen: &[String], kinds: &[Protection]) -> Self {
        Self::of(protected(text, frozen).into_iter().filter(|p| kinds.contains(&p.kind)).map(|p| p.span))
    }

    /// Spans in order of their start, merged where they touch.
    fn of(sorted: impl Iterator<Item = Span>) -> Self {
        let mut spans: Vec<Span> = Vec::new();
        for span in sorted {
            match spans.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => spans.push(span),
            }
        }
        Self { spans }
    }

    /// Whether a span shares a byte with a protected one.
    #[must_use]
    pub fn touches(&self, span: &Span) -> bool {
        let next = self.spans.partition_point(|protected| protected.end <= span.start);
        self.spans.get(next).is_some_and(|protected| protected.start < span.end)
    }

    /// Whether a cut at this position would go through a protected span.
    #[must_use]
    pub fn cuts(&self, at: usize) -> bool {
        let next = self.spans.partition_point(|protected| protected.end <= at);
        self.spans.get(next).is_some_and(|protected| protected.start < at)
    }

    /// The merged spans in order.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }
}

/// Where a text occurs, without overlaps.
#[must_use]
pub fn occurrences(text: &str, part: &str) -> Vec<Span> {
    if part.is_empty() {
        return Vec::new();
    }
    text.match_indices(part).map(|(at, found)| at..at + found.len()).collect()
}

/// Fenced blocks, inline code in backticks on one line, and web addresses.
#[must_use]
pub fn code_spans(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut fence: Option<Span> = None;
    for line in lines(text) {
        if line.kind == LineKind::Code {
            // two blocks that touch are one span, which protects the same
            fence = Some(fence.map_or(line.span.clone(), |open| open.start..line.span.end));
            continue;
        }
        spans.extend(fence.take());
        let part = &text[line.span.clone()];
        spans.extend(
            find(&INLINE, part).into_iter().map(|found| line.span.start + found.start..line.span.start + found.end),
        );
    }
    spans.extend(fence);
    spans
}

/// A constant pattern; that each compiles is tested, so `None` does not happen.
type Pattern = LazyLock<Option<Regex>>;

static TAG: Pattern = LazyLock::new(|| Regex::new(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>").ok());
static INLINE: Pattern =
    LazyLock::new(|| Regex::new(r"``[^\n]+?``|`[^`\n]+`|\b[a-z][a-z+.-]*://[^\s<>]*[^\s<>.,;:!?)\]]").ok());
static QUOTED: Pattern =
    LazyLock::new(|| Regex::new(r#""[^"\n]{1,200}"|“[^”\n]{1,200}”|«[^»\n]{1,200}»|‘[^’\n]{1,200}’"#).ok());

fn find(pattern: &Pattern, text: &str) -> Vec<Span> {
    pattern.iter().flat_map(|regex| regex.find_iter(text)).map(|found| found.range()).collect()
}

fn quoted(text: &str) -> Vec<Span> {
    let mut spans = find(&QUOTED, text);
    // single straight quotes are apostrophes, too: they open after a blank or bracket and close before what is no letter
    let mut open: Option<usize> = None;
    let mut previous: Option<char> = None;
    for (at, c) in text.char_indices() {
        if c == '\n' {
            open = None;
        } else if c == '\'' {
            let next = text[at + 1..].chars().next();
            let opens =
                previous.is_none_or(|p| !p.is_alphanumeric() && p != '\'') && next.is_some_and(|n| !n.is_whitespace());
            let closes = previous.is_some_and(|p| !p.is_whitespace()) && next.is_none_or(|n| !n.is_alphanumeric());
            match open {
                Some(start) if closes => {
                    spans.push(start..at + 1);
                    open = None;
                }
                None if opens => open = Some(at),
                _ => {}
            }
        }
        previous = Some(c);
    }
    spans
}

const NUMBER_WORDS: [&str; 54] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "dozen",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "once",
    "twice",
    "half",
    "quarter",
    "single",
    "double",
    "triple",
    "both",
    "hundreds",
    "thousands",
    "last",
];

const NEGATIONS: [&str; 48] = [
    "not",
    "no",
    "never",
    "none",
    "nothing",
    "nobody",
    "nowhere",
    "neither",
    "nor",
    "cannot",
    "without",
    "only",
    "unless",
    "except",
    "excluding",
    "exclude",
    "excludes",
    "avoid",
    "avoids",
    "avoiding",
    "must",
    "shall",
    "hardly",
    "barely",
    "scarcely",
    "rarely",
    "seldom",
    "forbid",
    "forbidden",
    "prohibit",
    "prohibited",
    "refrain",
    "omit",
    "omitting",
    "skip",
    "ignore",
    "ignoring",
    "instead",
    "dont",
    "cant",
    "wont",
    "doesnt",
    "isnt",
    "arent",
    "shouldnt",
    "mustnt",
    "least",
    "most",
];

/// Verbs that belong to a `not` behind them.
const AUXILIARIES: [&str; 20] = [
    "do", "does", "did", "is", "are", "was", "were", "be", "can", "could", "should", "would", "will", "may", "might",
    "must", "shall", "has", "have", "had",
];

/// Numbers, negations and names.
fn by_word(text: &str) -> (Vec<Span>, Vec<Span>, Vec<Span>) {
    let (mut numbers, mut negations, mut names) = (Vec::new(), Vec::new(), Vec::new());
    // the last word, if only blanks are between
    let mut before: Option<(String, usize)> = None;
    for piece in pieces(text) {
        let Span { start, end } = piece.span;
        let part = &text[start..end];
        match piece.kind {
            PieceKind::Space => continue,
            PieceKind::Mark => before = None,
            PieceKind::Number => {
                numbers.push(widen(text, start, end));
                before = None;
            }
            PieceKind::Word => {
                let word = part.to_lowercase().replace('’', "'");
                if is_negation(&word) {
                    let auxiliary = before.as_ref().filter(|(before, _)| {
                        (word == "not" || word == "never" || word == "only") && AUXILIARIES.contains(&before.as_str())
                    });
                    negations.push(auxiliary.map_or(start, |(_, at)| *at)..end);
                } else if word.split('-').any(|part| NUMBER_WORDS.contains(&part)) {
                    numbers.push(start..end);
                } else if is_name(part) {
                    names.push(start..end);
                }
                before = Some((word, start));
            }
        }
    }
    (numbers, negations, names)
}

fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't") || word.starts_with("non-")
}

/// Sign, currency and percent belong to a number.
fn widen(text: &str, start: usize, end: usize) -> Span {
    let before = text[..start].chars().next_back().filter(|c| matches!(c, '-' | '−' | '+' | '$' | '€' | '£' | '#'));
    let after = text[end..].chars().next().filter(|c| matches!(c, '%' | '°' | '$' | '€' | '£'));
    start - before.map_or(0, char::len_utf8)..end + after.map_or(0, char::len_utf8)
}

fn is_name(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let plain = word.strip_suffix("'s").unwrap_or(word);
    word.contains('_')
        || word.chars().any(char::is_numeric)
        || (letters >= 2 && capitals == letters)
        // a capital inside, other than behind a hyphen
        || plain.split('-').any(|part| part.chars().skip(1).any(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_compile() {
        assert!([&TAG, &INLINE, &QUOTED].iter().all(|pattern| pattern.is_some()));
    }

    #[test]
    fn every_kind_is_found() {
        use Protection::{Code, Frozen, Name, Negation, Number, Placeholder, Quoted, Tag};
        let cases: &[(&str, &[(Protection, &str)])] = &[
            ("Answer {{ q }} now", &[(Placeholder, "{{ q }}")]),
            ("Keep the rule here", &[(Frozen, "the rule")]),
            ("Run `a b` or\n```\nx\n```\n", &[(Code, "`a b`"), (Code, "```\nx\n```\n")]),
            ("see https://a.example/b?c=1.", &[(Code, "https://a.example/b?c=1"), (Number, "1")]),
            ("Use <answer> and </answer>, a < b", &[(Tag, "<answer>"), (Tag, "</answer>")]),
            ("Say \"yes\" or 'it is', don't", &[(Quoted, "\"yes\""), (Quoted, "'it is'"), (Negation, "don't")]),
            ("the dogs' tails and James' hat", &[]),
            ("-5 or $1,000.50, 3.5%", &[(Number, "-5"), (Number, "$1,000.50"), (Number, "3.5%")]),
            ("twenty-one and First", &[(Number, "twenty-one"), (Number, "First")]),
            ("Do not go; you MUST NEVER", &[(Negation, "Do not"), (Negation, "MUST"), (Negation, "MUST NEVER")]),
            ("can’t, without, only", &[(Negation, "can’t"), (Negation, "without"), (Negation, "only")]),
            ("my_var JSON iPhone Well-Known x2 A", &[(Name, "my_var"), (Name, "JSON"), (Name, "iPhone"), (Name, "x2")]),
            ("Plain words stay plain.", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> =
                protected(text, &["the rule".to_owned()]).into_iter().map(|p| (p.kind, &text[p.span])).collect();
            for (kind, part) in *expected {
                assert!(found.contains(&(*kind, part)), "{text}: {kind:?} {part} not in {found:?}");
            }
            if expected.is_empty() {
                assert_eq!(found, [], "{text}");
            }
        }
    }

    #[test]
    fn masks_answer_by_bytes() {
        let text = "ab {{x}} cd 5";
        let mask = Mask::new(text, &[]);
        assert_eq!(mask.spans(), [3..8, 12..13]);
        let touches = [(0..2, false), (2..3, false), (2..4, true), (7..8, true), (8..12, false), (12..13, true)];
        for (span, expected) in touches {
            assert_eq!(mask.touches(&span), expected, "{span:?}");
        }
        for (at, expected) in [(3, false), (4, true), (8, false)] {
            assert_eq!(mask.cuts(at), expected, "{at}");
        }
    }
}
