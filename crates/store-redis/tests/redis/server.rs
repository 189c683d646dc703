use std::{
    env,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use clade_store::conformance::service;
use clade_store_redis::{RedisGenerations, RedisOptions};

/// A server of a test's own, which it may kill.
pub struct Server {
    program: PathBuf,
    folder: tempfile::TempDir,
    arguments: Vec<String>,
    pub port: u16,
    child: Child,
}

impl Server {
    /// Starts one; `None`, said aloud, where there is none to start.
    pub async fn start(arguments: &[&str]) -> Option<Self> {
        let program: PathBuf = service("PROMPTCLADE_TEST_REDIS_SERVER")?.into();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let child = spawn(&program, folder.path(), port, &arguments);
        let server = Self { program, folder, arguments, port, child };
        server.wait().await;
        Some(server)
    }

    async fn wait(&self) {
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("redis-server does not listen");
    }

    /// Ends it without notice.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it on its port with the data it had.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.program, self.folder.path(), self.port, &self.arguments);
        self.wait().await;
    }

    /// Stops and continues the process.
    pub fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What its own command-line client says.
    pub fn cli(&self, words: &[&str]) -> String {
        cli(self.port, words)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may be dead already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(program: &std::path::Path, folder: &std::path::Path, port: u16, arguments: &[String]) -> Child {
    let mut command = Command::new(program);
    libraries(&mut command);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]).arg(folder);
    command.args(["--appendonly", "yes", "--appendfsync", "everysec"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn libraries(command: &mut Command) {
    if let Some(folder) = env::var_os("PROMPTCLADE_TEST_REDIS_LIBRARIES") {
        command.env("LD_LIBRARY_PATH", folder);
    }
}

pub fn cli(port: u16, words: &[&str]) -> String {
    let mut command = Command::new(env::var_os("PROMPTCLADE_TEST_REDIS_CLI").unwrap());
    libraries(&mut command);
    let output = command.args(["-p", &port.to_string()]).args(words).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Generations in the shared server under a prefix of their own.
pub fn shared(url: &str, prefix: &str) -> RedisGenerations {
    RedisGenerations::new(RedisOptions { prefix: prefix.into(), ..RedisOptions::new(url) }).unwrap()
}
