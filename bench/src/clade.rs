use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::Value;

use crate::process::{cpu_of_children, peak_memory};

/// Names and values that a process finds in its environment.
pub type Variables<'v> = &'v [(&'static str, String)];

/// The `clade` that is measured.
#[derive(Debug, Clone)]
pub struct Clade {
    program: PathBuf,
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// From start to end.
    pub seconds: f64,
    /// User and system time, where the system says.
    pub cpu_seconds: Option<f64>,
    /// Most memory held, where the system says.
    pub peak_bytes: Option<u64>,
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// The `result` object, where one was printed.
    pub result: Value,
    /// What it said on stderr.
    pub stderr: String,
}

impl Ended {
    /// The result of a process that ended well.
    ///
    /// # Errors
    /// Where it did not, or printed none.
    pub fn good(self) -> Result<Self, String> {
        if self.code == Some(0) && self.result.is_object() {
            return Ok(self);
        }
        let end = self.code.map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        Err(format!(
            "clade ended with {end} and {} result: {}",
            if self.result.is_null() { "no" } else { "a" },
            self.stderr.trim()
        ))
    }
}

impl Clade {
    /// `CLADE_BIN`, or the release build of this checkout.
    ///
    /// # Errors
    /// Where there is none.
    pub fn find() -> Result<Self, String> {
        let built = || {
            let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
            target.join("release").join(format!("clade{}", env::consts::EXE_SUFFIX))
        };
        let program = env::var_os("CLADE_BIN").map_or_else(built, PathBuf::from);
        // absolute, because the measured processes run in folders of their own
        let program = fs::canonicalize(&program).map_err(|error| {
            format!(
                "{} cannot be found ({error}); build it with `cargo build --release`, or set CLADE_BIN",
                program.display()
            )
        })?;
        Ok(Self { program })
    }

    /// What `clade --version` says.
    #[must_use]
    pub fn version(&self) -> String {
        let output = Command::new(&self.program).arg("--version").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    }

    /// A command in a folder, with no key or setting of the user's in its environment.
    #[must_use]
    pub fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder).args(arguments).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CLADE_") || name.ends_with("_API_KEY") || name.to_lowercase().ends_with("_proxy") {
                command.env_remove(&*name);
            }
        }
        command
    }

    /// Starts a command with its output going to files of the folder.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(&self, folder: &Path, arguments: &[&str]) -> Result<Child, String> {
        self.start_with(folder, arguments, &[])
    }

    fn start_with(&self, folder: &Path, arguments: &[&str], variables: Variables<'_>) -> Result<Child, String> {
        let file =
            |name: &str| File::create(folder.join(name)).map_err(|error| format!("could not create {name}: {error}"));
        let mut command = self.command(folder, arguments);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdout(file("stdout.jsonl")?).stderr(file("stderr.txt")?);
        command.spawn().map_err(|error| format!("could not start {}: {error}", self.program.display()))
    }

    /// Runs a command to its end. No other child may end meanwhile: CPU time is that of all children together.
    ///
    /// # Errors
    /// Where it cannot be started or waited for; an exit code other than 0 is none.
    pub fn run(&self, folder: &Path, arguments: &[&str]) -> Result<Ended, String> {
        self.run_with(folder, arguments, &[])
    }

    /// The same with variables.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_with(&self, folder: &Path, arguments: &[&str], variables: Variables<'_>) -> Result<Ended, String> {
        let (cpu, start) = (cpu_of_children(), Instant::now());
        let mut child = self.start_with(folder, arguments, variables)?;
        let (status, peak_bytes) = peak_memory(&mut child)?;
        let seconds = start.elapsed().as_secs_f64();
        let cpu_seconds = cpu_of_children().zip(cpu).map(|(after, before)| after - before);
        let text = fs::read_to_string(folder.join("stdout.jsonl")).unwrap_or_default();
        let stderr = fs::read_to_string(folder.join("stderr.txt")).unwrap_or_default();
        Ok(Ended { seconds, cpu_seconds, peak_bytes, code: status.code(), result: result_of(&text), stderr })
    }
}

/// The `result` of the last line; null where there is none.
fn result_of(stdout: &str) -> Value {
    let last = stdout.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    serde_json::from_str::<Value>(last).map(|mut line| line["result"].take()).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_on_the_last_line() {
        assert_eq!(result_of("{\"event\":\"run_started\"}\n{\"result\":{\"run\":\"a\"}}\n\n")["run"], "a");
        assert_eq!(result_of("{\"event\":\"run_started\"}\n"), Value::Null);
        assert_eq!(result_of("cut off {"), Value::Null);
        assert_eq!(result_of(""), Value::Null);
    }
}
