//! How long `clade --version` takes, and `clade list` on many runs.

use std::{process::ExitCode, process::Stdio, time::Instant};

use clade_bench::{Clade, Options, Workload, main_with, median, note};
use serde_json::{Value, json};

fn main() -> ExitCode {
    main_with("start", |clade| {
        let options = Options::from_command_line(&[
            ("runs", "1000", "runs in the store that is listed"),
            ("repeats", "50", "starts of each command"),
        ])?;
        let (runs, repeats): (u32, u32) = (options.get("runs")?, options.get("repeats")?);
        let workload = Workload::new(1)?;
        let file = workload.run_file_in_process("gentle")?;
        let data = workload.fresh()?;
        let folder = data.path().display().to_string();
        for run in 0..runs {
            // a seed of its own makes each a run of its own
            let seed = run.to_string();
            clade.run(workload.folder(), &["eval", &file, "--json", "--data-dir", &folder, "--seed", &seed])?.good()?;
            if run % 100 == 99 {
                note(&format!("{} of {runs} runs made", run + 1));
            }
        }
        Ok(json!({
            "runs": runs,
            "version": starts(clade, &workload, &["--version"], repeats)?,
            "list": starts(clade, &workload, &["list", "--data-dir", &folder], repeats)?,
        }))
    })
}

/// Milliseconds from start to end, warm: the first start is not counted.
fn starts(clade: &Clade, workload: &Workload, arguments: &[&str], repeats: u32) -> Result<Value, String> {
    let mut times = Vec::new();
    for _ in 0..=repeats {
        let mut command = clade.command(workload.folder(), arguments);
        command.stdout(Stdio::null());
        let start = Instant::now();
        let status = command.status().map_err(|error| format!("could not start clade: {error}"))?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
        if !status.success() {
            return Err(format!("`clade {}` ended with {status}", arguments.join(" ")));
        }
    }
    let counted = times.split_off(1);
    note(&format!("clade {}: {:.1} ms", arguments.first().unwrap_or(&""), median(&counted).unwrap_or_default()));
    let worst = counted.iter().copied().fold(0.0, f64::max);
    Ok(json!({"median_ms": median(&counted), "worst_ms": worst, "first_ms": times.first()}))
}
