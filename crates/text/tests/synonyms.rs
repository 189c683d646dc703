//! Which words of real prompt sentences may be replaced, and which never.

use clade_text::{protect::protected, synonyms::replacements};
use proptest::prelude::*;

fn options(text: &str) -> Vec<(String, Vec<String>)> {
    replacements(text, &[]).into_iter().map(|r| (text[r.span].to_owned(), r.options)).collect()
}

#[test]
fn words_are_replaced_in_their_sense_and_form() {
    type Replaced<'a> = &'a [(&'a str, &'a [&'a str])];
    let cases: &[(&str, Replaced<'_>)] = &[
        ("Evaluate the answer carefully.", &[("Evaluate", &["Assess"])]),
        ("First evaluate it, then stop.", &[]),
        ("You should construct a short plan.", &[("construct", &["build"])]),
        ("Approximately half of it.", &[("Approximately", &["Roughly"])]),
        ("Therefore the result holds.", &[("Therefore", &["Thus", "Hence"])]),
        ("It quickly calculates the sum.", &[("quickly", &["rapidly"]), ("calculates", &["computes"])]),
        ("The purpose of this task is clear.", &[("purpose", &["intention"])]),
    ];
    for (text, expected) in cases {
        let found = options(text);
        for (word, new) in *expected {
            let new: Vec<String> = new.iter().map(|s| (*s).to_owned()).collect();
            assert!(found.contains(&((*word).to_owned(), new)), "{text}: {word} not in {found:?}");
        }
    }
}

#[test]
fn some_words_are_never_replaced() {
    let cases = [
        // labels, headers, names, capitals, compounds
        "Purpose: {{ purpose }}",
        "# Approximately Therefore",
        "Call Quickly Inc. or ask the Quickly Group.",
        "QUICKLY",
        "quickly-made and approx/quickly",
        // quotes, code, tags, placeholders
        "Say \"quickly\" or 'therefore' or `evaluate`.",
        "<evaluate> {{ quickly }} {% if therefore %}{% endif %}",
        // numbers and negations
        "Do not, never, only, without, zero, first, two.",
        // another part of speech, or a sense that depends on the rest
        "Help desk assistants answer the question.",
        "Run the process and print the result step by step.",
        "The answer is a good example of a sentence.",
    ];
    for text in cases {
        assert_eq!(options(text), [], "{text}");
    }
    assert_eq!(replacements("Move quickly now.", &["quickly now".to_owned()]), []);
}

#[test]
fn articles_fit_what_follows() {
    for (word, new) in options("It is an enormous effort and a tremendous gain.") {
        let article = if word == "enormous" { "an" } else { "a" };
        for option in new {
            assert_eq!(option.starts_with(['a', 'e', 'i', 'o', 'u']), article == "an", "{article} {option}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_protected_is_offered(
        text in "((Evaluate|quickly|therefore|construct|not|\"quickly\"|`build`|\\{\\{ build \\}\\}|3|JSON|the|a|to|é)[ .,\n]{0,2}){0,20}"
    ) {
        let protected = protected(&text, &[]);
        for replacement in replacements(&text, &[]) {
            prop_assert!(!replacement.options.is_empty());
            prop_assert!(protected.iter().all(|p| p.span.end <= replacement.span.start || replacement.span.end <= p.span.start));
            let word = &text[replacement.span];
            for option in replacement.options {
                prop_assert_eq!(option.starts_with(char::is_uppercase), word.starts_with(char::is_uppercase));
                prop_assert_ne!(option.to_lowercase(), word.to_lowercase());
            }
        }
    }
}
