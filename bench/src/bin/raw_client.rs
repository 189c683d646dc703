//! What a bare keep-alive client reaches against `clade simulate`: the ceiling for everything else.

use std::process::ExitCode;

use clade_bench::{Options, Simulated, Simulator, Workload, main_with, median, note, per_thousand, raw_client};
use serde_json::json;

fn main() -> ExitCode {
    main_with("raw_client", |clade| {
        let options = Options::from_command_line(&[
            ("requests", "20000", "requests of each measurement"),
            ("concurrency", "100", "keep-alive connections"),
            ("latency-ms", "0", "what the simulated model takes for an answer"),
            ("repeats", "5", "measurements; the median counts"),
        ])?;
        let (latency_ms, repeats): (u64, u32) = (options.get("latency-ms")?, options.get("repeats")?);
        let workload = Workload::new(options.get("requests")?)?;
        let server = Simulator::start(clade, workload.folder(), Simulated { latency_ms, ..Simulated::default() })?;
        let (mut rates, mut cpu, mut each) = (Vec::new(), Vec::new(), Vec::new());
        for repeat in 0..repeats {
            let figures = raw_client(
                server.address(),
                "/v1/chat/completions",
                workload.bodies("gentle"),
                options.get("concurrency")?,
            )?;
            note(&format!("{}: {:.0} requests/s", repeat + 1, figures.rate()));
            rates.push(figures.rate());
            cpu.extend(figures.cpu_seconds.map(|seconds| per_thousand(seconds, figures.requests)));
            each.push(figures.to_json());
        }
        Ok(json!({
            "latency_ms": latency_ms,
            "requests_per_second": median(&rates),
            "client_cpu_seconds_per_1000": median(&cpu),
            "each": each,
        }))
    })
}
