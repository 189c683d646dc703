use crate::Span;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Only white space.
    Blank,
    /// A title: `# Title`, `**Title**`, or a short `Label:` with nothing behind it.
    Header,
    /// A list item; `marker` ends behind the bullet or number and its blanks.
    Item {
        /// The end of the marker, as a byte position in the whole text.
        marker_end: usize,
    },
    /// Inside a fenced code block, fences included.
    Code,
    /// Anything else.
    Text,
}

/// A line with its line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: LineKind,
}

/// A header with all that stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The header's line; empty for what stands before the first header.
    pub header: Span,
    /// Header and body.
    pub span: Span,
}

/// The lines of a text; together they are the text.
#[must_use]
pub fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut fence: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let span = at..at + line.len();
        at = span.end;
        let trimmed = line.trim();
        let opens = ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence));
        let kind = match (fence, opens) {
            (Some(open), Some(mark)) if open == mark && trimmed.trim_end_matches(['`', '~']).is_empty() => {
                fence = None;
                LineKind::Code
            }
            (Some(_), _) => LineKind::Code,
            (None, Some(mark)) => {
                fence = Some(mark);
                LineKind::Code
            }
            (None, None) => kind_of(line, span.start),
        };
        lines.push(Line { span, kind });
    }
    lines
}

fn kind_of(line: &str, start: usize) -> LineKind {
    let trimmed = line.trim();
    if trimmed.is_empty() {
        return LineKind::Blank;
    }
    let indent = line.len() - line.trim_start().len();
    if let Some(marker) = marker_len(&line[indent..]) {
        return LineKind::Item { marker_end: start + indent + marker };
    }
    if is_header(trimmed) { LineKind::Header } else { LineKind::Text }
}

/// Bytes of a list marker with the blanks behind it: `- `, `* `, `• `, `1. `, `2) `, `(a) `.
fn marker_len(line: &str) -> Option<usize> {
    let rest = line.strip_prefix(['-', '*', '•', '+', '–']).or_else(|| {
        let inner = line.strip_prefix('(').unwrap_or(line);
        let digits = inner.len() - inner.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let letters = usize::from(digits == 0 && inner.starts_with(|c: char| c.is_ascii_alphabetic()));
        let label = digits + letters;
        if label == 0 || digits > 3 {
            return None;
        }
        let rest = &inner[label..];
        // a letter needs a bracket: `a) x`; `I. x` begins a sentence
        rest.strip_prefix(')').or_else(|| rest.strip_prefix('.').filter(|_| digits > 0 && inner.len() == line.len()))
    })?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    (blanks > 0 && !rest.trim().is_empty()).then(|| line.len() - rest.len() + blanks)
}

/// Most words of a `Label:` that counts as a header.
const LABEL_WORDS: usize = 5;

fn is_header(line: &str) -> bool {
    let hashes = line.len() - line.trim_start_matches('#').len();
    if (1..=6).contains(&hashes) {
        return line[hashes..].starts_with(' ');
    }
    if line.contains("{{") || line.contains("{%") {
        return false;
    }
    let bold = line.strip_prefix("**").and_then(|rest| rest.trim_end_matches(':').strip_suffix("**"));
    if bold.is_some_and(|inner| !inner.is_empty() && !inner.contains("**")) {
        return true;
    }
    line.strip_suffix(':').is_some_and(|label| {
        label.split_whitespace().count() <= LABEL_WORDS
            && label.starts_with(char::is_uppercase)
            && !label.contains(['.', '!', '?', ',', ';', ':', '"'])
    })
}

/// Paragraphs: runs of lines that are not blank, each with the blank lines behind it; together they are the text. A fenced
/// block is never cut.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<Span> {
    let mut paragraphs: Vec<Span> = Vec::new();
    let mut after_blank = false;
    for line in lines(text) {
        let blank = line.kind == LineKind::Blank;
        match paragraphs.last_mut() {
            // blank lines before any text belong to the first paragraph
            Some(last) if blank || !after_blank || text[last.clone()].trim().is_empty() => last.end = line.span.end,
            _ => paragraphs.push(line.span.clone()),
        }
        after_blank = blank;
    }
    paragraphs
}

/// Sections: what stands before the first header, then each header with what is under it; together they are the text.
#[must_use]
pub fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in lines(text) {
        let header = line.kind == LineKind::Header;
        match sections.last_mut() {
            Some(last) if !header => last.span.end = line.span.end,
            _ => {
                let header = if header { line.span.clone() } else { line.span.start..line.span.start };
                sections.push(Section { header, span: line.span });
            }
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn kinds_of_lines() {
        let cases = [
            ("# Title", 'h'),
            ("###no", 't'),
            ("**Rules**", 'h'),
            ("**Rules:**", 'h'),
            ("Output format:", 'h'),
            ("Think about this carefully, then answer:", 't'),
            ("Question: {{q}}", 't'),
            ("{{label}}:", 't'),
            ("- item", 'i'),
            ("  2) item", 'i'),
            ("(a) item", 'i'),
            ("10. item", 'i'),
            ("3.5 is a number", 't'),
            ("I. Newton", 't'),
            ("-5 degrees", 't'),
            ("- ", 't'),
            ("   ", 'b'),
        ];
        for (line, expected) in cases {
            let found: Vec<char> = lines(line)
                .iter()
                .map(|line| match line.kind {
                    LineKind::Blank => 'b',
                    LineKind::Header => 'h',
                    LineKind::Item { .. } => 'i',
                    LineKind::Code => 'c',
                    LineKind::Text => 't',
                })
                .collect();
            assert_eq!(found, vec![expected], "{line}");
        }
    }

    #[test]
    fn fences_are_code_to_their_end() {
        let text = "a\n```py\n# no header\n\n- no item\n```\n\nb\n";
        assert_eq!(paragraphs(text).len(), 2);
        assert_eq!(sections(text).len(), 1);
        assert_eq!(lines(text).iter().filter(|line| line.kind == LineKind::Code).count(), 5);
    }

    #[test]
    fn sections_have_headers() {
        let text = "Intro.\n\n# One\nx\n\nRules:\n- y\n";
        let found: Vec<_> = sections(text).iter().map(|s| (&text[s.header.clone()], &text[s.span.clone()])).collect();
        assert_eq!(found, [("", "Intro.\n\n"), ("# One\n", "# One\nx\n\n"), ("Rules:\n", "Rules:\n- y\n")]);
    }

    proptest! {
        #[test]
        fn cuts_are_the_text(text in "(\\PC{0,8}|\n|\r\n|\n\n|# a|- b|```|Label:|1. x| ){0,20}") {
            let spans = |spans: Vec<Span>| spans.into_iter().map(|span| text[span].to_owned()).collect::<String>();
            prop_assert_eq!(spans(lines(&text).into_iter().map(|l| l.span).collect()), text.as_str());
            prop_assert_eq!(spans(paragraphs(&text)), text.as_str());
            prop_assert_eq!(spans(sections(&text).into_iter().map(|s| s.span).collect()), text.as_str());
        }
    }
}
