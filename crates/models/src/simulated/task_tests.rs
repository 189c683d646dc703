use std::collections::BTreeMap;

use clade_domain::ChatMessage;
use serde_json::{Value, json};

use super::*;
use crate::simulated::rules::Rules;

const QUESTIONS: usize = 4000;

fn world(name: &str, config: Value) -> World {
    let config: BTreeMap<String, Value> = serde_json::from_value(config).unwrap();
    World { rules: Rules::new(name, &config).unwrap(), seed: 11 }
}

fn question(i: usize) -> String {
    format!("A farmer has {i} sheep and sells some of them. How many are left?")
}

fn key() -> AnswerKey {
    AnswerKey::new((0..QUESTIONS).map(|i| (vec![question(i)], format!("work\n#### {}", i + 3))))
}

fn ask(prompt: &str, i: usize) -> ChatRequest {
    ChatRequest::user(format!("{prompt}\n\nQuestion: {}\nAnswer:", question(i)))
}

fn is_right(text: &str, i: usize) -> bool {
    text.ends_with(&format!("\n#### {}", i + 3))
}

/// The share of right answers.
fn accuracy(world: &World, prompt: &str, sample: u32) -> f64 {
    let key = key();
    let right = (0..QUESTIONS).filter(|i| is_right(&answer(world, Some(&key), &ask(prompt, *i), sample), *i));
    right.count() as f64 / QUESTIONS as f64
}

/// A prompt with the first `n` skills, by the given phrasing of each.
fn skilled(book: Book, n: usize, phrasing: usize) -> String {
    let skills = &book.table().skills[..n];
    skills.iter().map(|skill| skill.phrasings[phrasing % skill.phrasings.len()]).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_documented_rates_hold() {
    let all = skilled(Book::Reasoning, 8, 0);
    let reworded = skilled(Book::Reasoning, 8, 2);
    let half = skilled(Book::Reasoning, 4, 0);
    let harm = Book::Reasoning.table().harms[0].phrasings[0];
    let two_harms = format!("{harm} {}", Book::Reasoning.table().harms[1].phrasings[1]);
    let long = "Please think of it. ".repeat(150);
    let all_and_long = format!("{all} {long}");
    // with the two words of the template around the question
    let excess = (all_and_long.split_whitespace().count() + 2 - 400) as f64;
    let twelve = skilled(Book::Reasoning, 12, 1);
    // with half of 8 skills: 0.5 * 4/8 + 0.3 * (4*3)/(8*7) + 0.2 * (4*3*2)/(8*7*6) of the questions
    let half_rate = 0.5 * 0.5 + 0.3 * 12.0 / 56.0 + 0.2 * 24.0 / 336.0;
    let table: [(&str, Value, &str, f64); 16] = [
        ("gentle", json!({}), "Solve it.", 0.05),
        ("gentle", json!({}), &all, 1.0),
        ("gentle", json!({"base": 0}), &half, half_rate),
        ("gentle", json!({}), &format!("{all} {harm}"), 0.75),
        ("gentle", json!({}), &format!("{all} {two_harms}"), 0.75 * 0.75),
        ("gentle", json!({}), &all_and_long, 1.0 - 0.1 * excess / 100.0),
        ("rough", json!({}), "Solve it.", 0.05),
        ("rough", json!({}), &all, 0.95),
        ("rough", json!({}), &reworded, 0.95),
        ("rough", json!({"skills": 12}), &twelve, 0.95),
        ("noisy", json!({}), &all, 0.85 * 0.95 + 0.15 * 0.05),
        ("null", json!({}), "Solve it.", 0.45 * 0.95 + 0.55 * 0.05),
        ("null", json!({}), &all, 0.45 * 0.95 + 0.55 * 0.05),
        ("gsm8k", json!({}), "Solve it.", 0.4 * 0.97 + 0.6 * 0.03),
        ("gsm8k", json!({}), &all, 0.97),
        ("gentle", json!({"needs": [0, 0, 0, 0, 0, 0, 0, 1], "base": 0}), &half, 0.0),
    ];
    for (name, config, prompt, expected) in table {
        let rate = accuracy(&world(name, config.clone()), prompt, 0);
        // three and a half standard errors
        let slack = 3.5 * (expected * (1.0 - expected) / QUESTIONS as f64).sqrt() + 0.006;
        assert!((rate - expected).abs() <= slack, "{name} {config} {prompt:.40}: {rate}, not {expected}");
    }
}

#[test]
fn drift_makes_repeats_worse_and_noise_does_not_change_with_them() {
    let all = skilled(Book::Reasoning, 8, 0);
    let drifting = world("drift", json!({}));
    for (sample, expected) in [(0, 1.0), (1, 0.95), (4, 0.8), (50, 0.5)] {
        let rate = accuracy(&drifting, &all, sample);
        assert!((rate - expected).abs() < 0.028, "{sample}: {rate}");
    }
    let key = key();
    let rough = world("rough", json!({}));
    let sampled = world("rough", json!({"sample_noise": 0.2}));
    let differ = |world: &World| {
        let answer = |i, sample| is_right(&answer(world, Some(&key), &ask(&all, i), sample), i);
        (0..1000).filter(|i| answer(*i, 0) != answer(*i, 1)).count()
    };
    assert_eq!(differ(&rough), 0);
    // two independent flips of 20 % differ in 32 %
    assert!((270..370).contains(&differ(&sampled)), "{}", differ(&sampled));
}

#[test]
fn answers_depend_on_seed_and_content_and_on_nothing_else() {
    let key = key();
    let prompt = skilled(Book::Reasoning, 5, 0);
    let first = world("rough", json!({}));
    let forward: Vec<String> = (0..300).map(|i| answer(&first, Some(&key), &ask(&prompt, i), 0)).collect();
    let again = world("rough", json!({}));
    for i in (0..300).rev() {
        assert_eq!(answer(&again, Some(&key), &ask(&prompt, i), 0), forward[i]);
    }
    let other = world("rough", json!({"seed": 12}));
    let other = World { seed: other.rules.seed.unwrap(), ..other };
    let same = (0..300).filter(|i| answer(&other, Some(&key), &ask(&prompt, *i), 0) == forward[*i]).count();
    assert!(same < 280, "{same}");
}

#[test]
fn messages_are_read_for_what_they_are() {
    let key = key();
    let world = world("gentle", json!({"base": 0, "demonstrations": 8}));
    let all = skilled(Book::Reasoning, 8, 0);
    let message = |role, content: &str| ChatMessage::new(role, content);
    let (user, system, assistant) = (MessageRole::User, MessageRole::System, MessageRole::Assistant);
    let rate = |make: &dyn Fn(&str) -> Vec<ChatMessage>| {
        let right = (0..200)
            .filter(|i| is_right(&answer(&world, Some(&key), &ChatRequest::messages(make(&question(*i))), 0), *i));
        right.count()
    };
    assert_eq!(rate(&|q| vec![message(system, &all), message(user, q)]), 200);
    assert_eq!(rate(&|q| vec![message(user, &all), message(user, q)]), 200);
    assert_eq!(rate(&|q| vec![message(user, q)]), 0);
    // one demonstration teaches nothing, neither do its instructions count; two teach the skills that are set
    let shown = |n: usize, q: &str| {
        let shown = (0..n).flat_map(|i| [message(user, &format!("{all} {}", question(i))), message(assistant, "3")]);
        shown.chain([message(user, q)]).collect::<Vec<_>>()
    };
    assert_eq!(rate(&|q| shown(1, q)), 0);
    assert_eq!(rate(&|q| shown(2, q)), 200);
}

#[test]
fn without_a_key_the_answer_is_made_from_the_text() {
    let world = world("gentle", json!({}));
    let all = skilled(Book::Reasoning, 8, 0);
    let question = "How far is it to the moon?";
    let expected = 1 + fnv1a(question.as_bytes()) % 1000;
    let text = answer(&world, None, &ChatRequest::user(format!("{all}\n\n{question}")), 0);
    assert!(text.ends_with(&format!(" The answer is {expected}.")), "{text}");
    assert!(!answer(&world, None, &ChatRequest::messages(Vec::new()), 0).is_empty());
}

#[test]
fn written_texts_show_the_skills_of_the_prompt() {
    let world = world("writing", json!({"noise": 0}));
    let text = |prompt: &str| answer(&world, None, &ChatRequest::user(format!("{prompt}\n\nReply to Kim.")), 0);
    let bare = text("Write a reply.");
    let full = text(&skilled(Book::Writing, 8, 1));
    for (i, (said, _)) in super::super::writing::FEATURES.iter().enumerate() {
        assert!(full.contains(said), "{i}: {full}");
        assert!(!bare.contains(said), "{i}: {bare}");
        let one = text(Book::Writing.table().skills[i].phrasings[0]);
        assert!(one.contains(said), "{i}: {one}");
    }
}
