//! Redis: Debian's packages, unpacked and not installed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use super::{For, Running, files, process};
use crate::shell;

const PACKAGES: [&str; 4] = ["redis-server", "redis-tools", "liblzf1", "libjemalloc2"];

/// Starts it.
///
/// # Errors
/// Where it cannot be had, or does not answer.
pub fn start(folder: &Path, whom: For) -> Result<Running, String> {
    let programs = install()?;
    let port = process::free_port()?;
    let log = folder.join("log");
    let mut command = programs.command("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--dir"]);
    let mut child = process::spawn(command.arg(folder), folder, &log, whom.owned())?;
    let address = format!("127.0.0.1:{port}");
    process::wait(&mut child, &log, || {
        process::exchange(&address, "PING\r\nQUIT\r\n").filter(|it| it.contains("PONG"))
    })?;
    let mut variables = BTreeMap::from([
        ("PROMPTCLADE_TEST_REDIS_URL".to_owned(), format!("redis://{address}")),
        ("PROMPTCLADE_TEST_REDIS_SERVER".to_owned(), programs.path("redis-server").display().to_string()),
        ("PROMPTCLADE_TEST_REDIS_CLI".to_owned(), programs.path("redis-cli").display().to_string()),
    ]);
    if let Some(libraries) = programs.libraries() {
        variables.insert("PROMPTCLADE_TEST_REDIS_LIBRARIES".to_owned(), libraries.display().to_string());
    }
    Ok(Running { name: "redis".into(), pid: child.id(), folder: folder.to_owned(), variables })
}

/// Where the programs are: of the system, or below a folder of ours.
struct Programs(Option<PathBuf>);

impl Programs {
    fn path(&self, name: &str) -> PathBuf {
        self.0.as_ref().map_or_else(|| name.into(), |root| root.join("usr/bin").join(name))
    }

    fn libraries(&self) -> Option<PathBuf> {
        self.0.as_deref().map(files::libraries)
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.path(name));
        if let Some(libraries) = self.libraries() {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }
}

fn install() -> Result<Programs, String> {
    if shell::exists("redis-server") && shell::exists("redis-cli") {
        return Ok(Programs(None));
    }
    files::unpacked("redis", &PACKAGES).map(|root| Programs(Some(root)))
}
