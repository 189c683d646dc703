use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use clade_store::conformance::service;

/// Who owns the cluster where we are root, which PostgreSQL refuses to run as.
const USER: &str = "nobody";

/// A server of a test's own, which it may kill. Unlike that of `cargo xtask services` it flushes what it commits.
pub struct Server {
    programs: PathBuf,
    folder: tempfile::TempDir,
    settings: Vec<String>,
    pub port: u16,
    child: Child,
}

impl Server {
    /// Starts one; `None`, said aloud, where there is none to start.
    pub async fn start() -> Option<Self> {
        Self::with(|_| Vec::new()).await
    }

    /// Starts one with settings, which are made for its folder.
    pub async fn with(settings: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let programs: PathBuf = service("PROMPTCLADE_TEST_POSTGRES_PROGRAMS")?.into();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        owned(folder.path());
        let mut init = command(&programs, "initdb", folder.path());
        init.arg("-D").arg(folder.path().join("data")).args([
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        ]);
        assert!(init.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
        let settings = settings(folder.path());
        let child = spawn(&programs, folder.path(), port, &settings);
        let server = Self { programs, folder, settings, port, child };
        server.wait().await;
        Some(server)
    }

    async fn wait(&self) {
        let port = self.port.to_string();
        for _ in 0..400 {
            let mut ready = Command::new(self.programs.join("pg_isready"));
            if ready.args(["-q", "-h", "127.0.0.1", "-p", &port]).status().unwrap().success() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("postgres does not answer");
    }

    /// Ends it without notice, with everything that it started.
    pub fn kill(&mut self) {
        // its first process alone: the others end by themselves when it is gone, as after a crash
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        // shared memory is freed by the last of them, and only then it starts again
        drop(fs::remove_file(self.folder.path().join("data/postmaster.pid")));
    }

    /// Starts it on its port with the data it had.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.programs, self.folder.path(), self.port, &self.settings);
        self.wait().await;
    }

    pub fn url(&self) -> String {
        url(self.port)
    }

    /// Lets its own client execute a statement.
    pub fn psql(&self, sql: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-At", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(self.url());
        let done = psql.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may be dead already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn url(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable")
}

/// Whom the server's files have to belong to.
pub fn owned(path: &Path) {
    if root() {
        assert!(Command::new("chown").arg(USER).arg(path).status().unwrap().success());
    }
}

fn root() -> bool {
    env::var("USER").is_ok_and(|user| user == "root")
        || fs::metadata("/root").is_ok_and(|_| fs::read_dir("/root").is_ok())
}

fn command(programs: &Path, name: &str, folder: &Path) -> Command {
    let program = programs.join(name);
    let mut command = if root() { Command::new("setpriv") } else { Command::new(&program) };
    if root() {
        command.args(["--reuid", USER, "--regid", "nogroup", "--clear-groups"]).arg(&program);
    }
    // who gave up being root must stand where it may look
    command.current_dir(folder);
    command
}

fn spawn(programs: &Path, folder: &Path, port: u16, settings: &[String]) -> Child {
    let mut server = command(programs, "postgres", folder);
    server.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
    for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=32MB"] {
        server.args(["-c", setting]);
    }
    for setting in settings {
        server.args(["-c", setting]);
    }
    server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
