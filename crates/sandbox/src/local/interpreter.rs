use std::path::{Path, PathBuf};
use std::process::Command;

use super::{LocalBackend, LocalSettings};
use crate::{Command as Inside, Ended, Finished, Isolation, Language, SandboxBackend, SandboxError, SandboxSpec};

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
const SYSTEM: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

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

/// Asks an interpreter of this user, whom `PATH` names, where it and its libraries lie. It is run as any other program of this user.
///
/// # Errors
/// [`SandboxError::NoInterpreter`] where it is not there, or its libraries lie in a folder that holds more than them.
pub fn find_interpreter(language: Language, name: &str) -> Result<Interpreter, SandboxError> {
    let [flag, question] = question(language);
    let answer = Command::new(name).arg(flag).arg(question).output();
    let answer = answer.map_err(|error| not_found(name, error.to_string()))?;
    understood(name, &answer.stdout, &answer.stderr)
}

/// The same of one that a run file names by its path, such as a virtual environment's. Whoever wrote the run file has chosen it, so it is asked
/// in a sandbox that shows it with the folder that it lies in, and nothing that it names elsewhere is believed.
///
/// # Errors
/// As [`find_interpreter`]; and where no sandbox of the accepted isolation can be made.
pub async fn find_interpreter_at(
    settings: &LocalSettings,
    accepted: Isolation,
    language: Language,
    path: &str,
) -> Result<Interpreter, SandboxError> {
    let (own, program) = places_of(Path::new(path)).map_err(|error| not_found(path, error.to_string()))?;
    let home = std::env::home_dir();
    let folder_of = |place: &Path| {
        let folder = place.parent().and_then(Path::parent).filter(|folder| !holds_more(folder, home.as_deref()));
        folder.unwrap_or(place).to_owned()
    };
    let mut shown: Vec<PathBuf> = [folder_of(&own), folder_of(&program)].into_iter().chain(links(&own)).collect();
    shown.retain(|place| !is_the_systems(place));
    let shown = outermost(shown);
    let backend = LocalBackend::new(LocalSettings { read_only: shown.clone(), ..settings.clone() });
    let spec = SandboxSpec { isolation: accepted, ..SandboxSpec::default() };
    let sandbox = backend.create(&spec, None).await?;
    let [flag, question] = question(language);
    let answer = sandbox.start(&Inside::new([&own.to_string_lossy(), flag, question])).await?.finish(&[]).await;
    sandbox.destroy().await?;
    let Finished { ended, stdout, stderr, .. } = answer.map_err(|error| match error {
        SandboxError::NotRunnable { detail, .. } => not_found(path, detail),
        error => error,
    })?;
    if ended != Ended::Exited(0) {
        return Err(not_found(path, format!("it {}: {}", ended.words(), String::from_utf8_lossy(&stderr).trim())));
    }
    let found = understood(path, &stdout, &stderr)?;
    let beside = |place: &PathBuf| shown.iter().any(|shown| place.starts_with(shown));
    match found.read_only.iter().find(|place| !beside(place)) {
        Some(place) => Err(not_found(path, format!("it names {}, which is not beside it", place.display()))),
        None => Ok(found),
    }
}

/// Where a file lies, links among its folders resolved, and the program that it is or leads to.
fn places_of(path: &Path) -> std::io::Result<(PathBuf, PathBuf)> {
    let program = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("/")).canonicalize()?;
    Ok((path.file_name().map_or(program.clone(), |name| folder.join(name)), program))
}

fn not_found(name: &str, detail: String) -> SandboxError {
    SandboxError::NoInterpreter { name: name.to_owned(), detail }
}

fn question(language: Language) -> [&'static str; 2] {
    match language {
        Language::Python => ["-c", PYTHON],
        Language::JavaScript => ["-e", JAVASCRIPT],
    }
}

fn understood(name: &str, stdout: &[u8], stderr: &[u8]) -> Result<Interpreter, SandboxError> {
    let failed = |detail: String| not_found(name, detail);
    let said: Vec<String> =
        serde_json::from_slice(stdout).map_err(|_| failed(String::from_utf8_lossy(stderr).trim().to_owned()))?;
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
    places.retain(|place| !is_the_systems(place));
    Ok(Interpreter { program, read_only: outermost(places), version })
}

/// Whether a place is in every sandbox without being shown.
fn is_the_systems(place: &Path) -> bool {
    SYSTEM.iter().any(|system| place.starts_with(system))
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
