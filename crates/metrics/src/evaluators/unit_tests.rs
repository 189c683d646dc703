use std::borrow::Cow;

use clade_domain::{Assertion, CodeAnswer, CodeRequest, ModelAnswer, ModelRequest, Step};
use serde_json::Value;

use crate::{
    code,
    evaluator::{Case, Evaluator, EvaluatorError, Needs, Verdict},
    extract::without_thinking,
    settings::{Setting, check_config, check_value, expected, word},
};

/// `unit-tests`: Python code in the output passes the tests of the value: statements that raise an error where it is wrong, or tests as pytest and unittest find them. The code is the
/// output's first fenced block of Python's or nobody's, or all of it, its thinking aside; the setting `head` is put in front, such as the beginning of a function that the
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

/// The fewest marks that begin a block, how much further than its beginning its end may stand, and the longest mark of a list, such as `10. `.
const SHORTEST: usize = 3;
const MARGIN: usize = 3;
const LONGEST_LIST_MARK: usize = 4;

/// The inside of the first fenced block that is Python's or nobody's, by CommonMark 0.31, section 4.5, and beyond it as models write: a fence may
/// stand behind words or in a list, and its end behind the last line. The whole text where there is none. A block without an end goes on to
/// the end of the text.
fn code_in(output: &str) -> Cow<'_, str> {
    let output = without_thinking(output.trim_start_matches('\u{feff}'));
    let mut rest = output;
    while let Some(fence) = Fence::first_in(rest) {
        let (inside, behind) = fence.split(&rest[fence.body..]);
        if fence.is_python {
            return fence.outdented(inside);
        }
        rest = behind;
    }
    Cow::Borrowed(output)
}

/// What begins a block.
struct Fence {
    mark: char,
    /// How many marks; as many end it.
    length: usize,
    /// How far it stands from the beginning of its line, in a list behind the list's mark.
    indent: usize,
    is_python: bool,
    /// Where the line after it begins.
    body: usize,
}

impl Fence {
    fn first_in(text: &str) -> Option<Self> {
        let mut begin = 0;
        for line in text.split_inclusive('\n') {
            begin += line.len();
            let found = line.find("```").into_iter().chain(line.find("~~~")).min();
            let Some((before, at)) = found.map(|at| line.split_at(at)) else { continue };
            let mark = if at.starts_with('`') { '`' } else { '~' };
            let info = at.trim_start_matches(mark);
            let length = at.len() - info.len();
            let is_nobodys_end = info.trim().is_empty() && length >= 2 * SHORTEST;
            // code within a line, or an empty block on one
            if info.contains('`') || is_nobodys_end {
                continue;
            }
            let is_margin = before.trim_start().len() <= LONGEST_LIST_MARK && !before.contains(char::is_alphabetic);
            let indent = if is_margin { before.chars().count() } else { 0 };
            return Some(Self { mark, length, indent, is_python: is_pythons_or_nobodys(info.trim()), body: begin });
        }
        None
    }

    /// What is in the block, and what comes behind it.
    fn split<'t>(&self, body: &'t str) -> (&'t str, &'t str) {
        let mark = self.mark.to_string().repeat(self.length);
        let mut begin = 0;
        for line in body.split_inclusive('\n') {
            let (inner, next) = (line.trim_start(), begin + line.len());
            let indent = line.len() - inner.len();
            if inner.starts_with(&mark) && indent <= self.indent + MARGIN {
                let behind = inner.trim_start_matches(self.mark).len();
                return (&body[..begin], &body[next - behind..]);
            }
            let code = line.trim_end().trim_end_matches(self.mark);
            if line.trim_end().len() - code.len() >= self.length && !code.trim().is_empty() {
                return (&body[..begin + code.len()], &body[next..]);
            }
            begin = next;
        }
        (body, "")
    }

    /// The text without the indentation of the fence.
    fn outdented<'t>(&self, inside: &'t str) -> Cow<'t, str> {
        if self.indent == 0 {
            return Cow::Borrowed(inside);
        }
        let outdent = |line: &'t str| {
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            &line[blank.min(self.indent)..]
        };
        Cow::Owned(inside.split_inclusive('\n').map(outdent).collect())
    }
}

/// Whether the words behind a fence name Python, or no language: `python title="a.py"`, `{.python .numberLines}` and the like.
fn is_pythons_or_nobodys(info: &str) -> bool {
    let words = info.trim_matches(['{', '}']);
    let named = if info.starts_with('{') {
        words.split([' ', ',']).find(|word| !word.starts_with('#'))
    } else {
        words.split([' ', ',', '{', ':']).next()
    };
    let language = named.unwrap_or_default().trim_start_matches('.').to_lowercase();
    let version = language.strip_prefix("python").or_else(|| language.strip_prefix("py"));
    language.is_empty() || version.is_some_and(|version| version.chars().all(|one| one.is_ascii_digit() || one == '.'))
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
            ("````python\nx = '''\n```\n'''\n````\nDone.", "x = '''\n```\n'''\n"),
            ("~~~~python\nx = 1\n~~~~", "x = 1\n"),
            ("1. Here:\n\n   ```python\n   def f():\n       pass\n   ```\n2. Done.", "def f():\n    pass\n"),
            ("- ```python\n  x = 1\n  ```", "x = 1\n"),
            ("  ```python\nx = 1\n  ```", "x = 1\n"),
            ("```python\n    return 1\n```", "    return 1\n"),
            ("```python title=\"a.py\"\nx = 1\n```", "x = 1\n"),
            ("```{python}\nx = 1\n```", "x = 1\n"),
            ("```{.python .numberLines}\nx = 1\n```", "x = 1\n"),
            ("```{.sh}\nls\n```\n```python:a.py\nx = 1\n```", "x = 1\n"),
            ("```python3.12\nx = 1\n```", "x = 1\n"),
            ("```py\r\nx = 1\r\n```\r\nDone.", "x = 1\r\n"),
            ("```python\nx = 1```", "x = 1"),
            ("Here: ```python\nx = 1\n```", "x = 1\n"),
            ("Use ```f``` so.\n```python\nx = 1\n```", "x = 1\n"),
            ("```python\nx = \"```\" + y\n```", "x = \"```\" + y\n"),
            ("``````\n```python\nx = 1\n```", "x = 1\n"),
            ("```python\ndef f():\n    '''\n    ```\n    '''\n```", "def f():\n    '''\n    ```\n    '''\n"),
            ("\u{feff}```python\nx = 1\n```", "x = 1\n"),
            ("\u{feff}x = 1", "x = 1"),
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
