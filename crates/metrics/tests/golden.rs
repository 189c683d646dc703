//! BLEU, ROUGE and edit distance against the values of the reference packages (`tests/golden/make.py`).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use clade_metrics::overlap::{Smoothing, bleu, levenshtein, rouge_l, rouge_n};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    output: String,
    references: Vec<String>,
    bleu_exp: f64,
    bleu_plain: Option<f64>,
    bleu_nltk: Option<f64>,
    rouge: Option<Rouge>,
    levenshtein: usize,
}

/// Precision, recall and F1 of each.
#[derive(Deserialize)]
struct Rouge {
    rouge1: [f64; 3],
    rouge2: [f64; 3],
    rouge3: [f64; 3],
    #[serde(rename = "rougeL")]
    rouge_l: [f64; 3],
}

fn cases() -> Vec<Case> {
    let golden: Golden = serde_json::from_str(include_str!("golden/overlap.json")).unwrap();
    assert!(golden.cases.len() >= 14);
    golden.cases
}

fn close(ours: f64, theirs: f64, what: &str, case: &Case) {
    assert!((ours - theirs).abs() < 1e-9, "{what} of {:?}: {ours}, the reference says {theirs}", case.output);
}

#[test]
fn bleu_is_that_of_sacrebleu_and_nltk() {
    for case in cases() {
        close(bleu(&case.output, &case.references, Smoothing::Exponential), case.bleu_exp, "BLEU (exp)", &case);
        let floor = bleu(&case.output, &case.references, Smoothing::Floor);
        for theirs in [case.bleu_plain, case.bleu_nltk].into_iter().flatten() {
            close(floor, theirs, "BLEU", &case);
        }
        if case.output.split_whitespace().count() < 4 {
            // every order that there is has a match, and none is smoothed
            close(floor, case.bleu_exp, "BLEU of a short output", &case);
        } else if case.bleu_plain.is_none() {
            assert!(floor < 0.05, "BLEU of {:?} with an order unmatched: {floor}", case.output);
        }
    }
}

#[test]
fn rouge_is_that_of_rouge_score() {
    for case in cases() {
        let Some(rouge) = &case.rouge else { continue };
        let reference = &case.references[0];
        for (n, theirs) in [(1, rouge.rouge1), (2, rouge.rouge2), (3, rouge.rouge3)] {
            let ours = rouge_n(&case.output, reference, n);
            close(ours.precision, theirs[0], "ROUGE-N precision", &case);
            close(ours.recall, theirs[1], "ROUGE-N recall", &case);
            close(ours.f1(), theirs[2], "ROUGE-N F1", &case);
        }
        let ours = rouge_l(&case.output, reference);
        close(ours.precision, rouge.rouge_l[0], "ROUGE-L precision", &case);
        close(ours.recall, rouge.rouge_l[1], "ROUGE-L recall", &case);
        close(ours.f1(), rouge.rouge_l[2], "ROUGE-L F1", &case);
    }
}

#[test]
fn edit_distance_is_that_of_levenshtein() {
    for case in cases() {
        assert_eq!(levenshtein(&case.output, &case.references[0]), case.levenshtein, "{:?}", case.output);
    }
}
