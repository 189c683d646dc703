//! kill -9 at random moments, then `clade resume`: answers lost, answered calls bought again, and whether the end is the same.
//!
//! The judge is the simulator's log, read `--grace-ms` before the kill, just after it, and at the end. A call counts as
//! answered before the kill when it is in the first: what was answered later may have been on the wire, or in the few
//! milliseconds before it is durable, and is counted apart.

use std::{collections::BTreeMap, fs, path::Path, process::ExitCode, thread, time::Duration};

use clade_bench::{Clade, Ended, Options, Simulated, Simulator, Workload, main_with, note};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// The run ended with its budget spent and no improvement shown: as good an end as any other here.
const NO_IMPROVEMENT_SHOWN: i32 = 3;

/// Everything that all runs share.
struct Setting<'a> {
    clade: &'a Clade,
    workload: Workload,
    latency_ms: u64,
    grace_ms: u64,
    concurrency: String,
    optimize: String,
}

fn main() -> ExitCode {
    main_with("kill", |clade| {
        let options = Options::from_command_line(&[
            ("kills", "10", "runs that are killed and resumed"),
            ("examples", "150", "examples of the data set"),
            ("calls", "3000", "budget of each run"),
            ("concurrency", "50", "calls at once"),
            ("latency-ms", "20", "what the simulated model takes for an answer"),
            ("grace-ms", "50", "answers of so short a time before the kill count as in flight"),
            ("seed", "1", "what the moments are drawn from"),
        ])?;
        let calls: u32 = options.get("calls")?;
        let setting = Setting {
            clade,
            workload: Workload::new(options.get("examples")?)?,
            latency_ms: options.get("latency-ms")?,
            grace_ms: options.get("grace-ms")?,
            concurrency: options.get("concurrency")?,
            optimize: format!("optimize: {{budget: {{calls: {calls}}}, strategy: genetic, seed: 7}}\n"),
        };
        let (whole, whole_log) = uninterrupted(&setting)?;
        note(&format!("uninterrupted: {:.1} s, {} calls", whole.seconds, whole.result["spent"]["calls"]));
        let mut random = ChaCha8Rng::seed_from_u64(options.get("seed")?);
        let mut each = Vec::new();
        for kill in 0..options.get::<u32>("kills")? {
            let share: f64 = random.random_range(0.03..0.97);
            let row = killed(&setting, Duration::from_secs_f64(whole.seconds * share), &whole, &whole_log)?;
            note(&format!("kill {}: {row}", kill + 1));
            each.push(row);
        }
        let sum = |name: &str| each.iter().filter_map(|row| row[name].as_u64()).sum::<u64>();
        Ok(json!({
            "kills": each.len(),
            "killed_while_running": each.iter().filter(|row| row["killed"] == json!("running")).count(),
            "answers_lost": sum("lost"),
            "answered_calls_repeated": sum("repeated"),
            "in_flight_repeated": sum("in_flight_repeated"),
            "same_end": each.iter().filter(|row| row["same_end"] == json!(true)).count(),
            "uninterrupted": {"seconds": whole.seconds, "calls": whole.result["spent"]["calls"]},
            "each": each,
        }))
    })
}

fn uninterrupted(setting: &Setting<'_>) -> Result<(Ended, Vec<String>), String> {
    let folder = setting.workload.fresh()?;
    let log = folder.path().join("requests.jsonl");
    let simulator = simulator(setting, &log)?;
    let file = setting.workload.run_file(simulator.address(), "gentle", &setting.optimize)?;
    let data = folder.path().display().to_string();
    let arguments = ["run", &file, "--json", "--data-dir", &data, "-j", &setting.concurrency];
    let ended = complete(setting.clade.run(setting.workload.folder(), &arguments)?)?;
    Ok((ended, simulator.answered(&log)?))
}

fn killed(setting: &Setting<'_>, after: Duration, whole: &Ended, whole_log: &[String]) -> Result<Value, String> {
    let folder = setting.workload.fresh()?;
    let log = folder.path().join("requests.jsonl");
    let simulator = simulator(setting, &log)?;
    let file = setting.workload.run_file(simulator.address(), "gentle", &setting.optimize)?;
    let data = folder.path().display().to_string();
    let common = ["--json", "--data-dir", &data, "-j", &setting.concurrency];

    let mut child = setting.clade.start(setting.workload.folder(), &[&["run", &file], &common[..]].concat())?;
    thread::sleep(after);
    let before = simulator.answered(&log)?;
    thread::sleep(Duration::from_millis(setting.grace_ms));
    let ended_before = child.try_wait().map_err(|error| error.to_string())?.is_some();
    child.kill().map_err(|error| format!("could not kill clade: {error}"))?;
    child.wait().map_err(|error| format!("could not wait for clade: {error}"))?;
    let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
    if ended_before {
        return Ok(json!({"killed": "after the end", "after_ms": after_ms}));
    }
    let started = fs::read_to_string(setting.workload.folder().join("stdout.jsonl")).unwrap_or_default();
    let Some(run) = started.lines().find_map(run_of) else {
        return Ok(json!({"killed": "before the start", "after_ms": after_ms}));
    };
    // what is still on its way to the dead process must not be taken for the resumed one's
    thread::sleep(Duration::from_millis(setting.latency_ms + setting.grace_ms));
    let at_kill = simulator.answered(&log)?;
    let resumed = setting.clade.run(setting.workload.folder(), &[&["resume", &run], &common[..]].concat())?;
    let resumed = complete(resumed)?;
    let account = Account::new(&before, &at_kill, &simulator.answered(&log)?, whole_log);
    let paid = resumed.result["spent"]["calls"].as_u64().unwrap_or(0);
    Ok(json!({
        "killed": "running",
        "after_ms": after_ms,
        "answered_before": account.before,
        "answered_in_all": account.all,
        "paid": paid,
        // what the simulator answered and nobody accounts for, beyond what was in flight
        "lost": account.all.saturating_sub(paid).saturating_sub(account.in_flight),
        "repeated": account.repeated,
        "in_flight_repeated": account.in_flight_repeated,
        "same_end": resumed.result["best"]["prompt"] == whole.result["best"]["prompt"]
            && resumed.result["evidence"] == whole.result["evidence"],
    }))
}

fn simulator(setting: &Setting<'_>, log: &Path) -> Result<Simulator, String> {
    let data = setting.workload.data();
    let behaviour =
        Simulated { latency_ms: setting.latency_ms, log: Some(log), answers: Some(&data), ..Simulated::default() };
    Simulator::start(setting.clade, setting.workload.folder(), behaviour)
}

/// A run that came to its end, whatever that was.
fn complete(mut ended: Ended) -> Result<Ended, String> {
    if ended.code == Some(NO_IMPROVEMENT_SHOWN) {
        ended.code = Some(0);
    }
    ended.good()
}

fn run_of(line: &str) -> Option<String> {
    serde_json::from_str::<Value>(line).ok()?["run"].as_str().map(str::to_owned)
}

/// What the logs say about one kill. All numbers are answers.
#[derive(Debug, PartialEq, Eq)]
struct Account {
    /// Answered before the kill, what was in flight left out.
    before: u64,
    /// Answered just before the kill, or after it towards the dead process.
    in_flight: u64,
    /// All answers.
    all: u64,
    /// Requests answered once more than the uninterrupted run asks for, those left out that were in flight.
    repeated: u64,
    /// The same for those in flight.
    in_flight_repeated: u64,
}

impl Account {
    fn new(before: &[String], at_kill: &[String], all: &[String], whole: &[String]) -> Self {
        let usual = times(whole);
        let (sent_before, sent_at_kill) = (times(before), times(at_kill));
        let (mut repeated, mut in_flight_repeated) = (0, 0);
        for (body, answered) in times(all) {
            let extra = answered.saturating_sub(usual.get(body).copied().unwrap_or(1));
            if !sent_before.contains_key(body) && sent_at_kill.contains_key(body) {
                in_flight_repeated += extra;
            } else {
                repeated += extra;
            }
        }
        let count = |log: &[String]| u64::try_from(log.len()).unwrap_or(u64::MAX);
        let in_flight = count(at_kill).saturating_sub(count(before));
        Self { before: count(before), in_flight, all: count(all), repeated, in_flight_repeated }
    }
}

/// How often each body was answered.
fn times(log: &[String]) -> BTreeMap<&str, u64> {
    let mut times = BTreeMap::new();
    for body in log {
        *times.entry(body.as_str()).or_default() += 1;
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(bodies: &str) -> Vec<String> {
        bodies.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn repeats_are_told_from_what_was_in_flight_and_from_usual_doubles() {
        let whole = log("a b c double double");
        let all = log("a b double c double a c new");
        assert_eq!(
            Account::new(&all[..3], &all[..4], &all, &whole),
            Account { before: 3, in_flight: 1, all: 8, repeated: 1, in_flight_repeated: 1 }
        );
        assert_eq!(Account::new(&all[..3], &all[..4], &log("a b double c double"), &whole).repeated, 0);
        assert_eq!(Account::new(&[], &[], &log("new new"), &whole).repeated, 1, "bought twice after the resume");
    }

    #[test]
    fn the_run_is_named_on_the_first_line_that_has_one() {
        assert_eq!(run_of(r#"{"event":"run_started","run":"r1"}"#).as_deref(), Some("r1"));
        assert_eq!(run_of("{\"event\":\"ru"), None);
    }
}
