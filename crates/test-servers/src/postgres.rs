use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clade_store::conformance::service;

use crate::process::{Process, free_port};

/// Who owns the cluster where we are root, which PostgreSQL refuses to run as.
const USER: &str = "nobody";

/// A PostgreSQL. Unlike that of `cargo xtask services` it flushes what it commits.
pub struct PostgresServer {
    programs: PathBuf,
    folder: tempfile::TempDir,
    /// Where it listens.
    pub port: u16,
    process: Process,
}

impl PostgresServer {
    /// Starts one; `None`, said aloud, where there is none to start.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::with(|_| Vec::new())
    }

    /// Starts one with settings, which are made for its folder.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn with(settings: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let programs: PathBuf = service("PROMPTCLADE_TEST_POSTGRES_PROGRAMS")?.into();
        let folder = tempfile::tempdir().unwrap();
        Self::owned(folder.path());
        let mut init = command(&programs, "initdb", folder.path());
        init.arg("-D").arg(folder.path().join("data"));
        quietly(init.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]));
        let settings = settings(folder.path());
        Some(Self::over(programs, folder, settings))
    }

    /// Over a folder with data.
    fn over(programs: PathBuf, folder: tempfile::TempDir, settings: Vec<String>) -> Self {
        let port = free_port();
        let (starting, place) = (programs.clone(), folder.path().to_owned());
        let server = move || {
            let mut server = command(&starting, "postgres", &place);
            server.arg("-D").arg(place.join("data")).args(["-p", &port.to_string()]);
            for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=32MB"] {
                server.args(["-c", setting]);
            }
            for setting in &settings {
                server.args(["-c", setting]);
            }
            server
        };
        let asking = programs.join("pg_isready");
        let ready = move || {
            let mut ready = Command::new(&asking);
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status().unwrap().success()
        };
        Self { programs, folder, port, process: Process::start(server, ready) }
    }

    /// A streaming standby of it, which only reads until it is promoted. From now on a commit of this server waits for the standby.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn standby(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::owned(folder.path());
        let mut copy = command(&self.programs, "pg_basebackup", folder.path());
        copy.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", "-R", "-X", "stream"]);
        quietly(copy.args(["-c", "fast", "-D"]).arg(folder.path().join("data")));
        let standby = Self::over(self.programs.clone(), folder, Vec::new());
        for setting in ["synchronous_standby_names = '*'", "synchronous_commit = on"] {
            self.psql(&format!("ALTER SYSTEM SET {setting}"));
        }
        self.psql("SELECT pg_reload_conf()");
        standby
    }

    /// A PgBouncer before it that hands out three connections, for one transaction each; `None`, said aloud, where there is none to start.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn pooler(&self) -> Option<Pooler> {
        let program: PathBuf = service("PROMPTCLADE_TEST_PGBOUNCER")?.into();
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let settings = format!(
            "[databases]\npostgres = host=127.0.0.1 port={} dbname=postgres user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n\
             max_client_conn = 200\n",
            self.port
        );
        fs::write(folder.path().join("pgbouncer.ini"), settings).unwrap();
        // who gave up being root may not enter the cache
        let libraries: PathBuf = service("PROMPTCLADE_TEST_PGBOUNCER_LIBRARIES")?.into();
        let libraries = fs::read_dir(libraries).unwrap().flatten().map(|entry| entry.path());
        for file in libraries.filter(|path| path.is_file()).chain([program]) {
            fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
        }
        Self::owned(folder.path());
        let place = folder.path().to_owned();
        let start = move || {
            let mut pooler = command(&place, "pgbouncer", &place);
            pooler.env("LD_LIBRARY_PATH", &place).args(["-q", "pgbouncer.ini"]);
            pooler
        };
        let process = Process::start(start, move || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Some(Pooler { port, process, _folder: folder })
    }

    /// Makes a standby the one that writes.
    ///
    /// # Panics
    /// Where it is none.
    pub fn promote(&self) {
        // whom nobody follows waits for nobody
        let mut promote = command(&self.programs, "pg_ctl", self.folder.path());
        quietly(promote.args(["promote", "-w", "-D"]).arg(self.folder.path().join("data")));
    }

    /// Asks a user for a password from now on; the others come in without.
    ///
    /// # Panics
    /// Where its settings cannot be written.
    pub fn asks_for_password(&self, user: &str) {
        let path = self.folder.path().join("data/pg_hba.conf");
        let rules = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("host all {user} 127.0.0.1/32 scram-sha-256\n{rules}")).unwrap();
        self.psql("SELECT pg_reload_conf()");
    }

    /// Ends it without notice.
    ///
    /// # Panics
    /// Where it is dead already.
    pub fn kill(&mut self) {
        // its first process alone: the others end by themselves when it is gone, as after a crash
        self.process.kill();
        // shared memory is freed by the last of them, and only then it starts again
        drop(fs::remove_file(self.folder.path().join("data/postmaster.pid")));
    }

    /// Starts it on its port with the data it had.
    pub fn restart(&mut self) {
        self.process.restart();
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        postgres_url(self.port)
    }

    /// Lets its own client execute a statement.
    ///
    /// # Panics
    /// Where that fails.
    pub fn psql(&self, sql: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        let done = psql.args(["-At", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(self.url()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// Makes a file or folder belong to whom a server's files have to belong to.
    ///
    /// # Panics
    /// Where that fails.
    pub fn owned(path: &Path) {
        if root() {
            assert!(Command::new("chown").arg(USER).arg(path).status().unwrap().success());
        }
    }
}

/// What stands between clients and a PostgreSQL.
pub struct Pooler {
    /// Where it listens.
    pub port: u16,
    /// To kill it and start it again.
    pub process: Process,
    _folder: tempfile::TempDir,
}

/// The address of a PostgreSQL on a port of loopback.
#[must_use]
pub fn postgres_url(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable")
}

fn root() -> bool {
    env::var("USER").is_ok_and(|user| user == "root")
        || fs::metadata("/root").is_ok_and(|_| fs::read_dir("/root").is_ok())
}

fn quietly(command: &mut Command) {
    assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success(), "{command:?}");
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
