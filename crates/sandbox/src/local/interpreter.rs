use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Language, SandboxError};

/// An interpreter on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The program.
    pub program: PathBuf,
    /// The folders and files that it needs beside the system's.
    pub read_only: Vec<PathBuf>,
    /// What it says of itself: another version may give other answers.
    pub version: String,
}

/// What is in every sandbox anyway.
const SYSTEM: [&str; 4] = ["/usr", "/bin", "/lib", "/lib64"];

/// Prints a list: the version, the interpreter, and what it needs. Beside its libraries that is the file by which a virtual environment knows its base, and the
/// interpreter's own shared library; those of the libraries lie in one folder with it where conda keeps them.
const PYTHON: &str = r#"
import sys, json, os, sysconfig
paths, at = sysconfig.get_paths(), os.path.join
libraries = at(sys.base_prefix, "lib")
own = at(libraries, sysconfig.get_config_var("INSTSONAME") or "none")
print(json.dumps([sys.version, sys.executable, *(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")), at(sys.prefix, "pyvenv.cfg"),
    libraries if os.path.isdir(at(sys.base_prefix, "conda-meta")) else own]))
"#;
const JAVASCRIPT: &str = "console.log(JSON.stringify([process.version, process.execPath]))";

/// Asks an interpreter where it and its libraries lie. `name` is looked up in `PATH`; a virtual environment's works as well.
///
/// # Errors
/// [`SandboxError::NoInterpreter`] where it is not there, or its libraries lie in a folder that holds more than them.
pub fn find_interpreter(language: Language, name: &str) -> Result<Interpreter, SandboxError> {
    let failed = |detail: String| SandboxError::NoInterpreter { name: name.to_owned(), detail };
    let (flag, question) = match language {
        Language::Python => ("-c", PYTHON),
        Language::JavaScript => ("-e", JAVASCRIPT),
    };
    let answer = Command::new(name).arg(flag).arg(question).output().map_err(|error| failed(error.to_string()))?;
    let said: Vec<String> = serde_json::from_slice(&answer.stdout)
        .map_err(|_| failed(String::from_utf8_lossy(&answer.stderr).trim().to_owned()))?;
    let [version, program, needs @ ..] = said.as_slice() else {
        return Err(failed("it did not say where it is".to_owned()));
    };
    let (version, program) = (version.clone(), PathBuf::from(program));
    let mut places: Vec<PathBuf> = needs.iter().map(PathBuf::from).collect();
    places.retain(|place| place.exists());
    let home = std::env::home_dir();
    if let Some(place) = places.iter().find(|place| place.is_dir() && holds_more(place, home.as_deref())) {
        return Err(failed(format!("its folder {} would show more than the interpreter inside", place.display())));
    }
    places.push(program.clone());
    let mut places: Vec<PathBuf> = places.iter().flat_map(|place| links(place)).collect();
    places.retain(|place| !SYSTEM.iter().any(|system| place.starts_with(system)));
    Ok(Interpreter { program, read_only: outermost(places), version })
}

/// A place and, where it is a link, what that leads to, step by step.
fn links(place: &Path) -> Vec<PathBuf> {
    let mut found = vec![place.to_owned()];
    // more of them the kernel does not follow either
    while let Some(last) = found.last().filter(|_| found.len() < 40)
        && let Ok(to) = std::fs::read_link(last)
    {
        let next = last.parent().unwrap_or(Path::new("/")).join(to);
        found.push(next);
    }
    found
}

/// These places without those that lie in another one, in order.
fn outermost(mut places: Vec<PathBuf>) -> Vec<PathBuf> {
    places.sort();
    // a folder comes right before what is in it
    places.dedup_by(|inner, outer| inner.starts_with(outer));
    places
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
    fn what_is_in_a_folder_is_shown_with_it() {
        let places = ["/a/lib/python3/site", "/a/bin/python3", "/a/lib/python3", "/a/lib/python3", "/a/lib/python3.so"];
        let shown = ["/a/bin/python3", "/a/lib/python3", "/a/lib/python3.so"];
        assert_eq!(outermost(places.map(PathBuf::from).to_vec()), shown.map(PathBuf::from));
    }

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
