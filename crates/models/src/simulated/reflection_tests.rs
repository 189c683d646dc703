use std::collections::BTreeMap;

use clade_domain::{ChatMessage, MessageRole};
use serde_json::{Value, json};

use super::*;
use crate::simulated::{
    cues::Carried,
    rules::{Book, Rules},
};

const PROMPT: &str = "Solve the problem. Be polite and professional.\n\nQuestion: {{question}}\nAnswer:";
const TRIES: usize = 3000;

fn world(name: &str, config: Value) -> World {
    let config: BTreeMap<String, Value> = serde_json::from_value(config).unwrap();
    World { rules: Rules::new(name, &config).unwrap(), seed: 5 }
}

fn question(i: usize) -> String {
    format!("A farmer has {i} sheep and sells some of them. How many are left?")
}

fn key() -> AnswerKey {
    AnswerKey::new((0..TRIES).map(|i| (vec![question(i)], i.to_string())))
}

fn request(operation: &str, prompts: &str, failures: &[String]) -> ChatRequest {
    let failures: String = failures
        .iter()
        .map(|input| {
            format!("<failure>\n<input>\nquestion: {input}\n</input>\n<output>\n7\n</output>\n<feedback>\nno\n</feedback>\n</failure>\n")
        })
        .collect();
    ChatRequest::messages(vec![
        ChatMessage::new(MessageRole::System, format!("{MARKER}\nMore words.")),
        ChatMessage::new(MessageRole::User, format!("<operation>{operation}</operation>\n{prompts}\n{failures}")),
    ])
}

fn current(prompt: &str) -> String {
    format!("<current_prompt name=\"user\">\n{prompt}\n</current_prompt>")
}

fn proposed(answer: &str) -> &str {
    assert!(body(answer, "hypothesis").is_some_and(|text| !text.is_empty()), "{answer}");
    body(answer, "prompt").unwrap()
}

fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    Book::Reasoning.table().reader.read(text, &mut carried);
    carried
}

#[test]
fn reflection_helps_harms_and_loses_as_documented() {
    let key = key();
    for (name, useful, harm, drop, placeholder) in
        [("rough", 0.35, 0.25, 0.15, 0.02), ("gentle", 0.5, 0.0, 0.0, 0.0), ("null", 0.0, 0.25, 0.15, 0.02)]
    {
        let world = world(name, json!({}));
        let (mut helped, mut harmed, mut dropped, mut lost) = (0, 0, 0, 0);
        for i in 0..TRIES {
            let text = answer(&world, Some(&key), &request("reflect", &current(PROMPT), &[question(i)]), 0);
            let prompt = proposed(&text);
            let found = carried(prompt);
            let needs = world.needs(hash_of(question(i).as_bytes())).unwrap_or(0);
            assert_eq!(found.skills & !needs, 0, "only needed skills are added: {prompt}");
            helped += usize::from(found.skills != 0);
            harmed += usize::from(found.harms != 0);
            dropped += usize::from(!(prompt.contains("Solve the problem.") && prompt.contains("Be polite")));
            lost += usize::from(!prompt.contains("{{question}}"));
            assert!(prompt.contains("Answer:"), "{prompt}");
        }
        let base = 1.0 - world.rules.base;
        for (what, count, expected) in [
            ("helped", helped, useful * base),
            ("harmed", harmed, harm),
            ("dropped", dropped, drop),
            ("lost", lost, placeholder),
        ] {
            let share = count as f64 / TRIES as f64;
            let slack = 3.5 * (expected * (1.0 - expected) / TRIES as f64).sqrt();
            assert!((share - expected).abs() <= slack, "{name} {what}: {share}, not {expected}");
        }
    }
}

#[test]
fn samples_differ_and_repeats_do_not() {
    let (key, world) = (key(), world("rough", json!({})));
    let request = request("reflect", &current(PROMPT), &[question(1)]);
    let answers: Vec<String> = (0..20).map(|sample| answer(&world, Some(&key), &request, sample)).collect();
    assert_eq!(answers[3], answer(&world, Some(&key), &request, 3));
    let distinct: std::collections::BTreeSet<_> = answers.iter().collect();
    assert!(distinct.len() > 5, "{}", distinct.len());
}

#[test]
fn failures_are_understood_without_a_key_too() {
    let world = world("gentle", json!({"useful": 1, "base": 0}));
    for i in 0..50 {
        let text = answer(&world, None, &request("reflect", &current(PROMPT), &[question(i)]), 0);
        let added = carried(proposed(&text)).skills;
        let needs = world.needs(hash_of(question(i).as_bytes())).unwrap();
        assert!(added != 0 && added & !needs == 0, "{text}");
    }
}

#[test]
fn misaimed_proposals_add_any_skill() {
    let key = key();
    let world = world("gentle", json!({"useful": 1, "misaim": 1, "base": 0, "needs": [1]}));
    let missed = (0..500).filter(|i| {
        let text = answer(&world, Some(&key), &request("reflect", &current(PROMPT), &[question(*i)]), 0);
        carried(proposed(&text)).skills != world.needs(hash_of(question(*i).as_bytes())).unwrap()
    });
    // one of eight skills is right by chance
    let missed = missed.count();
    assert!((410..465).contains(&missed), "{missed}");
}

#[test]
fn proposals_generalise_over_failures_that_lack_the_same_skill() {
    let key = key();
    let world = world("gentle", json!({"useful": 0.2, "generalise": 0.2, "needs": [1], "base": 0}));
    let needs = |i: &usize| world.needs(hash_of(question(*i).as_bytes())).unwrap();
    let alike: Vec<String> = (0..TRIES).filter(|i| needs(i) == 0b1000).map(question).collect();
    let other = (0..TRIES).find(|i| needs(i) == 0b1).map(question).unwrap();
    let helped = |failures: &[String]| {
        let request = request("reflect", &current(PROMPT), failures);
        let all = (0..2000).map(|sample| carried(proposed(&answer(&world, Some(&key), &request, sample))).skills);
        let added: Vec<u32> = all.filter(|skills| *skills != 0).collect();
        assert!(failures.len() == 1 || added.iter().all(|skills| *skills == 0b1000), "{added:?}");
        added.len() as f64 / 2000.0
    };
    for (failures, expected) in [
        (vec![other.clone()], 0.2),
        (vec![other.clone(), alike[0].clone(), alike[1].clone()], 0.4),
        (vec![alike[2].clone(), other, alike[0].clone(), alike[1].clone()], 0.6),
        (alike[..9].to_vec(), 1.0),
    ] {
        let rate = helped(&failures);
        assert!((rate - expected).abs() < 0.04, "{} failures: {rate}, not {expected}", failures.len());
    }
}

#[test]
fn a_memorised_example_helps_on_itself_alone() {
    let world = world("gentle", json!({"useful": 0, "memorise": 1, "base": 0}));
    let key = key();
    for known in [Some(&key), None] {
        let text = answer(&world, known, &request("reflect", &current(PROMPT), &[question(7)]), 0);
        let prompt = proposed(&text);
        assert!(prompt.contains(&question(7)) && prompt.ends_with("\n\nQuestion: {{question}}\nAnswer:"), "{prompt}");
        // without a key the question is what stands in the last paragraph
        let filled = |i: usize| prompt.replace("Question: {{question}}\nAnswer:", &question(i));
        let right = |i: usize| match known {
            Some(_) => format!(" {i}."),
            None => format!(" {}.", crate::simulated::task::made_answer(&question(i))),
        };
        let is_right = |i: usize| {
            let said = crate::simulated::task::answer(&world, known, &ChatRequest::user(filled(i)), 0);
            said.ends_with(&right(i))
        };
        assert!(is_right(7), "{prompt}");
        assert_eq!((0..200).filter(|i| is_right(*i)).count(), 1);
    }
}

#[test]
fn rewriting_changes_the_words_of_every_sentence_and_loses_nothing() {
    let table = Book::Reasoning.table();
    let all: Vec<&str> = table.skills[..8].iter().map(|skill| skill.phrasings[0]).collect();
    let prompt = format!("Solve the problem. {} Aim for clarity.\n\n{{{{question}}}}", all.join(" "));
    let mut wordings = std::collections::BTreeSet::new();
    for (settings, recognised) in [(json!({"rewrite": 1}), true), (json!({"rewrite": 1, "opaque": 1}), false)] {
        let world = world("gentle", settings.clone());
        let mut text = prompt.clone();
        for sample in 0..30 {
            let before = text.clone();
            text = proposed(&answer(&world, None, &request("elaborate", &current(&text), &[]), sample)).to_owned();
            let found = carried(&text);
            assert_eq!((found.skills & 0xff, found.harms), (0xff, 0), "{settings} {text}");
            assert!(text.ends_with("\n\n{{question}}"), "{text}");
            let sentences = |text: &str| crate::simulated::edits::pieces(text).len();
            assert_eq!(sentences(&text), sentences(&before) + 1, "{text}");
            let kept = before.split_inclusive('.').zip(text.split_inclusive('.')).filter(|(was, is)| was == is);
            assert_eq!(kept.count(), 0, "{settings} {before} -> {text}");
            let known = |said: &&str| table.skills.iter().any(|skill| skill.phrasings.contains(said));
            let pieces: Vec<&str> = text.split_inclusive('.').map(str::trim).collect();
            assert_eq!(pieces.iter().any(known), recognised, "{settings} {text}");
            wordings.extend(pieces.into_iter().map(str::to_owned));
            // the length is what the test wants to keep
            text = crate::simulated::edits::without(&crate::simulated::edits::pieces(&text), sentences(&text) - 2);
        }
    }
    assert!(wordings.len() > 250, "{}", wordings.len());
}

#[test]
fn proposals_complete_pairs_mend_order_and_say_things_twice() {
    let key = key();
    let table = Book::Reasoning.table();
    let said = |skills: &[usize]| {
        let all: Vec<&str> = skills.iter().map(|skill| table.skills[*skill].phrasings[0]).collect();
        format!("{}\n\nQuestion: {{{{question}}}}\nAnswer:", all.join(" "))
    };
    let world_of = |settings: Value| {
        let mut all = json!({"useful": 1, "needs": [1], "base": 0});
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        world("gentle", all)
    };
    for (settings, skills) in [
        (json!({"pairs": 4}), vec![0]),
        (json!({"conflicts": 4}), vec![4, 0]),
        (json!({"overrides": 4}), vec![4, 0]),
        (json!({"partial": 0.9}), vec![0, 4]),
    ] {
        let world = world_of(settings.clone());
        let prompt = said(&skills);
        let helpless = |i: &usize, prompt: &str| {
            let hash = hash_of(question(*i).as_bytes());
            matches!(world.needs(hash), Some(1 | 0b1_0000)) && world.lacks(carried(prompt), hash) != Some(0)
        };
        let failure = (0..TRIES).find(|i| helpless(i, &prompt)).unwrap();
        let mut text = prompt;
        // a pair of which nothing is there takes two steps
        for sample in 0..2 {
            if helpless(&failure, &text) {
                let request = request("reflect", &current(&text), &[question(failure)]);
                text = proposed(&answer(&world, Some(&key), &request, sample)).to_owned();
            }
        }
        assert!(!helpless(&failure, &text), "{settings} {text}");
    }
}

#[test]
fn the_other_operations_do_what_they_say() {
    let book = Book::Reasoning.table();
    let two = format!(
        "{} {} Solve the problem. Be polite and professional.\n\n{{{{question}}}}",
        book.skills[0].phrasings[0], book.skills[2].phrasings[1]
    );
    let other = format!("{} {}\n\n{{{{question}}}}", book.skills[5].phrasings[0], book.skills[0].phrasings[2]);
    let world = world("gentle", json!({}));
    let run = |operation: &str, prompts: &str, sample| {
        let text = answer(&world, None, &request(operation, prompts, &[]), sample);
        proposed(&text).to_owned()
    };
    let both = format!(
        "<current_prompt name=\"user\" parent=\"a\">\n{two}\n</current_prompt>\n<current_prompt name=\"user\" parent=\"b\">\n{other}\n</current_prompt>"
    );
    for sample in 0..50 {
        let reworded = run("paraphrase", &current(&two), sample);
        assert_eq!(carried(&reworded).skills, 0b101, "{reworded}");
        assert!(reworded.ends_with("\n\n{{question}}"));
        let shorter = run("shorten", &current(&two), sample);
        assert!(shorter.len() < two.len() && carried(&shorter).skills == 0b101, "{shorter}");
        let merged = run("merge", &both, sample);
        assert_eq!(carried(&merged).skills, 0b10_0101, "{merged}");
        let crossed = run("crossover", &both, sample);
        assert_eq!(carried(&crossed).skills & !0b10_0101, 0, "{crossed}");
        assert!(crossed.contains("{{question}}"));
    }
    let elaborated =
        (0..1000).filter(|sample| carried(&run("elaborate", &current(&two), *sample)).skills != 0b101).count();
    assert!((210..290).contains(&elaborated), "half as often as reflection: {elaborated}");
    for operation in ["opro", "mipro", "breed-first-order", "breed-estimate", "breed-hyper-zero-order"] {
        assert_eq!(run(operation, &current(&two), 3).lines().count(), 3, "{operation}");
        let helped =
            (0..1000).filter(|sample| carried(&run(operation, &current(&two), *sample)).skills != 0b101).count();
        assert!((210..290).contains(&helped), "{operation} as often as `elaborate`: {helped}");
    }
    for sample in 0..50 {
        let fresh = run("breed-zero-order", &current(&two), sample);
        assert_eq!(carried(&fresh).skills & 0b101, 0, "{fresh}");
        assert!(fresh.starts_with("Solve the problem.") && fresh.ends_with("\n\n{{question}}"), "{fresh}");
    }
    let all = carried(&run("shorten", &current("Solve {{question}}"), 0));
    assert_eq!(all, carried("Solve {{question}}"));
}

#[test]
fn differential_evolution_takes_from_four_prompts() {
    let book = Book::Reasoning.table();
    let prompt = |skills: &[usize]| {
        let said: Vec<&str> = skills.iter().map(|skill| book.skills[*skill].phrasings[0]).collect();
        format!("{}\n\n{{{{question}}}}", said.join(" "))
    };
    // the second and the third share skill 3
    let four = [prompt(&[0]), prompt(&[1, 3]), prompt(&[2, 3]), prompt(&[4])];
    let shown: String = ["a", "b", "c", "d"]
        .iter()
        .zip(&four)
        .map(|(letter, text)| {
            format!("<current_prompt name=\"user\" parent=\"{letter}\">\n{text}\n</current_prompt>\n")
        })
        .collect();
    let world = world("gentle", json!({"useful": 0}));
    let mut counts = [0; 5];
    for sample in 0..1000 {
        let text = answer(&world, None, &request("differential", &shown, &[]), sample);
        assert_eq!(blocks(&text, "prompt").count(), 1, "{text}");
        let found = carried(proposed(&text));
        assert!(proposed(&text).ends_with("{{question}}"), "{text}");
        (0..5).for_each(|skill| counts[skill] += usize::from(found.skills & (1 << skill) != 0));
    }
    // three in four of the current and of the best; of what the others differ in three in four are taken and three in four of those kept
    for (skill, expected) in [(0, 750), (1, 562), (2, 562), (3, 0), (4, 750)] {
        assert!(counts[skill].abs_diff(expected) < 60, "skill {skill}: {counts:?}");
    }
}

#[test]
fn several_components_keep_their_names_and_frozen_ones_stay_out() {
    let prompts = "<current_prompt name=\"rules\" frozen=\"true\">\nNever lie.\n</current_prompt>\n\
                   <current_prompt name=\"system\">\nSolve it.\n</current_prompt>\n\
                   <current_prompt name=\"user\">\n{{question}}\n</current_prompt>";
    let world = world("gentle", json!({"useful": 1}));
    let text = answer(&world, None, &request("reflect", prompts, &["What is it?".into()]), 0);
    let found: Vec<_> = blocks(&text, "prompt").map(|block| (block.attribute("name"), block.body)).collect();
    assert_eq!(found.len(), 2, "{text}");
    assert_eq!(found[0].0, Some("system"));
    assert!(found[0].1.starts_with("Solve it. "), "{text}");
    assert_eq!(found[1], (Some("user"), "{{question}}"));
    let nothing = answer(&world, None, &request("reflect", "", &[]), 0);
    assert_eq!(body(&nothing, "prompt"), None);
}
