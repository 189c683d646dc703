/// The known word nearest to a mistyped one, where it is near enough to be meant (Jaro-Winkler similarity of 0.75 or more).
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let known = ["temperature", "top_p", "max_tokens"];
        assert_eq!(nearest("temprature", known), Some("temperature"));
        assert_eq!(nearest("maxTokens", known), Some("max_tokens"));
        assert_eq!(nearest("qqq", known), None);
    }
}
