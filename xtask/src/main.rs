//! Tasks of this repository. `cargo xtask help` lists them.
//!
//! One file a task. Deliberately absent: anything that takes long to build, so that a fresh machine sees the first line
//! of a task within seconds, and everything that a user of `clade` needs.

mod bench;
mod demo;
mod prepare;
mod programs;
mod services;
mod shell;
mod steps;
mod synonyms;
mod test;
mod web;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
tasks of this repository

usage: cargo xtask TASK [ARGUMENTS]

  test [--fast] [--browser]
                      install what the tests need, then check formatting, lints, docs and run every test;
                      --fast leaves the docs out, --browser tries the web pages in Chromium too
  demo                build `clade`, optimise a real GSM8K prompt against the built-in simulated model, and show it
  bench NAME [ARGS]   measure; `cargo xtask bench` lists what there is, arguments go to the program
  services TASK       start, stop or show the real servers that tests of backends talk to; `services run -- COMMAND`
                      keeps them for one command
  synonyms            write the table of synonyms anew from WordNet's files
  help                this text

environment:
  CARGO_TARGET_DIR    where cargo builds
  CHROMIUM            the browser that the pages are tried in
  CLADE_TOOLS_DIR     where `test` keeps the Python environment of the wire tests and the servers of `services`
  CLADE_TEST_PYTHON   a Python that has them already; `test` then makes none
  WORDNET_DIR         where `synonyms` finds WordNet's files
  CLADE_BIN           the `clade` that `bench` measures instead of a fresh release build
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let Some((task, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    match task.as_str() {
        "test" => test::run(rest),
        "demo" => demo::run(rest),
        "bench" => bench::run(rest),
        "services" => services::run(rest),
        "synonyms" => synonyms::run(),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("no task is called `{other}`; `cargo xtask help` lists them")),
    }
}
