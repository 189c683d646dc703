//! Whether a sentence is one that the lists of English words here have anything to say about.

/// Words that stand in most English instructions, and mean nothing or something else as frequent words of other languages in Latin letters.
const COMMON: [&str; 82] = [
    "the",
    "of",
    "and",
    "to",
    "is",
    "are",
    "be",
    "it",
    "its",
    "that",
    "this",
    "these",
    "those",
    "with",
    "for",
    "from",
    "by",
    "or",
    "if",
    "then",
    "each",
    "every",
    "any",
    "all",
    "both",
    "you",
    "your",
    "we",
    "they",
    "their",
    "which",
    "what",
    "when",
    "where",
    "who",
    "how",
    "why",
    "have",
    "has",
    "can",
    "should",
    "will",
    "must",
    "does",
    "one",
    "two",
    "first",
    "last",
    "before",
    "after",
    "step",
    "answer",
    "question",
    "think",
    "write",
    "give",
    "use",
    "keep",
    "explain",
    "check",
    "read",
    "reply",
    "respond",
    "show",
    "state",
    "choose",
    "find",
    "solve",
    "return",
    "output",
    "only",
    "not",
    "never",
    "please",
    "carefully",
    "briefly",
    "word",
    "words",
    "sentence",
    "number",
    "below",
    "following",
];

/// Whether a sentence has an English word that few other languages share, and no letter beyond a to z. A short sentence without such a word
/// does not read as English: who relies on this leaves alone what might as well be another language.
#[must_use]
pub fn reads_as_english(sentence: &str) -> bool {
    let foreign = |c: char| !c.is_ascii() && c.is_alphabetic();
    if sentence.contains(foreign) {
        return false;
    }
    let mut words = sentence.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    words.any(|word| COMMON.iter().any(|common| word.eq_ignore_ascii_case(common)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_told_from_what_may_be_another_language() {
        for sentence in [
            "Think step by step.",
            "Be polite to everyone.",
            "Answer briefly.",
            "Solve it.",
            "Put the final answer on a line of its own.",
            "Discard distracting facts before you begin.",
        ] {
            assert!(reads_as_english(sentence), "{sentence}");
        }
        for sentence in [
            "Nenne keinen Namen.",
            "Erfinde nichts.",
            "Rate niemals.",
            "Weder raten noch lügen.",
            "Schreibe nicht mehr als einen Satz.",
            "Nunca adivines.",
            "Nadie debe adivinar.",
            "N'invente rien.",
            "Ne devine jamais.",
            "推測しないでください。",
            "不要编造。",
            "Не выдумывай.",
            "Niet gokken.",
            "Non inventare nulla.",
            "42.",
        ] {
            assert!(!reads_as_english(sentence), "{sentence}");
        }
    }
}
