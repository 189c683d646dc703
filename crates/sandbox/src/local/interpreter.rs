use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Language, SandboxError};

/// An interpreter on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The program.
    pub program: PathBuf,
    /// The folders that it needs beside the system's.
    pub read_only: Vec<PathBuf>,
}

/// What is in every sandbox anyway.
const SYSTEM: [&str; 4] = ["/usr", "/bin", "/lib", "/lib64"];

/// Asks an interpreter where it and its libraries lie. `name` is looked up in `PATH`; a virtual environment's works as well.
///
/// # Errors
/// [`SandboxError::NoInterpreter`] where it is not there, or its libraries lie in a folder that holds more than them.
pub fn find_interpreter(language: Language, name: &str) -> Result<Interpreter, SandboxError> {
    let failed = |detail: String| SandboxError::NoInterpreter { name: name.to_owned(), detail };
    let (flag, question) = match language {
        Language::Python => {
            ("-c", "import sys, json; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix]))")
        }
        Language::JavaScript => (
            "-e",
            "const p = require('path'); console.log(JSON.stringify([process.execPath, p.dirname(p.dirname(process.execPath))]))",
        ),
    };
    let answer = Command::new(name).arg(flag).arg(question).output().map_err(|error| failed(error.to_string()))?;
    let mut places: Vec<PathBuf> = serde_json::from_slice(&answer.stdout)
        .map_err(|_| failed(String::from_utf8_lossy(&answer.stderr).trim().to_owned()))?;
    if places.is_empty() {
        return Err(failed("it did not say where it is".to_owned()));
    }
    let program = places.remove(0);
    places.sort();
    places.dedup();
    places.retain(|place| !SYSTEM.iter().any(|system| place.starts_with(system)));
    let home = std::env::home_dir();
    match places.iter().find(|place| holds_more(place, home.as_deref())) {
        Some(place) => {
            Err(failed(format!("its folder {} would show more than the interpreter inside", place.display())))
        }
        None => Ok(Interpreter { program, read_only: places }),
    }
}

/// Whether a folder is one of those that hold other things than an interpreter: the root, its children, and homes.
fn holds_more(place: &Path, home: Option<&Path>) -> bool {
    let shallow = place.components().count() < 3;
    shallow || !place.is_absolute() || home.is_some_and(|home| home.starts_with(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_not_shown() {
        let home = Some(Path::new("/home/ada"));
        for place in ["/", "/home", "/home/ada", "/root", "relative"] {
            assert!(holds_more(Path::new(place), home), "{place}");
        }
        for place in ["/home/ada/project/.venv", "/opt/python3.13", "/srv/python/3.11.7"] {
            assert!(!holds_more(Path::new(place), home), "{place}");
        }
    }
}
