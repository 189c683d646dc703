//! What runs, in a file beside the build, so that a later `status` or `stop` finds it.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{shell, workspace::target_directory};

/// A server that was started.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Its name.
    pub name: String,
    /// Its process.
    pub pid: u32,
    /// Where its data is.
    pub folder: PathBuf,
    /// What tests need to find it.
    pub variables: BTreeMap<String, String>,
}

/// All servers of this checkout.
#[derive(Debug)]
pub struct State {
    file: PathBuf,
    running: Vec<Running>,
}

impl State {
    /// What the file says, as far as it is still true.
    ///
    /// # Errors
    /// Where cargo cannot say where it builds.
    pub fn load() -> Result<Self, String> {
        let file = target_directory()?.join("services.json");
        let text = fs::read_to_string(&file).unwrap_or_default();
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let running = value.as_array().into_iter().flatten().filter_map(read).filter(is_alive).collect();
        Ok(Self { file, running })
    }

    /// Nothing, with what an earlier task left behind stopped.
    ///
    /// # Errors
    /// As [`Self::load`], or where something does not stop.
    pub fn fresh() -> Result<Self, String> {
        let mut state = Self::load()?;
        while let Some(running) = state.running.first() {
            let name = running.name.clone();
            state.stop(&name)?;
        }
        Ok(state)
    }

    /// The server of this name, where it runs.
    pub fn find(&self, name: &str) -> Option<&Running> {
        self.running.iter().find(|running| running.name == name)
    }

    /// A new empty folder for a server. It is not below the user's home, which servers that give up being root cannot enter.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let folder = env::temp_dir().join(format!("promptclade-{name}-{}", process::id()));
        let failed = |error| format!("could not create {}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed)?;
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        Ok(folder)
    }

    /// Remembers a server.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn add(&mut self, running: Running) -> Result<(), String> {
        self.running.push(running);
        self.save()
    }

    /// Stops a server and throws its data away. One that does not run is no error.
    ///
    /// # Errors
    /// Where it does not end.
    pub fn stop(&mut self, name: &str) -> Result<(), String> {
        let Some(at) = self.running.iter().position(|running| running.name == name) else { return Ok(()) };
        let running = self.running.remove(at);
        let signal =
            |signal: &str| shell::succeeds(process::Command::new("kill").args([signal, &running.pid.to_string()]));
        let begin = Instant::now();
        // SIGINT ends PostgreSQL without waiting for its clients, and the others as well
        signal("-INT");
        let mut killed = false;
        while is_alive(&running) {
            if begin.elapsed() > Duration::from_secs(5) && !killed {
                killed = signal("-KILL");
            }
            if begin.elapsed() > Duration::from_secs(10) {
                return Err(format!("{name} (process {}) does not end", running.pid));
            }
            thread::sleep(Duration::from_millis(20));
        }
        // what cannot be removed is in the folder for temporary files anyway
        drop(fs::remove_dir_all(&running.folder));
        self.save()
    }

    /// Everything that tests need to find the servers.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let process = |running: &Running| {
            (format!("PROMPTCLADE_TEST_{}_PROCESS", running.name.to_uppercase()), running.pid.to_string())
        };
        self.running
            .iter()
            .flat_map(|running| running.variables.clone().into_iter().chain([process(running)]))
            .collect()
    }

    /// The same as lines for a shell.
    pub fn exports(&self) -> String {
        self.variables().iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect()
    }

    fn save(&self) -> Result<(), String> {
        let rows: Vec<Value> = self
            .running
            .iter()
            .map(|it| json!({"name": it.name, "pid": it.pid, "folder": it.folder, "variables": it.variables}))
            .collect();
        if let Some(folder) = self.file.parent() {
            // where this fails, so does writing, which says why
            drop(fs::create_dir_all(folder));
        }
        fs::write(&self.file, Value::from(rows).to_string())
            .map_err(|error| format!("could not write {}: {error}", self.file.display()))
    }
}

fn read(value: &Value) -> Option<Running> {
    let variables = value["variables"].as_object()?;
    Some(Running {
        name: value["name"].as_str()?.to_owned(),
        pid: u32::try_from(value["pid"].as_u64()?).ok()?,
        folder: value["folder"].as_str()?.into(),
        variables: variables.iter().filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned()))).collect(),
    })
}

/// Whether the process is there and still the one that was started: it stands in its folder. A dead child that nobody waited for
/// stands nowhere.
fn is_alive(running: &Running) -> bool {
    let stands = fs::read_link(Path::new("/proc").join(running.pid.to_string()).join("cwd"));
    stands.is_ok_and(|folder| folder.starts_with(&running.folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_the_dead_are_not_listed() {
        let folder = env::temp_dir().join(format!("promptclade-state-test-{}", process::id()));
        let running = Running {
            name: "redis".into(),
            pid: process::id(),
            folder: folder.clone(),
            variables: BTreeMap::from([("A".into(), "b".into())]),
        };
        let mut state = State { file: folder.join("services.json"), running: Vec::new() };
        state.add(running.clone()).unwrap();
        let text = fs::read_to_string(folder.join("services.json")).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read(&value[0]), Some(running.clone()));
        let own = format!("export PROMPTCLADE_TEST_REDIS_PROCESS='{}'\n", process::id());
        assert_eq!(state.exports(), format!("export A='b'\n{own}"));
        assert!(!is_alive(&running), "this process stands elsewhere");
        fs::remove_dir_all(folder).unwrap();
    }
}
