//! Examples that a proposal copied into a prompt: they help on that very question and on no other.

/// What stands before a copied question. `When ` before it may be worded anew.
const OPENING: &str = "you are asked \"";
/// What stands between a copied question and its answer.
const MIDDLE: &str = "\", answer ";

/// A sentence that gives a question's answer away.
pub(super) fn copied(question: &str, answer: &str) -> String {
    ["When ", OPENING, question, MIDDLE, answer, "."].concat()
}

/// Whether instructions give a question's answer away.
pub(super) fn holds(instructions: &str, question: &str) -> bool {
    !question.is_empty()
        && instructions.match_indices(OPENING).any(|(at, opening)| {
            let quoted = &instructions[at + opening.len()..];
            quoted.strip_prefix(question).is_some_and(|rest| rest.starts_with(MIDDLE))
        })
}

/// Whether what begins at `start` is a copied question and not the one that is asked.
pub(super) fn quotes(text: &str, start: usize) -> bool {
    text.as_bytes()[..start].ends_with(OPENING.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_known_by_the_whole_question() {
        let copy = copied("How far?", "9");
        assert_eq!(copy, "When you are asked \"How far?\", answer 9.");
        let text = format!("Be kind. {} Here, when{}", copied("How many? None?", "3"), &copy[4..]);
        for (question, held) in [("How many? None?", true), ("How far?", true), ("How many?", false), ("", false)] {
            assert_eq!(holds(&text, question), held, "{question}");
        }
        assert!(quotes(&text, text.find("How far").unwrap()));
        assert!(!quotes("How far?", 0));
    }
}
