//! `cargo xtask bench NAME`: builds `clade` for release and runs one program of `bench/` against it.

use std::env;

use crate::{
    services::{self, For, Service},
    shell,
    workspace::{cargo, executable, target_directory},
};

/// The programs of `bench/` and what each measures.
const PROGRAMS: [(&str, &str); 12] = [
    ("raw_client", "requests per second and CPU of a bare keep-alive client against `clade simulate`"),
    ("server", "`clade serve`: lists of 10,000 runs, reads and listeners beside a run at full rate, start, memory"),
    ("server_large", "`clade serve`: a family tree of 50,000 candidates, a million trials: pages, positions, memory"),
    ("eval_rate", "`clade eval` beside the bare client at several latencies: ratio, CPU per 1,000 evaluations, memory"),
    (
        "sandbox_cost",
        "`clade eval` without anything of sandboxes beside one that has one for each candidate: rate, CPU",
    ),
    ("memory", "peak memory of `clade eval` as a run grows"),
    ("start", "how long `clade --version` and `clade list` on 1,000 runs take"),
    (
        BACKENDS,
        "PostgreSQL, Neo4j, Redis and DynamoDB Local, which it starts: entries and candidates a second, questions, lag, loss of a run",
    ),
    ("errors", "evaluations lost under injected errors and under a rate limit"),
    ("racing", "CPU time of a race's decisions at 1,000 candidates and 1,000 examples"),
    ("search", "CPU time and memory of whole searches at 1,000 train examples and 1,000 candidates"),
    ("kill", "answers lost or bought twice after kill -9 at random moments"),
];

/// The one that needs servers, and the feature of both packages by which they are known.
const BACKENDS: &str = "backends";

/// What is measured in a browser, by `e2e/tests/measure.spec.ts`.
const PAGES: (&str, &str) = (
    "ui",
    "the web pages in headless Chromium: first paint, long tasks, frames, heap; MINUTES of a live run, 5 where it is not said",
);

/// Runs it.
///
/// # Errors
/// For an unknown name, or where building or measuring fails.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let Some((name, rest)) = arguments.split_first() else {
        println!("usage: cargo xtask bench NAME [ARGUMENTS], where `--help` as argument lists the program's own\n");
        for (name, what) in PROGRAMS.into_iter().chain([PAGES]) {
            println!("  {name:12} {what}");
        }
        return Ok(());
    };
    if name == PAGES.0 {
        return crate::web::measure(env::var_os("CLADE_BIN"));
    }
    if !PROGRAMS.iter().any(|(known, _)| known == name) {
        return Err(format!("no benchmark is called `{name}`; `cargo xtask bench` lists them"));
    }
    let features: &[&str] = if name == BACKENDS { &["--features", BACKENDS] } else { &[] };
    let clade = match env::var_os("CLADE_BIN") {
        Some(given) => given.into(),
        None => {
            succeed(cargo().args(["build", "--release", "--package", "promptclade", "--bin", "clade"]).args(features))?;
            target_directory()?.join("release").join(executable("clade"))
        }
    };
    let mut tree = Vec::new();
    if name == "server_large" && !rest.iter().any(|argument| argument == "--tree") {
        // a store that no user's model fills in reasonable time
        let folder = target_directory()?.join("bench-tree");
        let mut example = cargo();
        example.args(["run", "--quiet", "--release", "--package", "clade-store-sqlite", "--example", "lineage", "--"]);
        succeed(example.args(["50000", "51"]).arg(&folder))?;
        tree = vec!["--tree".to_owned(), folder.display().to_string()];
    }
    let mut program = cargo();
    program
        .args(["run", "--quiet", "--release", "--package", "clade-bench", "--bin", name])
        .args(features)
        .arg("--")
        .args(tree)
        .args(rest);
    program.env("CLADE_BIN", clade);
    if name != BACKENDS {
        return succeed(&mut program);
    }
    services::with(&Service::ALL, For::Figures, |state| succeed(program.envs(state.variables())))
}

/// Runs a command that has to succeed.
pub fn succeed(command: &mut std::process::Command) -> Result<(), String> {
    let shown = shell::display(command);
    let status = command.status().map_err(|error| format!("could not start `{shown}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` ended with {status}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_of_the_folder_is_listed() {
        let folder = crate::workspace::root().join("bench/src/bin");
        let mut files: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let mut listed = PROGRAMS.map(|(name, _)| name.to_owned());
        listed.sort();
        assert_eq!(files, listed);
    }
}
