//! `cargo xtask demo`: from a clone to an improved prompt, without a key and without another server.

use std::{
    env, fs,
    io::IsTerminal,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    shell,
    steps::seconds,
    web,
    workspace::{cargo, executable, root, target_directory},
};

const RUN_FILE: &str = "examples/gsm8k/promptclade.yaml";

/// `clade run`'s exit code for a budget that was spent before any improvement was shown: an honest end, not a failure.
const NO_IMPROVEMENT_SHOWN: i32 = 3;

/// Runs it.
///
/// # Errors
/// Where building or running fails, with the command that repeats it.
pub fn run(arguments: &[String]) -> Result<(), String> {
    if let Some(other) = arguments.first() {
        return Err(format!("`cargo xtask demo` takes no argument, not `{other}`"));
    }
    let before = time_since_start_of_process();
    println!("Building clade (the first time this takes a few minutes) ...\n");
    let building = Instant::now();
    build_pages();
    let clade = build()?;
    // cargo turned into this process after building it: the process is as old as the command the user typed
    let build_time = before + building.elapsed();

    let data = env::temp_dir().join(format!("promptclade-demo-{}", std::process::id()));
    fs::create_dir_all(&data).map_err(|error| format!("could not create {}: {error}", data.display()))?;
    println!(
        "\nOptimising the prompt of {RUN_FILE}: grade-school maths questions, answered by the built-in simulated model."
    );
    println!("The model is simulated: the numbers show how Promptclade works, not what a real model would score.\n");

    let optimising = Instant::now();
    let mut optimise = clade_command(&clade, &data);
    // slowed down to the pace of a quick real model, so that there is something to watch
    optimise.args(["run", RUN_FILE, "--set", "providers=[{id: simulated:gsm8k, config: {latency_ms: 20}}]"]);
    let status = optimise.status().map_err(|error| not_started(&optimise, &error))?;
    let optimisation_time = optimising.elapsed();
    if !status.success() && status.code() != Some(NO_IMPROVEMENT_SHOWN) {
        return Err(format!("the demo's run ended with {status}; repeat it with\n    {}", shell::display(&optimise)));
    }

    let report = data.join("report.html");
    let mut write = clade_command(&clade, &data);
    write.args(["report", "last", "--output"]).arg(&report);
    let written = write.status().map_err(|error| not_started(&write, &error))?;
    if !written.success() || !report.is_file() {
        return Err(format!(
            "the report could not be written ({written}); repeat it with\n    {}",
            shell::display(&write)
        ));
    }
    println!("{}", closing(&clade, &data, &report, build_time, optimisation_time));
    show(&clade, &data)
}

/// Offers the finished run in the browser until Ctrl-C; where nobody watches, says how.
fn show(clade: &Path, data: &Path) -> Result<(), String> {
    let mut serve = clade_command(clade, data);
    serve.args(["serve", "--port", "0"]);
    if !std::io::stdout().is_terminal() {
        println!("\nTo see it in the browser:\n    {}", shell::display(&serve));
        return Ok(());
    }
    println!("\nThe finished run is in the browser under the address that follows; Ctrl-C ends.\n");
    // Ctrl-C goes to the server as well, which ends in order
    serve.status().map(drop).map_err(|error| not_started(&serve, &error))
}

/// Builds the web pages where Node.js is there; without them the server says how to.
fn build_pages() {
    if !web::can_build() {
        println!("npm is not here, so the web pages are not built; everything else works without them.\n");
        return;
    }
    let built = |mut command: Command| command.status().is_ok_and(|status| status.success());
    if !(web::install("ui").is_ok() && built(web::npm("ui", &["run", "build", "--silent"]))) {
        println!("the web pages could not be built; everything else works without them.\n");
    }
}

fn closing(clade: &Path, data: &Path, report: &Path, build: Duration, optimisation: Duration) -> String {
    let (clade, data) = (clade.display(), data.display());
    format!(
        "\nWhat happened: built clade in {}, optimised a prompt against the simulated model in {}, {} in all.\n\
         \n  report   {}\n\
         \x20 lineage  {clade} lineage last --data-dir {data}\n\
         \x20 prompt   {clade} best last --data-dir {data}\n\
         \nEverything the demo wrote is in {data}; delete it when you are done.\n\
         With a real model: set its key in the environment, change the `providers` line of {RUN_FILE}, then `clade run` it.",
        seconds(build),
        seconds(optimisation),
        seconds(build + optimisation),
        report.display(),
    )
}

fn build() -> Result<PathBuf, String> {
    let mut command = cargo();
    command.args(["build", "--locked", "--package", "promptclade", "--bin", "clade"]);
    let status = command.status().map_err(|error| not_started(&command, &error))?;
    if !status.success() {
        return Err(format!("clade could not be built ({status}); repeat it with\n    {}", shell::display(&command)));
    }
    Ok(target_directory()?.join("debug").join(executable("clade")))
}

fn clade_command(clade: &Path, data: &Path) -> Command {
    let mut command = Command::new(clade);
    command.current_dir(root()).arg("--data-dir").arg(data);
    command
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("could not start `{}`: {error}", shell::display(command))
}

/// How long ago this process began, from Linux's `/proc`; zero elsewhere, where building the task itself is not counted.
fn time_since_start_of_process() -> Duration {
    let read = || {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        age(&stat, &uptime)
    };
    read().unwrap_or_default()
}

/// `starttime` is field 22 of `stat`, in ticks of 1/100 s since boot, see proc_pid_stat(5).
fn age(stat: &str, uptime: &str) -> Option<Duration> {
    // the second field is the program's name in parentheses and may hold anything
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks: f64 = after_name.split_whitespace().nth(19)?.parse().ok()?;
    let up: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(up - ticks / 100.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_process_is_uptime_minus_start() {
        let stat = "12 (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4200 99 100";
        assert_eq!(age(stat, "50.00 80.00\n"), Some(Duration::from_secs(8)));
        assert_eq!(age("nonsense", "50.00"), None);
        assert_eq!(age(stat, "1.0"), None, "a process cannot start in the future");
    }
}
