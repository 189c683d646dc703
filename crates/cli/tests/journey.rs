//! The command line as a user meets it: the examples, a pause and a resume, exit codes, exports, bad input.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

struct Clade {
    data: TempDir,
}

impl Clade {
    fn new() -> Self {
        Self { data: tempfile::tempdir().unwrap() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clade"));
        command.args(args).env("CLADE_DATA_DIR", self.data.path()).env_remove("OPENAI_API_KEY").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Standard output of a command that must exit with `code`.
    fn out(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        let text = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{text}\n{errors}");
        text
    }

    /// What a command that must exit with `code` says on stderr.
    fn complaint(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{text}");
        assert!(!text.contains("panicked"), "{text}");
        text
    }

    /// The `result` of a run or evaluation with `--json`, every line checked.
    fn result(&self, code: i32, args: &[&str]) -> Value {
        let text = self.out(code, args);
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["event"], "run_started");
        assert!(lines[0]["run"].is_string());
        let result = lines.last().unwrap()["result"].clone();
        assert!(result.is_object(), "{text}");
        result
    }
}

fn example(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../examples", name, "promptclade.yaml"].iter().collect();
    path.display().to_string()
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// What must be equal between two runs that took the same path.
fn end(result: &Value) -> String {
    format!("{} {} {}", result["best"], result["evidence"], result["finish_reason"])
}

#[test]
fn the_examples_run_and_their_results_have_every_field() {
    for name in ["gsm8k", "classification", "bbh", "writing"] {
        let clade = Clade::new();
        let file = example(name);
        assert!(clade.out(0, &["check", &file]).contains("Nothing was spent"));
        let text = clade.run(&["run", &file, "--json"]);
        assert!(matches!(text.status.code(), Some(0 | 3)), "{name}: {:?}", text.status);
        let code = text.status.code().unwrap();
        let last: Value =
            serde_json::from_str(String::from_utf8(text.stdout).unwrap().lines().last().unwrap()).unwrap();
        let result = &last["result"];
        for pointer in [
            "run",
            "status",
            "seed_prompt",
            "best/candidate",
            "best/prompt",
            "best/generation",
            "evidence/n",
            "evidence/seed_score",
            "evidence/best_score",
            "evidence/difference",
            "evidence/ci_low",
            "evidence/ci_high",
            "evidence/p_value",
            "evidence/improved",
            "spent/usd",
            "spent/calls",
            "spent/task_calls",
            "spent/reflection_calls",
            "spent/judge_calls",
            "spent/tokens_in",
            "spent/tokens_out",
            "spent/seconds",
            "spent/cache_hits",
            "finish_reason",
        ] {
            assert!(!result.pointer(&format!("/{pointer}")).unwrap_or(&Value::Null).is_null(), "{name}: {pointer}");
        }
        assert_eq!(result["simulated"], true);
        assert_eq!(code == 0, result["evidence"]["improved"] == true || result["finish_reason"] == "nothing_to_gain");
        let shown: Value = serde_json::from_str(&clade.out(0, &["show", "--json"])).unwrap();
        assert_eq!(end(&shown["result"]), end(result), "{name}");
        // a second run gets what the first one paid for, so its budget goes further
        let again = clade.run(&["run", &file, "--json"]);
        let text = String::from_utf8(again.stdout).unwrap();
        let again = serde_json::from_str::<Value>(text.lines().last().unwrap()).unwrap()["result"].clone();
        assert!(again["spent"]["cache_hits"].as_u64() > Some(0), "{name}");
    }
}

#[test]
fn an_untouched_promptfoo_config_evaluates_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let config = write(
        folder.path(),
        "promptfooconfig.yaml",
        "description: capitals\nprompts:\n  - 'Capital of {{country}}?'\n  - '[{\"role\": \"system\", \"content\": \"Be brief.\"}, {\"role\": \"user\", \"content\": \"Capital of {{country}}?\"}]'\n\
         providers:\n  - simulated:gentle\n  - id: simulated:rough\n    label: other\ndefaultTest:\n  assert:\n    - type: not-icontains\n      value: sorry\n\
         tests:\n  - vars: {country: [France, Spain, Italy, Peru, Chile, Kenya]}\n    assert: [{type: contains, value: a, metric: has-a, weight: 2}]\n",
    );
    let clade = Clade::new();
    let result = clade.result(0, &["eval", &config, "--json"]);
    let prompts = result["prompts"].as_array().unwrap();
    assert_eq!(prompts.len(), 4);
    for prompt in prompts {
        assert_eq!(prompt["trials"], 6);
        for field in ["prompt", "errors", "score", "ci_low", "ci_high", "named_scores"] {
            assert!(!prompt[field].is_null(), "{field}");
        }
        assert!(prompt["named_scores"]["has-a"].is_number());
    }
    clade.complaint(100, &["eval", &config, "--min-score", "1"]);
    assert!(
        clade.run(&["run", &config, "--budget-calls", "200"]).status.code().is_some_and(|code| code == 0 || code == 3)
    );
}

#[test]
fn a_run_that_is_interrupted_or_killed_ends_like_one_left_alone() {
    let slow = "providers=[{id: simulated:gsm8k, config: {latency_ms: 60}}]";
    let file = example("gsm8k");
    let args = ["run", &file, "--json", "--budget-calls", "1200", "--set", slow, "-j", "40", "--run-id", "left-alone"];
    let alone = Clade::new();
    let expected = end(&alone.result(0, &args));
    for kill in [false, true] {
        let clade = Clade::new();
        let mut child = clade.command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // once some trials are in the journal
        let begin = Instant::now();
        while clade.run(&["export", "left-alone", "--format", "journal"]).stdout.len() < 40_000 {
            assert!(begin.elapsed() < Duration::from_secs(30), "the run does not get going");
            std::thread::yield_now();
        }
        let signal = if kill { "-KILL" } else { "-INT" };
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        drop(child.stdout.take());
        let status = child.wait().unwrap();
        if !kill {
            assert_eq!(status.code(), Some(130));
        }
        assert!(clade.out(0, &["list"]).contains("paused"));
        let result = clade.result(0, &["resume", "left-alone", "--json", "-j", "7"]);
        assert_eq!(end(&result), expected);
        assert!(clade.complaint(2, &["resume", "left-alone"]).contains("finished"));
    }
}

#[test]
fn exit_codes_say_how_it_ended() {
    let clade = Clade::new();
    let null = "providers=[simulated:null]";
    let file = example("bbh");
    clade.out(3, &["run", &file, "--set", null, "--budget-calls", "600", "--quiet"]);
    clade.complaint(100, &["run", &file, "--set", null, "--budget-calls", "600", "--require-improvement"]);
    clade.complaint(2, &["run", "no-such-file.yaml"]);
    clade.complaint(2, &["--no-such-flag"]);
    clade.complaint(2, &["show", "no-such-run"]);
    clade.out(0, &["--version"]);
}

#[test]
fn what_a_run_found_can_be_read_and_taken_away() {
    let clade = Clade::new();
    let folder = tempfile::tempdir().unwrap();
    let file = example("gsm8k");
    let result = clade.result(0, &["run", &file, "--json", "--budget-calls", "1500", "--run-id", "first-run"]);
    let best = result["best"]["prompt"].as_str().unwrap();
    assert_eq!(clade.out(0, &["best", "first"]).trim_end(), best);
    assert!(clade.out(0, &["lineage", "first"]).contains("★ best"));
    assert!(clade.out(0, &["lineage", "-f", "dot"]).starts_with("digraph"));
    assert!(clade.out(0, &["lineage", "-f", "mermaid"]).starts_with("flowchart"));
    assert!(clade.out(0, &["lineage", "-f", "graphml"]).contains("</graphml>"));
    let tree: Value = serde_json::from_str(&clade.out(0, &["lineage", "--json"])).unwrap();
    assert!(tree["nodes"].as_array().unwrap().len() > 3);
    assert!(clade.out(0, &["diff", "first-run"]).contains("95 % interval"));
    let page = folder.path().join("report.html");
    clade.out(0, &["report", "-o", page.to_str().unwrap()]);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("<svg") && html.contains("test examples the search never saw"));
    assert!(
        !html.contains("src=") && !html.contains("http://") && !html.contains("https://"),
        "the page asks a network"
    );

    clade.out(0, &["snapshot", "first-run", "done"]);
    assert!(clade.complaint(2, &["snapshot", "first-run", "done"]).contains("exists already"));
    let branch =
        clade.run(&["branch", "first-run@best", "--budget-calls", "900", "--seed", "3", "--run-id", "a-branch"]);
    assert!(matches!(branch.status.code(), Some(0 | 3)));
    assert!(clade.out(0, &["branch", "first-run@done", "--no-start"]).contains("clade resume"));

    let bundle = folder.path().join("b.clade.jsonl");
    let bundle = bundle.to_str().unwrap();
    clade.out(0, &["export", "first-run", "-o", bundle]);
    clade.complaint(2, &["export", "first-run", "-o", bundle]);
    let other = Clade::new();
    other.out(0, &["import", bundle]);
    other.complaint(2, &["import", bundle]);
    let there: Value = serde_json::from_str(&other.out(0, &["show", "first-run", "--json"])).unwrap();
    assert_eq!(end(&there["result"]), end(&result));
    let text = std::fs::read_to_string(bundle).unwrap();
    let bad = write(folder.path(), "bad.jsonl", text.replacen("\"score\":1.0", "\"score\":0.0", 1));
    assert!(Clade::new().complaint(2, &["import", &bad]).contains("nothing was imported"));
    let cut = write(folder.path(), "cut.jsonl", &text[..text.len() / 2]);
    assert!(Clade::new().complaint(2, &["import", &cut]).contains("nothing was imported"));

    for format in ["prompt", "csv", "jsonl", "journal"] {
        assert!(!clade.out(0, &["export", "first-run", "-f", format]).is_empty());
    }
    let config = folder.path().join("promptfooconfig.json");
    clade.out(0, &["export", "first-run", "-f", "promptfoo", "-o", config.to_str().unwrap()]);
    let evaluated = clade.result(0, &["eval", config.to_str().unwrap(), "--json"]);
    assert_eq!(evaluated["prompts"][0]["prompt"], best);
}

#[test]
fn bad_input_is_told_with_its_place_and_its_mend() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let good = "prompts: ['Say {{q}}']\nproviders: [simulated:gentle]\ntests: file://data.jsonl\ndefaultTest: {assert: [{type: contains, value: a}]}\n";
    let rows: String = (0..30).map(|n| format!("{{\"q\": \"question {n}\"}}\n")).collect();
    let clade = Clade::new();
    let run_file = |name: &str, text: &str| write(at, name, text);
    write(at, "data.jsonl", &rows);
    write(at, "one.jsonl", "{\"q\": \"only\"}\n");
    write(at, "bad.jsonl", rows.replace("{\"q\": \"question 16\"}", "{\"q\": "));
    let cases: [(String, &str); 11] = [
        (run_file("empty.yaml", ""), "empty.yaml"),
        (run_file("unknown.yaml", &format!("{good}optimise: {{}}\n")), "optimize"),
        (run_file("type.yaml", &format!("{good}optimize: {{budget: {{calls: many}}}}\n")), ":5:"),
        (run_file("missing.yaml", &good.replace("data.jsonl", "none.jsonl")), "none.jsonl"),
        (run_file("line.yaml", &good.replace("data.jsonl", "bad.jsonl")), "bad.jsonl:17"),
        (run_file("column.yaml", &good.replace("{{q}}", "{{query}}")), "query"),
        (run_file("one.yaml", &good.replace("data.jsonl", "one.jsonl")), "one"),
        (run_file("plain.yaml", &good.replace(" {{q}}", "")), "plain.yaml:1"),
        (run_file("model.yaml", &good.replace("simulated:gentle", "simulatd:gentle")), "simulated"),
        (
            run_file(
                "operator.yaml",
                &format!("{good}optimize: {{strategy: {{name: genetic, operators: {{reflekt: 1}}}}}}\n"),
            ),
            "reflect",
        ),
        (run_file("key.yaml", &good.replace("simulated:gentle", "openai:gpt-5-mini")), "OPENAI_API_KEY"),
    ];
    for (file, expected) in cases {
        let text = clade.complaint(2, &["run", &file]);
        assert!(text.contains(expected), "{file}: {text}");
    }
    let bytes = write(at, "bytes.yaml", [0x70, 0xff, 0xfe, 0x0a]);
    assert!(clade.complaint(2, &["check", &bytes]).contains("bytes.yaml"));
    let file = run_file("good.yaml", good);
    assert!(clade.complaint(2, &["run", &file, "--budget-calls", "0"]).contains("budget"));
    assert!(clade.out(0, &["list"]).contains("no runs"), "a refused run left something behind");

    std::fs::write(clade.data.path().join("clade.db"), b"this is no database, whatever its name says").unwrap();
    assert!(clade.complaint(1, &["list"]).contains("clade.db"));
}

#[test]
fn a_provider_that_misbehaves_is_told_and_keys_stay_out_of_everything() {
    let clade = Clade::new();
    let mut server = clade
        .command(&["simulate", "gentle", "--port", "0", "--require-key", "right-key", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(server.stdout.take().unwrap()), &mut line).unwrap();
    let url = serde_json::from_str::<Value>(&line).unwrap()["url"].as_str().unwrap().to_owned();
    let provider =
        |key: &str| format!("providers=[{{id: 'openai:chat:m', config: {{apiBaseUrl: '{url}/v1', apiKey: {key}}}}}]");
    let file = example("bbh");
    let text = clade.complaint(1, &["eval", &file, "--set", &provider("wrong-key")]);
    assert!(text.contains("clade resume") && !text.contains("wrong-key"), "{text}");
    assert!(clade.out(0, &["list"]).contains("failed"));
    let output = clade.run(&["eval", &file, "--set", &provider("right-key"), "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let mut everything = output.stdout;
    everything.extend(clade.run(&["export", "last", "-f", "journal"]).stdout);
    for entry in std::fs::read_dir(clade.data.path()).unwrap().flatten().filter(|e| e.path().is_file()) {
        everything.extend(std::fs::read(entry.path()).unwrap());
    }
    for key in ["right-key", "wrong-key"] {
        assert!(!everything.windows(key.len()).any(|window| window == key.as_bytes()), "{key} was written down");
    }
    server.kill().unwrap();
    server.wait().unwrap();
}
