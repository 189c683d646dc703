//! HumanEval (Chen et al. 2021, MIT licence): every canonical solution passes its tests, and none with a broken body does.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use std::io::Read;

use clade_sandbox::{
    GeneratedCode, Language, Limits, LocalBackend, SandboxBackend, SandboxSpec, Verdict, find_interpreter,
};
use futures::future::try_join_all;
use serde::Deserialize;

#[derive(Deserialize)]
struct Problem {
    task_id: String,
    prompt: String,
    entry_point: String,
    canonical_solution: String,
    test: String,
}

impl Problem {
    fn with(&self, body: &str) -> GeneratedCode {
        GeneratedCode {
            code: format!("{}{body}", self.prompt),
            tests: format!("{}\ncheck({})", self.test, self.entry_point),
        }
    }
}

fn problems() -> Vec<Problem> {
    let packed: &[u8] = include_bytes!("data/humaneval/HumanEval.jsonl.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Judges many, in two sandboxes beside one another.
async fn judge(code: Vec<(String, GeneratedCode)>) -> Vec<(String, Verdict)> {
    let python = find_interpreter(Language::Python, "python3").unwrap();
    let (mut settings, _folder) = support::settings();
    settings.read_only = python.read_only;
    let backend = LocalBackend::new(settings);
    let halves = code.chunks(code.len().div_ceil(2)).map(async |half| {
        let sandbox = backend.create(&SandboxSpec::default(), None).await?;
        let mut verdicts = Vec::new();
        for (name, code) in half {
            let verdict = code.judge(&*sandbox, &python.program, &Limits::default(), "b5f1-end").await?;
            verdicts.push((name.clone(), verdict));
        }
        sandbox.destroy().await?;
        Ok::<_, clade_sandbox::SandboxError>(verdicts)
    });
    try_join_all(halves).await.unwrap().into_iter().flatten().collect()
}

#[tokio::test]
async fn all_canonical_solutions_pass() {
    let problems = problems();
    let code = problems.iter().map(|problem| (problem.task_id.clone(), problem.with(&problem.canonical_solution)));
    let verdicts = judge(code.collect()).await;
    assert_eq!(verdicts.len(), 164);
    for (name, verdict) in verdicts {
        assert!(verdict.passed, "{name}: {}", verdict.feedback);
        assert_eq!(verdict.feedback, "all tests passed");
    }
}

#[tokio::test]
async fn no_broken_solution_passes() {
    // in turn: a wrong value, an error, an early exit that looks like success
    let broken = ["    return 'broken'\n", "    raise ValueError('broken')\n", "    import os; os._exit(0)\n"];
    let problems = problems();
    let code =
        problems.iter().zip(broken.iter().cycle()).map(|(problem, body)| (problem.task_id.clone(), problem.with(body)));
    let verdicts = judge(code.collect()).await;
    assert_eq!(verdicts.len(), 164);
    for (name, verdict) in verdicts {
        assert!(!verdict.passed, "{name}");
        assert!(!verdict.feedback.is_empty() && verdict.feedback != "all tests passed", "{name}");
    }
}

/// The value is statements, or what pytest and unittest would find; where it executes nothing, nobody has tested the code.
#[tokio::test]
async fn what_tests_nothing_is_no_success() {
    let (right, wrong) = ("def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n");
    let table = [
        ("assert add(1, 2) == 3", true),
        ("def test_add():\n    assert add(1, 2) == 3\n", true),
        ("def test_add():\n    assert add(1, 2) == 3\ntest_add()\n", true),
        ("async def test_add():\n    assert add(1, 2) == 3\n", true),
        ("class TestAdd:\n    def test_add(self):\n        assert add(1, 2) == 3\n", true),
        (
            "import unittest\nclass Add(unittest.TestCase):\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n\
             if __name__ == '__main__':\n    unittest.main()\n",
            true,
        ),
        ("from solution import add as sum_of\nassert sum_of(1, 2) == 3", true),
        ("METADATA = {}\ndef check(candidate):\n    assert candidate(1, 2) == 3\ncheck(add)", true),
        ("METADATA = {}\ndef check(candidate):\n    assert candidate(1, 2) == 3\n", false),
        ("def test_add(tmp_path):\n    assert add(1, 2) == 3\n", false),
        ("x = 1\n", false),
        ("", false),
        ("assert add(1, 2 == 3", false),
    ];
    let with = |code: &str| {
        let of = |(tests, _): &(&str, bool)| {
            let code = GeneratedCode { code: code.to_owned(), tests: (*tests).to_owned() };
            ((*tests).to_owned(), code)
        };
        table.iter().map(of).collect::<Vec<_>>()
    };
    let (of_right, of_wrong) = (judge(with(right)).await, judge(with(wrong)).await);
    for (((tests, tested), (_, right)), (_, wrong)) in table.iter().zip(of_right).zip(of_wrong) {
        assert_eq!((right.passed, right.untested.is_none()), (*tested, *tested), "{tests}: {right:?}");
        assert_eq!((wrong.passed, wrong.untested.is_none()), (false, *tested), "{tests}: {wrong:?}");
        assert!(!tested || wrong.feedback.contains("Error"), "{tests}: {}", wrong.feedback);
    }
}

/// What `judge` says of right and of wrong code.
async fn both(tests: &[&str]) -> Vec<(String, Verdict, Verdict)> {
    const CODE: &str = "def add(a, b):\n    \"\"\"\n    >>> add(1, 2)\n    3\n    \"\"\"\n    return a SIGN b\n";
    let with = |sign: &str| {
        let code = CODE.replace("SIGN", sign);
        judge(
            tests
                .iter()
                .map(|tests| ((*tests).to_owned(), GeneratedCode { code: code.clone(), tests: (*tests).to_owned() }))
                .collect(),
        )
    };
    let (right, wrong) = (with("+").await, with("-").await);
    right.into_iter().zip(wrong).map(|((tests, right), (_, wrong))| (tests, right, wrong)).collect()
}

#[tokio::test]
async fn tests_count_however_they_are_started() {
    const CASE: &str = "import unittest\nclass T(unittest.TestCase):\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n";
    let started = |how: &str| format!("{CASE}{how}");
    let table = [
        started("unittest.main()"),
        started("unittest.main(argv=['x'], verbosity=2)"),
        started("from unittest import main\nmain(exit=False)"),
        started("if __name__ == '__main__':\n    unittest.main()"),
        started("unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T))"),
        started("unittest.main()\nraise SystemExit"),
        started("import sys\nresult = unittest.main(exit=False).result\nsys.exit(not result.wasSuccessful())"),
        started("class Other(T):\n    pass\ndel T\nunittest.main()"),
        "import unittest\nclass Base(unittest.TestCase):\n    pass\nclass X(Base):\n    def test_add(self):\n        assert add(1, 2) == 3\n".to_owned(),
        "from unittest import IsolatedAsyncioTestCase as Case\nclass X(Case):\n    async def test_add(self):\n        assert add(1, 2) == 3\n".to_owned(),
        "import unittest\nclass X(unittest.TestCase):\n    def runTest(self):\n        assert add(1, 2) == 3\n".to_owned(),
        "import unittest\nclass X(unittest.TestCase):\n    @classmethod\n    def setUpClass(cls):\n        cls.sum = add(1, 2)\n        assert cls.sum == 3\n    \
         def test_add(self):\n        pass\nunittest.main(exit=False)\n".to_owned(),
        "import doctest\ndoctest.testmod()".to_owned(),
        "import doctest, solution\ndoctest.testmod(solution)".to_owned(),
        "import doctest\ndoctest.run_docstring_examples(add, {'add': add})".to_owned(),
        "import unittest\ncase = unittest.TestCase()\ncase.assertEqual(add(1, 2), 3)".to_owned(),
        "test_add = lambda: None if add(1, 2) == 3 else add(None, None)".to_owned(),
    ];
    for (tests, right, wrong) in both(&table.each_ref().map(String::as_str)).await {
        assert!(right.passed && right.untested.is_none(), "{tests}: {right:?}");
        assert!(!wrong.passed && wrong.untested.is_none(), "{tests}: {wrong:?}");
        let shown = ["Error", "Failed example"].iter().any(|words| wrong.feedback.contains(words));
        assert!(shown, "{tests}: {}", wrong.feedback);
    }
}

#[tokio::test]
async fn tests_that_execute_nothing_are_no_tests() {
    let table = [
        "class TestA:\n    def helper(self):\n        assert add(1, 2) == 3\n",
        "class TestA:\n    test_cases = [1, 2]\n",
        "import unittest\nclass T(unittest.TestCase):\n    def check(self):\n        assert add(1, 2) == 3\n",
        "import unittest\nclass T(unittest.TestCase):\n    def check(self):\n        assert add(1, 2) == 3\nunittest.main()",
        "import unittest\nclass T(unittest.TestCase):\n    @unittest.skip('later')\n    def test_add(self):\n        assert add(1, 2) == 3\n",
        "import unittest\n@unittest.skip('later')\nclass T(unittest.TestCase):\n    def test_add(self):\n        assert add(1, 2) == 3\nunittest.main()",
        "import unittest\nclass T(unittest.TestCase):\n    def test_add(self):\n        yield\n        assert add(1, 2) == 3\n",
        "import unittest\nclass T(unittest.TestCase):\n    async def test_add(self):\n        assert add(1, 2) == 3\n",
        "import unittest\nrunner = unittest.TextTestRunner()\nrunner.run(unittest.TestSuite())",
        "import unittest\ndef test_add():\n    raise unittest.SkipTest('later')\n",
        "def test_add():\n    yield\n    assert add(1, 2) == 3\n",
        "async def test_add():\n    yield\n    assert add(1, 2) == 3\n",
        "import doctest\ndoctest.run_docstring_examples(print, {})",
        "import no_such_library\nassert add(1, 2) == 3",
    ];
    for (tests, right, wrong) in both(&table).await {
        for verdict in [right, wrong] {
            assert!(!verdict.passed && verdict.untested.is_some(), "{tests}: {verdict:?}");
        }
    }
}

#[tokio::test]
async fn what_code_prints_or_brings_along_is_not_judged() {
    let right = "def add(a, b):\n    return a + b\n";
    let own = "import unittest\nclass TestOwn(unittest.TestCase):\n    def test_it(self):\n        self.fail()\ndef test_own():\n    assert False\n";
    let tests = "import unittest\nclass T(unittest.TestCase):\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n\
                 unittest.main()";
    let of = |code: String, tests: &str| (code.clone(), GeneratedCode { code, tests: tests.to_owned() });
    let passes = [
        of(format!("{own}{right}"), tests),
        of(format!("{own}{right}"), "assert add(1, 2) == 3"),
        of(format!("\u{feff}{right}"), "\u{feff}assert add(1, 2) == 3"),
        of(format!("import io, sys\nsys.stdout = io.StringIO()\n{right}"), "assert add(1, 2) == 3"),
    ];
    for (code, verdict) in judge(passes.into()).await {
        assert!(verdict.passed, "{code}: {verdict:?}");
    }
    let untested = judge(vec![of(format!("print('no end of line', end='')\n{right}"), "class TestA:\n    pass")]).await;
    assert!(untested[0].1.untested.is_some(), "{untested:?}");
    let exits = ["import sys\nsys.exit(0)\n", "def add(a, b):\n    raise SystemExit\n"];
    for (code, verdict) in
        judge(exits.iter().map(|code| of((*code).to_owned(), "assert add(1, 2) == 3")).collect()).await
    {
        assert!(!verdict.passed && verdict.untested.is_none(), "{code}: {verdict:?}");
    }
}

/// As in the reference harness, what is below the usual line for scripts rests, and a bare assertion is shown.
#[tokio::test]
async fn code_is_no_script() {
    let code = "from __future__ import annotations\nfrom dataclasses import dataclass\n\n@dataclass\nclass Point:\n    x: int\n\n\
                if __name__ == '__main__':\n    raise SystemExit(input())\n";
    let of = |tests: &str| {
        (tests.to_owned(), GeneratedCode { code: code.to_owned(), tests: format!("point = Point(1)\n{tests}") })
    };
    let said = judge(vec![of("assert point.x == 1"), of("assert point.x == 2")]).await;
    assert!(said[0].1.passed, "{:?}", said[0]);
    assert!(!said[1].1.passed && said[1].1.feedback.contains("assert point.x == 2"), "{:?}", said[1]);
}
