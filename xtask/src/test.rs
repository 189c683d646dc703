//! `cargo xtask test`: prepares the machine, then formatting, lints, docs and every test.

use std::{ffi::OsString, process::Command};

use crate::{
    prepare,
    programs::{self, Variables},
    services::{self, For, Service},
    shell,
    steps::Steps,
    web,
    workspace::{cargo, is_ci, root, target_directory},
};

/// What a development build leaves out and a release has.
const BACKENDS: &str = "promptclade/backends";

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
    let programs =
        steps.own("build", || programs::build(&mut checked(&["test", "--workspace", "--features", BACKENDS])))?;
    let memory = target_directory()?.join("test-programs.json");
    let mut variables = Variables::new();
    let mut tell = |name: &str, value: OsString| variables.insert(name.to_owned(), value);
    // insta must compare, never write
    tell("INSTA_UPDATE", if is_ci() { "no" } else { "auto" }.into());
    if let Some(python) = python {
        tell("CLADE_TEST_PYTHON", python.into());
    }
    tell("CLADE_TEST_NODE_MODULES", steps.own("judges", prepare::javascript)?.into());
    for (name, value) in steps.own("judges of Daytona", prepare::daytona)? {
        tell(name, value);
    }
    if let Some((name, value)) = steps.own("promptfoo", prepare::promptfoo)? {
        tell(name, value);
    }
    services::with(&Service::ALL, For::Tests, |state| {
        variables.extend(state.variables().into_iter().map(|(name, value)| (name, value.into())));
        steps.own("test", || programs::run(programs, &variables, &memory))
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

/// A cargo command that uses the lock file as it is where nobody watches, and leaves no incremental files there.
fn checked(arguments: &[&str]) -> Command {
    let mut command = cargo();
    command.current_dir(root()).args(arguments);
    if is_ci() {
        command.arg("--locked").env("CARGO_INCREMENTAL", "0");
    }
    command
}
