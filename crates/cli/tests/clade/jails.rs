//! What the sandboxes of checks stand: attacks, what earlier calls left, machines that make no jail, and what is said of it.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;

use crate::{
    code::{SCORE, clade, eval, has, place, run_file, trials},
    common::{Place, Ran},
};

#[test]
fn each_candidate_has_sandboxes_of_its_own_where_that_is_wished() {
    if !has("python3") {
        return;
    }
    for checks in ["    - {type: python, value: 'len(output) > 0'}", "    - {type: numeric, value: '{{target}}'}"] {
        let place = place(checks, "  sandbox: always");
        place
            .write("prompt.txt", "Solve it: {{question}}\n---\nWork it out: {{question}}\n---\nSay it: {{question}}\n");
        let ran = eval(&place, &["p.yaml"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let mut owners = std::collections::BTreeMap::new();
        let trials = trials(&ran);
        for trial in &trials {
            let at = trial["ran"][0]["sandbox"].as_str().unwrap_or_else(|| panic!("it ran nowhere: {trial}"));
            let candidate = trial["candidate"].as_u64();
            assert_eq!(*owners.entry(at.to_owned()).or_insert(candidate), candidate, "{at} served two candidates");
        }
        let candidates: std::collections::BTreeSet<Option<u64>> = owners.values().copied().collect();
        assert_eq!((trials.len(), candidates.len()), (180, 3), "{checks}");
    }
    // and none where nobody wants any
    let place = place("    - {type: numeric, value: '{{target}}'}", "");
    assert!(trials(&eval(&place, &["p.yaml"])).iter().all(|trial| trial["ran"].is_null()));
}

/// Does to the sandbox what the example says.
const BOMBS: &str = r#"
import __main__, os, time
def get_assert(output, context):
    case = context["vars"]["question"]
    if case == "fork":
        while True:
            try:
                os.fork()
            except OSError:
                time.sleep(0.001)
    if case == "no-fork":
        while True:
            if os.fork() == 0:
                time.sleep(600)
    if case == "no-memory":
        return bytearray(1 << 30) == b""
    if case == "no-room":
        with open("/tmp/large", "wb") as file:
            while True:
                file.write(b"x" * 65536)
    if case == "memory":
        held = []
        while True:
            held.append(bytearray(os.urandom(1 << 20)))
    if case == "disk":
        for n in range(10_000):
            open("/tmp/%d" % n, "wb").write(b"x" * (1 << 20))
    if case == "flood":
        while True:
            print("x" * 10_000)
    if case == "loop":
        while True:
            pass
    if case == "ignore":
        import signal
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        time.sleep(600)
    if case == "malformed":
        __main__.outbox.write("{\"returned\": {\n")
        __main__.outbox.flush()
    if case == "huge":
        return {"pass": True, "score": 1, "reason": "x" * (8 << 20)}
    return True
"#;

#[test]
fn attacks_end_as_explained_trials_and_harm_no_other() {
    if !has("python3") {
        return;
    }
    let limits = "limits: {memory_mb: 96, cpu_seconds: 2, wall_seconds: 15, processes: 24, disk_mb: 8, output_kb: 256}";
    let place = place("    - {type: python, value: file://bombs.py}", &format!("  sandbox: {{{limits}}}"));
    place.write("bombs.py", BOMBS);
    // the limit that the record names, with its value and the key that raises it
    let cases: [(&str, &str, u32); 11] = [
        ("fork", "processes", 24),
        ("no-fork", "processes", 24),
        ("memory", "memory_mb", 96),
        ("no-memory", "memory_mb", 96),
        ("disk", "disk_mb", 8),
        ("no-room", "disk_mb", 8),
        ("flood", "output_kb", 256),
        ("loop", "cpu_seconds", 2),
        ("ignore", "wall_seconds", 15),
        ("malformed", "", 0),
        ("huge", "output_kb", 256),
    ];
    let row = |case: &str| format!("{{\"vars\": {{\"question\": \"{case}\", \"target\": \"1\"}}}}\n");
    // well-behaved examples before, between and after
    let rows: String = cases.iter().map(|(case, ..)| row("well") + &row(case)).collect();
    place.write("data.jsonl", rows + &row("well"));
    // the largest of all processes that were waited for, `clade` among them, in KiB
    let watched = "import resource, subprocess, sys\ncode = subprocess.run(sys.argv[1:]).returncode\n\
                   print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\nsys.exit(code)";
    let mut command = Command::new("python3");
    let clade = clade(&place, &[]);
    command
        .current_dir(place.path("."))
        .env_clear()
        .envs(clade.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.args(["-c", watched]).arg(clade.get_program());
    command.args(["eval", "p.yaml", "--json", "--run-id", "attacked"]);
    let ran = Ran::of(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut trials = trials(&ran);
    trials.sort_by_key(|trial| trial["example"].as_u64());
    assert_eq!(trials.len(), 2 * cases.len() + 1);
    for (n, trial) in trials.iter().enumerate() {
        let Some((case, limit, value)) = cases.get(n / 2).filter(|_| n % 2 == 1) else {
            assert_eq!(trial["pass"], true, "the trial beside an attack: {trial}");
            continue;
        };
        assert_eq!(trial["error"]["kind"], "evaluator", "{case}: {trial}");
        let message = trial["error"]["message"].as_str().unwrap();
        let words = match *limit {
            "" => "it wrote to the host's channel".to_owned(),
            name => {
                format!("its limit `{name}`, which is {value}; use less, or raise `optimize.sandbox.limits.{name}`")
            }
        };
        assert!(message.contains(&words), "{case}: {message}");
        assert_eq!(trial["ran"][0]["isolation"], "namespaces", "{case}: {trial}");
    }
    let largest: u64 = ran.stderr.lines().last().unwrap().trim().parse().unwrap();
    assert!(largest < 256 * 1024, "a process held {largest} KiB");
}

/// What earlier calls left is no fault of this one: it is repeated in a fresh sandbox, and where it began is in its record.
#[test]
fn a_full_sandbox_is_replaced_and_the_record_says_so() {
    if !has("python3") {
        return;
    }
    let place = place("    - {type: python, value: file://leaves.py}", "  sandbox: {limits: {disk_mb: 8}}");
    let code = "import os, random\n\
                def get_assert(output, context):\n    \
                name = '/tmp/%d' % random.getrandbits(60)\n    \
                with open(name, 'wb') as file:\n        file.write(os.urandom(3 << 20))\n    return True\n";
    place.write("leaves.py", code);
    let ran = eval(&place, &["p.yaml"]);
    let trials = trials(&ran);
    let failed: Vec<&Value> = trials.iter().filter(|trial| trial["error"].is_object()).collect();
    assert_eq!((trials.len(), failed.first()), (60, None));
    let replaced: Vec<&Value> = trials.iter().filter(|trial| trial["ran"][0]["replaced"].is_array()).collect();
    assert!(replaced.len() >= 15, "about each third call finds a full one: {}", replaced.len());
    for trial in replaced {
        let (ended, began) = (&trial["ran"][0]["sandbox"], &trial["ran"][0]["replaced"][0]);
        assert!(began.as_str().is_some_and(|name| name.starts_with("local-")) && began != ended, "{trial}");
    }
}

/// What one call leaves running ends the interpreter under another, which is none of that one's fault.
#[test]
fn a_call_that_dies_of_what_another_left_is_made_again() {
    if !has("python3") {
        return;
    }
    let place = place("    - {type: python, value: file://leaves.py}", "");
    let code = "import os, threading, time\n\
                def get_assert(output, context):\n    \
                if context['vars']['question'] == 'first':\n        \
                threading.Timer(0.1, lambda: os._exit(3)).start()\n        return True\n    \
                time.sleep(0.5)\n    return True\n";
    place.write("leaves.py", code);
    let row = |question: &str| format!("{{\"vars\": {{\"question\": \"{question}\", \"target\": \"1\"}}}}\n");
    place.write("data.jsonl", ["first", "second", "third"].map(row).concat());
    let ran = eval(&place, &["p.yaml", "-j", "1"]);
    let trials = trials(&ran);
    assert!(trials.len() == 3 && trials.iter().all(|trial| trial["pass"] == true), "{trials:?}");
    let replaced = trials.iter().filter(|trial| trial["ran"][0]["replaced"].is_array()).count();
    assert_eq!(replaced, 1, "{trials:?}");
}

/// Ends the first process of every sandbox in which a program with this argument runs, until told to stop.
fn end_sandboxes_of(marker: &str, stop: &AtomicBool) {
    let argument = |pid: u32, at: usize| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).nth(at).map(|word| String::from_utf8_lossy(word).into_owned())
    };
    let parent = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    while !stop.load(Ordering::SeqCst) {
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        for pid in pids.filter(|pid| argument(*pid, 1).as_deref() == Some(marker)) {
            let above = std::iter::successors(Some(pid), |pid| parent(*pid));
            for first in above.filter(|pid| argument(*pid, 0).as_deref() == Some("clade-jail-init")) {
                Command::new("kill").args(["-9", &first.to_string()]).status().unwrap();
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Whatever way code finds to end its sandbox: it costs its own trial, and not the run.
#[test]
fn code_whose_sandboxes_go_away_fails_its_own_trial() {
    if !has("python3") {
        return;
    }
    let marker = format!("600.{}", std::process::id());
    let check = "    - {type: python, value: file://dies.py}";
    let place = place(check, "");
    place.write(
        "dies.py",
        format!(
            "import subprocess\ndef get_assert(output, context):\n    \
             if context['vars']['question'] == 'dies':\n        subprocess.run(['sleep', '{marker}'])\n    return True\n"
        ),
    );
    let row = |question: &str| format!("{{\"vars\": {{\"question\": \"{question}\", \"target\": \"1\"}}}}\n");
    place.write("data.jsonl", ["well", "dies", "well again", "well at last"].map(row).concat());
    let stop = AtomicBool::new(false);
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| end_sandboxes_of(&marker, &stop));
        let ran = eval(&place, &["p.yaml"]);
        stop.store(true, Ordering::SeqCst);
        ran
    });
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (failed, well): (Vec<Value>, Vec<Value>) =
        trials(&ran).into_iter().partition(|trial| trial["error"].is_object());
    assert!(well.len() == 3 && well.iter().all(|trial| trial["pass"] == true), "{well:?}");
    let message = failed[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("its sandbox went away 3 times"), "{message}");
    assert_eq!(failed[0]["ran"][0]["replaced"].as_array().map(Vec::len), Some(2), "{}", failed[0]);
}

/// Programs and generated code are not called by an interpreter of ours that could say what happened: their own last words do.
#[test]
fn programs_and_generated_code_say_which_limit_they_met() {
    if !has("python3") {
        return;
    }
    for (check, words) in [
        ("{type: exec, value: 'head -c 20m /dev/full > big && echo true'}", "`disk_mb`, which is 8"),
        ("{type: exec, value: 'python3 -c \"bytearray(1 << 30)\"'}", "`memory_mb`, which is 96"),
        ("{type: exec, value: 'sleep 60'}", "`wall_seconds`, which is 3"),
        ("{type: unit-tests, value: 'x = bytearray(1 << 30)', config: {head: 'a = 1 #'}}", "`memory_mb`, which is 96"),
    ] {
        let limits = "  sandbox: {limits: {memory_mb: 96, wall_seconds: 3, disk_mb: 8}}";
        let place = place(&format!("    - {check}"), limits);
        place.write("data.jsonl", "{\"vars\": {\"question\": \"a\", \"target\": \"1\"}}\n");
        let ran = eval(&place, &["p.yaml"]);
        let trial = trials(&ran).remove(0).to_string();
        assert!(trial.contains(words) && trial.contains("raise `optimize.sandbox.limits."), "{check}: {trial}");
    }
}

/// Whether this machine lets a test do so.
pub fn namespaces_can_be_closed() -> bool {
    let mut probe = Command::new("true");
    probe.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    without_namespaces(&probe).output().is_ok_and(|output| output.status.success())
}

/// A file system of the machine's settings in which nobody may make user namespaces any more: what a container often is.
pub fn without_namespaces(command: &Command) -> Command {
    let mut outer = Command::new("unshare");
    outer.args(["--user", "--map-root-user", "sh", "-c"]);
    outer.arg("echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"").arg("sh").arg(command.get_program());
    outer.args(command.get_args()).env_clear();
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

#[test]
fn where_no_jail_can_be_made_less_is_accepted_by_name_alone() {
    if !has("python3") || !namespaces_can_be_closed() {
        eprintln!("skipped: user namespaces cannot be made and closed here");
        return;
    }
    let check = "    - {type: python, value: file://score.py}";
    let place = place(check, "");
    place.write("score.py", SCORE);
    let refused = Ran::of(without_namespaces(&clade(&place, &["eval", "p.yaml", "--json", "--run-id", "strict"])));
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("namespaces"), "{}", refused.stderr);
    // each line is broken where the terminal ends
    let words = |ran: &Ran| ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let ways = ["clade sandbox doctor", "DAYTONA_API_KEY", "`isolation: minimum-process` below `optimize.sandbox`"];
    assert!(ways.iter().all(|way| words(&refused).contains(way)), "{}", refused.stderr);
    place.write("local.yaml", run_file("[simulated:gsm8k]", check, "  sandbox: {backend: local}"));
    let local = Ran::of(without_namespaces(&clade(&place, &["eval", "local.yaml", "--json"])));
    assert_eq!(local.code, 2, "{}", local.stderr);
    assert!([ways[0], ways[2]].iter().all(|way| words(&local).contains(way)), "{}", local.stderr);
    assert_eq!(place.run(&["show", "strict"]).code, 2, "no run was made");
    let doctor = Ran::of(without_namespaces(&clade(&place, &["sandbox", "doctor", "--json"])));
    let said = doctor.lines()[0]["sandbox"].clone();
    assert_eq!((doctor.code, &said["isolation"], &said["weaker"]), (1, &Value::Null, &"minimum-process".into()));
    let words = Ran::of(without_namespaces(&clade(&place, &["sandbox", "doctor"])));
    assert!(words.stdout.contains("isolation: minimum-process") && words.stdout.contains("max_user_namespaces"));
    assert_eq!(doctor.lines()[0]["auto"]["good"], false);

    place.write("p.yaml", run_file("[simulated:gsm8k]", check, "  sandbox: {isolation: minimum-process}"));
    let ran = Ran::of(without_namespaces(&clade(&place, &["eval", "p.yaml", "--json", "--run-id", "weak"])));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let trials = trials(&ran);
    assert_eq!((trials.len(), &ran.result()["prompts"][0]["errors"]), (60, &0.into()));
    assert!(trials.iter().all(|trial| trial["ran"][0]["isolation"] == "minimum-process"), "{}", trials[0]);
    assert_eq!(ran.result()["sandbox"]["isolation"], "minimum-process");
    assert!(place.ok(&["show", "weak"]).contains("minimum-process"));
    let page = place.ok(&["report", "weak", "-o", "report.html"])
        + &std::fs::read_to_string(place.path("report.html")).unwrap();
    assert!(page.contains("isolation minimum-process"));

    // where a jail can be made it is made all the same
    let jailed = Ran::of(clade(&place, &["eval", "p.yaml", "--json", "--run-id", "strong", "--no-cache"]));
    assert_eq!(jailed.result()["sandbox"]["isolation"], "namespaces", "{}", jailed.stderr);
}

#[test]
fn the_doctor_says_what_this_machine_gives() {
    let place = Place::new();
    let ran = Ran::of(clade(&place, &["sandbox", "doctor", "--json"]));
    let said = &ran.lines()[0];
    assert_eq!(ran.code == 0, !said["sandbox"]["isolation"].is_null(), "{said}");
    assert_eq!(said["auto"]["found"] == "local", ran.code == 0, "{said}");
    let checks = said["sandbox"]["checks"].as_array().unwrap();
    let groups = checks.iter().find(|check| check["name"] == "control groups").unwrap();
    assert_eq!(groups["good"] == true, groups["fix"] == "", "{groups}");
    assert_eq!(said["interpreters"].as_array().unwrap().len(), 2);
    let words = Ran::of(clade(&place, &["sandbox", "doctor"]));
    assert_eq!(words.code, ran.code);
    assert!(words.stdout.contains("jail"), "{}", words.stdout);
}

/// The stages of a jail are this binary with its own allocator, under the limits of the program: about one in a hundred of them once failed.
#[test]
fn the_binary_is_a_jail_that_does_not_fail() {
    let place = place("    - {type: exec, value: 'echo true'}", "  sandbox: {limits: {memory_mb: 256}}");
    let row = |n: u32| format!("{{\"vars\": {{\"question\": \"{n}?\", \"target\": \"1\"}}}}\n");
    place.write("data.jsonl", (0..150).map(row).collect::<String>());
    let ran = eval(&place, &["p.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let all = trials(&ran);
    let failed: Vec<&Value> = all.iter().filter(|trial| trial["pass"] != true).collect();
    assert_eq!((all.len(), failed.first()), (150, None));
}
