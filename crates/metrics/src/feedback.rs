//! Words of the verdicts: quoted excerpts of fixed length.

/// Longest excerpt in characters.
const EXCERPT: usize = 160;

/// The text in quotes, cut in the middle where it is long, line breaks shown as spaces.
pub(crate) fn quote(text: &str) -> String {
    let text = text.trim();
    let mut quoted = String::with_capacity(text.len().min(EXCERPT) + 8);
    quoted.push('"');
    if text.len() <= EXCERPT || text.chars().count() <= EXCERPT {
        push_flat(&mut quoted, text.chars());
    } else {
        push_flat(&mut quoted, text.chars().take(EXCERPT / 2));
        quoted.push_str(" ... ");
        let tail = text.char_indices().rev().nth(EXCERPT / 2 - 1).map_or(0, |(at, _)| at);
        push_flat(&mut quoted, text[tail..].chars());
    }
    quoted.push('"');
    quoted
}

fn push_flat(into: &mut String, characters: impl Iterator<Item = char>) {
    into.extend(characters.map(|c| if c.is_control() { ' ' } else { c }));
}

/// Several texts in quotes, the first eight of them.
pub(crate) fn quote_all<T: AsRef<str>>(texts: &[T]) -> String {
    let mut words: Vec<String> = texts.iter().take(8).map(|text| quote(text.as_ref())).collect();
    if texts.len() > 8 {
        words.push(format!("{} more", texts.len() - 8));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_in_the_middle() {
        assert_eq!(quote(" a\nb "), "\"a b\"");
        let long = "é".repeat(500);
        assert_eq!(quote(&long).chars().count(), 160 + 7);
        assert_eq!(quote_all(&["a"; 10]), "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", 2 more");
    }
}
