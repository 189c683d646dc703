use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What a fitness function says of an output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grade {
    /// Whether the output is good enough.
    pub(crate) pass: bool,
    /// How good it is, in [0, 1].
    pub(crate) score: f64,
    /// Why, in words.
    pub(crate) reason: Option<String>,
    /// Scores of single aspects by name, each in [0, 1].
    pub(crate) named_scores: BTreeMap<String, f64>,
}

impl Grade {
    /// Reads what promptfoo's `python` and `javascript` assertions may return: a boolean, a number, or an object with `pass`,
    /// `score`, `reason` and `namedScores`. Without `pass` an output passes from `threshold` on, and above 0 where there is none.
    /// Python may also write `pass_` and `named_scores`. Other keys, such as `componentResults`, are left out.
    ///
    /// Source: promptfoo, `src/assertions/python.ts` and `javascript.ts`. Scores outside [0, 1] are refused here.
    ///
    /// # Errors
    /// One sentence that says what cannot be read, for whoever wrote the function.
    pub(crate) fn read(value: &Value, threshold: Option<f64>) -> Result<Self, String> {
        match value {
            Value::Bool(pass) => {
                Ok(Self { pass: *pass, score: f64::from(u8::from(*pass)), reason: None, named_scores: BTreeMap::new() })
            }
            Value::Number(_) => {
                let score = score(value, "the score")?;
                Ok(Self { pass: passes(score, threshold), score, reason: None, named_scores: BTreeMap::new() })
            }
            Value::Object(fields) => Self::of_object(fields, threshold),
            other => Err(format!(
                "the function returned {}; return a boolean, a number in [0, 1], or an object with `pass`, `score` and `reason`",
                kind(other)
            )),
        }
    }

    fn of_object(fields: &Map<String, Value>, threshold: Option<f64>) -> Result<Self, String> {
        let field = |names: &[&str]| names.iter().find_map(|name| fields.get(*name)).filter(|value| !value.is_null());
        let pass = match field(&["pass", "pass_"]) {
            None => None,
            Some(Value::Bool(pass)) => Some(*pass),
            Some(other) => return Err(format!("`pass` is {}; it must be a boolean", kind(other))),
        };
        let given = field(&["score"]).map(|value| score(value, "`score`")).transpose()?;
        let (pass, score) = match (pass, given) {
            (Some(pass), Some(score)) => (pass, score),
            (Some(pass), None) => (pass, f64::from(u8::from(pass))),
            (None, Some(score)) => (passes(score, threshold), score),
            (None, None) => return Err("the object has neither `pass` nor `score`; give one of them".to_owned()),
        };
        let reason = match field(&["reason"]) {
            None => None,
            Some(Value::String(reason)) => Some(reason.clone()),
            Some(other) => return Err(format!("`reason` is {}; it must be a text", kind(other))),
        };
        let named_scores = match field(&["namedScores", "named_scores"]) {
            None => BTreeMap::new(),
            Some(Value::Object(named)) => named
                .iter()
                .map(|(name, value)| Ok((name.clone(), self::score(value, &format!("the named score `{name}`"))?)))
                .collect::<Result<_, String>>()?,
            Some(other) => return Err(format!("`namedScores` is {}; it must be an object of numbers", kind(other))),
        };
        Ok(Self { pass, score, reason, named_scores })
    }
}

fn passes(score: f64, threshold: Option<f64>) -> bool {
    threshold.map_or(score > 0.0, |threshold| score >= threshold)
}

fn score(value: &Value, name: &str) -> Result<f64, String> {
    // a Python function may well return True for 1
    let number = value.as_f64().or_else(|| value.as_bool().map(|yes| f64::from(u8::from(yes))));
    match number {
        Some(score) if (0.0..=1.0).contains(&score) => Ok(score),
        Some(score) => Err(format!("{name} is {score}; scale it to [0, 1]")),
        None => Err(format!("{name} is {}; it must be a number in [0, 1]", kind(value))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_promptfoo_reads() {
        let table = [
            (json!(true), None, (true, 1.0)),
            (json!(false), Some(0.0), (false, 0.0)),
            (json!(0.4), None, (true, 0.4)),
            (json!(0), None, (false, 0.0)),
            (json!(0.4), Some(0.5), (false, 0.4)),
            (json!({"pass": false, "score": 0.9}), Some(0.5), (false, 0.9)),
            (json!({"pass_": true, "score": 0.1}), None, (true, 0.1)),
            (json!({"pass": true}), None, (true, 1.0)),
            (json!({"score": 0.5, "pass": null, "componentResults": []}), Some(0.5), (true, 0.5)),
            (json!({"score": true}), None, (true, 1.0)),
        ];
        for (value, threshold, (pass, score)) in table {
            let grade = Grade::read(&value, threshold).unwrap();
            assert_eq!((grade.pass, grade.score), (pass, score), "{value}");
        }
        let full = json!({"pass": true, "score": 1, "reason": "good", "namedScores": {"tone": 0.5}});
        let grade = Grade::read(&full, None).unwrap();
        assert_eq!(grade.reason.as_deref(), Some("good"));
        assert_eq!(grade.named_scores, BTreeMap::from([("tone".to_owned(), 0.5)]));
    }

    #[test]
    fn says_what_cannot_be_read() {
        let table = [
            (json!(null), "returned nothing"),
            (json!("yes"), "returned a text"),
            (json!([1]), "returned a list"),
            (json!(7), "the score is 7; scale it to [0, 1]"),
            (json!({"score": -0.1}), "`score` is -0.1"),
            (json!({"score": "1"}), "`score` is a text"),
            (json!({"reason": "none"}), "neither `pass` nor `score`"),
            (json!({"pass": 1}), "`pass` is a number"),
            (json!({"pass": true, "reason": 3}), "`reason` is a number"),
            (json!({"pass": true, "namedScores": {"tone": 2}}), "the named score `tone` is 2"),
        ];
        for (value, words) in table {
            let error = Grade::read(&value, None).unwrap_err();
            assert!(error.contains(words), "{value}: {error}");
        }
    }
}
