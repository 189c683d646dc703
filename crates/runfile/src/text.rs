//! Small helpers for what people read.

/// The name nearest to what was written, where one is near enough to be meant.
pub(crate) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(written);
    let names: Vec<&str> = names.into_iter().collect();
    let near = names.iter().map(|name| (strsim::damerau_levenshtein(&wanted, &plain(name)), *name));
    // one edit in three characters is a typing mistake; more is another word
    let near = near.filter(|(edits, name)| *edits <= (name.chars().count().max(3)) / 3).min_by_key(|(edits, _)| *edits);
    // the beginning of one name alone stands for it
    let mut begun = names.iter().filter(|name| wanted.len() > 3 && plain(name).starts_with(&wanted));
    near.map(|near| near.1).or_else(|| begun.next().copied().filter(|_| begun.next().is_none()))
}

/// Names in backquotes with commas, cut after twenty.
pub(crate) fn list<T: AsRef<str>>(names: &[T]) -> String {
    const MOST: usize = 20;
    let mut text = names.iter().take(MOST).map(|n| format!("`{}`", n.as_ref())).collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        text.push_str(&format!(" and {} more", names.len() - MOST));
    }
    text
}

/// `1 example`, `3 examples`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        let names = ["synonym-replacement", "sentence-removal", "sentence-order", "paraphrase"];
        for (written, meant) in [
            ("paraphraze", Some("paraphrase")),
            ("Synonym", Some("synonym-replacement")),
            ("sentence", None),
            ("par", None),
            ("shuffle", None),
        ] {
            assert_eq!(nearest(written, names), meant, "{written}");
        }
    }
}
