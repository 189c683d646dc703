//! What was downloaded, in the cache outside the clone.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    prepare::{apt_install, tools_directory},
    shell,
    workspace::root,
};

/// The folder of a service in the cache.
///
/// # Errors
/// Where there is no cache, or it cannot be made.
pub fn cache(name: &str) -> Result<PathBuf, String> {
    let folder = tools_directory()?.join("services").join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("could not create {}: {error}", folder.display()))?;
    Ok(folder)
}

/// A file of ours for a service.
pub fn own(service: &str, name: &str) -> PathBuf {
    root().join("xtask/services").join(service).join(name)
}

/// Reads such a file.
///
/// # Errors
/// Where it is not there.
pub fn own_text(service: &str, name: &str) -> Result<String, String> {
    let path = own(service, name);
    fs::read_to_string(&path).map_err(|error| format!("could not read {}: {error}", path.display()))
}

/// Makes a folder once: `make` fills another one that takes its name when it is whole. `mark` says what it was made from; another
/// mark makes it anew.
///
/// # Errors
/// Those of `make`, or of the file system.
pub fn once(folder: &Path, mark: &str, make: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
    let marker = folder.join("made-from");
    if fs::read_to_string(&marker).is_ok_and(|text| text == mark) {
        return Ok(());
    }
    let failed = |error: std::io::Error| format!("could not make {}: {error}", folder.display());
    let making = folder.with_extension(format!("making-{}", std::process::id()));
    for old in [folder, &making] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(failed)?;
        }
    }
    fs::create_dir_all(&making).map_err(failed)?;
    make(&making)?;
    fs::write(making.join("made-from"), mark).map_err(failed)?;
    fs::rename(&making, folder).map_err(failed)
}

/// The jars of a `pom.xml` of ours, fetched by Maven.
///
/// # Errors
/// Where Java or Maven is missing and cannot be installed, or fetching fails.
pub fn jars(service: &str) -> Result<PathBuf, String> {
    program("java", "default-jdk-headless")?;
    let lib = cache(service)?.join("lib");
    let pom = own(service, "pom.xml");
    once(&lib, &own_text(service, "pom.xml")?, |making| {
        program("mvn", "maven")?;
        let mut fetch = Command::new("mvn");
        fetch.args(["-q", "-B", "-f"]).arg(&pom).args(["dependency:copy-dependencies", "-DincludeScope=runtime"]);
        fetch.arg(format!("-DoutputDirectory={}", making.display()));
        run(&mut fetch)
    })?;
    Ok(lib)
}

/// Packages of Debian, unpacked and not installed, since installing would start services of the system. Gives the folder that stands for `/`.
///
/// # Errors
/// Where there is no `apt-get`, or it cannot fetch them.
pub fn unpacked(service: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let root = cache(service)?.join("root");
    once(&root, &packages.join(" "), |making| {
        let missing = format!("install the package {}", packages.first().unwrap_or(&service));
        if !shell::exists("apt-get") {
            return Err(format!("there is no apt-get to fetch it with; {missing}"));
        }
        let fetch = || run(Command::new("apt-get").args(["download", "-q"]).args(packages).current_dir(making));
        fetch()
            // an old package list names versions that are gone
            .or_else(|_| run(Command::new("apt-get").args(["update", "-qq"])).and_then(|()| fetch()))
            .map_err(|why| format!("{why}; {missing}"))?;
        let found = fs::read_dir(making).map_err(|error| format!("could not read {}: {error}", making.display()))?;
        let files = found.flatten().map(|entry| entry.path());
        for package in files.filter(|path| path.extension().is_some_and(|it| it == "deb")) {
            run(Command::new("dpkg").arg("-x").arg(&package).arg(making))?;
            // it is unpacked; a copy that stays only takes room
            drop(fs::remove_file(package));
        }
        Ok(())
    })?;
    Ok(root)
}

/// Where the libraries of unpacked packages are.
pub fn libraries(root: &Path) -> PathBuf {
    root.join(format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH))
}

/// Runs a command whose output matters only where it fails.
///
/// # Errors
/// With the command and its last words.
pub fn run(command: &mut Command) -> Result<(), String> {
    let shown = shell::display(command);
    let output = command.output().map_err(|error| format!("could not start `{shown}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    let lines: Vec<&str> = words.lines().filter(|line| !line.trim().is_empty()).collect();
    Err(format!("`{shown}` ended with {}: {}", output.status, lines[lines.len().saturating_sub(3)..].join(" / ")))
}

/// Makes sure of a program, installing Debian's package where that is possible.
///
/// # Errors
/// With the package that has it.
pub fn program(name: &str, package: &str) -> Result<(), String> {
    if shell::exists(name) {
        return Ok(());
    }
    apt_install(&[package]).map_err(|why| format!("`{name}` is missing and {why}; install the package {package}"))?;
    if shell::exists(name) { Ok(()) } else { Err(format!("`{name}` is still missing after installing {package}")) }
}
