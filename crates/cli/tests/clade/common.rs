use std::{
    fs,
    io::{BufRead, BufReader, Lines, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// Longest time that any one command may take; only a hang takes so long.
const DEADLINE: Duration = Duration::from_secs(300);

/// The folder of an example of this repository.
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// A folder with a run file of 60 problems, a prompt and a data folder of its own.
pub struct Place {
    folder: TempDir,
}

impl Place {
    /// The prompt and the first 60 problems of the GSM8K example, under a run file with a budget of 400 calls.
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let data = fs::read_to_string(example("gsm8k").join("data.jsonl")).unwrap();
        place.write("data.jsonl", data.lines().take(60).map(|line| format!("{line}\n")).collect::<String>());
        fs::copy(example("gsm8k").join("prompt.txt"), place.path("prompt.txt")).unwrap();
        place.run_file("[simulated:gsm8k]", "{calls: 400}");
        place
    }

    /// Writes `p.yaml` with other providers and another budget.
    pub fn run_file(&self, providers: &str, budget: &str) {
        self.write(
            "p.yaml",
            format!(
                "description: sums\nprompts: [file://prompt.txt]\nproviders: {providers}\ntests: file://data.jsonl\n\
                 defaultTest:\n  assert:\n    - {{type: numeric, value: '{{{{target}}}}', metric: accuracy}}\n\
                 optimize:\n  budget: {budget}\n  strategy: auto\n  objectives: [{{metric: accuracy, direction: maximize}}]\n  \
                 splits: {{train: 0.4, validation: 0.3, test: 0.3, seed: 7}}\n  seed: 1\n"
            ),
        );
    }

    /// The same with a simulated model that takes its time: long enough to be met at work.
    pub fn slow(&self, latency_ms: u32) {
        self.run_file(&format!("[{{id: 'simulated:gsm8k', config: {{latency_ms: {latency_ms}}}}}]"), "{calls: 400}");
    }

    /// A path below the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// `clade` in this folder, with nothing of the outer environment that could change what it does.
    pub fn clade(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clade"));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.folder.path()).env("TZ", "UTC").env("CLADE_DATA_DIR", self.path("data"));
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.clade();
        command.args(arguments);
        Ran::of(command)
    }

    /// Runs it and expects success.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs it with `--json` and reads the one object that it prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self.ok(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }

    /// A run under a name, carried through.
    pub fn finished(&self, name: &str) -> Ran {
        let ran = self.run(&["run", "p.yaml", "--json", "--run-id", name]);
        assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
        ran
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(command: Command) -> Self {
        let output = assert_cmd::Command::from_std(command).timeout(DEADLINE).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran =
            Self { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) };
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        assert_ne!(ran.code, -1, "it was killed: {}{}", ran.stdout, ran.stderr);
        ran
    }

    /// Every line of stdout, each of which must be one JSON object.
    pub fn lines(&self) -> Vec<Value> {
        let read = |line: &str| match serde_json::from_str(line) {
            Ok(value @ Value::Object(_)) => value,
            other => panic!("a line is no JSON object: {other:?}: {line}"),
        };
        self.stdout.lines().map(read).collect()
    }

    /// The `result` of the last line.
    pub fn result(&self) -> Value {
        let lines = self.lines();
        let last = lines.last().unwrap();
        assert!(last["result"].is_object(), "{last}");
        last["result"].clone()
    }
}

/// What a result says about the search and its cost, without the run's name and the time it took.
pub fn essence(result: &Value) -> Value {
    let mut result = result.clone();
    result["run"].take();
    for key in ["seconds", "cache_hits"] {
        result["spent"][key].take();
    }
    // sums of many small amounts depend on their order in the last digit
    let usd = result["spent"]["usd"].as_f64().unwrap();
    result["spent"]["usd"] = format!("{usd:.9}").into();
    result
}

/// A process that is still at work; killed when dropped.
pub struct Working {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Working {
    /// Starts a command whose stdout is read line by line.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line of stdout.
    pub fn line(&mut self) -> String {
        self.lines.next().unwrap_or_else(|| panic!("the output ended")).unwrap()
    }

    /// Reads events until `count` trials are finished.
    pub fn until_trials(&mut self, count: usize) {
        let mut seen = 0;
        while seen < count {
            seen += usize::from(self.line().contains("\"event\":\"trial_finished\""));
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it ended.
    pub fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end: the exit code where there is one, the rest of stdout, and stderr.
    pub fn end(mut self) -> (Option<i32>, String, String) {
        let rest: Vec<String> = self.lines.by_ref().map(Result::unwrap).collect();
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(start.elapsed() < DEADLINE, "it does not end"),
            }
            std::thread::yield_now();
        };
        assert!(!stderr.contains("panicked"), "{stderr}");
        (status.code(), rest.join("\n"), stderr)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `clade simulate` on a free port.
pub struct Simulator {
    working: Working,
    /// Its address, such as `http://127.0.0.1:4321`.
    pub url: String,
}

impl Simulator {
    /// Serves with these flags on a free port.
    pub fn start(place: &Place, flags: &[&str]) -> Self {
        Self::at(place, "0", flags)
    }

    /// Serves on a port.
    pub fn at(place: &Place, port: &str, flags: &[&str]) -> Self {
        let mut command = place.clade();
        command.args(["simulate", "gsm8k", "--json", "--port", port]).args(flags);
        let mut working = Working::start(command);
        let first: Value = serde_json::from_str(&working.line()).unwrap();
        Self { url: first["url"].as_str().unwrap().to_owned(), working }
    }

    /// Providers of a run file that ask this server, with a key.
    pub fn providers(&self, more: &str) -> String {
        let key = SECRET;
        format!("[{{id: 'openai:chat:simulated', config: {{apiBaseUrl: '{}/v1', apiKey: '{key}'{more}}}}}]", self.url)
    }

    /// Stops it as a user does and reads its statistics.
    pub fn stop(self) -> Value {
        self.working.signal("INT");
        let (code, rest, stderr) = self.working.end();
        assert_eq!(code, Some(0), "{stderr}");
        serde_json::from_str(&rest).unwrap()
    }
}

/// `clade serve` on a free port over the data folder of a place, and a token for it.
pub struct Served {
    working: Working,
    /// Its address.
    pub url: String,
    /// A token of the person at this machine.
    pub token: String,
}

impl Served {
    /// Serves with these flags.
    pub fn start(place: &Place, flags: &[&str]) -> Self {
        let token = place.json(&["token", "add", "test"]);
        let token = token["secret"].as_str().unwrap().to_owned();
        let mut command = place.clade();
        command.args(["serve", "--port", "0", "--json"]).args(flags);
        Self::with(command, token)
    }

    /// What a command serves that says its address as JSON.
    pub fn with(command: Command, token: String) -> Self {
        let mut working = Working::start(command);
        let first: Value = serde_json::from_str(&working.line()).unwrap();
        let url = first["url"].as_str().unwrap_or_else(|| panic!("{first}")).to_owned();
        Self { working, url, token }
    }

    /// `clade` in a place, with the runs of this server.
    pub fn clade(&self, place: &Place, arguments: &[&str]) -> Command {
        let mut command = place.clade();
        command.args(arguments).env("CLADE_SERVER", &self.url).env("CLADE_TOKEN", &self.token);
        // nothing may come from a store of this machine
        command.env("CLADE_DATA_DIR", place.path("nothing/here"));
        command
    }

    /// Runs it to its end.
    pub fn run(&self, place: &Place, arguments: &[&str]) -> Ran {
        Ran::of(self.clade(place, arguments))
    }

    /// Ends it without notice.
    pub fn kill(self) {
        self.working.signal("KILL");
    }

    /// Ends it as a user does.
    pub fn stop(self) {
        self.working.signal("INT");
        let (code, _, stderr) = self.working.end();
        assert_eq!(code, Some(0), "{stderr}");
    }
}

/// A key that must never appear anywhere.
pub const SECRET: &str = "hush-4711-do-not-tell";
