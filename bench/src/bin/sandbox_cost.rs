//! What sandboxes cost a run that has nothing to execute: `clade eval` without them, and with one for each candidate, alternating against the same server.
//!
//! The first is what every model-only run is: nothing of sandboxes is set up. The second bounds from above what the product could make it pay for them: a host of
//! code stands by, a jail is made for the candidate, and every trial's record says where it would have run.

use std::{net::SocketAddr, process::ExitCode};

use clade_bench::{Clade, Ended, Options, Simulated, Simulator, Workload, main_with, median, note, per_thousand};
use serde_json::{Value, json};

/// What is added to the run file, with its name in the figures.
const KINDS: [(&str, &str); 2] = [("model_only", ""), ("sandbox_always", "optimize: {sandbox: always}\n")];

fn main() -> ExitCode {
    main_with("sandbox_cost", |clade| {
        let options = Options::from_command_line(&[
            ("examples", "5000", "examples of the evaluated data set"),
            ("concurrency", "100", "calls at once"),
            ("repeats", "7", "measurements of each kind; the median counts"),
        ])?;
        let workload = Workload::new(options.get("examples")?)?;
        let concurrency: usize = options.get("concurrency")?;
        let repeats: u32 = options.get("repeats")?;
        let server = Simulator::start(clade, workload.folder(), Simulated { latency_ms: 0, ..Simulated::default() })?;
        let mut rates = [Vec::new(), Vec::new()];
        let mut cpu = [Vec::new(), Vec::new()];
        let mut ratios = Vec::new();
        for repeat in 1..=repeats {
            let mut pair = [0.0; 2];
            for (kind, (name, block)) in KINDS.into_iter().enumerate() {
                let eval = evaluate(clade, &workload, server.address(), concurrency, block)?;
                let rate = f64::from(u32::try_from(workload.examples()).unwrap_or(u32::MAX)) / eval.seconds;
                note(&format!("{repeat}, {name}: {rate:.0}/s"));
                pair[kind] = rate;
                rates[kind].push(rate);
                cpu[kind].extend(eval.cpu_seconds.map(|seconds| per_thousand(seconds, workload.examples())));
            }
            ratios.push(pair[1] / pair[0]);
        }
        let of = |kind: usize| {
            json!({
                "evaluations_per_second_whole_process": median(&rates[kind]),
                "cpu_seconds_per_1000_evaluations": median(&cpu[kind]),
            })
        };
        Ok(json!({
            "examples": workload.examples(),
            "concurrency": concurrency,
            KINDS[0].0: of(0),
            KINDS[1].0: of(1),
            "rate_with_sandboxes_to_rate_without": median(&ratios),
            "rate_with_sandboxes_to_rate_without_each": ratios,
        }))
    })
}

/// One evaluation with a fresh data folder, checked to be complete and to have run where it was to.
fn evaluate(
    clade: &Clade,
    workload: &Workload,
    address: SocketAddr,
    concurrency: usize,
    block: &str,
) -> Result<Ended, String> {
    let file = workload.run_file(address, "gentle", block)?;
    let data = workload.fresh()?;
    let (folder, concurrency) = (data.path().display().to_string(), concurrency.to_string());
    let eval =
        clade.run(workload.folder(), &["eval", &file, "--json", "--data-dir", &folder, "-j", &concurrency])?.good()?;
    let prompt = &eval.result["prompts"][0];
    if prompt["trials"] != json!(workload.examples()) || prompt["errors"] != json!(0) {
        return Err(format!("`clade eval` is not complete: {} trials, {} errors", prompt["trials"], prompt["errors"]));
    }
    let has = eval.result.get("sandbox").is_some_and(Value::is_object);
    if has == block.is_empty() {
        return Err(format!("`clade eval` {} sandboxes", if has { "had" } else { "had no" }));
    }
    Ok(eval)
}
