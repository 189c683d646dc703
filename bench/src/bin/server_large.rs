//! What a server's answers take where runs are large: a family tree of 50,000 candidates, and a million trials.

use std::{path::PathBuf, process::ExitCode};

use clade_bench::{Clade, Http, Options, Served, Workload, main_with, note};
use hyper::Method;
use serde_json::{Value, json};

fn main() -> ExitCode {
    main_with("server_large", |clade| {
        let options = Options::from_command_line(&[
            (
                "tree",
                "",
                "folder with the store that the example `lineage` of clade-store-sqlite made; none leaves it out",
            ),
            ("trials", "1000000", "trials of an evaluation that is made; 0 leaves it out"),
        ])?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
        let (tree, trials): (PathBuf, usize) = (options.get("tree")?, options.get("trials")?);
        let tree = match tree.as_os_str().is_empty() {
            true => Value::Null,
            false => runtime.block_on(tree_of(clade, &tree))?,
        };
        let trials = match trials {
            0 => Value::Null,
            trials => runtime.block_on(trials_of(clade, trials))?,
        };
        Ok(json!({ "tree": tree, "trials": trials }))
    })
}

/// The run of the example, as it calls it.
const TREE: &str = "/runs/measured";

async fn tree_of(clade: &Clade, folder: &std::path::Path) -> Result<Value, String> {
    let server = Served::start(clade, folder)?;
    let mut http = Http::connect(server.target()).await?;
    let first = http.time(&format!("{TREE}/lineage?limit=1000")).await?;
    note(&format!("first positions: {first:.0} ms"));
    let again = http.timed(&format!("{TREE}/lineage?limit=1000"), 20).await?;
    let page = http.timed(&format!("{TREE}/lineage?from=20000&limit=1000&most=50000&fold=0"), 20).await?;
    let candidates = http.timed(&format!("{TREE}/candidates?limit=100&sort=score&desc=1"), 20).await?;
    let filtered = http.timed(&format!("{TREE}/candidates?limit=100&filter=generation%20%3D%2040"), 20).await?;
    let descendants = http.timed(&format!("{TREE}/lineage/descendants?of=seed&limit=100"), 20).await?;
    let families = http.timed(&format!("{TREE}/lineage/families"), 20).await?;
    let alone = server.peak_bytes();
    // the same with the run that branches from it, and the other way round
    let first_branches = http.time(&format!("{TREE}/lineage?limit=1000&branches=1")).await?;
    let branches = http.timed(&format!("{TREE}/lineage?limit=1000&branches=1"), 20).await?;
    let of_branch = http.timed("/runs/measured-branch/lineage?limit=1000&branches=1", 20).await?;
    let ancestors = http.timed("/runs/measured-branch/lineage/ancestors?of=c999&limit=100", 20).await?;
    let whole = http.json(Method::GET, &format!("{TREE}/lineage?limit=1"), "").await?;
    Ok(json!({
        "candidates": whole["total"], "first_positions_ms": first, "positions_again_ms": again, "page_ms": page,
        "candidates_ms": candidates, "filtered_ms": filtered, "descendants_ms": descendants, "families_ms": families, "peak_memory_without_branches_bytes": alone,
        "first_with_branches_ms": first_branches, "with_branches_ms": branches, "branch_ms": of_branch, "ancestors_over_runs_ms": ancestors, "start_ms": server.start_ms(), "peak_memory_bytes": server.peak_bytes(),
    }))
}

async fn trials_of(clade: &Clade, trials: usize) -> Result<Value, String> {
    let workload = Workload::new(trials)?;
    let data = workload.fresh()?;
    let folder = data.path().display().to_string();
    let file = workload.run_file_in_process("gentle")?;
    let words = ["eval", &file, "--run-id", "large", "--quiet", "--data-dir", &folder];
    let status = clade.command(workload.folder(), &words).status().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("`clade eval` ended with {status}"));
    }
    note(&format!("{trials} trials are stored"));
    let server = Served::start(clade, data.path())?;
    let mut http = Http::connect(server.target()).await?;
    let list = http.timed("/workspaces/local/runs?limit=50", 50).await?;
    let first = http.time("/runs/large/lineage").await?;
    let tree = http.timed("/runs/large/lineage", 20).await?;
    let branches = http.timed("/runs/large/lineage?branches=1", 20).await?;
    let first_report = http.time("/runs/large/report").await?;
    let page = http.timed("/runs/large/candidates/seed/trials?limit=50", 20).await?;
    let middle = format!("/runs/large/candidates/seed/trials?limit=50&cursor={}", trials / 2);
    let first_middle = http.time(&middle).await?;
    let middle = http.timed(&middle, 20).await?;
    let one = http.timed(&format!("/runs/large/candidates/seed/trials?example={}", trials / 2), 20).await?;
    let examples = http.timed("/runs/large/examples?limit=50", 20).await?;
    Ok(json!({
        "trials": trials, "list_ms": list, "first_tree_ms": first, "tree_ms": tree, "with_branches_ms": branches, "first_report_ms": first_report,
        "trials_page_ms": page, "first_middle_page_ms": first_middle, "middle_page_ms": middle, "one_example_ms": one,
        "examples_ms": examples, "start_ms": server.start_ms(), "peak_memory_bytes": server.peak_bytes(),
    }))
}
