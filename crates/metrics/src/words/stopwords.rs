/// English words that carry grammar rather than content, in order.
static STOPWORDS: &[&str] = &[
    "a", "about", "above", "after", "again", "against", "all", "also", "am", "an", "and", "any", "are", "aren't", "as",
    "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "can't",
    "cannot", "could", "did", "didn't", "do", "does", "doesn't", "doing", "don't", "down", "during", "each", "either",
    "else", "even", "ever", "few", "for", "from", "further", "get", "give", "had", "has", "have", "having", "he",
    "her", "here", "hers", "him", "his", "how", "i", "i'm", "if", "in", "into", "is", "isn't", "it", "it's", "its",
    "just", "let", "let's", "like", "may", "me", "might", "more", "most", "must", "my", "no", "nor", "not", "now",
    "of", "off", "on", "once", "one", "only", "or", "other", "our", "ours", "out", "over", "own", "per", "please",
    "same", "shall", "she", "should", "so", "some", "such", "than", "that", "that's", "the", "their", "theirs", "them",
    "then", "there", "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "upon", "us",
    "very", "was", "wasn't", "we", "were", "what", "when", "where", "whether", "which", "while", "who", "whom",
    "whose", "why", "will", "with", "within", "without", "won't", "would", "yes", "you", "you're", "your", "yours",
];

/// Whether a lower-case word carries no content.
pub(super) fn is_stopword(word: &str) -> bool {
    STOPWORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(STOPWORDS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(is_stopword("the") && !is_stopword("cat"));
    }
}
