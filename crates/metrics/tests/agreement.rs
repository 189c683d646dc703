//! How well evaluators and readers agree with what was recorded of real outputs (`tests/data`). The figures stand in
//! `docs/evaluators.md`; `cargo test -p clade-metrics --test agreement -- --nocapture` prints them again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::{collections::BTreeMap, io::Read, path::Path};

use clade_domain::{Assertion, Vars};
use clade_metrics::{
    Judged, Judging,
    judge::{Preference, read_preference},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

fn rows<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Deserialize)]
struct Answer {
    task: String,
    mode: String,
    i: u32,
    q: String,
    pred: String,
    target: String,
    ok: u8,
}

fn passes(kind: &str, config: serde_json::Value, answer: &Answer) -> bool {
    let check: Assertion =
        serde_json::from_value(json!({"type": kind, "value": answer.target, "config": config})).unwrap();
    let judging = Judging {
        asserts: &[check],
        threshold: None,
        output: &answer.pred,
        prompt: &answer.q,
        vars: &Vars::new(),
        latency_ms: 0,
        cost: None,
        prompt_tokens: 0,
    };
    match judging.step(&[]).unwrap() {
        Judged::Done(verdict) => verdict.pass,
        Judged::Ask(_) => panic!("{kind} asks"),
    }
}

#[derive(Default)]
struct Tally {
    same: u32,
    all: u32,
}

impl Tally {
    fn add(&mut self, same: bool) {
        self.same += u32::from(same);
        self.all += 1;
    }

    fn share(&self) -> f64 {
        f64::from(self.same) / f64::from(self.all)
    }
}

/// Agreement by task and prompt, printed; and overall.
fn agreement(
    name: &str,
    kind: &str,
    wanted: impl Fn(&str) -> bool,
    config: impl Fn(&str) -> serde_json::Value,
) -> Tally {
    let mut by_task: BTreeMap<String, Tally> = BTreeMap::new();
    let (mut all, mut whole) = (Tally::default(), Tally::default());
    for answer in rows::<Answer>("bbh-codex/sample.jsonl.gz").iter().filter(|answer| wanted(&answer.task)) {
        let same = passes(kind, config(&answer.task), answer) == (answer.ok == 1);
        if !same && std::env::var_os("SHOW").is_some() {
            let tail: String = answer.pred.chars().rev().take(160).collect::<Vec<_>>().into_iter().rev().collect();
            println!(
                "{} {} {} ok={} target={:?} ...{tail:?}",
                answer.task, answer.mode, answer.i, answer.ok, answer.target
            );
        }
        by_task.entry(format!("{}/{}", answer.task, answer.mode)).or_default().add(same);
        all.add(same);
        // longer answers were cut at 1,500 characters, but labelled before that
        if answer.pred.chars().count() < 1_500 {
            whole.add(same);
        }
    }
    println!("{name}, answers not cut: {} of {} = {:.2} %", whole.same, whole.all, 100.0 * whole.share());
    assert!(whole.share() >= 0.999, "{name}: {} of {} answers that are not cut", whole.same, whole.all);
    println!("{name}: {} of {} = {:.2} %", all.same, all.all, 100.0 * all.share());
    for (task, tally) in by_task.iter().filter(|(_, tally)| tally.same < tally.all) {
        println!("  {task}: {} of {}", tally.same, tally.all);
    }
    all
}

const NUMBERS: &[&str] = &["multistep_arithmetic_two", "object_counting"];
const WORDS: &[&str] = &[
    "boolean_expressions",
    "causal_judgement",
    "dyck_languages",
    "formal_fallacies",
    "navigate",
    "sports_understanding",
    "web_of_lies",
    "word_sorting",
];

fn lettered(task: &str) -> bool {
    !NUMBERS.contains(&task) && !WORDS.contains(&task)
}

fn labels(task: &str) -> serde_json::Value {
    match task {
        "boolean_expressions" => json!({"options": ["True", "False"]}),
        "formal_fallacies" => json!({"options": ["valid", "invalid"]}),
        _ => json!({"options": ["Yes", "No"]}),
    }
}

#[test]
fn accuracy_agrees_with_the_recorded_labels() {
    let all = agreement("accuracy, all tasks", "accuracy", |_| true, |_| json!({}));
    assert!(all.all > 6_000 && all.share() >= 0.996, "{}", all.share());
}

#[test]
fn numeric_agrees_with_the_recorded_labels() {
    let all = agreement("numeric, arithmetic and counting", "numeric", |task| NUMBERS.contains(&task), |_| json!({}));
    assert!(all.all == 500 && all.share() >= 0.99, "{}", all.share());
}

#[test]
fn choice_agrees_with_the_recorded_labels() {
    let letters = agreement("choice, lettered options", "choice", lettered, |_| json!({}));
    assert!(letters.all > 4_000 && letters.share() >= 0.99, "{}", letters.share());
    let labelled = |task: &str| WORDS.contains(&task) && task != "dyck_languages" && task != "word_sorting";
    let words = agreement("choice, labels", "choice", labelled, labels);
    assert!(words.all > 1_000 && words.share() >= 0.99, "{}", words.share());
}

#[derive(Deserialize)]
struct Judgement {
    text: String,
    winner: Option<String>,
    n: u32,
}

#[test]
fn preferences_agree_with_the_recorded_winners() {
    let judgements = rows::<Judgement>("llmbar/sample.jsonl.gz");
    let mut winners: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
    for judgement in &judgements {
        winners.entry(&judgement.text).or_default().push(judgement.winner.as_deref());
    }
    let (mut consistent, mut same, mut all, mut belied) = (Tally::default(), 0, 0, 0);
    for judgement in &judgements {
        let read = match read_preference(&judgement.text) {
            Some(Preference::First) => Some("1"),
            Some(Preference::Second) => Some("2"),
            None => None,
        };
        let agrees = read == judgement.winner.as_deref();
        all += judgement.n;
        same += if agrees { judgement.n } else { 0 };
        // the same words recorded with two winners: at least one record is wrong
        if winners[judgement.text.as_str()].len() == 1 {
            consistent.add(agrees);
            // a record that the first sentence of its own text contradicts
            let says = ["Output (a) is better.", "Output (b) is better."];
            let other = if judgement.winner.as_deref() == Some("1") { says[1] } else { says[0] };
            belied += u32::from(!agrees && judgement.text.starts_with(other));
            if !agrees && std::env::var_os("SHOW").is_some() {
                println!("read {read:?} recorded {:?} x{}: {:?}", judgement.winner, judgement.n, judgement.text);
            }
        }
    }
    let twofold = winners.values().filter(|winners| winners.len() > 1).count();
    println!("preferences, all judgements: {same} of {all} = {:.2} %", 100.0 * f64::from(same) / f64::from(all));
    println!(
        "preferences, distinct texts of one winner: {} of {} = {:.2} %, and {belied} of the others contradict \
         their record in their first sentence; {twofold} texts have several winners",
        consistent.same,
        consistent.all,
        100.0 * consistent.share()
    );
    assert!(all > 50_000 && f64::from(same) / f64::from(all) >= 0.995);
    assert!(consistent.all > 4_000 && consistent.share() >= 0.98, "{}", consistent.share());
}
