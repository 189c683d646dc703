//! Programs that try to get out or to take more than they may: none does, and `docs/security.md` says so.
//!
//! Each file in `attempts/` is one. Its first line names the attempt and the second what stops it; it prints `ESCAPED` where it
//! gets through. With `UPDATE_DOCS=1` the test writes the table instead of comparing it. What also holds where no jail can be made is tried
//! there too.

// the attempts know the numbers that system calls have there
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly, as tests do")]

#[path = "support/ordinary.rs"]
mod ordinary;
mod support;
#[path = "support/table.rs"]
mod table;

use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use clade_sandbox::{
    Command, Ended, InsidePath, Isolation, Language, Limit, Limits, LocalBackend, Sandbox, SandboxBackend, SandboxSpec,
    Time, find_interpreter,
};

/// What the attempts look for on the host.
struct Host {
    folder: tempfile::TempDir,
    tcp: std::net::TcpListener,
    by_path: UnixListener,
    by_name: UnixListener,
    name: String,
}

impl Host {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key-of-the-host"), "sk-secret").unwrap();
        static HOSTS: AtomicU32 = AtomicU32::new(0);
        let name = format!("clade-test-{}-{}", std::process::id(), HOSTS.fetch_add(1, Ordering::Relaxed));
        let host = Self {
            tcp: std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
            by_path: UnixListener::bind(folder.path().join("socket")).unwrap(),
            by_name: UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap(),
            name,
            folder,
        };
        host.tcp.set_nonblocking(true).unwrap();
        host.by_path.set_nonblocking(true).unwrap();
        host.by_name.set_nonblocking(true).unwrap();
        host
    }

    fn nobody_came(&self) -> bool {
        self.tcp.accept().is_err() && self.by_path.accept().is_err() && self.by_name.accept().is_err()
    }

    fn command(&self, python: &Path, attempt: &str) -> Command {
        let inside = |name: &str| self.folder.path().join(name).to_string_lossy().into_owned();
        // with its folder in the search path, and without anything else
        let run = "import runpy, sys; sys.path.insert(0, '.'); runpy.run_path(sys.argv[1], run_name='__main__')";
        Command::new([python.to_string_lossy().as_ref(), "-I", "-c", run, attempt])
            .env("HOST_FILE", inside("key-of-the-host"))
            .env("HOST_SOCKET", inside("socket"))
            .env("HOST_NAME", &self.name)
            .env("HOST_PORT", self.tcp.local_addr().unwrap().port().to_string())
            .env("MARKER", &self.name)
    }
}

/// How each attempt ends; any of these. All others end by themselves, refused.
fn endings(attempt: &str) -> &'static [Ended] {
    match attempt {
        "fork_bomb" | "thread_bomb" => &[Ended::Limit(Limit::Processes)],
        "address_space" | "ended_first_thread" | "epoll_watches" | "file_locks" | "memory_bomb" | "page_tables"
        | "pipe_buffers" | "shared_pieces" | "socket_buffers" | "unreadable_program" => &[Ended::Limit(Limit::Memory)],
        "disk_fill" => &[Ended::Limit(Limit::Disk), Ended::Exited(1)],
        "output_flood" => &[Ended::Limit(Limit::Output)],
        "endless_loop" => &[Ended::Limit(Limit::Cpu)],
        "ignore_signals" => &[Ended::Limit(Limit::Wall)],
        _ => &[Ended::Exited(0)],
    }
}

/// What is kept in without a jail as well, on every kernel and for every user. The others are not tried there: some would do harm.
const WITHOUT_JAIL: [&str; 24] = [
    "address_space",
    "become_root",
    "daemonise",
    "ended_first_thread",
    "endless_loop",
    "epoll_watches",
    "file_locks",
    "find_open_descriptors",
    "fork_bomb",
    "ignore_signals",
    "kernel_doors",
    "memory_bomb",
    "mount",
    "output_flood",
    "page_tables",
    "pending_signals",
    "pipe_buffers",
    "raise_limits",
    "reach_the_network",
    "shared_pieces",
    "socket_buffers",
    "thread_bomb",
    "unreadable_program",
    "user_namespace",
];
/// What an ordinary user, for whom nobody has made control groups, is kept from by those who watch alone.
const BY_WATCHING: [&str; 5] =
    ["ended_first_thread", "endless_loop", "memory_bomb", "shared_pieces", "unreadable_program"];
/// Names another folder of attempts.
const ATTEMPTS: &str = "CLADE_TEST_ATTEMPTS";

fn attempts() -> Vec<PathBuf> {
    let all = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attempts");
    let folder = std::env::var_os(ATTEMPTS).map_or_else(all, PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "py") && !file.ends_with("tries.py"));
    files.sort();
    files
}

/// Whether a process with this word among its arguments is anywhere on the machine.
fn runs_somewhere(marker: &str) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok()).any(|line| {
        let text = String::from_utf8_lossy(&line).into_owned();
        text.contains("time.sleep(600)") && text.contains(marker)
    })
}

/// An interpreter that runs without a jail too: there, one in a folder that is closed to others is out of reach.
async fn python_of_everybody(open: &LocalBackend, spec: &SandboxSpec, usual: &Path) -> PathBuf {
    for program in [usual, Path::new("/usr/bin/python3")] {
        let sandbox = open.create(spec, None).await.unwrap();
        let asked = Command::new([program.to_string_lossy().as_ref(), "-c", "pass"]);
        let works = sandbox.start(&asked).await.unwrap().finish(&[]).await.is_ok_and(|finished| finished.is_success());
        sandbox.destroy().await.unwrap();
        if works {
            return program.to_owned();
        }
    }
    panic!("there is no Python that every user may run: install one, as /usr/bin/python3");
}

async fn put(sandbox: &dyn Sandbox, name: &str, content: Vec<u8>) {
    sandbox.put(&InsidePath::new(name).unwrap(), Bytes::from(content)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attempt_gets_through() {
    let host = Host::new();
    let python = find_interpreter(Language::Python, "python3").unwrap();
    let (mut settings, _folder) = support::settings();
    settings.read_only.clone_from(&python.read_only);
    let backend = LocalBackend::new(settings.clone());
    let open = LocalBackend::without_jail(settings);
    let limits =
        Limits { memory_mb: 128, cpu_seconds: 4, wall_seconds: 120, processes: 24, disk_mb: 16, output_kb: 512 };
    let spec = SandboxSpec { limits, ..SandboxSpec::default() };
    let accepting = SandboxSpec { isolation: Isolation::MinimumProcess, ..spec.clone() };
    let everybodys = python_of_everybody(&open, &accepting, &python.program).await;
    let neighbour = backend.create(&spec, None).await.unwrap();
    put(&*neighbour, "of-another-sandbox", b"untouched".to_vec()).await;

    let mut table =
        String::from("| attempt | what stops it | how it ends | without a jail |\n| --- | --- | --- | --- |\n");
    for file in attempts() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines = text.trim_start_matches("\"\"\"").lines();
        let (attempt, stopped_by) = (lines.next().unwrap().to_owned(), lines.next().unwrap().to_owned());
        let stopped_anyway = WITHOUT_JAIL.contains(&name.as_str());
        let kept_in =
            [Some((&backend, &spec, &python.program)), stopped_anyway.then_some((&open, &accepting, &everybodys))];
        for (backend, spec, program) in kept_in.into_iter().flatten() {
            let sandbox = backend.create(spec, None).await.unwrap();
            put(&*sandbox, "tries.py", std::fs::read(file.with_file_name("tries.py")).unwrap()).await;
            put(&*sandbox, "attempt.py", text.clone().into_bytes()).await;
            let mut command = host.command(program, "attempt.py");
            if name == "ignore_signals" {
                command = command.time(Time::Within(Duration::from_secs(2)));
            }
            let patience = Duration::from_secs(180);
            let execution = sandbox.start(&command).await.unwrap();
            let finished = tokio::time::timeout(patience, execution.finish(&[])).await.expect("it ended");
            let finished = finished.unwrap_or_else(|error| panic!("{name}: {error}"));
            let said = String::from_utf8_lossy(&finished.stdout).chars().take(3000).collect::<String>()
                + &String::from_utf8_lossy(&finished.stderr).chars().take(3000).collect::<String>();
            assert!(!said.contains("ESCAPED"), "{name}: {said}");
            assert!(!said.contains("sk-secret"), "{name}: {said}");
            assert!(
                endings(&name).contains(&finished.ended),
                "{name}: {:?} {:?} {said}",
                finished.ended,
                finished.used
            );
            assert!(host.nobody_came(), "{name} reached the host");
            assert!(!runs_somewhere(&host.name), "{name} left a process behind");
            sandbox.destroy().await.unwrap();
        }
        let ends = match endings(&name)[0] {
            Ended::Exited(0) if name == "daemonise" => "it is ended with the rest".to_owned(),
            Ended::Exited(0) => "every try is refused".to_owned(),
            limit => limit.words(),
        };
        let without = if stopped_anyway { "the same" } else { "no promise" };
        table += &format!("| {attempt} | {stopped_by} | {ends} | {without} |\n");
    }

    let untouched = neighbour.get(&InsidePath::new("of-another-sandbox").unwrap()).await.unwrap();
    assert_eq!(untouched, "untouched");
    neighbour.destroy().await.unwrap();
    if std::env::var_os(ATTEMPTS).is_some() {
        return;
    }
    table::compare("security.md", include_str!("../../../docs/security.md"), &table);
}

#[test]
fn an_ordinary_user_hides_nothing_from_who_watches() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not needed: the other test runs as an ordinary user");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for name in BY_WATCHING.iter().chain(&["tries"]) {
        let file = format!("{name}.py");
        let attempts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attempts");
        std::fs::copy(attempts.join(&file), folder.path().join(&file)).unwrap();
    }
    let said =
        ordinary::as_an_ordinary_user(&["no_attempt_gets_through"], &[(ATTEMPTS, folder.path().to_str().unwrap())]);
    assert!(said.contains("1 passed") && !said.starts_with("failed"), "{said}");
}

#[test]
fn an_attempt_would_be_seen_to_get_through() {
    let host = Host::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attempts");
    let output = std::process::Command::new("python3")
        .arg("-B")
        .arg(folder.join("reach_unix_sockets.py"))
        .env("HOST_SOCKET", host.folder.path().join("socket"))
        .env("HOST_NAME", &host.name)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.matches("ESCAPED").count() >= 2, "outside of a sandbox both sockets are reached: {said}");
    assert!(!host.nobody_came());
}
