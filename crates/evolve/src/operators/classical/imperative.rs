/// Verbs that begin the instructions of prompts.
const VERBS: [&str; 108] = [
    "add",
    "analyse",
    "analyze",
    "answer",
    "apply",
    "ask",
    "assess",
    "assign",
    "assume",
    "base",
    "be",
    "begin",
    "break",
    "calculate",
    "categorise",
    "categorize",
    "check",
    "choose",
    "classify",
    "combine",
    "compare",
    "complete",
    "compose",
    "compute",
    "conclude",
    "consider",
    "convert",
    "count",
    "create",
    "decide",
    "define",
    "describe",
    "detect",
    "determine",
    "discuss",
    "double-check",
    "draft",
    "end",
    "ensure",
    "evaluate",
    "examine",
    "explain",
    "explore",
    "express",
    "extract",
    "figure",
    "fill",
    "find",
    "finish",
    "focus",
    "follow",
    "format",
    "generate",
    "give",
    "identify",
    "imagine",
    "include",
    "indicate",
    "infer",
    "judge",
    "keep",
    "label",
    "list",
    "look",
    "make",
    "mark",
    "match",
    "mention",
    "name",
    "note",
    "output",
    "paraphrase",
    "pick",
    "present",
    "print",
    "produce",
    "provide",
    "put",
    "read",
    "reason",
    "remember",
    "reply",
    "report",
    "respond",
    "return",
    "review",
    "rewrite",
    "rank",
    "say",
    "select",
    "show",
    "simplify",
    "solve",
    "sort",
    "start",
    "state",
    "suggest",
    "summarise",
    "summarize",
    "take",
    "tell",
    "think",
    "translate",
    "treat",
    "try",
    "use",
    "verify",
    "write",
];

/// Whether a word in any case begins an instruction.
pub(super) fn is_imperative(word: &str) -> bool {
    VERBS.contains(&word.to_lowercase().as_str())
}

/// The first word of a text: letters, apostrophes and hyphens.
pub(super) fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-')).unwrap_or(text.len());
    &text[..end]
}

/// Words that tie a sentence to the one before it.
const CONNECTIVES: [&str; 36] = [
    "then",
    "next",
    "finally",
    "afterwards",
    "after",
    "also",
    "however",
    "therefore",
    "thus",
    "hence",
    "otherwise",
    "but",
    "and",
    "or",
    "so",
    "this",
    "that",
    "these",
    "those",
    "it",
    "its",
    "they",
    "such",
    "first",
    "second",
    "third",
    "last",
    "lastly",
    "likewise",
    "moreover",
    "furthermore",
    "instead",
    "if",
    "for",
    "again",
    "both",
];

/// Whether a sentence leans on the one before it.
pub(super) fn leans_back(sentence: &str) -> bool {
    CONNECTIVES.contains(&first_word(sentence).to_lowercase().as_str())
}

/// Words that begin a sentence of instruction before its verb.
const OPENINGS: [&str; 11] =
    ["do", "don't", "don’t", "never", "always", "please", "only", "let's", "first", "then", "under"];

/// Words that make a rule of any sentence.
const RULES: [&str; 8] = ["must", "should", "only", "never", "always", "not", "shall", "need"];

/// Whether a sentence tells the model to do something: it begins with a verb (or an adverb and a verb), or states a rule.
pub(super) fn instructs(sentence: &str) -> bool {
    let first = first_word(sentence).to_lowercase();
    let second = sentence.trim_start().get(first.len()..).map(first_word).unwrap_or_default();
    is_imperative(&first)
        || OPENINGS.contains(&first.as_str())
        || (first.ends_with("ly") && is_imperative(second))
        || sentence.split(|c: char| !c.is_alphabetic()).any(|word| RULES.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_told_from_statements() {
        let cases = [
            ("Solve it.", true),
            ("Carefully solve it.", true),
            ("Do not guess.", true),
            ("The answer must be short.", true),
            ("You are given a problem.", false),
            ("Family names come first.", false),
            ("", false),
            ("İé", false),
        ];
        for (sentence, expected) in cases {
            assert_eq!(instructs(sentence), expected, "{sentence}");
        }
    }
}
