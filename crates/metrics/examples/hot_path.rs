//! Nanoseconds that one check costs on an answer of about 300 characters:
//! `cargo run --release -p clade-metrics --example hot_path`.

use std::{hint::black_box, time::Instant};

use clade_domain::{Assertion, Vars};
use clade_metrics::Judging;

const OUTPUT: &str = "First, Janet's ducks lay 16 eggs per day. She eats three for breakfast, which leaves 13 eggs. She then \
    bakes muffins for her friends with four more eggs, which leaves 9 eggs for the market. Each of them sells for $2, so \
    every day she makes 9 * 2 = 18 dollars at the farmers' market. So the answer is 18.";

fn main() {
    let vars: Vars = serde_json::from_str(r#"{"answer": "18"}"#).unwrap_or_default();
    println!("output of {} characters", OUTPUT.len());
    for check in [
        r#"{"type": "equals", "value": "18"}"#,
        r#"{"type": "contains", "value": "18"}"#,
        r#"{"type": "contains", "value": "{{answer}}"}"#,
        r#"{"type": "icontains", "value": "the answer is 18"}"#,
        r#"{"type": "numeric", "value": "18"}"#,
        r#"{"type": "numeric", "value": "{{answer}}"}"#,
        r#"{"type": "regex", "value": "answer is (\\d+)"}"#,
        r#"{"type": "choice", "value": "B"}"#,
        r#"{"type": "accuracy", "value": "18"}"#,
        r#"{"type": "f1", "value": "18 dollars"}"#,
        r#"{"type": "is-json"}"#,
        r#"{"type": "rouge-n", "value": "she makes 18 dollars every day"}"#,
        r#"{"type": "bleu", "value": "she makes 18 dollars every day"}"#,
        r#"{"type": "relevance"}"#,
        r#"{"type": "toxicity"}"#,
        r#"{"type": "coherence"}"#,
    ] {
        let Ok(assertion) = serde_json::from_str::<Assertion>(check) else { continue };
        let asserts = [assertion];
        let judging = Judging {
            asserts: &asserts,
            threshold: None,
            output: OUTPUT,
            prompt: "How much does Janet make every day at the farmers' market?",
            vars: &vars,
            latency_ms: 1,
            cost: None,
            prompt_tokens: 10,
        };
        let mut best = f64::INFINITY;
        for _ in 0..20 {
            let start = Instant::now();
            for _ in 0..2_000 {
                let _ = black_box(black_box(&judging).step(&[]));
            }
            best = best.min(start.elapsed().as_nanos() as f64 / 2_000.0);
        }
        println!("{best:8.0} ns  {check}");
    }
}
