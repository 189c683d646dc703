//! What the stages of a jail take for themselves, and that the kernel bounds a sandbox as a whole where control groups are delegated to this process.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use std::path::Path;

use clade_sandbox::{
    Command, Ended, Execution, Limit, Limits, LocalBackend, Sandbox, SandboxBackend, SandboxSpec, examine,
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::Mutex;

/// Waits for a line, has ten processes take 60 MiB each, and says whether one of them was killed.
const TAKES: &str = r#"
import os, signal, time
print("up", flush=True)
input()
for _ in range(10):
    if os.fork() == 0:
        held = b"x" * (60 << 20)
        signal.pause()
killed = 0
until = time.monotonic() + 20
while not killed and time.monotonic() < until:
    pid, status = os.waitpid(-1, os.WNOHANG)
    killed += pid > 0 and os.WIFSIGNALED(status) and os.WTERMSIG(status) == 9
    time.sleep(0.01)
print("killed", killed, flush=True)
signal.pause()
"#;

/// A small sandbox in which that has begun.
async fn takes(backend: &LocalBackend) -> (Box<dyn Sandbox>, Execution) {
    let limits = Limits { memory_mb: 80, disk_mb: 8, processes: 16, ..Limits::default() };
    let sandbox = backend.create(&SandboxSpec { limits, ..SandboxSpec::default() }, None).await.unwrap();
    let execution = sandbox.start(&Command::new(["/usr/bin/python3", "-c", TAKES])).await.unwrap();
    (sandbox, execution)
}

/// Whether the report says that control groups are delegated here.
async fn delegated() -> bool {
    let report = examine(support::settings().0).await;
    let found = report.checks.iter().find(|check| check.name == "control groups");
    found.is_some_and(|check| check.good)
}

/// The first process of the only jail of this process: the child of its outer stage.
fn first_process_inside() -> Pid {
    let child_of = |pid: u32| {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
        let lists = tasks.map(|task| std::fs::read_to_string(task.path().join("children")).unwrap());
        lists.collect::<String>().split_whitespace().next().unwrap().parse::<u32>().unwrap()
    };
    Pid::from_raw(child_of(child_of(std::process::id())).cast_signed()).unwrap()
}

/// A stage is found as the only one of this process.
static TURN: Mutex<()> = Mutex::const_new(());

/// What the allocator reserves counts as data of a process, whether it is used or not, and the limit on data holds for stages too.
#[tokio::test(flavor = "multi_thread")]
async fn a_stage_reserves_little_memory() {
    let _turn = TURN.lock().await;
    let (settings, _folder) = support::settings();
    let sandbox = LocalBackend::new(settings).create(&SandboxSpec::default(), None).await.unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", first_process_inside())).unwrap();
    let data = status.lines().find_map(|line| line.strip_prefix("VmData:")).unwrap();
    let data_kb: u64 = data.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(data_kb < 32 * 1024, "the smallest limit is 32 MiB: {data_kb} kB");
    sandbox.destroy().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded_while_nobody_watches() {
    let _turn = TURN.lock().await;
    if !delegated().await || !Path::new("/usr/bin/python3").exists() {
        eprintln!("skipped: no control groups are delegated to this process, or there is no /usr/bin/python3");
        return;
    }
    let (settings, _folder) = support::settings();
    let (sandbox, mut execution) = takes(&LocalBackend::new(settings)).await;
    let mut stdout = BufReader::new(&mut execution.stdout);
    let mut said = String::new();
    stdout.read_line(&mut said).await.unwrap();
    let watcher = first_process_inside();
    kill_process(watcher, Signal::STOP).unwrap();
    execution.stdin.write_all(b"go\n").await.unwrap();
    stdout.read_line(&mut said).await.unwrap();
    kill_process(watcher, Signal::CONT).unwrap();
    // 600 MiB are more than the sandbox may have in all
    assert_eq!(said, "up\nkilled 1\n");
    assert_eq!(execution.ending.await.unwrap().ended, Ended::Limit(Limit::Memory));
    sandbox.destroy().await.unwrap();
}

/// What a program has the kernel hold is let go of last, so that the kernel may end init in its place; here init is ended by hand.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_process_that_goes_for_want_of_memory_is_the_programs_doing() {
    let _turn = TURN.lock().await;
    if !delegated().await || !Path::new("/usr/bin/python3").exists() {
        eprintln!("skipped: no control groups are delegated to this process, or there is no /usr/bin/python3");
        return;
    }
    let (settings, _folder) = support::settings();
    let backend = LocalBackend::new(settings);
    for short_of_memory in [true, false] {
        let (sandbox, mut execution) = takes(&backend).await;
        let mut stdout = BufReader::new(&mut execution.stdout);
        let mut said = String::new();
        stdout.read_line(&mut said).await.unwrap();
        let init = first_process_inside();
        kill_process(init, Signal::STOP).unwrap();
        if short_of_memory {
            execution.stdin.write_all(b"go\n").await.unwrap();
            stdout.read_line(&mut said).await.unwrap();
            assert_eq!(said, "up\nkilled 1\n");
        }
        kill_process(init, Signal::KILL).unwrap();
        match execution.ending.await {
            Ok(ending) => assert!(short_of_memory && ending.ended == Ended::Limit(Limit::Memory), "{ending:?}"),
            Err(error) => assert!(!short_of_memory && error.worth_another_sandbox(), "{error}"),
        }
        let gone = match sandbox.start(&Command::new(["/usr/bin/python3", "-c", "1"])).await {
            Ok(execution) => execution.finish(&[]).await.map(drop),
            Err(error) => Err(error),
        };
        assert!(gone.is_err_and(|error| error.worth_another_sandbox()));
    }
}
