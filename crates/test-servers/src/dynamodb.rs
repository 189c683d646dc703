use std::{net::TcpStream, path::PathBuf, process::Command};

use clade_store::conformance::service;

use crate::process::{Process, free_port};

/// A DynamoDB Local that keeps what it has in a file, unlike that of `cargo xtask services`.
pub struct DynamoServer {
    /// Where it listens.
    pub port: u16,
    /// To kill it and start it again.
    pub process: Process,
    _folder: tempfile::TempDir,
}

impl DynamoServer {
    /// Starts one; `None`, said aloud, where there is none to start.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let libraries: PathBuf = service("PROMPTCLADE_TEST_DYNAMODB_LIBRARIES")?.into();
        let classes: PathBuf = service("PROMPTCLADE_TEST_DYNAMODB_CLASSES")?.into();
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let data = folder.path().to_owned();
        let command = move || {
            let mut command = Command::new("java");
            command.args(["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]);
            command.arg(format!("-Djava.library.path={}", libraries.display()));
            command.arg("-cp").arg(format!("{}:{}/*", classes.display(), libraries.display()));
            command.args(["Loopback", &port.to_string(), "-sharedDb", "-dbPath"]).arg(&data);
            command
        };
        let ready = move || TcpStream::connect(("127.0.0.1", port)).is_ok();
        Some(Self { port, process: Process::start(command, ready), _folder: folder })
    }

    /// The address of a table.
    #[must_use]
    pub fn url(&self, table: &str) -> String {
        format!("dynamodb://us-east-1/{table}?endpoint=http://127.0.0.1:{}", self.port)
    }
}
