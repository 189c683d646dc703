//! Whether evaluations are lost where the server fails often, and where it limits the rate; and what refusals cost that come whatever the
//! rate.

use std::process::ExitCode;

use clade_bench::{Clade, Options, Simulated, Simulator, Workload, main_with, note};
use serde_json::{Value, json};

fn main() -> ExitCode {
    main_with("errors", |clade| {
        let options = Options::from_command_line(&[
            ("examples", "1000", "evaluations of each case"),
            ("concurrency", "100", "calls at once"),
            ("error-rate", "0.3", "share of requests answered with a server error"),
            ("rate-limit", "50", "most requests in a second; more are answered with 429"),
            ("throttle-rate", "0.05", "share of requests answered with 429 whatever the rate"),
            ("latency-ms", "50", "what an answer takes in that case, and in the one without that it is compared with"),
            ("throttle-examples", "2000", "evaluations of these two cases"),
        ])?;
        let workload = Workload::new(options.get("examples")?)?;
        let concurrency: String = options.get("concurrency")?;
        let failing = Simulated { error_rate: options.get("error-rate")?, ..Simulated::default() };
        let limited = Simulated { rate_limit: Some(options.get("rate-limit")?), ..Simulated::default() };
        let longer = Workload::new(options.get("throttle-examples")?)?;
        let calm = Simulated { latency_ms: options.get("latency-ms")?, ..Simulated::default() };
        let moody = Simulated { throttle_rate: options.get("throttle-rate")?, ..calm };
        Ok(json!({
            "nothing_refused": case(clade, &longer, calm, &concurrency)?,
            "random_refusals": case(clade, &longer, moody, &concurrency)?,
            "server_errors": case(clade, &workload, failing, &concurrency)?,
            "rate_limit": case(clade, &workload, limited, &concurrency)?,
        }))
    })
}

fn case(clade: &Clade, workload: &Workload, server: Simulated<'_>, concurrency: &str) -> Result<Value, String> {
    let simulator = Simulator::start(clade, workload.folder(), server)?;
    let file = workload.run_file(simulator.address(), "gentle", "")?;
    let data = workload.fresh()?;
    let folder = data.path().display().to_string();
    let eval =
        clade.run(workload.folder(), &["eval", &file, "--json", "--data-dir", &folder, "-j", concurrency])?.good()?;
    let stats = simulator.stats()?;
    let prompt = &eval.result["prompts"][0];
    let scored = prompt["trials"].as_u64().unwrap_or(0).saturating_sub(prompt["errors"].as_u64().unwrap_or(0));
    let examples = u32::try_from(workload.examples()).unwrap_or(u32::MAX);
    let lost = u64::from(examples).saturating_sub(scored);
    let sent =
        stats["requests"].as_u64().and_then(|n| u32::try_from(n).ok()).ok_or("the simulator counts no requests")?;
    note(&format!("{lost} of {examples} lost, {sent} requests, {:.1} s", eval.seconds));
    Ok(json!({
        "evaluations": examples,
        "lost": lost,
        "requests": sent,
        "requests_per_evaluation": f64::from(sent) / f64::from(examples),
        "seconds": eval.seconds,
        "evaluations_per_second": f64::from(examples) / eval.seconds,
        "evaluations_per_second_while_running": eval.result["spent"]["seconds"].as_f64().map(|seconds| f64::from(examples) / seconds),
        "server": stats,
    }))
}
