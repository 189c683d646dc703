use clade_domain::{Assertion, CodeAnswer, CodeRequest, ModelAnswer, ModelRequest, Step};
use serde_json::{Value, json};

use crate::{
    code,
    evaluator::{Case, Evaluator, EvaluatorError, Needs, Verdict},
    feedback::quote,
    settings::{check_share, check_value},
};

/// `exec`: a program in any language that the sandbox has. It reads `{"output": ..., "context": ...}` on standard input, as functions get
/// them, and writes on standard output what a function would return, as JSON. The value is a command for `sh`, or a list of a program
/// and its arguments; words that begin with `file://` are files of the run.
pub(crate) struct Exec;

/// What a program may write.
const VERDICT: &str = "its verdict on standard output as JSON: `true` or `false`, a number from 0 to 1, or `{\"score\": 0.5, \"pass\": true, \"reason\": \"...\"}`";

fn command(value: &Value) -> Option<Vec<String>> {
    // with a folder before it, so that a script of the run can be the program itself
    let word = |word: &str| code::path_of(word).map_or_else(|| word.to_owned(), |path| format!("./{path}"));
    match value {
        Value::String(text) => {
            let words: Vec<String> = text.split_inclusive(char::is_whitespace).map(word).collect();
            Some(vec!["sh".to_owned(), "-c".to_owned(), words.concat()])
        }
        Value::Array(words) => words.iter().map(|text| text.as_str().map(word)).collect(),
        _ => None,
    }
}

impl Evaluator for Exec {
    fn name(&self) -> &'static str {
        "exec"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_share(assertion)?;
        check_value(assertion)?;
        match assertion.value.as_ref().and_then(command) {
            Some(_) => Ok(()),
            None => {
                Err("the value of `exec` is a command, or a list of a program and its arguments as texts".to_owned())
            }
        }
    }

    fn needs(&self, _: &Assertion) -> Needs {
        Needs { code: true, ..Needs::default() }
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        match code::answer(answers)? {
            None => {
                let none = || EvaluatorError::Failed("its value is no command".to_owned());
                let command = case.assertion.value.as_ref().and_then(command).ok_or_else(none)?;
                let stdin = json!({"output": case.output, "context": code::context(case)}).to_string();
                Ok(Step::Ask(vec![ModelRequest::Code(CodeRequest::Program { command, stdin })]))
            }
            Some(CodeAnswer::Program { stdout }) => {
                let value = serde_json::from_str(stdout.trim()).map_err(|error| {
                    let wrote = match stdout.trim() {
                        "" => "nothing on standard output".to_owned(),
                        said => format!("{}, which is no JSON ({error})", quote(said)),
                    };
                    EvaluatorError::Failed(format!("the program wrote {wrote}; it has to write {VERDICT}"))
                })?;
                code::verdict(case, &value, "").map(Step::Done)
            }
            Some(_) => Err(code::of_another_kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{from_json, step};

    #[test]
    fn runs_a_command_with_the_output_on_its_input() {
        for (value, wanted) in [
            (json!("ruby file://score.rb | tail -1"), json!(["sh", "-c", "ruby ./score.rb | tail -1"])),
            (json!("file://score.sh -x"), json!(["sh", "-c", "./score.sh -x"])),
            (json!(["file://score.sh"]), json!(["./score.sh"])),
            (json!(["ruby", "file://lib/score.rb", "a b"]), json!(["ruby", "./lib/score.rb", "a b"])),
        ] {
            let check = from_json(json!({"type": "exec", "value": value}));
            let Step::Ask(asked) = step(&check, "out", &[]).unwrap() else { panic!("does not ask") };
            let [ModelRequest::Code(CodeRequest::Program { command, stdin })] = asked.as_slice() else {
                panic!("asks for something else")
            };
            assert_eq!(json!(command), wanted);
            let given: Value = serde_json::from_str(stdin).unwrap();
            assert_eq!((&given["output"], &given["context"]["prompt"]), (&json!("out"), &json!("What is 6 x 7?")));
        }
    }

    #[test]
    fn reads_what_the_program_writes() {
        let check = from_json(json!({"type": "exec", "value": "score"}));
        let wrote = |text: &str| [ModelAnswer::Code(CodeAnswer::Program { stdout: text.to_owned() })];
        let Step::Done(verdict) = step(&check, "out", &wrote("{\"score\": 0.5}\n")).unwrap() else { panic!("asks") };
        assert_eq!((verdict.score, verdict.pass), (0.5, true));
        let error = step(&check, "out", &wrote("fine")).unwrap_err().to_string();
        assert!(error.contains("\"fine\"") && error.contains("a number from 0 to 1"), "{error}");
        for nothing in ["", " \n"] {
            let error = step(&check, "out", &wrote(nothing)).unwrap_err().to_string();
            assert!(error.contains("wrote nothing on standard output; it has to write its verdict"), "{error}");
            assert!(error.contains("a number from 0 to 1") && !error.contains("EOF"), "{error}");
        }
        assert!(crate::check(&from_json(json!({"type": "exec", "value": [1]}))).is_err());
    }
}
