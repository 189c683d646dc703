use clade_domain::{Assertion, Example, ExampleId};
use clade_evolve::child_seed;
use serde_json::json;

const NAMES: [&str; 12] =
    ["Ada", "Bela", "Cleo", "Dario", "Edda", "Femi", "Gita", "Hugo", "Ines", "Jun", "Kofi", "Lena"];
const THINGS: [&str; 10] = ["pens", "apples", "tiles", "seeds", "cards", "bolts", "coins", "books", "cups", "ropes"];

/// So many short questions of arithmetic, each with its right answer and with these checks, the same for the same seed. No
/// two have the same text.
pub(crate) fn questions(seed: u64, count: u32, checks: &[Assertion]) -> Vec<Example> {
    (0..count)
        .map(|n| {
            let draw = |place: u64, below: usize| (child_seed(seed, &[u64::from(n), place]) % below as u64) as usize;
            let (who, what) = (NAMES[draw(0, NAMES.len())], THINGS[draw(1, THINGS.len())]);
            let (boxes, each, more) = (draw(2, 12) + 2, draw(3, 40) + 3, draw(4, 60) + 1);
            let question = format!(
                "In delivery {} {who} finds {boxes} boxes with {each} {what} each and {more} {what} beside them. How many \
                 {what} are that?",
                n + 1
            );
            let vars = [("question", question), ("answer", (boxes * each + more).to_string())];
            Example {
                id: ExampleId(n),
                vars: vars.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect(),
                asserts: checks.to_vec(),
                threshold: None,
                description: String::new(),
                metadata: Default::default(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_differ_and_come_again() {
        let all = questions(3, 400, &[]);
        let mut texts: Vec<String> = all.iter().map(|example| example.vars["question"].to_string()).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 400);
        assert_eq!(questions(3, 400, &[]), all);
        assert_ne!(questions(4, 400, &[]), all);
    }
}
