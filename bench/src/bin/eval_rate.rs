//! `clade eval` beside a bare client, alternating against the same server, at several latencies.

use std::{net::SocketAddr, process::ExitCode};

use clade_bench::{
    Clade, Ended, Options, Simulated, Simulator, Workload, main_with, median, note, per_thousand, raw_client,
};
use serde_json::{Value, json};

fn main() -> ExitCode {
    main_with("eval_rate", |clade| {
        let options = Options::from_command_line(&[
            ("examples", "2000", "examples of the evaluated data set"),
            ("concurrency", "100", "calls at once"),
            ("latencies-ms", "0,50,500", "what the simulated model takes for an answer"),
            ("repeats", "5", "measurements of each kind at each latency; the median counts"),
        ])?;
        let workload = Workload::new(options.get("examples")?)?;
        let concurrency: usize = options.get("concurrency")?;
        let repeats: u32 = options.get("repeats")?;
        let mut rows = Vec::new();
        for latency_ms in options.list("latencies-ms")? {
            let server = Simulator::start(clade, workload.folder(), Simulated { latency_ms, ..Simulated::default() })?;
            rows.push(at_latency(clade, &workload, server.address(), latency_ms, concurrency, repeats)?);
        }
        Ok(json!({"examples": workload.examples(), "concurrency": concurrency, "latencies": rows}))
    })
}

fn at_latency(
    clade: &Clade,
    workload: &Workload,
    address: SocketAddr,
    latency_ms: u64,
    concurrency: usize,
    repeats: u32,
) -> Result<Value, String> {
    let (mut raw_rates, mut rates, mut running_rates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ratios, mut running_ratios) = (Vec::new(), Vec::new());
    let (mut cpu, mut memory) = (Vec::new(), Vec::new());
    for repeat in 0..repeats {
        let raw = raw_client(address, "/v1/chat/completions", workload.bodies("gentle"), concurrency)?;
        let eval = evaluate(clade, workload, address, concurrency)?;
        let evaluations = count(workload.examples());
        let rate = evaluations / eval.seconds;
        note(&format!("{latency_ms} ms, {}: bare {:.0}/s, clade eval {rate:.0}/s", repeat + 1, raw.rate()));
        raw_rates.push(raw.rate());
        rates.push(rate);
        ratios.push(rate / raw.rate());
        // both by clocks that run from the first request to the last answer
        let running = eval.result["spent"]["seconds"].as_f64().map(|seconds| evaluations / seconds);
        running_ratios.extend(running.map(|rate| rate / raw.rate()));
        running_rates.extend(running);
        cpu.extend(eval.cpu_seconds.map(|seconds| per_thousand(seconds, workload.examples())));
        memory.extend(eval.peak_bytes.map(mebibytes));
    }
    Ok(json!({
        "latency_ms": latency_ms,
        "raw_requests_per_second": median(&raw_rates),
        "evaluations_per_second_whole_process": median(&rates),
        "evaluations_per_second_while_running": median(&running_rates),
        "ratio_to_raw_while_running": median(&running_ratios),
        "ratio_to_raw_whole_process": median(&ratios),
        "ratio_to_raw_whole_process_each": ratios,
        "cpu_seconds_per_1000_evaluations": median(&cpu),
        "peak_memory_mib": median(&memory),
    }))
}

/// One evaluation with a fresh data folder, so that nothing is cached, checked to be complete.
fn evaluate(clade: &Clade, workload: &Workload, address: SocketAddr, concurrency: usize) -> Result<Ended, String> {
    let file = workload.run_file(address, "gentle", "")?;
    let data = workload.fresh()?;
    let (folder, concurrency) = (data.path().display().to_string(), concurrency.to_string());
    let eval =
        clade.run(workload.folder(), &["eval", &file, "--json", "--data-dir", &folder, "-j", &concurrency])?.good()?;
    let prompt = &eval.result["prompts"][0];
    if prompt["trials"] != json!(workload.examples()) || prompt["errors"] != json!(0) {
        return Err(format!("`clade eval` is not complete: {} trials, {} errors", prompt["trials"], prompt["errors"]));
    }
    Ok(eval)
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

fn mebibytes(bytes: u64) -> f64 {
    u32::try_from(bytes / 1024).map_or(f64::INFINITY, |kibibytes| f64::from(kibibytes) / 1024.0)
}
