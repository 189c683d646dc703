//! The test programs of the workspace, run side by side: most of a test's time goes by waiting for other programs.
//!
//! What a program prints is shown as a whole when it has ended. How long each took is kept, so that the next run begins
//! with the longest.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    num::NonZero,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{shell, steps::seconds, workspace::cargo};

/// How many tests of one program go on at the same time; libtest reads it.
const THREADS: &str = "RUST_TEST_THREADS";
/// After how much silence the programs that still run are named.
const SILENCE: Duration = Duration::from_secs(60);

/// What the programs find in their environment beside what this one has.
pub type Variables = BTreeMap<String, OsString>;

/// A program that holds tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// As `cargo test` takes it: `-p clade-text --lib`.
    pub arguments: Vec<String>,
    /// The file to start.
    pub executable: PathBuf,
    /// Where cargo would start it: the folder of its package.
    pub folder: PathBuf,
}

impl Program {
    /// The name it is remembered by.
    fn name(&self) -> String {
        self.arguments.join(" ")
    }
}

/// Builds the test programs that `command`, a `cargo test` without `--no-run`, would run.
///
/// # Errors
/// Where they cannot be built; the compiler's words are on stderr by then.
pub fn build(command: &mut Command) -> Result<Vec<Program>, String> {
    command.args(["--no-run", "--message-format", "json-render-diagnostics"]);
    let shown = shell::display(command);
    println!("    {shown}");
    let started = command.stderr(Stdio::inherit()).output();
    let output = started.map_err(|error| format!("could not start `{shown}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("building the tests failed ({}); repeat it with\n    {shown}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(program).collect())
}

/// The program that a message of cargo tells of, if it is about one.
fn program(message: &str) -> Option<Program> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let executable = PathBuf::from(message["executable"].as_str()?);
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_path_buf();
    // `path+file:///where/it/is#name@1.0.0`, or `...#1.0.0` where the folder has the name
    let id = message["package_id"].as_str()?;
    let (path, version) = id.rsplit_once('#')?;
    let package = match version.split_once('@') {
        Some((name, _)) => name,
        None => path.rsplit('/').next()?,
    };
    let target = message["target"]["name"].as_str()?;
    let mut arguments = vec!["-p".to_owned(), package.to_owned()];
    match message["target"]["kind"][0].as_str()? {
        "test" => arguments.extend(["--test".to_owned(), target.to_owned()]),
        "bin" => arguments.extend(["--bin".to_owned(), target.to_owned()]),
        "example" => arguments.extend(["--example".to_owned(), target.to_owned()]),
        "bench" => arguments.extend(["--bench".to_owned(), target.to_owned()]),
        _ => arguments.push("--lib".to_owned()),
    }
    Some(Program { arguments, executable, folder })
}

/// Runs every program with the variables `with`, as many side by side as there are cores. `memory` is the file that
/// says how many milliseconds each took, and is written anew.
///
/// # Errors
/// Names the programs that failed, with the command that repeats each.
pub fn run(programs: Vec<Program>, with: &Variables, memory: &Path) -> Result<(), String> {
    let mut took = remembered(memory);
    let mut waiting = programs;
    // the last is taken first: what is not known yet, then what took longest
    waiting.sort_by_key(|program| took.get(&program.name()).copied().unwrap_or(u64::MAX));
    let of = waiting.len();
    let waiting = Mutex::new(waiting);
    let running = Mutex::new(BTreeMap::new());
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let (ended, endings) = mpsc::channel();
    let mut failed = Vec::new();
    thread::scope(|scope| {
        for side in 0..cores {
            let (ended, waiting, running) = (ended.clone(), &waiting, &running);
            scope.spawn(move || {
                while let Some(program) = taken(waiting) {
                    let start = Instant::now();
                    set(running, side, Some((program.name(), start)));
                    let result = one(&program, with, cores);
                    set(running, side, None);
                    if ended.send((program, start.elapsed(), result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(ended);
        let mut done = 0;
        loop {
            match endings.recv_timeout(SILENCE) {
                Ok((program, time, result)) => {
                    done += 1;
                    let (passed, printed) = result.unwrap_or_else(|error| (false, error));
                    let word = if passed { "ok" } else { "FAILED" };
                    println!("\n{} {word} in {} ({done} of {of})\n{}", program.name(), seconds(time), printed.trim());
                    took.insert(program.name(), u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
                    if !passed {
                        failed.push(program);
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    for (name, since) in lock(&running).values() {
                        println!("    {name} runs for {}", seconds(since.elapsed()));
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    // a run without this memory is only slower
    let _ = fs::write(memory, serde_json::to_string_pretty(&took).unwrap_or_default());
    if failed.is_empty() {
        return Ok(());
    }
    let repeat: Vec<String> = failed.iter().map(|program| format!("cargo test {}", program.name())).collect();
    Err(format!("{} of {of} test programs failed:\n    {}", failed.len(), repeat.join("\n    ")))
}

type Running = BTreeMap<usize, (String, Instant)>;

fn set(running: &Mutex<Running>, side: usize, what: Option<(String, Instant)>) {
    let mut running = lock(running);
    match what {
        Some(what) => running.insert(side, what),
        None => running.remove(&side),
    };
}

fn taken(waiting: &Mutex<Vec<Program>>) -> Option<Program> {
    lock(waiting).pop()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remembered(file: &Path) -> BTreeMap<String, u64> {
    fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Runs one: whether it passed, and what it printed on both streams in the order of printing.
///
/// It prints into a file: a pipe would be held open by whatever a test leaves behind.
fn one(program: &Program, with: &Variables, cores: usize) -> Result<(bool, String), String> {
    let tell = |error: std::io::Error| format!("could not run {}: {error}", program.executable.display());
    let log = program.executable.with_extension("log");
    let printed = File::create(&log).map_err(tell)?;
    let mut command = Command::new(&program.executable);
    command
        .current_dir(&program.folder)
        .env("CARGO", cargo().get_program())
        .env("CARGO_MANIFEST_DIR", &program.folder)
        .stdin(Stdio::null())
        .stdout(printed.try_clone().map_err(tell)?)
        .stderr(printed);
    if std::env::var_os(THREADS).is_none() {
        command.env(THREADS, (2 * cores).to_string());
    }
    let status = command.envs(with).status().map_err(tell)?;
    let text = fs::read(&log).map_err(tell)?;
    Ok((status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(package: &str, kind: &str, target: &str) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"{package}","manifest_path":"/w/crates/text/Cargo.toml",
                "target":{{"kind":["{kind}"],"name":"{target}"}},"profile":{{"test":true}},"executable":"/t/a-1"}}"#
        )
        .replace('\n', "")
    }

    #[test]
    fn programs_are_named_as_cargo_takes_them() {
        let name = |package, kind, target| program(&message(package, kind, target)).map(|program| program.name());
        let text = "path+file:///w/crates/text#clade-text@1.0.0";
        assert_eq!(name(text, "test", "templates").as_deref(), Some("-p clade-text --test templates"));
        assert_eq!(name(text, "lib", "clade_text").as_deref(), Some("-p clade-text --lib"));
        assert_eq!(name("path+file:///w/xtask#1.0.0", "bin", "xtask").as_deref(), Some("-p xtask --bin xtask"));
        assert_eq!(
            program(&message(text, "lib", "clade_text").replace("true", "false")),
            None,
            "a library, not a test"
        );
        assert_eq!(program("   Compiling clade-text"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_fails_is_named_with_what_repeats_it_and_the_others_run() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = std::env::temp_dir().join(format!("clade-programs-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let made = |name: &str, script: &str| {
            let executable = folder.join(name);
            fs::write(&executable, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).unwrap();
            Program { arguments: vec!["-p".into(), name.into()], executable, folder: folder.clone() }
        };
        let programs = vec![made("bad", "exit 3"), made("good", r#"echo "$GIVEN in $PWD with $RUST_TEST_THREADS""#)];
        let error =
            run(programs, &Variables::from([("GIVEN".into(), "a variable".into())]), &folder.join("took")).unwrap_err();
        assert_eq!(error, "1 of 2 test programs failed:\n    cargo test -p bad");
        let printed = fs::read_to_string(folder.join("good.log")).unwrap();
        assert!(remembered(&folder.join("took")).contains_key("-p bad"));
        assert!(printed.starts_with(&format!("a variable in {} with ", folder.display())), "{printed}");
        fs::remove_dir_all(folder).unwrap();
    }
}
