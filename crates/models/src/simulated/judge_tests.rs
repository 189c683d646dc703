use std::collections::BTreeMap;

use clade_domain::{ChatMessage, MessageRole};
use serde_json::Value;

use super::*;
use crate::simulated::rules::Rules;

fn world(name: &str) -> World {
    World { rules: Rules::new(name, &BTreeMap::new()).unwrap(), seed: 5 }
}

fn request(rest: &str, output: &str) -> ChatRequest {
    ChatRequest::messages(vec![
        ChatMessage::new(MessageRole::System, system("llm-rubric")),
        ChatMessage::new(MessageRole::User, format!("{rest}\n<output>\n{output}\n</output>")),
    ])
}

/// With tags in its words, as the real one has.
fn system(evaluation: &str) -> String {
    format!("{MARKER}\n<evaluation>{evaluation}</evaluation>\nJudge what stands between <output> and </output>.")
}

fn verdict(world: &World, key: Option<&AnswerKey>, request: &ChatRequest) -> (f64, bool, String) {
    let value: Value = serde_json::from_str(&answer(world, key, request, 0)).unwrap();
    (value["score"].as_f64().unwrap(), value["pass"].as_bool().unwrap(), value["reason"].as_str().unwrap().to_owned())
}

#[test]
fn an_expected_answer_decides_where_one_is_seen() {
    let key = AnswerKey::new([(vec!["How many legs has a spider?".to_owned()], "8".to_owned())]);
    let table = [
        ("<expected>\n72\n</expected>", "The answer is 72.", 1.0),
        ("<reference>\n72\n</reference>", "The answer is 172.", 0.0),
        ("<expected>Positive</expected>", "positive", 1.0),
        ("<input>\nHow many legs has a spider?\n</input>", "It has 8.", 1.0),
        ("<input>\nHow many legs has a spider?\n</input>", "It has 6.", 0.0),
        ("", "  ", 0.0),
    ];
    for (rest, output, score) in table {
        let found = verdict(&world("gentle"), Some(&key), &request(rest, output));
        assert_eq!((found.0, found.1), (score, score == 1.0), "{rest} {output}: {}", found.2);
        assert!(found.2.starts_with("simulated verdict: "), "{}", found.2);
    }
}

#[test]
fn scores_are_on_the_scale_that_is_asked_for() {
    let rules = "The score is a number from 1 (fails entirely) to 5 (nothing to improve).";
    for (output, score, pass) in [("positive", 5.0, true), ("negative", 1.0, false)] {
        let mut request = request("<expected>Positive</expected>", output);
        request.messages[0].content.push_str(rules);
        let found = verdict(&world("gentle"), None, &request);
        assert_eq!((found.0, found.1), (score, pass), "{output}: {}", found.2);
    }
}

#[test]
fn quality_grows_with_the_features_of_a_text() {
    let mut last = 0.0;
    for n in 0..=8 {
        let features = (1_u32 << n) - 1;
        let text = crate::simulated::wording::written("Reply to Kim.", features, false);
        let (score, _, reason) = verdict(&world("gentle"), None, &request("", &text));
        assert!((score - (0.2 + 0.1 * f64::from(n))).abs() < 1e-9, "{n}: {score} {reason}\n{text}");
        assert!(score > last);
        last = score;
        let spoiled = crate::simulated::wording::written("Reply to Kim.", features, true);
        let (worse, _, reason) = verdict(&world("gentle"), None, &request("", &spoiled));
        assert!((worse - (score - 0.3).max(0.0)).abs() < 1e-9, "{n}: {worse}");
        assert!(reason.contains("guess"));
    }
}

#[test]
fn noise_is_bounded_and_repeats() {
    let (noisy, text) = (world("noisy"), crate::simulated::wording::written("Reply.", 0b1111, false));
    let scores: Vec<f64> = (0..500).map(|i| verdict(&noisy, None, &request(&format!("case {i}"), &text)).0).collect();
    let mean = scores.iter().sum::<f64>() / 500.0;
    assert!((mean - 0.6).abs() < 0.015, "{mean}");
    assert!(scores.iter().all(|score| (score - 0.6).abs() <= 0.151));
    assert_eq!(scores[7], verdict(&noisy, None, &request("case 7", &text)).0);
}

#[test]
fn each_kind_of_evaluation_gets_its_form_of_answer() {
    let ask = |evaluation: &str, output: &str| -> Value {
        let messages = vec![
            ChatMessage::new(MessageRole::System, system(evaluation)),
            ChatMessage::new(MessageRole::User, format!("<reference>\n4\n</reference>\n<output>\n{output}\n</output>")),
        ];
        serde_json::from_str(&answer(&world("gentle"), None, &ChatRequest::messages(messages), 0)).unwrap()
    };
    assert_eq!(ask("g-eval-steps", "")["steps"].as_array().unwrap().len(), 3);
    assert_eq!(ask("answer-relevance", "It is 4.")["questions"].as_array().unwrap().len(), 3);
    for (output, category, score) in [("It is 4.", "C", 1.0), ("It is 5.", "D", 0.0)] {
        let verdict = ask("factuality", output);
        assert_eq!((verdict["category"].as_str(), verdict["score"].as_f64()), (Some(category), Some(score)));
    }
    for (output, score) in [("It is 4.", 1.0), ("You stupid idiot, it is 4.", 0.1)] {
        assert_eq!(ask("toxicity", output)["score"].as_f64(), Some(score), "{output}");
    }
}
