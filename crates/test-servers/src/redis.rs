use std::{
    env,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::Duration,
};

use clade_store::conformance::service;

use crate::process::{Process, free_port};

/// A Redis that keeps what it has in a file.
pub struct RedisServer {
    /// Where it listens.
    pub port: u16,
    /// To kill it and start it again.
    pub process: Process,
    _folder: Option<tempfile::TempDir>,
}

impl RedisServer {
    /// Starts one with these words of its command line; `None`, said aloud, where there is none to start.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(words: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self::at(folder.path(), words)?;
        server._folder = Some(folder);
        Some(server)
    }

    /// The same with its data in a folder of the test's.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn at(folder: &Path, words: &[&str]) -> Option<Self> {
        let program: PathBuf = service("PROMPTCLADE_TEST_REDIS_SERVER")?.into();
        let port = free_port();
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let folder = folder.to_owned();
        let command = move || {
            let mut command = Command::new(&program);
            libraries(&mut command);
            command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]).arg(&folder);
            command.args(["--appendonly", "yes", "--appendfsync", "everysec"]).args(&words);
            command
        };
        Some(Self { port, process: Process::start(command, move || answers(port)), _folder: None })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What its own command-line client says.
    ///
    /// # Panics
    /// Where there is no client.
    pub fn cli(&self, words: &[&str]) -> String {
        let mut command = Command::new(env::var_os("PROMPTCLADE_TEST_REDIS_CLI").unwrap());
        libraries(&mut command);
        let output = command.args(["-p", &self.port.to_string()]).args(words).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// A cluster of three servers, each with a third of the slots; `None`, said aloud, where there is none to start.
///
/// # Panics
/// Where they do not find together.
#[must_use]
pub fn redis_cluster() -> Option<[RedisServer; 3]> {
    // a node listens for the others on a port of its own
    let start = || RedisServer::start(&["--cluster-enabled", "yes", "--cluster-port", &free_port().to_string()]);
    let servers = [start()?, start()?, start()?];
    let slots = [(0, 5_460), (5_461, 10_922), (10_923, 16_383)];
    for (server, (first, last)) in servers.iter().zip(slots) {
        let said = server.cli(&["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]);
        assert_eq!(said, "OK");
        let bus = server.cli(&["CONFIG", "GET", "cluster-port"]);
        let bus = bus.lines().last().unwrap();
        for other in &servers {
            assert_eq!(other.cli(&["CLUSTER", "MEET", "127.0.0.1", &server.port.to_string(), bus]), "OK");
        }
    }
    let whole = |server: &RedisServer| {
        let info = server.cli(&["CLUSTER", "INFO"]);
        info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
    };
    for _ in 0..800 {
        if servers.iter().all(whole) {
            return Some(servers);
        }
        sleep(Duration::from_millis(25));
    }
    panic!("the cluster does not come together: {}", servers[0].cli(&["CLUSTER", "NODES"]));
}

/// Whether it serves: one that still reads its file says LOADING. One that wants a password first serves.
fn answers(port: u16) -> bool {
    let said = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"PING\r\n")?;
        let mut part = [0; 64];
        let read = stream.read(&mut part)?;
        Ok(String::from_utf8_lossy(&part[..read]).into_owned())
    };
    said().is_ok_and(|said| said.starts_with("+PONG") || said.starts_with("-NOAUTH"))
}

fn libraries(command: &mut Command) {
    if let Some(folder) = env::var_os("PROMPTCLADE_TEST_REDIS_LIBRARIES") {
        command.env("LD_LIBRARY_PATH", folder);
    }
}
