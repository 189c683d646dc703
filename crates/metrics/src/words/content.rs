use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use super::stopwords::is_stopword;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// The words of a text in lower case: runs of letters and digits, with apostrophes inside.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '\u{2019}'))
        .map(|word| word.trim_matches(['\'', '\u{2019}']))
        .filter(|word| !word.is_empty())
        .map(|word| word.replace('\u{2019}', "'"))
        .collect()
}

/// The stems (Porter's second English stemmer) of the words that carry content, in order, repeats kept.
pub(crate) fn content_stems(text: &str) -> Vec<String> {
    words(text)
        .iter()
        .filter(|word| !is_stopword(word))
        .map(|word| {
            let bare = word.strip_suffix("'s").unwrap_or(word);
            STEMMER.stem(bare).into_owned()
        })
        .filter(|stem| !stem.is_empty())
        .collect()
}
