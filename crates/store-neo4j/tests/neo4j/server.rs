use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use clade_store::conformance::service;
use clade_store_neo4j::Neo4jOptions;

/// A server of a test's own, which it may kill, set up as that of `cargo xtask services`.
pub struct Server {
    libraries: PathBuf,
    folder: tempfile::TempDir,
    pub options: Neo4jOptions,
    child: Child,
}

impl Server {
    /// Starts one; `None`, said aloud, where there is none to start.
    pub async fn start() -> Option<Self> {
        let url = service("PROMPTCLADE_TEST_NEO4J_URL")?;
        let libraries: PathBuf = service("PROMPTCLADE_TEST_NEO4J_LIBRARIES")?.into();
        let model: PathBuf = service("PROMPTCLADE_TEST_NEO4J_FOLDER")?.into();
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        for name in ["conf/neo4j.conf", "data/dbms/auth.ini"] {
            let to = folder.path().join(name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(model.join(name), to).unwrap();
        }
        // it has to come back where it was
        let conf = folder.path().join("conf/neo4j.conf");
        let settings = fs::read_to_string(&conf).unwrap();
        let settings: Vec<&str> =
            settings.lines().filter(|line| !line.starts_with("server.bolt.listen_address")).collect();
        let address = format!("127.0.0.1:{port}");
        fs::write(&conf, format!("{}\nserver.bolt.listen_address={address}\n", settings.join("\n"))).unwrap();
        let options = Neo4jOptions { url: format!("bolt://{address}"), ..Neo4jOptions::parse(&url).unwrap() };
        let child = spawn(&libraries, folder.path());
        let mut server = Self { libraries, folder, options, child };
        server.wait().await;
        Some(server)
    }

    /// An open port is not ready yet: a statement must have an answer.
    async fn wait(&mut self) {
        for _ in 0..240 {
            assert!(self.child.try_wait().unwrap().is_none(), "Neo4j ended: {}", self.log());
            let lineage = crate::lineage(&Neo4jOptions { patience: Duration::from_secs(2), ..self.options.clone() });
            if lineage.report().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("Neo4j does not answer: {}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("logs/neo4j.log")).unwrap_or_default()
    }

    /// Ends it without notice.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it on its port with the data it had.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.libraries, self.folder.path());
        self.wait().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may be dead already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(libraries: &Path, folder: &Path) -> Child {
    let mut command = Command::new("java");
    command.args(["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"]);
    command.arg(format!("{}/*", libraries.display())).arg("org.neo4j.server.CommunityEntryPoint");
    command.arg(format!("--home-dir={}", folder.display()));
    command.arg(format!("--config-dir={}", folder.join("conf").display()));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
