/// Categories, in the words of OpenAI's moderation endpoint, with the roots that raise each.
const LEXICON: [(&str, &[&str]); 6] = [
    ("harassment", &["idiot", "stupid", "moron", "loser", "pathetic", "shut up"]),
    ("hate", &["subhuman", "vermin", "inferior race"]),
    ("self-harm", &["suicide", "kill myself", "hurt myself"]),
    ("sexual", &["porn", "nude", "explicit sex"]),
    ("violence", &["kill", "murder", "stab", "shoot", "beat you", "bomb"]),
    ("illicit", &["counterfeit", "launder", "make a bomb", "steal a"]),
];

/// Score of each category in [0, 1], highest first, by a small lexicon: 0.01 without a hit, 0.7 with one, 0.9 with two, 0.97
/// with more.
pub(super) fn moderation(text: &str) -> Vec<(String, f64)> {
    let text = text.to_lowercase();
    let mut scores: Vec<(String, f64)> = LEXICON
        .iter()
        .map(|(category, roots)| {
            let score = match roots.iter().map(|root| hits(&text, root)).sum() {
                0 => 0.01,
                1 => 0.7,
                2 => 0.9,
                _ => 0.97,
            };
            ((*category).to_owned(), score)
        })
        .collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    scores
}

/// Places where a root begins a word.
fn hits(text: &str, root: &str) -> usize {
    text.match_indices(root).filter(|(at, _)| !text[..*at].ends_with(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lexicon_decides() {
        let table = [
            ("What a lovely day.", "harassment", 0.01),
            ("You are an idiot.", "harassment", 0.7),
            ("You stupid idiot.", "harassment", 0.9),
            ("They kill and murder and stab.", "violence", 0.97),
            ("A skill that overkills nothing", "harassment", 0.01),
        ];
        for (text, category, score) in table {
            let scores = moderation(text);
            assert_eq!(scores[0], (category.to_owned(), score), "{text}");
            assert_eq!(scores.len(), 6);
        }
    }
}
