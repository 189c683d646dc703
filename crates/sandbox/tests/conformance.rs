//! The local jail shows the behaviour that every backend must show, to root as to an ordinary user.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

#[path = "support/ordinary.rs"]
mod ordinary;
mod support;
#[path = "support/table.rs"]
mod table;

use std::process::{Child, Command, Stdio};

use clade_sandbox::conformance::{self, Offered, Surroundings};
use clade_sandbox::{LocalBackend, SandboxBackend, SandboxError};
use futures::future::{BoxFuture, FutureExt, ready};
use tokio::sync::Mutex;

/// Under this name the test starts itself as another host, with a word by which what it starts is found again.
const ROLE: &str = "CLADE_TEST_HOST";
/// What is on this machine is seen by all tests of this process, so they take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// This machine.
struct Here {
    backend: LocalBackend,
    /// The test that makes this backend.
    test: &'static str,
    snapshots: tempfile::TempDir,
    /// This process, and those that were started as hosts.
    hosts: std::sync::Mutex<Vec<u32>>,
}

impl Surroundings for Here {
    fn backend(&self) -> &dyn SandboxBackend {
        &self.backend
    }

    /// This process's children, open descriptors and mounts; processes of other hosts, and the files, folders and control groups of sandboxes.
    fn held(&self) -> Vec<String> {
        let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
        let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let children = threads.map(|thread| read(thread.path().join("children"))).collect::<String>();
        let mut held: Vec<String> = children.split_whitespace().map(|child| format!("child {child}")).collect();

        let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
        held.extend((0..descriptors).map(|_| "descriptor".to_owned()));
        held.extend(read("/proc/self/mountinfo".into()).lines().map(|mount| format!("mount {mount}")));
        let marker = format!("600.{}", std::process::id());
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let lines = processes.map(|process| read(process.path().join("cmdline")));
        held.extend(lines.filter(|line| line.starts_with("sleep") && line.contains(&marker)));
        // others on this machine call their folders so too, but with a word behind it
        let numbered =
            |name: &str| name.strip_prefix("promptclade-").is_some_and(|rest| rest.starts_with(char::is_numeric));
        let names = |folder: &std::path::Path| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect::<Vec<_>>()
        };
        held.extend(names("/tmp".as_ref()).into_iter().filter(|name| numbered(name)));
        held.extend(names(self.snapshots.path()));
        let own = read("/proc/self/cgroup".into());
        for path in own.lines().filter_map(|line| Some(line.split_once(':')?.1)).filter_map(|line| line.split_once(':'))
        {
            let controller = if path.0.is_empty() { String::new() } else { format!("{}/", path.0) };
            let groups = names(format!("/sys/fs/cgroup/{controller}{}", path.1).as_ref());
            let of_a_host =
                |name: &String| self.hosts.lock().unwrap().iter().any(|host| name.contains(&format!("-{host}-")));
            held.extend(groups.into_iter().filter(|name| name.starts_with("promptclade-")).filter(of_a_host));
        }
        held.sort();
        held
    }

    fn another_host(&self) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([self.test, "--exact", "--nocapture"]).env(ROLE, std::process::id().to_string());
        let host = command.stdout(Stdio::piped()).spawn().unwrap();
        self.hosts.lock().unwrap().push(host.id());
        host
    }

    fn sweep(&self) -> BoxFuture<'_, Result<bool, SandboxError>> {
        ready(Ok(false)).boxed()
    }
}

async fn conforms(
    test: &'static str,
    column: &str,
    backend: fn(clade_sandbox::LocalSettings) -> LocalBackend,
) -> Vec<(&'static str, Offered)> {
    let (settings, snapshots) = support::settings();
    let here =
        Here { backend: backend(settings), test, snapshots, hosts: std::sync::Mutex::new(vec![std::process::id()]) };
    if let Ok(marker) = std::env::var(ROLE) {
        conformance::be_a_host(&here.backend, &marker).await.unwrap();
    }
    let _turn = TURN.lock().await;
    let outcomes = conformance::all(&here).await.unwrap();
    let rows: Vec<(String, String)> = outcomes.iter().map(|(name, offered)| table::row(name, *offered)).collect();
    table::compare_column("sandboxes.md", include_str!("../../../docs/sandboxes.md"), column, &rows);
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_jail_conforms() {
    let outcomes = conforms("the_local_jail_conforms", "local", LocalBackend::new).await;
    assert!(outcomes.iter().all(|(_, offered)| *offered == Offered::Yes), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_jail_the_rules_hold_that_need_none() {
    let test = "without_a_jail_the_rules_hold_that_need_none";
    conforms(test, "local, without a jail", LocalBackend::without_jail).await;
}

#[test]
fn the_local_jail_of_an_ordinary_user_conforms() {
    if !rustix::process::geteuid().is_root() || std::env::var_os(ROLE).is_some() {
        eprintln!("not needed: the other test runs as an ordinary user");
        return;
    }
    let _turn = TURN.blocking_lock();
    let tests = ["the_local_jail_conforms", "without_a_jail_the_rules_hold_that_need_none"];
    let said = ordinary::as_an_ordinary_user(&tests, &[]);
    assert!(said.contains("2 passed") && !said.starts_with("failed"), "{said}");
}
