//! DynamoDB Local out of its artifacts in Maven's central repository, behind a launcher that keeps it on loopback.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use super::{For, Running, files, process};

/// Starts it.
///
/// # Errors
/// Where it cannot be had, or does not answer.
pub fn start(folder: &Path, whom: For) -> Result<Running, String> {
    let lib = files::jars("dynamodb")?;
    let classes = files::cache("dynamodb")?.join("classes");
    // compiled once: starting from source costs seconds each time
    let source = files::own("dynamodb", "Loopback.java");
    files::once(&classes, &files::own_text("dynamodb", "Loopback.java")?, |making| {
        files::program("javac", "default-jdk-headless")?;
        let jars = format!("{}/*", lib.display());
        files::run(Command::new("javac").args(["-cp", &jars, "-d"]).arg(making).arg(&source))
    })?;
    let log = folder.join("log");
    let mut command = Command::new("java");
    command.args(whom.java(256));
    command.arg(format!("-Djava.library.path={}", lib.display()));
    command.arg("-cp").arg(format!("{}:{}/*", classes.display(), lib.display()));
    command.args(["Loopback", "0", "-inMemory", "-sharedDb"]);
    let mut child = process::spawn(&mut command, folder, &log, whom.owned())?;
    let url = process::wait(&mut child, &log, || {
        let text = fs::read_to_string(&log).ok()?;
        text.lines().find_map(|line| line.strip_prefix("READY ").map(str::to_owned))
    })?;
    // for tests that start and kill one of their own
    let variables = BTreeMap::from([
        ("PROMPTCLADE_TEST_DYNAMODB_URL".to_owned(), url),
        ("PROMPTCLADE_TEST_DYNAMODB_LIBRARIES".to_owned(), lib.display().to_string()),
        ("PROMPTCLADE_TEST_DYNAMODB_CLASSES".to_owned(), classes.display().to_string()),
    ]);
    Ok(Running { name: "dynamodb".into(), pid: child.id(), folder: folder.to_owned(), variables })
}
