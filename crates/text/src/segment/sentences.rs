use super::{LineKind, lines};
use crate::{Span, protect::code_spans, template::placeholders};

/// Lines shorter than this do not run on into the next one, unless a sentence clearly does: text is wrapped near a margin.
const WRAPPED_LINE: usize = 50;

/// Words with a point that does not end a sentence, in lower case, without their last point.
const ABBREVIATIONS: [&str; 38] = [
    "e.g", "i.e", "eg", "ie", "cf", "vs", "viz", "al", "etc", "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "no",
    "nos", "fig", "figs", "eq", "eqs", "sec", "ch", "vol", "pp", "approx", "est", "dept", "inc", "ltd", "co", "corp",
    "a.m", "p.m", "u.s", "resp",
];

/// Of those, the ones that often do end a sentence: a capital behind them begins a new one.
const MAY_END: [&str; 7] = ["etc", "inc", "ltd", "co", "corp", "a.m", "p.m"];

/// Sentences in order, each with the white space behind it; together they are the text. List items, headers and lines that
/// stand alone are sentences of their own; placeholders and code are never cut.
#[must_use]
pub fn sentences(text: &str) -> Vec<Span> {
    let mut atoms: Vec<Span> = placeholders(text).into_iter().map(|placeholder| placeholder.span).collect();
    atoms.extend(code_spans(text));
    let cuts_atom = |at: usize| atoms.iter().any(|atom| atom.start < at && at < atom.end);

    let mut ends: Vec<usize> = line_ends(text).into_iter().filter(|&at| !cuts_atom(at)).collect();
    ends.extend(mark_ends(text).into_iter().filter(|&at| !cuts_atom(at)));
    ends.push(text.len());
    ends.sort_unstable();
    ends.dedup();

    let mut spans: Vec<Span> = Vec::new();
    let mut start = 0;
    for end in ends {
        if end == start {
            continue;
        }
        match spans.last_mut() {
            // white space belongs to the sentence before it, or to the first one
            Some(last) if text[start..end].trim().is_empty() || text[last.clone()].trim().is_empty() => last.end = end,
            _ => spans.push(start..end),
        }
        start = end;
    }
    spans
}

/// Positions behind line breaks that end a sentence.
fn line_ends(text: &str) -> Vec<usize> {
    let lines = lines(text);
    let mut ends = Vec::new();
    for pair in lines.windows(2) {
        let [line, next] = pair else { continue };
        let (now, then) = (text[line.span.clone()].trim_end(), text[next.span.clone()].trim_start());
        let runs_on = matches!(line.kind, LineKind::Text | LineKind::Item { .. })
            && next.kind == LineKind::Text
            && then.starts_with(char::is_lowercase)
            && !now.ends_with(['.', '!', '?', ':', ';', '}'])
            && (now.chars().count() >= WRAPPED_LINE || now.ends_with(','));
        let in_code = line.kind == LineKind::Code && next.kind == LineKind::Code;
        if !runs_on && !in_code {
            ends.push(line.span.end);
        }
    }
    ends
}

/// Positions behind the white space after marks that end a sentence.
fn mark_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if matches!(c, '。' | '！' | '？') {
            if !matches!(chars.peek(), Some((_, '。' | '！' | '？' | '」' | '』' | '”'))) {
                ends.push(at + c.len_utf8());
            }
            continue;
        }
        if !matches!(c, '.' | '!' | '?' | '…') {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some(&(next_at, next)) = chars.peek() {
            if !matches!(next, '.' | '!' | '?' | '…' | '"' | '\'' | '”' | '’' | ')' | ']' | '*') {
                break;
            }
            end = next_at + next.len_utf8();
            chars.next();
        }
        let rest = &text[end..];
        let after = rest.trim_start();
        if after.len() == rest.len() || after.is_empty() {
            continue;
        }
        let lower = after.starts_with(|first: char| first.is_lowercase());
        if lower || (c == '.' && end == at + 1 && !ends_sentence(&text[..at], after)) {
            continue;
        }
        ends.push(text.len() - after.len());
    }
    ends
}

/// Whether a single point behind `before` ends a sentence that `after` does not go on.
fn ends_sentence(before: &str, after: &str) -> bool {
    let word_start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '.' | '\'' | '’'))
        .last()
        .map_or(before.len(), |(at, _)| at);
    let word = before[word_start..].to_lowercase();
    if word.is_empty() {
        return true;
    }
    if word == "no" {
        // `no. 5` counts, `No. Then` answers
        return !after.starts_with(|c: char| c.is_ascii_digit());
    }
    if ABBREVIATIONS.contains(&word.as_str()) {
        return MAY_END.contains(&word.as_str()) && after.starts_with(char::is_uppercase);
    }
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let alone = before[line_start..word_start].trim().is_empty();
    if alone && word.chars().all(|c| c.is_ascii_digit()) {
        return false;
    }
    // an initial: `J. Smith`; but `Choose A. Then` and `I.` end
    let single = word.chars().count() == 1 && word != "i" && before.ends_with(char::is_uppercase);
    let previous = before[..word_start].trim_end();
    !(single && (previous.is_empty() || previous.ends_with('.')) && after.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sentences_of_prompts() {
        let cases: &[(&str, &[&str])] = &[
            ("One. Two! Three?  Four", &["One. ", "Two! ", "Three?  ", "Four"]),
            ("Use e.g. Paris, i.e. a city. Stop.", &["Use e.g. Paris, i.e. a city. ", "Stop."]),
            (
                "It is 3.14 or v1.2. Ask Dr. Who, etc. Then go.",
                &["It is 3.14 or v1.2. ", "Ask Dr. Who, etc. ", "Then go."],
            ),
            ("See no. 5. No. Then stop.", &["See no. 5. ", "No. ", "Then stop."]),
            ("Choose A. Then say why.", &["Choose A. ", "Then say why."]),
            ("1. Do this. Now.\n2. Do that.", &["1. Do this. ", "Now.\n", "2. Do that."]),
            ("Rules:\n- a\n- b", &["Rules:\n", "- a\n", "- b"]),
            ("Question: {{ q }}\nAnswer:", &["Question: {{ q }}\n", "Answer:"]),
            ("{{ 'A. B' }} is it. Yes.", &["{{ 'A. B' }} is it. ", "Yes."]),
            (
                "This is a long line of prose that was wrapped near the\nmargin and goes on. End.",
                &["This is a long line of prose that was wrapped near the\nmargin and goes on. ", "End."],
            ),
            ("He said \"Stop.\" Then left.", &["He said \"Stop.\" ", "Then left."]),
            ("```\nA. B. C\nD\n```\nAfter.", &["```\nA. B. C\nD\n```\n", "After."]),
            ("Run `a. B` now. Go.", &["Run `a. B` now. ", "Go."]),
            ("问题一。问题二？", &["问题一。", "问题二？"]),
            ("\n\n  Lead. Tail.\n\n", &["\n\n  Lead. ", "Tail.\n\n"]),
            ("A.\r\nB.\r\n", &["A.\r\n", "B.\r\n"]),
            ("   ", &["   "]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = sentences(text).into_iter().map(|span| &text[span]).collect();
            assert_eq!(&found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn sentences_are_the_text_and_cut_no_placeholder(
            text in "(\\PC{0,8}|\n|\r\n|[A-Z][a-z]{1,5}|\\. |! |\\{\\{ a \\}\\}|\\{% if a %\\}|`x\\. Y`|```| ){0,24}"
        ) {
            let spans = sentences(&text);
            let joined: String = spans.iter().map(|span| &text[span.clone()]).collect();
            prop_assert_eq!(joined, text.as_str());
            for placeholder in placeholders(&text) {
                let inside = placeholder.span.start + 1..placeholder.span.end;
                prop_assert!(spans.iter().all(|span| !inside.contains(&span.start)));
            }
        }
    }
}
