use clade_domain::{Assertion, CodeAnswer, CodeRequest, ModelAnswer, ModelRequest, Step};
use serde_json::Value;

use crate::{
    code,
    evaluator::{Case, Evaluator, EvaluatorError, Needs, Verdict},
    extract::without_thinking,
    settings::{Setting, check_config, check_value, expected, word},
};

/// `unit-tests`: Python code in the output passes the tests of the value: statements that raise an error where it is wrong, or tests as pytest and unittest find them. The code is the
/// output's first fenced block, or all of it, its thinking aside; the setting `head` is put in front, such as the beginning of a function that the
/// model was asked to complete. Each is run in a fresh sandbox.
pub(crate) struct UnitTests;

impl Evaluator for UnitTests {
    fn name(&self) -> &'static str {
        "unit-tests"
    }

    fn check(&self, assertion: &Assertion) -> Result<(), String> {
        check_config(assertion, &[("head", Setting::Text)])?;
        check_value(assertion)?;
        match &assertion.value {
            Some(Value::String(_)) => Ok(()),
            _ => Err("the value of `unit-tests` is no text; write the tests, such as `{{test}}`".to_owned()),
        }
    }

    fn needs(&self, _: &Assertion) -> Needs {
        Needs { code: true, python: true, ..Needs::default() }
    }

    fn step(&self, case: &Case<'_>, answers: &[ModelAnswer]) -> Result<Step<Verdict>, EvaluatorError> {
        match code::answer(answers)? {
            None => {
                let head = word(case.assertion, "head").unwrap_or_default();
                let code = format!("{head}{}", code_in(case.output));
                let tests = expected(case.assertion)?.into_owned();
                Ok(Step::Ask(vec![ModelRequest::Code(CodeRequest::Tests { code, tests })]))
            }
            Some(CodeAnswer::Tests { passed, feedback }) => Ok(Step::Done(Verdict::binary(*passed, feedback.as_str()))),
            Some(_) => Err(code::of_another_kind()),
        }
    }
}

/// What begins and ends a block.
const FENCES: [&str; 2] = ["```", "~~~"];

/// The inside of the first fenced block that is Python's or nobody's; the whole text where there is none. A block without an end
/// goes on to the end of the text.
fn code_in(output: &str) -> &str {
    let output = without_thinking(output);
    let mut rest = output;
    while let Some((at, fence)) = FENCES.iter().filter_map(|fence| Some((rest.find(fence)?, fence))).min() {
        let inside = &rest[at + 3..];
        let (language, body) = inside.split_once('\n').unwrap_or((inside, ""));
        let end = body.find(fence).unwrap_or(body.len());
        if ["", "python", "py", "python3"].contains(&language.trim().to_lowercase().as_str()) {
            return &body[..end];
        }
        rest = body.get(end + 3..).unwrap_or_default();
    }
    output
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{from_json, step};

    #[test]
    fn finds_the_code() {
        for (output, code) in [
            ("    return 1\n", "    return 1\n"),
            ("Here:\n```python\ndef f(): pass\n```\nDone.", "def f(): pass\n"),
            ("```sh\npip install x\n```\n```\nx = 1\n```", "x = 1\n"),
            ("```Python\nx = 1", "x = 1"),
            ("```json\n{}\n```", "```json\n{}\n```"),
            ("``", "``"),
            ("~~~python\nx = '```'\n~~~\nDone.", "x = '```'\n"),
            ("<think>```python\nx = 0\n```</think>```python\nx = 1\n```", "x = 1\n"),
            ("<think>```python\nx = 0\n```", ""),
        ] {
            assert_eq!(code_in(output), code, "{output}");
        }
    }

    #[test]
    fn tests_the_head_with_the_output() {
        let check =
            from_json(json!({"type": "unit-tests", "value": "assert f() == 1", "config": {"head": "def f():\n"}}));
        let asked = step(&check, "    return 1\n", &[]).unwrap();
        let request =
            CodeRequest::Tests { code: "def f():\n    return 1\n".to_owned(), tests: "assert f() == 1".to_owned() };
        assert_eq!(asked, Step::Ask(vec![ModelRequest::Code(request)]));
        let answer = ModelAnswer::Code(CodeAnswer::Tests { passed: false, feedback: "AssertionError".to_owned() });
        let Step::Done(verdict) = step(&check, "    return 1\n", &[answer]).unwrap() else { panic!("asks again") };
        assert_eq!((verdict.score, verdict.pass, verdict.reason.as_str()), (0.0, false, "AssertionError"));
    }
}
