//! What a run loses to servers that are kept up beside it.

use std::path::Path;

use clade_bench::{Clade, Ended, Workload, median, note};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::servers::Servers;

/// Examples of the data set: each candidate meets some of them.
const EXAMPLES: usize = 100;

/// A search with the simulated model in the process of `clade`.
pub struct Search {
    workload: Workload,
    file: String,
    calls: u32,
}

impl Search {
    /// One that buys so many task calls, each of which takes so long.
    pub fn new(calls: u32, latency_ms: u32) -> Result<Self, String> {
        let workload = Workload::new(EXAMPLES)?;
        let file = workload.search_file_in_process("rough", calls, latency_ms)?;
        Ok(Self { workload, file, calls })
    }

    /// A fresh data folder.
    pub fn data(&self) -> Result<TempDir, String> {
        self.workload.fresh()
    }

    /// Carries it out, and looks that it did what it was to do.
    pub fn run(
        &self,
        clade: &Clade,
        data: &Path,
        name: &str,
        variables: &[(&'static str, String)],
    ) -> Result<Ended, String> {
        let folder = data.display().to_string();
        let words = ["run", &self.file, "--json", "--run-id", name, "--data-dir", &folder, "-j", "100"];
        let mut done = clade.run_with(self.workload.folder(), &words, variables)?;
        if done.code == Some(3) {
            // no improvement was shown, which is no failure here
            done.code = Some(0);
        }
        let done = done.good()?;
        let bought = done.result["spent"]["calls"].as_u64().unwrap_or(0);
        if bought < u64::from(self.calls) / 2 {
            return Err(format!("the run ended after {bought} of {} calls", self.calls));
        }
        // what is wrong with a server is said there
        if done.stderr.contains("behind") {
            return Err(format!("a server is not kept up: {}", done.stderr.trim()));
        }
        Ok(done)
    }
}

/// Runs without servers and with all of them, in turn, at each latency.
pub fn measure(clade: &Clade, servers: &Servers, calls: u32, pairs: u32, latencies: &[u32]) -> Result<Value, String> {
    let mut figures = json!({});
    for latency in latencies {
        let search = Search::new(calls, *latency)?;
        let kinds = [Vec::new(), servers.variables(false)];
        let (mut going, mut whole, mut cpu) =
            ([const { Vec::new() }; 2], [const { Vec::new() }; 2], [const { Vec::new() }; 2]);
        for pair in 0..pairs {
            for kind in 0..2 {
                let data = search.data()?;
                let name = format!("beside-{latency}-{pair}-{kind}");
                let done = search.run(clade, data.path(), &name, &kinds[kind])?;
                let spent = &done.result["spent"];
                let bought = spent["calls"].as_f64().unwrap_or(0.0);
                going[kind].push(bought / spent["seconds"].as_f64().unwrap_or(f64::NAN));
                whole[kind].push(bought / done.seconds);
                cpu[kind].extend(done.cpu_seconds);
            }
            let last = |kind: usize| going[kind].last().copied().unwrap_or_default();
            note(&format!("{latency} ms: {:.0} calls/s without, {:.0}/s with servers", last(0), last(1)));
        }
        let ratios = |rates: &[Vec<f64>; 2]| {
            rates[1].iter().zip(&rates[0]).map(|(with, without)| with / without).collect::<Vec<_>>()
        };
        let (each, each_whole) = (ratios(&going), ratios(&whole));
        let of = |kind: usize| {
            json!({
                "calls_per_second_while_running": median(&going[kind]),
                "calls_per_second_whole_process": median(&whole[kind]),
                "cpu_seconds": median(&cpu[kind]),
            })
        };
        figures[format!("latency_{latency}_ms")] = json!({
            "without": of(0), "with_servers": of(1),
            "rate_with_to_rate_without": { "while_running": median(&each), "each": each },
            "whole_process": { "median": median(&each_whole), "each": each_whole },
        });
    }
    Ok(figures)
}
