//! `cargo xtask test`: prepares the machine, then formatting, lints, docs and every test.

use std::{num::NonZero, path::PathBuf, process::Command};

use crate::{
    prepare,
    services::{self, Service},
    shell,
    steps::Steps,
    web,
    workspace::{cargo, is_ci, root},
};

/// What a development build leaves out and a release has.
const BACKENDS: &str = "promptclade/backends";
/// How many tests of a program go on at the same time.
const THREADS: &str = "RUST_TEST_THREADS";

/// Runs it.
///
/// # Errors
/// At the first step that fails, with the command that repeats it.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let (mut docs, mut browser) = (true, false);
    for argument in arguments {
        match argument.as_str() {
            "--fast" => docs = false,
            "--browser" => browser = true,
            other => return Err(format!("`cargo xtask test` has no option `{other}`; it has --fast and --browser")),
        }
    }
    let mut steps = Steps::default();
    let result = all(&mut steps, docs, browser);
    println!("\n{}", steps.summary());
    if result.is_ok() {
        println!("\nall checks passed");
    }
    result
}

fn all(steps: &mut Steps, docs: bool, browser: bool) -> Result<(), String> {
    let python = steps.own("prepare", prepare::all)?;
    // for every platform, so that the licence test sees the whole graph and nothing later needs the network
    steps.run("fetch", &mut checked(&["fetch"]))?;
    // before anything is built: the binary holds the pages
    web::check_and_build(steps)?;
    steps.run("fmt", cargo().args(["fmt", "--all", "--check"]))?;
    steps.run(
        "clippy",
        checked(&["clippy", "--workspace", "--all-targets", "--features", BACKENDS]).args(["--", "-D", "warnings"]),
    )?;
    if docs {
        let mut doc = checked(&["doc", "--workspace", "--no-deps"]);
        steps.run("doc", doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    // built before the servers start, which are in the way of a compiler
    let mut build = tests(None);
    steps.run("build", build.arg("--no-run"))?;
    let judges = steps.own("judges", prepare::javascript)?;
    let daytona = steps.own("judges of Daytona", prepare::daytona)?;
    let promptfoo = steps.own("promptfoo", prepare::promptfoo)?;
    services::with(&Service::ALL, |state| {
        let mut test = tests(python);
        test.env("CLADE_TEST_NODE_MODULES", judges).envs(daytona).envs(promptfoo).envs(state.variables());
        steps.run("test", &mut test)
    })?;
    if browser {
        web::try_in_browser(steps)?;
    }
    if shell::succeeds(cargo().args(["deny", "--version"])) {
        steps.run("deny", cargo().args(["deny", "check"]))?;
    } else {
        println!(
            "\n    cargo-deny is not installed: advisories are not checked (licences and crate graph were, by the tests)"
        );
    }
    Ok(())
}

fn tests(python: Option<PathBuf>) -> Command {
    let mut command = checked(&["test", "--workspace", "--no-fail-fast", "--features", BACKENDS]);
    if let Some(python) = python {
        command.env("CLADE_TEST_PYTHON", python);
    }
    // most of a test's time goes by waiting for programs and servers
    if std::env::var_os(THREADS).is_none() {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        command.env(THREADS, (2 * cores).to_string());
    }
    // insta must compare, never write
    command.env("INSTA_UPDATE", if is_ci() { "no" } else { "auto" });
    command
}

/// A cargo command that uses the lock file as it is where nobody watches, and leaves no incremental files there.
fn checked(arguments: &[&str]) -> Command {
    let mut command = cargo();
    command.current_dir(root()).args(arguments);
    if is_ci() {
        command.arg("--locked").env("CARGO_INCREMENTAL", "0");
    }
    command
}
