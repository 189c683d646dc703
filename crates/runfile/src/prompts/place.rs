use crate::{
    source::{Sources, Span},
    yaml::Node,
};

/// Where the text of a component stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Where it begins.
    pub span: Span,
    /// Whether its lines are lines of that source.
    pub lines: bool,
}

impl Place {
    /// A text that stands in a source as it is, from the start of a line on.
    pub fn of_line(source: usize, line: usize) -> Self {
        Self { span: Span { source, line, column: 0, length: 0 }, lines: true }
    }

    /// The text of a tree's node: in a literal block (`|`) line for line, else all on one.
    pub fn of_node(sources: &Sources, node: &Node) -> Self {
        let before = sources.line(node.span.source, node.span.line.saturating_sub(1)).trim_end();
        let header = before.trim_end_matches(['-', '+', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        let first = sources.line(node.span.source, node.span.line);
        let alone = first.chars().take(node.span.column).all(char::is_whitespace);
        let lines = alone && header.strip_suffix('|').is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', ':']));
        let length = if lines { 0 } else { node.span.length };
        Self { span: Span { length, ..node.span }, lines }
    }

    /// A place inside of this text, which was read as a source of its own.
    pub fn outer(self, inner: Self) -> Self {
        if !self.lines {
            return self;
        }
        let line = self.span.line + inner.span.line.saturating_sub(1);
        let column = self.span.column + inner.span.column;
        Self { span: Span { source: self.span.source, line, column, ..inner.span }, ..inner }
    }

    /// Its line of that number, from 0.
    pub fn line(self, number: usize) -> Span {
        if !self.lines || number == 0 {
            return self.span;
        }
        Span { line: self.span.line + number, length: 0, ..self.span }
    }

    /// The same with the first of `word` on its line of that number underlined, where it stands there.
    pub fn word(self, sources: &Sources, number: usize, word: &str) -> Span {
        let span = self.line(number);
        let text = sources.line(span.source, span.line);
        let skipped: usize = text.chars().take(span.column).map(char::len_utf8).sum();
        match text[skipped..].find(word) {
            Some(at) => {
                let column = span.column + text[skipped..skipped + at].chars().count();
                Span { column, length: word.chars().count(), ..span }
            }
            None => span,
        }
    }
}
