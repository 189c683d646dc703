//! What the decisions of a search cost: CPU time and memory of whole searches on the simulated model, for each trial and
//! proposal that they asked for. The simulated model's own work and the run loop's are in it, so it is an upper bound.

use std::{fs, path::Path, process::ExitCode};

use clade_bench::{Clade, Options, main_with, note};
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    main_with("search", |clade| {
        let options = Options::from_command_line(&[
            ("world", "useful-15", "where; few proposals help there, so that many are made"),
            ("train", "1000", "train examples"),
            ("budget", "200000", "task calls"),
            (
                "strategies",
                "auto,genetic,random,hill-climb,gepa,capo,de,opro,promptbreeder,mipro",
                "strategies, parted by commas",
            ),
        ])?;
        let [world, train, budget] = ["world", "train", "budget"].map(|name| options.get::<String>(name));
        let (world, train, budget) = (world?, train?, budget?);
        let folder = tempfile::tempdir().map_err(|error| format!("no folder to work in: {error}"))?;
        let mut figures = Map::new();
        for strategy in options.list::<String>("strategies")? {
            let of_strategy = searched(clade, folder.path(), &[&world, &train, &budget, &strategy])?;
            note(&format!("{strategy}: {of_strategy}"));
            figures.insert(strategy, of_strategy);
        }
        Ok(json!({"world": world, "train": train, "budget": budget, "strategies": figures}))
    })
}

/// One search of a strategy in a world, with so many train examples, on a budget.
fn searched(clade: &Clade, folder: &Path, [world, train, budget, strategy]: &[&str; 4]) -> Result<Value, String> {
    let arguments =
        ["bench", "search", "--worlds", world, "--train", train, "--budgets", budget, "--strategies", strategy];
    let ended =
        clade.run(folder, &[&arguments[..], &["--counting", "task", "--seeds", "1", "--json"]].concat())?.good()?;
    let text = fs::read_to_string(folder.join("stdout.jsonl")).map_err(|error| format!("no output: {error}"))?;
    let rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let row = rows.into_iter().find(|row| row["strategy"] == *strategy).ok_or("there is no row of the run")?;
    let count = |name: &str| row[name].as_f64().unwrap_or(0.0);
    let asked = count("task_calls") + count("test_calls") + count("proposals");
    let cpu = ended.cpu_seconds.ok_or("this system does not tell CPU times")?;
    Ok(json!({
        "candidates": row["candidates"], "proposals": row["proposals"], "task_calls": row["task_calls"], "ended": row["ended"],
        "cpu_ms_per_command": 1000.0 * cpu / asked.max(1.0),
        "peak_memory_mib": ended.peak_bytes.map(|bytes| bytes as f64 / 1024.0 / 1024.0),
    }))
}
