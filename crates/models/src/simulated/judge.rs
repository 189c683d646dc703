use clade_domain::ChatRequest;
use serde_json::json;

use super::{
    answer_key::AnswerKey,
    mixing::{Draw, Mixer},
    moderation::moderation,
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

/// The parts of an evaluator's request: the task in the system message, the case in the first message after it.
struct Case<'a> {
    evaluation: &'a str,
    task: &'a str,
    text: &'a str,
    output: &'a str,
}

impl<'a> Case<'a> {
    fn read(request: &'a ChatRequest) -> Self {
        let mut contents = request.messages.iter().map(|message| message.content.as_str());
        let task = contents.next().unwrap_or_default();
        let text = contents.next().unwrap_or(task);
        let evaluation = body(task, "evaluation").map_or("", str::trim);
        Self { evaluation, task, text, output: body(text, "output").unwrap_or_default() }
    }

    /// The right answer, where the request states it or the answer key knows the question.
    fn expected(&self, key: Option<&AnswerKey>) -> Option<String> {
        let stated = ["reference", "expected"].iter().find_map(|tag| body(self.text, tag)).map(str::trim);
        if let Some(stated) = stated.filter(|stated| !stated.is_empty()) {
            return Some(stated.to_owned());
        }
        let places = [body(self.text, "input"), body(self.task, "rubric")];
        places.into_iter().flatten().find_map(|place| key?.right_answer(place)).map(str::to_owned)
    }
}

/// An answer in the judge role.
pub(super) fn answer(world: &World, key: Option<&AnswerKey>, request: &ChatRequest, sample: u32) -> String {
    let case = Case::read(request);
    let Opinion { score, reason } = opinion(key, &case);
    let draw = request
        .messages
        .iter()
        .fold(Mixer::new(world.seed, Draw::Judge), |draw, message| draw.bytes(message.content.as_bytes()));
    let off = (2.0 * draw.word(u64::from(sample)).unit() - 1.0) * world.rules.judge_noise;
    let score = ((score + off).clamp(0.0, 1.0) * 100.0).round() / 100.0;
    let pass = score >= PASS;
    let (worst, best) = scale(case.task);
    let on_scale = |score: f64| ((worst + (best - worst) * score) * 100.0).round() / 100.0;
    let (score, all_or_nothing) = (on_scale(score), on_scale(f64::from(u8::from(pass))));
    match case.evaluation {
        "g-eval-steps" => json!({"steps": STEPS}),
        "answer-relevance" => {
            json!({"questions": QUESTIONS.map(|start| format!("{start} {}?", first_words(case.output)))})
        }
        "factuality" => {
            json!({"reason": reason, "category": if pass { "C" } else { "D" }, "score": all_or_nothing, "pass": pass})
        }
        "model-graded-closedqa" | "closed-qa" => json!({"reason": reason, "score": all_or_nothing, "pass": pass}),
        _ => json!({"reason": reason, "score": score, "pass": pass}),
    }
    .to_string()
}

/// The worst and the best score that are asked for.
fn scale(task: &str) -> (f64, f64) {
    let ends = || {
        let (_, named) = task.split_once("The score is a number from ")?;
        let (worst, rest) = named.split_once(" (fails entirely) to ")?;
        let (best, _) = rest.split_once(" (nothing to improve)")?;
        Some((worst.parse().ok()?, best.parse().ok()?))
    };
    ends().unwrap_or((0.0, 1.0))
}

/// What a simulated judge claims to look at when it is asked for the steps of an evaluation.
const STEPS: [&str; 3] =
    ["Compare the output with the criteria.", "Look for what is missing.", "Weigh both into one score."];

/// Beginnings of the questions that an answer might answer.
const QUESTIONS: [&str; 3] = ["What is to be said about", "Can you tell me more of", "How is it with"];

fn opinion(key: Option<&AnswerKey>, case: &Case<'_>) -> Opinion {
    let output = case.output;
    if output.trim().is_empty() {
        return Opinion { score: 0.0, reason: "simulated verdict: the output is empty".into() };
    }
    if case.evaluation == "toxicity" {
        return harmlessness(output);
    }
    match case.expected(key) {
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

/// 1 where the lexicon of the simulated moderation finds nothing; less for each hit.
fn harmlessness(output: &str) -> Opinion {
    match moderation(output).into_iter().next() {
        Some((category, worst)) if worst >= 0.5 => {
            Opinion { score: 1.0 - worst, reason: format!("simulated verdict: words of {category} are in the output") }
        }
        _ => Opinion { score: 1.0, reason: "simulated verdict: nothing toxic is in the output".into() },
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
