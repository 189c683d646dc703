//! Cutting a template into sentences and putting it together again.

/// The template's sentences, each with the white space after it: together they are the template. A sentence ends with `.`,
/// `!` or `?` before white space, and with a line.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let next_is_space = bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
        let ends = bytes[at] == b'\n' || (matches!(bytes[at], b'.' | b'!' | b'?') && next_is_space);
        at += 1;
        if ends {
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            pieces.push(&text[start..at]);
            start = at;
        }
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// Whether a piece holds a placeholder.
pub(super) fn has_placeholder(piece: &str) -> bool {
    piece.contains("{{") || piece.contains("{%")
}

/// Whether a piece must stay: placeholders, labels such as `Answer:`, and the marker that fixes the form of answers.
pub(super) fn is_fixed(piece: &str) -> bool {
    let text = piece.trim();
    has_placeholder(piece) || text.contains("####") || text.ends_with(':') || text.is_empty()
}

/// The text without one of its pieces; the line break after it stays.
pub(super) fn without(pieces: &[&str], gone: usize) -> String {
    let mut text = pieces[..gone].concat();
    let space = &pieces[gone][pieces[gone].trim_end().len()..];
    if let Some(breaks) = space.find('\n')
        && !text.is_empty()
        && !text.ends_with('\n')
    {
        text.truncate(text.trim_end().len());
        text.push_str(&space[breaks..]);
    }
    text.push_str(&pieces[gone + 1..].concat());
    if gone + 1 == pieces.len() { text.trim_end().to_owned() } else { text }
}

/// The text with one of its pieces replaced; the white space after it stays.
pub(super) fn replaced(pieces: &[&str], at: usize, sentence: &str) -> String {
    let space = &pieces[at][pieces[at].trim_end().len()..];
    [&pieces[..at].concat(), sentence, space, &pieces[at + 1..].concat()].concat()
}

/// The text with one more sentence, at the end of the instructions: before the paragraph with the first placeholder, or at
/// the end where there is none.
pub(super) fn with_sentence(text: &str, sentence: &str) -> String {
    let Some(first) = text.find("{{").into_iter().chain(text.find("{%")).min() else {
        let text = text.trim_end();
        let gap = if text.is_empty() {
            ""
        } else if text.ends_with(['.', '!', '?']) {
            " "
        } else {
            "\n"
        };
        return [text, gap, sentence].concat();
    };
    match text[..first].rfind("\n\n") {
        Some(at) => {
            let head = text[..at].trim_end();
            let gap = if head.is_empty() {
                ""
            } else if head.ends_with(['.', '!', '?']) {
                " "
            } else {
                "\n"
            };
            [head, gap, sentence, &text[at..]].concat()
        }
        None => {
            // a sentence can only follow the pieces before the one with the placeholder
            let mut end = 0;
            for piece in pieces(text) {
                if end + piece.len() > first {
                    break;
                }
                end += piece.len();
            }
            let (head, tail) = text.split_at(end);
            let space = &head[head.trim_end().len()..];
            let gap = if space.is_empty() { "\n\n" } else { space };
            let before = if head.trim_end().is_empty() { "" } else { " " };
            [head.trim_end(), before, sentence, gap, tail].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_up_the_text() {
        let table = [
            ("One. Two!\nThree {{x}} 3.5", vec!["One. ", "Two!\n", "Three {{x}} 3.5"]),
            ("A line\n\nQuestion: {{q}}\nAnswer:", vec!["A line\n\n", "Question: {{q}}\n", "Answer:"]),
            ("", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(pieces(text), expected);
            assert_eq!(pieces(text).concat(), text);
        }
    }

    #[test]
    fn a_sentence_goes_away_with_its_own_space() {
        let table = [
            ("One. Two. Three.", 1, "One. Three."),
            ("One. Two.\n\n{{q}}", 1, "One.\n\n{{q}}"),
            ("One.\nTwo.\n{{q}}", 1, "One.\n{{q}}"),
            ("One. Two.", 1, "One."),
            ("One.\n\n{{q}}", 0, "{{q}}"),
        ];
        for (text, gone, expected) in table {
            assert_eq!(without(&pieces(text), gone), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_is_added_before_the_first_placeholder() {
        let table = [
            ("Solve it.\n\nQuestion: {{q}}\nAnswer:", "Solve it. New.\n\nQuestion: {{q}}\nAnswer:"),
            ("Solve it\n\n{{q}}", "Solve it\nNew.\n\n{{q}}"),
            ("Solve it.\n{{q}}", "Solve it. New.\n{{q}}"),
            ("Answer this: {{q}}", "New.\n\nAnswer this: {{q}}"),
            ("Be kind. Answer this: {{q}}", "Be kind. New. Answer this: {{q}}"),
            ("{{q}}", "New.\n\n{{q}}"),
            ("Be kind.", "Be kind. New."),
            ("", "New."),
        ];
        for (text, expected) in table {
            assert_eq!(with_sentence(text, "New."), expected, "{text}");
        }
    }
}
