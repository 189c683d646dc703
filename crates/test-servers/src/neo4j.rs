use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use clade_store::conformance::service;

use crate::process::{Process, free_port};

/// A Neo4j set up as that of `cargo xtask services`.
pub struct Neo4jServer {
    /// Where it listens for Bolt.
    pub port: u16,
    /// Its address, with user and password.
    pub url: String,
    /// To kill it and start it again.
    pub process: Process,
    _folder: tempfile::TempDir,
}

impl Neo4jServer {
    /// Starts one; `None`, said aloud, where there is none to start.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let url = service("PROMPTCLADE_TEST_NEO4J_URL")?;
        let libraries: PathBuf = service("PROMPTCLADE_TEST_NEO4J_LIBRARIES")?.into();
        let model: PathBuf = service("PROMPTCLADE_TEST_NEO4J_FOLDER")?.into();
        let (folder, port, http) = (tempfile::tempdir().unwrap(), free_port(), free_port());
        for name in ["conf/neo4j.conf", "data/dbms/auth.ini"] {
            let to = folder.path().join(name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(model.join(name), to).unwrap();
        }
        // it has to come back where it was
        let conf = folder.path().join("conf/neo4j.conf");
        let listens = |name: &str| name.starts_with("server.bolt.listen") || name.starts_with("server.http.listen");
        let settings = fs::read_to_string(&conf).unwrap();
        let settings: Vec<&str> = settings.lines().filter(|line| !listens(line)).collect();
        let own = format!("server.bolt.listen_address=127.0.0.1:{port}\nserver.http.listen_address=127.0.0.1:{http}\n");
        fs::write(&conf, format!("{}\n{own}", settings.join("\n"))).unwrap();
        let home = folder.path().to_owned();
        let command = move || {
            let mut command = Command::new("java");
            command.args(["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"]);
            command.arg(format!("{}/*", libraries.display())).arg("org.neo4j.server.CommunityEntryPoint");
            command.arg(format!("--home-dir={}", home.display()));
            command.arg(format!("--config-dir={}", home.join("conf").display()));
            command
        };
        let (who, _) = url.split_once("://").unwrap().1.rsplit_once('@').unwrap();
        let (url, who) = (format!("bolt://{who}@127.0.0.1:{port}"), who.to_owned());
        let process = Process::start(command, move || answers(http, &who));
        Some(Self { port, url, process, _folder: folder })
    }
}

/// An open port is not ready yet: a statement must have an answer, which is asked for over HTTP.
fn answers(port: u16, who: &str) -> bool {
    let said = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let (body, who) = ("{\"statement\":\"RETURN 1\"}", base64(who.as_bytes()));
        write!(
            stream,
            "POST /db/neo4j/query/v2 HTTP/1.1\r\nhost: x\r\nauthorization: Basic {who}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    said().is_ok_and(|said| said.contains("[[1]]"))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of = |part: &[u8]| {
        let three = [part[0], part.get(1).copied().unwrap_or(0), part.get(2).copied().unwrap_or(0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        let digit = |n: usize| if n <= part.len() { DIGITS[(bits >> (18 - 6 * n)) as usize & 63] as char } else { '=' };
        [digit(0), digit(1), digit(2), digit(3)].iter().collect::<String>()
    };
    bytes.chunks(3).map(of).collect()
}
