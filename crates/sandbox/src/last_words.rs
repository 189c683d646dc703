/// The end of what a program said, at most this many characters.
#[must_use]
pub fn last_words(text: &str, most: usize) -> &str {
    let text = text.trim();
    let from = text.char_indices().rev().nth(most.saturating_sub(1)).map_or(0, |(at, _)| at);
    text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_characters() {
        assert_eq!((last_words(" größe\n", 3), last_words("ab", 3), last_words("", 3)), ("öße", "ab", ""));
    }
}
