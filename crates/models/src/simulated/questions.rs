//! Questions for searches on the simulated model: as many different ones as are wanted, with their answers, from a seed
//! and without files; and prompts that carry skills.

use std::collections::BTreeSet;

use super::{
    mixing::{Draw, Mixer},
    rules::Book,
};

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The question's text; no other of the same set contains it.
    pub question: String,
    /// The answer as the data of GSM8K have it: `#### 72` on the last line.
    pub answer: String,
}

const NAMES: [&str; 16] = [
    "Ada", "Bela", "Chidi", "Dana", "Emre", "Femi", "Grete", "Hana", "Ivo", "Juna", "Kofi", "Lena", "Mira", "Nils",
    "Oda", "Pia",
];
const THINGS: [&str; 16] = [
    "apples", "beads", "candles", "cards", "coins", "cups", "eggs", "lamps", "lemons", "marbles", "pears", "pens",
    "pots", "roses", "shells", "stamps",
];

/// `count` different questions, the same for the same seed; a longer list begins with the shorter one. There are more than
/// two million.
#[must_use]
pub fn questions(seed: u64, count: usize) -> Vec<Question> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::with_capacity(count);
    let mut number = 0;
    while all.len() < count {
        let drawn = drawn(Mixer::new(seed, Draw::Question).word(number));
        number += 1;
        if seen.insert(drawn.question.clone()) {
            all.push(drawn);
        }
    }
    all
}

/// A prompt for these questions with the first `skills` skills of the reasoning book, a sentence each; the placeholder is
/// `{{question}}`.
#[must_use]
pub fn prompt(skills: usize) -> String {
    let given = Book::Reasoning.table().skills.iter().take(skills).filter_map(|skill| skill.phrasings.first());
    let sentences: String = given.flat_map(|sentence| [" ", sentence]).collect();
    format!("Solve the problem.{sentences}\n\nQuestion: {{{{question}}}}\nAnswer:")
}

fn drawn(draw: Mixer) -> Question {
    let below = |part: u64, n: usize| draw.word(part).below(n);
    let (name, thing) = (NAMES[below(1, NAMES.len())], THINGS[below(2, THINGS.len())]);
    let (few, many, more) = (2 + below(3, 18), 20 + below(4, 60), 2 + below(5, 12));
    let (question, working, answer) = match below(6, 4) {
        0 => (
            format!(
                "{name} has {many} {thing} and gives away {few} of them. Then {name} buys {more}. How many {thing} does {name} have now?"
            ),
            format!("{many} - {few} + {more} = {}", many - few + more),
            many - few + more,
        ),
        1 => (
            format!(
                "A box holds {few} {thing}. {name} fills {more} boxes and has {many} {thing} left over. How many {thing} are there?"
            ),
            format!("{few} * {more} + {many} = {}", few * more + many),
            few * more + many,
        ),
        2 => (
            format!(
                "{name} sells {many} {thing} on Monday and {few} fewer on Tuesday. How many {thing} does {name} sell on the two days, if {more} are given back?"
            ),
            format!("{many} + {} - {more} = {}", many - few, 2 * many - few - more),
            2 * many - few - more,
        ),
        _ => (
            format!(
                "{name} pays {few} coins for one of the {thing} and has {many} coins. Selling {more} old ones at the same price, how many coins does {name} then have?"
            ),
            format!("{many} + {few} * {more} = {}", many + few * more),
            many + few * more,
        ),
    };
    Question { question, answer: format!("{working}\n#### {answer}") }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use clade_domain::ChatRequest;
    use serde_json::json;

    use super::*;
    use crate::simulated::{AnswerKey, SimulatedModel, cues::Carried};

    #[test]
    fn questions_are_different_and_settled_by_the_seed() {
        let all = questions(7, 5000);
        assert_eq!(all[..400], questions(7, 400));
        assert_ne!(all[..400], questions(8, 400));
        let distinct: BTreeSet<&str> = all.iter().map(|one| one.question.as_str()).collect();
        assert_eq!(distinct.len(), 5000);
        for one in &all {
            let working = one.answer.split_once(" = ").unwrap().1;
            let (result, last) = working.split_once("\n#### ").unwrap();
            assert_eq!(result, last);
            let mut carried = Carried::default();
            Book::Reasoning.table().reader.read(&one.question, &mut carried);
            assert_eq!((carried.skills, carried.harms), (0, 0), "{}", one.question);
        }
    }

    #[test]
    fn bare_prompts_score_about_5_percent_and_complete_ones_95() {
        const COUNT: usize = 4000;
        let all = questions(3, COUNT);
        let key = AnswerKey::new(all.iter().map(|one| (vec![one.question.clone()], one.answer.clone())));
        let key = Arc::new(key);
        let score = |name: &str, settings: serde_json::Value, skills: usize| {
            let config: BTreeMap<_, _> = serde_json::from_value(settings).unwrap();
            let model = SimulatedModel::new(name, &config, Some(key.clone()), 1).unwrap();
            let prompt = prompt(skills);
            let right = all.iter().filter(|one| {
                let request = ChatRequest::user(prompt.replace("{{question}}", &one.question));
                let end = one.answer.rsplit('\n').next().unwrap();
                model.answer(&request, 0).text.ends_with(&format!("\n{end}"))
            });
            right.count() as f64 / COUNT as f64
        };
        // five of eight skills: .5 * 5/8 + .3 * 20/56 + .2 * 60/336 of the questions, and 5 % turned round
        let five: f64 = 0.5 * 5.0 / 8.0 + 0.3 * 20.0 / 56.0 + 0.2 * 60.0 / 336.0;
        for (name, settings, skills, expected) in [
            ("rough", json!({}), 0, 0.05),
            ("rough", json!({}), 8, 0.95),
            ("gentle", json!({}), 0, 0.05),
            ("gentle", json!({}), 8, 1.0),
            ("rough", json!({"useful": 0}), 5, 0.95 * five + 0.05 * (1.0 - five)),
            ("rough", json!({"pairs": 4}), 8, 0.95),
            ("rough", json!({"conflicts": 2, "overrides": 2}), 8, 0.95),
        ] {
            let found = score(name, settings.clone(), skills);
            assert!((found - expected).abs() < 0.028, "{name} {settings} {skills}: {found}, not {expected}");
        }
    }
}
