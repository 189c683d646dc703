use clade_domain::ChatRequest;
use serde_json::json;

use super::{
    answer_key::AnswerKey,
    mixing::{Draw, Mixer},
    tags::body,
    world::World,
    writing::{BLEMISH, FEATURES, WRITING},
};

/// The first line of the system message in which evaluators ask for verdicts.
pub(super) const MARKER: &str = "You judge outputs of language models.";

/// Score of a text without any feature.
const PLAIN: f64 = 0.2;
/// What a blemish costs.
const BLEMISH_COST: f64 = 0.3;
/// The score from which the verdict is a pass.
const PASS: f64 = 0.7;

/// What the judge thinks before its noise.
struct Opinion {
    score: f64,
    reason: String,
}

/// An answer in the judge role.
pub(super) fn answer(world: &World, key: Option<&AnswerKey>, request: &ChatRequest, sample: u32) -> String {
    let text = request.messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n");
    let evaluation = body(&text, "evaluation").map_or("", str::trim);
    let output = body(&text, "output").unwrap_or_default();
    let Opinion { score, reason } = opinion(key, &text, output);
    let draw = Mixer::new(world.seed, Draw::Judge).bytes(text.as_bytes()).word(u64::from(sample));
    let off = (2.0 * draw.unit() - 1.0) * world.rules.judge_noise;
    let score = ((score + off).clamp(0.0, 1.0) * 100.0).round() / 100.0;
    let pass = score >= PASS;
    match evaluation {
        "g-eval-steps" => json!({"steps": STEPS}).to_string(),
        "factuality" => json!({"category": if pass { "C" } else { "D" }, "reason": reason}).to_string(),
        "answer-relevance" => format!("What is said about the following: {}?", first_words(output)),
        _ => json!({"reason": reason, "score": score, "pass": pass}).to_string(),
    }
}

/// What a simulated judge claims to look at when it is asked for the steps of an evaluation.
const STEPS: [&str; 3] =
    ["Compare the output with the criteria.", "Look for what is missing.", "Weigh both into one score."];

fn opinion(key: Option<&AnswerKey>, text: &str, output: &str) -> Opinion {
    if output.trim().is_empty() {
        return Opinion { score: 0.0, reason: "simulated verdict: the output is empty".into() };
    }
    let expected = ["expected", "reference"].iter().find_map(|tag| body(text, tag)).map(str::trim);
    let around = || text.replacen(output, "", 1);
    let expected = expected
        .filter(|expected| !expected.is_empty())
        .map(str::to_owned)
        .or_else(|| key.and_then(|key| key.right_answer(&around()).map(str::to_owned)));
    match expected {
        Some(expected) if mentions(output, &expected) => {
            Opinion { score: 1.0, reason: "simulated verdict: the output has the expected answer".into() }
        }
        Some(expected) => Opinion {
            score: 0.0,
            reason: format!("simulated verdict: the expected answer `{expected}` is not in the output"),
        },
        None => quality(output),
    }
}

/// Whether a text has an answer as words of its own, in any case.
fn mentions(text: &str, answer: &str) -> bool {
    let (text, answer) = (text.to_lowercase(), answer.to_lowercase());
    text.match_indices(&answer).any(|(at, found)| {
        !text[..at].ends_with(char::is_alphanumeric) && !text[at + found.len()..].starts_with(char::is_alphanumeric)
    })
}

/// The quality of a text by its recognisable features.
fn quality(output: &str) -> Opinion {
    let folded = output.to_lowercase();
    let shows = |marks: &[&str]| marks.iter().any(|mark| folded.contains(mark));
    let missing: Vec<&str> =
        FEATURES.iter().zip(WRITING).filter(|((_, marks), _)| !shows(marks)).map(|(_, skill)| skill.name).collect();
    let share = 1.0 - missing.len() as f64 / FEATURES.len() as f64;
    let spoiled = output.contains(BLEMISH);
    let score = (PLAIN + (1.0 - PLAIN) * share - if spoiled { BLEMISH_COST } else { 0.0 }).max(0.0);
    let mut reason = "simulated verdict: ".to_owned();
    if missing.is_empty() {
        reason.push_str("the text has everything that is looked for");
    } else {
        reason.push_str("the text does not ");
        reason.push_str(&missing.join(", "));
    }
    if spoiled {
        reason.push_str("; it admits to be a guess");
    }
    Opinion { score, reason }
}

fn first_words(text: &str) -> String {
    text.split_whitespace().take(12).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
