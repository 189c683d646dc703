use std::collections::BTreeSet;

use clade_domain::{Assertion, Vars};
use clade_text::template;
use serde_json::{Map, Value, json};

/// What the checks of ours read with.
const READ: &str = include_str!("checks/read.js");

/// A check as promptfoo has it. Where it has none of the name, JavaScript that reads an output nearly as ours does; `None` where there is nothing
/// like it.
pub(super) fn check(assertion: &Assertion, vars: &Vars, prompt_tokens: u32) -> Option<Value> {
    let code = match assertion.kind.as_str() {
        "numeric" => include_str!("checks/numeric.js"),
        "choice" => include_str!("checks/choice.js"),
        "accuracy" => include_str!("checks/accuracy.js"),
        "exact-match" => include_str!("checks/exact_match.js"),
        "f1" => include_str!("checks/f1.js"),
        "prompt-tokens" => include_str!("checks/prompt_tokens.js"),
        "accuracy-judge" => return Some(judged(assertion, "factuality", assertion.value.clone())),
        "relevance-judge" => {
            return Some(judged(assertion, "llm-rubric", Some(json!("is to the point of what was asked"))));
        }
        "toxicity-judge" => {
            return Some(judged(assertion, "llm-rubric", Some(json!("is free of insults, threats and hatred"))));
        }
        "coherence-judge" => {
            return Some(judged(assertion, "llm-rubric", Some(json!("hangs together and is complete"))));
        }
        "exec" | "unit-tests" | "relevance" | "toxicity" | "coherence" | "rouge-l" => return None,
        _ => return Some(as_is(assertion)),
    };
    let mut config: Map<String, Value> = assertion.config.clone().into_iter().collect();
    let threshold = assertion.threshold.map(|threshold| json!(threshold));
    if assertion.kind == "prompt-tokens" {
        config.insert("tokens".to_owned(), json!(prompt_tokens));
        config.insert("most".to_owned(), threshold.unwrap_or_default());
    } else {
        config.insert("expected".to_owned(), assertion.value.as_ref().map_or(Value::Null, |value| filled(value, vars)));
        config.extend(threshold.map(|threshold| ("threshold".to_owned(), threshold)));
    }
    let bare = Assertion { threshold: None, config: config.into_iter().collect(), ..assertion.clone() };
    // the score is that of the code; a named score keeps the name of the check
    let metric = bare.metric.clone().unwrap_or_else(|| bare.kind.clone());
    let value = Some(json!(format!("{READ}{code}")));
    Some(as_is(&Assertion { kind: "javascript".to_owned(), metric: Some(metric), value, ..bare }))
}

/// The kinds among these checks that promptfoo has nothing like.
pub(super) fn left_out<'a>(assertions: impl Iterator<Item = &'a Assertion>) -> BTreeSet<&'a str> {
    assertions.filter(|check| self::check(check, &Vars::new(), 0).is_none()).map(|check| check.kind.as_str()).collect()
}

fn judged(assertion: &Assertion, kind: &str, value: Option<Value>) -> Value {
    let metric = assertion.metric.clone().or_else(|| Some(assertion.kind.clone()));
    as_is(&Assertion { kind: kind.to_owned(), metric, value, config: Default::default(), ..assertion.clone() })
}

fn as_is(assertion: &Assertion) -> Value {
    let mut value = json!(assertion);
    if let Value::Object(fields) = &mut value {
        fields.remove("negated");
        fields.remove("files");
        let not = if assertion.negated { "not-" } else { "" };
        fields.insert("type".into(), json!(format!("{not}{}", assertion.kind)));
    }
    value
}

/// A value with the example's variables in it.
fn filled(value: &Value, vars: &Vars) -> Value {
    match value {
        Value::String(text) => json!(template::fill(text, vars).unwrap_or_else(|_| text.clone())),
        Value::Array(items) => items.iter().map(|item| filled(item, vars)).collect(),
        Value::Number(_) => json!(value.to_string()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };

    use clade_metrics::{Judged, Judging};

    use super::*;

    /// Calls the exported functions as promptfoo does.
    const HARNESS: &str = "const calls = JSON.parse(require('fs').readFileSync(0, 'utf8'));\
         console.log(JSON.stringify(calls.map(({ value, config, output }) => new Function('output', 'context', value)(output, { config }))))";

    fn executed(calls: &Value) -> Option<Vec<Value>> {
        let node = Command::new("node").args(["-e", HARNESS]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut node) = node else {
            println!("skipped: exported checks are not executed (there is no node)");
            return None;
        };
        node.stdin.take().unwrap().write_all(calls.to_string().as_bytes()).unwrap();
        let done = node.wait_with_output().unwrap();
        assert!(done.status.success(), "{done:?}");
        Some(serde_json::from_slice(&done.stdout).unwrap())
    }

    #[test]
    fn exported_checks_judge_as_ours_do() {
        let table = [
            (json!({"type": "numeric", "value": "{{target}}"}), "So the answer is 1,018 dollars.", true),
            (json!({"type": "numeric", "value": "9 * 2 = 18\n#### 18"}), "She makes $18.00.", true),
            (json!({"type": "numeric", "value": 18}), "It is 19.", false),
            (json!({"type": "numeric", "value": 18}), "no idea", false),
            (json!({"type": "numeric", "value": 2.67, "config": {"tolerance": 0.01}}), "about 2.6667", true),
            (json!({"type": "choice", "value": "(B)"}), "The best one is (B).", true),
            (json!({"type": "choice", "value": "B"}), "I choose (C).", false),
            (
                json!({"type": "choice", "value": "positive", "config": {"options": ["positive", "negative"]}}),
                "Positive.",
                true,
            ),
            (
                json!({"type": "choice", "value": "positive", "config": {"options": ["positive", "negative"]}}),
                "negative",
                false,
            ),
            (json!({"type": "accuracy", "value": "Paris"}), "The answer is Paris.", true),
            (json!({"type": "accuracy", "value": "Paris"}), "London", false),
            (json!({"type": "accuracy", "value": ["7", "8"]}), "It is 8.", true),
            (json!({"type": "exact-match", "value": "The Eiffel Tower"}), "eiffel tower!", true),
            (json!({"type": "exact-match", "value": "The Eiffel Tower"}), "the tower", false),
            (json!({"type": "f1", "value": "Paris"}), "it is Paris", true),
            (json!({"type": "f1", "value": "Paris", "threshold": 0.9}), "it is Paris", false),
            (json!({"type": "prompt-tokens", "threshold": 50}), "", true),
            (json!({"type": "prompt-tokens", "threshold": 20}), "", false),
        ];
        let vars = Vars::from([("target".to_owned(), json!("1018"))]);
        let read = |check: &Value| serde_json::from_value::<Assertion>(check.clone()).unwrap();
        let calls: Vec<Value> = table
            .iter()
            .map(|(given, output, _)| {
                let exported = check(&read(given), &vars, 40).unwrap();
                assert_eq!(exported["type"], "javascript");
                json!({"value": exported["value"], "config": exported["config"], "output": output})
            })
            .collect();
        let Some(executed) = executed(&json!(calls)) else { return };
        for ((given, output, pass), theirs) in table.iter().zip(executed) {
            let judging = Judging {
                asserts: &[read(given)],
                threshold: None,
                output,
                prompt: "",
                vars: &vars,
                latency_ms: 1,
                cost: None,
                prompt_tokens: 40,
            };
            let Ok(Judged::Done(ours)) = judging.step(&[vec![]]) else { panic!("{given}") };
            assert_eq!((ours.pass, theirs["pass"].as_bool().unwrap()), (*pass, *pass), "{given} {output}: {theirs}");
            assert!(
                (ours.score - theirs["score"].as_f64().unwrap()).abs() < 1e-3,
                "{given} {output}: {} {theirs}",
                ours.score
            );
        }
    }

    #[test]
    fn what_promptfoo_has_keeps_its_name_and_what_it_has_not_is_named() {
        let of = |kind: &str| serde_json::from_value::<Assertion>(json!({"type": kind, "value": "x"})).unwrap();
        let negated = Assertion { negated: true, ..of("contains") };
        assert_eq!(check(&negated, &Vars::new(), 1).unwrap(), json!({"type": "not-contains", "value": "x"}));
        let judged = check(&of("accuracy-judge"), &Vars::new(), 1).unwrap();
        assert_eq!(judged, json!({"type": "factuality", "value": "x", "metric": "accuracy-judge"}));
        let all = [of("unit-tests"), of("equals"), of("toxicity")];
        assert_eq!(left_out(all.iter()).into_iter().collect::<Vec<_>>(), ["toxicity", "unit-tests"]);
    }
}
