//! Functions in warm runners, and what hostile ones can do to the host.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use clade_sandbox::channel::{Ask, Call, CallError, ModelHost, NoModels, Pool, RunnerSpec, Source};
use clade_sandbox::{InsidePath, Language, Limit, Limits, LocalBackend, SandboxSpec, find_interpreter};
use futures::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A pool with one file in its sandboxes.
fn pool(language: Language, file: &str, code: &str, limits: Limits, places: usize) -> (Pool, TempDir) {
    pool_with(language, &[(file, code)], limits, places)
}

fn pool_with(language: Language, files: &[(&str, &str)], limits: Limits, places: usize) -> (Pool, TempDir) {
    let name = match language {
        Language::Python => "python3",
        Language::JavaScript => "node",
    };
    let interpreter = find_interpreter(language, name).unwrap();
    let (mut settings, folder) = support::settings();
    settings.read_only.clone_from(&interpreter.read_only);
    let spec = RunnerSpec {
        sandbox: SandboxSpec { limits, ..SandboxSpec::default() },
        from: None,
        language,
        program: interpreter.program,
        files: files
            .iter()
            .map(|(file, code)| (InsidePath::new(*file).unwrap(), Bytes::from((*code).to_owned())))
            .collect(),
    };
    (Pool::new(Arc::new(LocalBackend::new(settings)), spec, places), folder)
}

fn call(file: &str, function: &str, args: Vec<Value>) -> Call {
    Call { source: Source::File { path: InsidePath::new(file).unwrap(), function: function.to_owned() }, args }
}

fn inline(code: &str, output: &str) -> Call {
    let names = vec!["output".to_owned(), "context".to_owned()];
    Call {
        source: Source::Inline { code: code.to_owned(), names },
        args: vec![json!(output), json!({"vars": {"n": 3}})],
    }
}

/// Answers with the last message's text in capitals, three times.
#[derive(Default)]
struct Shouting(AtomicU32);

impl ModelHost for Shouting {
    fn chat(&self, ask: Ask) -> BoxFuture<'_, Result<String, String>> {
        Box::pin(async move {
            if self.0.fetch_add(1, Ordering::Relaxed) >= 3 {
                return Err("the budget is spent".to_owned());
            }
            Ok(ask.messages.last().map(|message| message.content.to_uppercase()).unwrap_or_default())
        })
    }

    fn most_asks(&self) -> u32 {
        5
    }
}

/// Whether an error is the expected one.
type Expected = fn(&CallError) -> bool;

const SCORE_PY: &str = r#"
import clade, os, sys, time
seen = 0

def get_assert(output, context):
    print("looking at", output)
    return {"pass": output == context["vars"]["want"], "score": 0.5, "reason": "half", "namedScores": {"length": 1.0}}

def count():
    global seen
    seen += 1
    return seen

async def later(value):
    return value * 2

def ask(texts):
    return [clade.chat(text, temperature=0) for text in texts]

def ask_until_refused():
    answers = []
    while True:
        try:
            answers.append(clade.chat("again"))
        except clade.Refused as refused:
            answers.append(str(refused))
            if "not allowed" in str(refused):
                return answers

def raises(): raise ValueError("no such luck")
def nan(): return float("nan")
def beyond(): return {"score": [10 ** 400]}
def odd(): return {1, 2}
def leaves(): os._exit(7)
def sleeps(): time.sleep(60)
def spins():
    while True: pass
def eats():
    held = []
    while True: held.append(bytearray(1 << 20))
def floods():
    while True: sys.stderr.write("x" * 65536)
def huge(): return "x" * (8 << 20)
def exits(): sys.exit(3)
def fills():
    with open("/tmp/full", "wb") as file:
        while True: file.write(b"x" * 65536)
def too_large():
    file = open("/dev/shm/large", "wb")
    file.truncate(1 << 40)
def no_thread():
    import threading
    held = [threading.Event()]
    while True: threading.Thread(target=held[0].wait, daemon=True).start()
def forks_and_both_answer():
    return os.getpid() if os.fork() else -1
def caused():
    try: raise OSError(28, "No space left on device")
    except OSError as error: raise RuntimeError("could not write it down") from error
def forges():
    for fd in range(3, 20):
        try: os.write(fd, b'{"returned":{"id":99,"value":true}}\n')
        except OSError: pass
    time.sleep(60)
def garbles():
    for fd in range(3, 20):
        try: os.write(fd, b'\xff\xfe not json \n')
        except OSError: pass
    time.sleep(60)
def bombs():
    for fd in range(3, 20):
        try: os.write(fd, b'{"returned":{"id":1,"value":' + b'[' * 60000 + b'\n')
        except OSError: pass
    time.sleep(60)
"#;

#[tokio::test]
async fn python_functions_are_called_as_promptfoo_calls_them() {
    let (pool, _folder) = pool(Language::Python, "score.py", SCORE_PY, Limits::default(), 1);
    let args = vec![json!("yes"), json!({"vars": {"want": "yes"}})];
    let returned = pool.call(&call("score.py", "get_assert", args), &NoModels).await.unwrap();
    let expected = json!({"pass": true, "score": 0.5, "reason": "half", "namedScores": {"length": 1.0}});
    assert_eq!(returned.value, expected);
    assert_eq!(returned.said, "looking at yes\n", "what it prints is no message");
    for (code, value) in [
        ("len(output) > 2  # a word", json!(true)),
        ("json.loads('[1]')[0]", json!(1)),
        ("context['vars']['n'] / 6", json!(0.5)),
        ("import re\nreturn bool(re.match('a+', output))", json!(true)),
        (r"'\\ud83c \ud83c' + chr(0xd83d) + chr(0xde00) + '\u2028é'", json!("\\ud83c \u{fffd}\u{1f600}\u{2028}é")),
    ] {
        assert_eq!(pool.call(&inline(code, "aaa"), &NoModels).await.unwrap().value, value, "{code}");
    }
    assert_eq!(pool.call(&call("score.py", "later", vec![json!(21)]), &NoModels).await.unwrap().value, json!(42));
    for expected in 1..4 {
        let counted = pool.call(&call("score.py", "count", vec![]), &NoModels).await.unwrap();
        assert_eq!(counted.value, json!(expected), "the runner is the same one");
    }
    pool.close().await.unwrap();
}

/// As from a program that python starts, and from promptfoo, which starts one for each call.
#[tokio::test]
async fn modules_beside_a_file_are_found_from_it_and_from_no_other() {
    let files = [
        (
            "a/score.py",
            "import helper, common\ndef get(): return helper.ONE + common.TEN\ndef late():\n    import other\n    return other.ONE",
        ),
        ("a/helper.py", "ONE = 1"),
        ("a/other.py", "ONE = 3"),
        (
            "b/score.py",
            "import helper, common\ndef get(): return helper.ONE + common.TEN\ndef late():\n    import other\n    return other.ONE",
        ),
        ("b/helper.py", "ONE = 2"),
        ("b/other.py", "ONE = 4"),
        ("common.py", "TEN = 10"),
    ];
    let (pool, _folder) = pool_with(Language::Python, &files, Limits::default(), 1);
    for (file, function, value) in [
        ("a/score.py", "get", 11),
        ("b/score.py", "get", 12),
        ("a/score.py", "late", 3),
        ("b/score.py", "late", 4),
        ("a/score.py", "get", 11),
    ] {
        let returned = pool.call(&call(file, function, vec![]), &NoModels).await.unwrap();
        assert_eq!(returned.value, json!(value), "{file}: {function}");
    }
    pool.close().await.unwrap();
}

#[tokio::test]
async fn javascript_functions_are_called_as_promptfoo_calls_them() {
    let code = "module.exports = (output, context) => { console.log('hm'); return output.length / context.vars.n; };\n\
        module.exports.ask = async (texts) => Promise.all(texts.map((text) => clade.chat(text)));\n\
        module.exports.refused = () => clade.chat('x').catch((error) => error instanceof clade.Refused && error.message);\n\
        module.exports.raises = () => { throw new Error('no such luck'); };";
    let (pool, _folder) = pool(Language::JavaScript, "score.js", code, Limits::default(), 1);
    let args = vec![json!("yes"), json!({"vars": {"n": 6}})];
    let returned = pool.call(&call("score.js", "default", args), &NoModels).await.unwrap();
    assert_eq!((returned.value, returned.said.as_str()), (json!(0.5), "hm\n"));
    for (code, value) in [
        ("output.includes('a') // a word", json!(true)),
        ("const s = 'a;b'; s === 'a;b'", json!(true)),
        ("let n = context.vars.n; const f = (x) => { const y = x; return y * 2; }; f(n);", json!(6)),
        ("const n = context.vars.n;\nreturn n * 2", json!(6)),
        (r"'\\ud83c ' + '😀'.slice(0, 1) + '😀é'", json!("\\ud83c \u{fffd}😀é")),
    ] {
        assert_eq!(pool.call(&inline(code, "aaa"), &NoModels).await.unwrap().value, value, "{code}");
    }
    let asked = pool.call(&call("score.js", "ask", vec![json!(["a", "b", "c"])]), &Shouting::default()).await.unwrap();
    assert_eq!(asked.value, json!(["A", "B", "C"]));
    let refused = pool.call(&call("score.js", "refused", vec![]), &NoModels).await.unwrap().value;
    assert!(refused.as_str().is_some_and(|said| said.contains("there are no model calls")), "{refused}");
    let error = pool.call(&call("score.js", "raises", vec![]), &NoModels).await.unwrap_err();
    assert!(matches!(error, CallError::Failed { message, .. } if message == "no such luck"));
    pool.close().await.unwrap();
}

#[tokio::test]
async fn model_calls_go_through_the_host() {
    let (pool, _folder) = pool(Language::Python, "score.py", SCORE_PY, Limits::default(), 1);
    let asked = pool.call(&call("score.py", "ask", vec![json!(["one", "two"])]), &Shouting::default()).await.unwrap();
    assert_eq!(asked.value, json!(["ONE", "TWO"]));
    let refused = pool.call(&call("score.py", "ask_until_refused", vec![]), &Shouting::default()).await.unwrap();
    let (budget, many) = ("the budget is spent", "this call has asked models 5 times, and more is not allowed");
    assert_eq!(refused.value, json!(["AGAIN", "AGAIN", "AGAIN", budget, budget, many]));
    let none = pool.call(&call("score.py", "ask", vec![json!(["one"])]), &NoModels).await.unwrap_err();
    assert!(matches!(none, CallError::Failed { message, .. } if message.contains("there are no model calls")));
    pool.close().await.unwrap();
}

/// What a program says to its model is none of its output, and what it prints beside that is.
#[tokio::test]
async fn requests_to_models_are_no_output() {
    let code = "import clade, sys\n\
                def asks(times):\n    return [len(clade.chat('x' * 24000)) for _ in range(times)]\n\
                def prints():\n    sys.stderr.write('x' * 70000)\n    sys.stderr.flush()\n    return clade.chat('x' * 2000)\n\
                def prints_and_waits():\n    import time\n    sys.stderr.write('x' * 65600)\n    sys.stderr.flush()\n    time.sleep(60)\n";
    let limits = Limits { output_kb: 64, ..Limits::default() };
    let (pool, _folder) = pool(Language::Python, "asks.py", code, limits, 1);
    let asked = pool.call(&call("asks.py", "asks", vec![json!(3)]), &Shouting::default()).await.unwrap();
    assert_eq!(asked.value, json!([24000, 24000, 24000]), "72 kB in all");
    for (language, file, code) in [
        (Language::Python, "long.py", "import clade\ndef ask(n):\n    return len(clade.chat('x' * n))\n"),
        (Language::JavaScript, "long.js", "exports.ask = async (n) => (await clade.chat('x'.repeat(n))).length;"),
    ] {
        let (pool, _folder) = self::pool(language, file, code, limits, 1);
        let ask = async |n: u32| pool.call(&call(file, "ask", vec![json!(n)]), &Shouting::default()).await;
        assert_eq!(ask(5_000_000).await.unwrap().value, json!(5_000_000), "one that is longer than all output");
        let error = ask(9_000_000).await.unwrap_err();
        assert!(matches!(error, CallError::Request { most: 8_388_608 }), "{error}");
    }
    for function in ["prints", "prints_and_waits"] {
        let error = pool.call(&call("asks.py", function, vec![]), &Shouting::default()).await.unwrap_err();
        assert!(matches!(error, CallError::Limit(Limit::Output)), "{function}: {error}");
    }
    pool.close().await.unwrap();
}

/// It is an error of the code's own language, which it may catch, and the host hears nothing of it.
#[tokio::test]
async fn what_is_no_conversation_is_refused_inside() {
    let python = "import clade\n\
                  def ask(messages):\n    \
                  try:\n        return clade.chat(messages)\n    \
                  except TypeError as error:\n        return str(error)\n";
    let javascript = "exports.ask = (messages) => clade.chat(messages).catch((error) => error.message);";
    let parts = json!([{"type": "text", "text": "x"}]);
    for (language, file, code) in [(Language::Python, "ask.py", python), (Language::JavaScript, "ask.js", javascript)] {
        let (pool, _folder) = pool(language, file, code, Limits::default(), 1);
        for odd in [
            json!(null),
            json!(7),
            json!({"role": "user", "content": "x"}),
            json!([{"content": "x"}]),
            json!([null]),
            json!([{"role": "user", "content": parts}]),
            json!([{"role": "user", "content": "x", "name": "y"}]),
        ] {
            let said = pool.call(&call(file, "ask", vec![odd.clone()]), &Shouting::default()).await.unwrap().value;
            assert!(
                said.as_str().is_some_and(|said| said.starts_with("a model is asked with a text")),
                "{odd}: {said}"
            );
        }
        let fine = json!([{"role": "user", "content": "x"}]);
        assert_eq!(pool.call(&call(file, "ask", vec![fine]), &Shouting::default()).await.unwrap().value, json!("X"));
        pool.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_goes_wrong_inside_is_named_and_the_next_call_works() {
    let limits = Limits { wall_seconds: 2, memory_mb: 128, output_kb: 256, ..Limits::default() };
    let (pool, _folder) = pool(Language::Python, "score.py", SCORE_PY, limits, 1);
    let table: [(&str, Expected); 18] = [
        ("raises", |error| matches!(error, CallError::Failed { message, .. } if message == "ValueError: no such luck")),
        ("nan", |error| matches!(error, CallError::Failed { message, .. } if message.contains("NaN, infinity"))),
        ("beyond", |error| matches!(error, CallError::Failed { message, .. } if message.contains("beyond 1e308"))),
        (
            "odd",
            |error| matches!(error, CallError::Failed { message, .. } if message.contains("not JSON serializable")),
        ),
        ("missing", |error| matches!(error, CallError::Failed { message, .. } if message.contains("has no function"))),
        ("eats", |error| matches!(error, CallError::Failed { message, .. } if message.contains("MemoryError"))),
        ("fills", |error| error.limit() == Some(Limit::Disk)),
        ("too_large", |error| error.limit() == Some(Limit::Disk)),
        ("no_thread", |error| error.limit() == Some(Limit::Processes)),
        ("caused", |error| error.limit() == Some(Limit::Disk)),
        ("exits", |error| matches!(error, CallError::Failed { message, .. } if message == "SystemExit: 3")),
        ("leaves", |error| matches!(error, CallError::Died { ended: clade_sandbox::Ended::Exited(7), .. })),
        ("sleeps", |error| matches!(error, CallError::Limit(Limit::Wall))),
        ("spins", |error| matches!(error, CallError::Limit(Limit::Wall))),
        ("floods", |error| matches!(error, CallError::Limit(Limit::Output))),
        ("huge", |error| matches!(error, CallError::Limit(Limit::Output))),
        ("forges", |error| matches!(error, CallError::Channel(_))),
        ("garbles", |error| matches!(error, CallError::Channel(_))),
    ];
    for (function, expected) in table {
        let error = pool.call(&call("score.py", function, vec![]), &NoModels).await.unwrap_err();
        assert!(expected(&error), "{function}: {error:?}");
        assert!(!error.to_string().is_empty());
        let next = pool.call(&inline("output", "fine"), &NoModels).await.unwrap();
        assert_eq!(next.value, json!("fine"), "after {function}");
    }
    let both = pool.call(&call("score.py", "forks_and_both_answer", vec![]), &NoModels).await.unwrap();
    assert!(both.value.as_i64().unwrap() > 0, "the process that was called answers");
    assert_eq!(pool.call(&inline("output", "fine"), &NoModels).await.unwrap().value, json!("fine"));
    let bombed = pool.call(&call("score.py", "bombs", vec![]), &NoModels).await.unwrap_err();
    assert!(matches!(bombed, CallError::Channel(_)), "{bombed:?}");
    pool.close().await.unwrap();
}

#[tokio::test]
async fn errors_name_the_limit_and_show_the_users_own_lines() {
    let limits = Limits { memory_mb: 128, disk_mb: 8, ..Limits::default() };
    let code = "def inner():\n    return [][1]\n\ndef get_assert(output, context):\n    return inner()\n\n\
                def eats():\n    return bytearray(1 << 30)\n\nimport os\ndef leaves(): os._exit(0)\n";
    let (pool, _folder) = pool(Language::Python, "score.py", code, limits, 1);
    let explained = async |call: Call| pool.call(&call, &NoModels).await.unwrap_err().explain(&limits);
    let args = vec![json!("yes"), json!({})];
    let said = explained(call("score.py", "get_assert", args)).await;
    // newer interpreters mark the place below each line
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(char::is_alphanumeric)).collect();
    let wanted = [
        "IndexError: list index out of range",
        "Traceback (most recent call last):",
        "  File \"/work/score.py\", line 5, in get_assert",
        "    return inner()",
        "  File \"/work/score.py\", line 2, in inner",
        "    return [][1]",
    ];
    assert_eq!(lines, wanted);
    let said = explained(call("score.py", "eats", vec![])).await;
    let first = "MemoryError (it seems to have met its limit `memory_mb`, which is 128; use less, or raise `optimize.sandbox.limits.memory_mb`)";
    assert_eq!(said.lines().next(), Some(first), "{said}");
    let left = explained(call("score.py", "leaves", vec![])).await;
    assert!(left.starts_with("it ended with exit code 0 before it returned"), "{left}");
    let inline_error = explained(inline("x = output\nreturn 1 / 0", "a")).await;
    assert!(inline_error.contains("in inline\n    return 1 / 0"), "{inline_error}");
    assert!(!inline_error.contains("<string>"), "{inline_error}");
    let statement = explained(inline("x = 1; return x", "a")).await;
    assert!(statement.contains("write it on several lines, as the body of a function"), "{statement}");
    pool.call(&inline("import sys\nsys.stdout.close()\nreturn 1", "a"), &NoModels).await.unwrap();
    let broken = explained(inline("len(output", "a")).await;
    assert!(broken.contains("was never closed") && !broken.contains("several lines"), "{broken}");
    pool.close().await.unwrap();
}

#[tokio::test]
async fn errors_of_javascript_show_the_users_own_lines() {
    let code = "const inner = () => [1].map(() => null.x);\nmodule.exports = () => inner();\n\
                module.exports.late = () => new Promise(() => setTimeout(() => { null.x; }, 1));\n";
    let (pool, _folder) = pool(Language::JavaScript, "score.js", code, Limits::default(), 1);
    let explained = async |call: Call| pool.call(&call, &NoModels).await.unwrap_err().explain(&Limits::default());
    let frames = |said: &str| said.lines().skip(1).map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let said = explained(call("score.js", "default", vec![])).await;
    assert!(said.lines().next().is_some_and(|line| line.contains("null")), "{said}");
    assert_eq!(frames(&said), ["at score.js:1:40", "at inner (score.js:1:25)", "at module.exports (score.js:2:24)"]);
    let late = explained(call("score.js", "late", vec![])).await;
    let last = late.lines().last().unwrap_or_default();
    assert!(last.contains("(score.js:3:") && !late.contains("node:") && !late.contains("Node.js v"), "{late}");
    let thrown = explained(inline("const x = output;\nreturn x.nothing.there", "a")).await;
    assert_eq!(frames(&thrown), ["at inline:2"], "{thrown}");
    let thrown = explained(inline("JSON.parse(output)", "a")).await;
    assert_eq!(frames(&thrown), ["at inline:1"], "{thrown}");
    let function = explained(inline("(output, context) => true", "a")).await;
    assert!(function.starts_with("the function returned no score but a function; inline code is"), "{function}");
    assert_eq!(pool.idle_runners(), 1, "it is an error like any other");
    let statement = explained(inline("if (output) return 1", "a")).await;
    assert!(statement.contains("write it on several lines, as the body of a function"), "{statement}");
    pool.close().await.unwrap();
}

#[tokio::test]
async fn calls_are_spread_over_the_places() {
    let (pool, _folder) = pool(Language::Python, "score.py", SCORE_PY, Limits::default(), 3);
    pool.warm(3).await.unwrap();
    let call = call("score.py", "count", vec![]);
    let counted = join_all((0..30).map(|_| pool.call(&call, &NoModels))).await;
    let mut counts: Vec<u64> = counted.into_iter().map(|returned| returned.unwrap().value.as_u64().unwrap()).collect();
    counts.sort_unstable();
    assert_eq!(
        counts.iter().filter(|count| **count == 1).count(),
        3,
        "three runners have a first call each: {counts:?}"
    );
    pool.close().await.unwrap();
}

/// Processor time is limited for each call anew: a runner has no seconds that earlier calls could use up.
#[tokio::test]
async fn processor_time_is_limited_for_each_call() {
    let code = "import time\n\
                def burn(seconds):\n    \
                until = time.process_time() + seconds\n    \
                while time.process_time() < until:\n        pass\n    return seconds\n";
    let limits = Limits { cpu_seconds: 1, ..Limits::default() };
    let (pool, _folder) = pool(Language::Python, "burn.py", code, limits, 1);
    for _ in 0..4 {
        let returned = pool.call(&call("burn.py", "burn", vec![json!(0.6)]), &NoModels).await.unwrap();
        assert_eq!(returned.value, json!(0.6));
    }
    assert_eq!(pool.idle_runners(), 1, "one runner had 2.4 seconds in all");
    let error = pool.call(&call("burn.py", "burn", vec![json!(20)]), &NoModels).await.unwrap_err();
    assert!(matches!(error, CallError::Limit(Limit::Cpu)), "{error}");
    let returned = pool.call(&call("burn.py", "burn", vec![json!(0.1)]), &NoModels).await.unwrap();
    assert_eq!(returned.value, json!(0.1));
}

const LEAVES_PY: &str = r#"
import os, subprocess, sys
seen = 0

def count():
    global seen
    seen += 1
    return seen

def leaves():
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True)
    return loop.pid

def leaves_an_orphan():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True: pass
        os._exit(0)
    os.wait()
    return count()

def waits_for_what_it_starts():
    subprocess.run([sys.executable, "-c", "pass"])
    done = subprocess.Popen([sys.executable, "-c", "pass"])
    while os.waitid(os.P_PID, done.pid, os.WEXITED | os.WNOWAIT) is None: pass
    return count()

def others():
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
"#;

/// A function that is called in a warm interpreter is no other than one that is called in a new one.
#[tokio::test]
async fn what_a_call_leaves_behind_ends_with_it() {
    let (pool, _folder) = pool(Language::Python, "leaves.py", LEAVES_PY, Limits::default(), 1);
    let value = async |function: &str| pool.call(&call("leaves.py", function, vec![]), &NoModels).await.unwrap().value;
    for function in ["leaves", "leaves_an_orphan"] {
        value(function).await;
        assert_eq!(value("others").await, json!([]), "after {function}");
        assert_eq!(value("count").await, json!(1), "in a new interpreter after {function}");
    }
    assert_eq!(value("waits_for_what_it_starts").await, json!(2));
    assert_eq!(value("count").await, json!(3), "the interpreter is the same: nothing was left");
    pool.close().await.unwrap();
}
