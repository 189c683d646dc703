use crate::Span;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// Letters, with apostrophes and hyphens inside (`don't`, `step-by-step`), and digits after a letter (`x2`).
    Word,
    /// Digits, with points, commas, colons and slashes inside (`3.14`, `1,000`, `10:30`), and letters after (`2nd`, `5kg`).
    Number,
    /// A run of white space.
    Space,
    /// One other character.
    Mark,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: PieceKind,
}

/// Words, numbers, blanks and marks in order; together they are the text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let kind = if c.is_whitespace() {
            PieceKind::Space
        } else if c.is_numeric() {
            PieceKind::Number
        } else if c.is_alphabetic() || c == '_' {
            PieceKind::Word
        } else {
            PieceKind::Mark
        };
        let mut end = start + c.len_utf8();
        while let Some(&(at, next)) = chars.peek() {
            let goes_on = match kind {
                PieceKind::Space => next.is_whitespace(),
                PieceKind::Word => is_inside_word(next) || (is_joiner(next) && letter_after(text, at, next)),
                PieceKind::Number => {
                    next.is_alphanumeric() || (matches!(next, '.' | ',' | ':' | '/') && digit_after(text, at, next))
                }
                PieceKind::Mark => false,
            };
            if !goes_on {
                break;
            }
            end = at + next.len_utf8();
            chars.next();
        }
        pieces.push(Piece { span: start..end, kind });
    }
    pieces
}

/// The words of a text, without numbers, blanks and marks.
#[must_use]
pub fn words(text: &str) -> Vec<Span> {
    pieces(text).into_iter().filter(|piece| piece.kind == PieceKind::Word).map(|piece| piece.span).collect()
}

/// Letters, digits and combining marks.
fn is_inside_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c) || c == '\u{200d}'
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | '-')
}

fn letter_after(text: &str, at: usize, c: char) -> bool {
    text[at + c.len_utf8()..].chars().next().is_some_and(char::is_alphabetic)
}

fn digit_after(text: &str, at: usize, c: char) -> bool {
    text[at + c.len_utf8()..].chars().next().is_some_and(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_of_prompts() {
        let cases: &[(&str, &[&str])] = &[
            ("Don't think step-by-step.", &["Don't", "think", "step-by-step"]),
            ("Pay $1,000.50 by 10:30, the 2nd", &["Pay", "by", "the"]),
            ("naïve café – 'quoted' x2", &["naïve", "café", "quoted", "x2"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = words(text).into_iter().map(|span| &text[span]).collect();
            assert_eq!(&found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(text in "\\PC{0,40}|[a-z '0-9.,\\-\n\r]{0,60}") {
            let joined: String = pieces(&text).iter().map(|piece| &text[piece.span.clone()]).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
