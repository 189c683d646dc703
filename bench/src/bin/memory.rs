//! Peak memory of `clade eval` as a run grows, and what it leaves on disk.

use std::{fs, path::Path, process::ExitCode};

use clade_bench::{Options, Simulated, Simulator, Workload, main_with, note, per_thousand};
use serde_json::json;

fn main() -> ExitCode {
    main_with("memory", |clade| {
        let options = Options::from_command_line(&[
            ("sizes", "5000,50000,500000", "evaluations of each run"),
            ("concurrency", "100", "calls at once"),
        ])?;
        let concurrency: String = options.get("concurrency")?;
        let mut rows = Vec::new();
        for examples in options.list::<usize>("sizes")? {
            let workload = Workload::new(examples)?;
            let server = Simulator::start(clade, workload.folder(), Simulated::default())?;
            let file = workload.run_file(server.address(), "gentle", "")?;
            let data = workload.fresh()?;
            let folder = data.path().display().to_string();
            let arguments = ["eval", &file, "--json", "--data-dir", &folder, "-j", &concurrency];
            let eval = clade.run(workload.folder(), &arguments)?.good()?;
            let mebibytes = eval.peak_bytes.map(|bytes| bytes / 1024 / 1024);
            note(&format!("{examples} evaluations: {mebibytes:?} MiB at most, {:.1} s", eval.seconds));
            rows.push(json!({
                "evaluations": examples,
                "trials": eval.result["prompts"][0]["trials"],
                "errors": eval.result["prompts"][0]["errors"],
                "peak_memory_bytes": eval.peak_bytes,
                "seconds": eval.seconds,
                "cpu_seconds_per_1000": eval.cpu_seconds.map(|seconds| per_thousand(seconds, examples)),
                "bytes_on_disk": size_of(data.path()),
            }));
        }
        Ok(json!({"sizes": rows}))
    })
}

/// The bytes of all files below a folder.
fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}
