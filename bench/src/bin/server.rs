//! What a server's answers take: lists of many runs, mixed reads while a run evaluates, and events on their way to many listeners.

use std::{
    process::ExitCode,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use clade_bench::{Http, Options, Served, Target, Workload, main_with, note, quantiles};
use http_body_util::BodyExt as _;
use hyper::Method;
use serde_json::{Value, json};

fn main() -> ExitCode {
    main_with("server", |clade| {
        let options = Options::from_command_line(&[
            ("runs", "10000", "runs in the store that is listed"),
            ("evaluations", "20000", "trials of the run that goes on meanwhile"),
            ("listeners", "500", "listeners to its events"),
            ("reads", "200", "reads a second beside it"),
        ])?;
        let workload = Workload::new(1)?;
        let data = workload.fresh()?;
        let server = Served::start(clade, data.path())?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
        let mut figures = runtime.block_on(measure(&server, &options))?;
        figures["start_ms"] = json!(server.start_ms());
        figures["peak_memory_bytes"] = json!(server.peak_bytes());
        Ok(figures)
    })
}

/// A run file with so many examples and the simulated model in the server's own process, whose answers take so long.
fn evaluation(examples: u32, latency_ms: u32) -> String {
    let tests: Vec<Value> = (0..examples)
        .map(|i| json!({ "vars": { "question": format!("What is {i} + {i}?"), "answer": (2 * i).to_string() } }))
        .collect();
    let file = json!({
        "prompts": ["Answer: {{question}}"], "tests": tests,
        "providers": [{ "id": "simulated:gentle", "config": { "latency_ms": latency_ms } }],
        "defaultTest": { "assert": [{ "type": "numeric", "value": "{{answer}}" }] },
    });
    json!({ "file": file.to_string(), "mode": "evaluate" }).to_string()
}

async fn measure(server: &Served, options: &Options) -> Result<Value, String> {
    let (runs, evaluations): (u32, u32) = (options.get("runs")?, options.get("evaluations")?);
    let (listeners, reads): (u32, u32) = (options.get("listeners")?, options.get("reads")?);
    let target = server.target();
    let mut http = Http::connect(target).await?;
    let small: Value = serde_json::from_str(&evaluation(3, 0)).map_err(|error| error.to_string())?;
    for n in 0..runs {
        let mut wanted = small.clone();
        (wanted["start"], wanted["seed"]) = (json!(false), json!(n));
        http.json(Method::POST, "/workspaces/local/runs", &wanted.to_string()).await?;
        if n % 1_000 == 999 {
            note(&format!("{} of {runs} runs made", n + 1));
        }
    }
    let list = http.timed("/workspaces/local/runs?limit=50", 200).await?;
    let filter = "/workspaces/local/runs?limit=50&filter=status%20%3D%20paused%20and%20calls%20%3D%200";
    let filtered = http.timed(filter, 100).await?;
    let rare = http.timed("/workspaces/local/runs?limit=50&filter=score%20%3E%200.9", 20).await?;
    let (alone, _) = rate(&mut http, evaluation(evaluations, 0), None).await?;
    note(&format!("alone: {alone:.0} evaluations a second"));
    let beside = rate(&mut http, evaluation(evaluations, 0), Some((target, 0, reads))).await?;
    // a real model's pace: what listeners meet, not how fast a journal can be read
    let watched = rate(&mut http, evaluation(evaluations / 4, 50), Some((target, listeners, 0))).await?;
    Ok(json!({
        "runs": runs, "list_ms": list, "filtered_list_ms": filtered, "list_of_which_none_fits_ms": rare,
        "evaluations_per_second": { "alone": alone, "with_reads": beside.0, "watched": watched.0 },
        "listeners": listeners, "event_lag_ms": watched.1, "reads_per_second": reads, "read_ms": beside.1,
    }))
}

type Beside<'t> = Option<(&'t Target, u32, u32)>;

/// Evaluations a second of a run by its own clock, and what listeners or readers beside it met.
async fn rate(http: &mut Http, wanted: String, beside: Beside<'_>) -> Result<(f64, Value), String> {
    let mut wanted: Value = serde_json::from_str(&wanted).map_err(|error| error.to_string())?;
    wanted["start"] = json!(false);
    // answers of another run would be used again
    wanted["seed"] = json!(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos());
    let made = http.json(Method::POST, "/workspaces/local/runs", &wanted.to_string()).await?;
    let run = made["run"].as_str().ok_or("no run was made")?.to_owned();
    http.json(Method::POST, &format!("/runs/{run}/start"), "").await?;
    let mut tasks = tokio::task::JoinSet::new();
    if let Some((target, listeners, reads)) = beside {
        for _ in 0..listeners {
            tasks.spawn(listen(target.clone(), run.clone()));
        }
        for reader in 0..reads.min(8) {
            tasks.spawn(read(target.clone(), run.clone(), reader, f64::from(reads.min(8)) / f64::from(reads)));
        }
    }
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let view = http.json(Method::GET, &format!("/runs/{run}"), "").await?;
        if view["run"]["status"] == "finished" && view["progress"].is_null() {
            let seconds = view["run"]["spent"]["seconds"].as_f64().unwrap_or(f64::INFINITY);
            let mut met = Vec::new();
            while let Some(ended) = tasks.join_next().await {
                met.extend(ended.map_err(|error| error.to_string())??);
            }
            let calls = view["run"]["spent"]["calls"].as_f64().unwrap_or_default();
            return Ok((calls / seconds, quantiles(met)));
        }
    }
}

/// Listens to a run; milliseconds from the time of each entry to its receipt.
async fn listen(target: Target, run: String) -> Result<Vec<f64>, String> {
    let mut http = Http::connect(&target).await?;
    let mut body = http.ask(Method::GET, &format!("/runs/{run}/events"), "").await?.into_body();
    let (mut lags, mut text) = (Vec::new(), String::new());
    while let Some(Ok(frame)) = body.frame().await {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1e3;
        let Some(part) = frame.data_ref() else { continue };
        text.push_str(&String::from_utf8_lossy(part));
        let Some(end) = text.rfind("\n\n") else { continue };
        let whole: String = text.drain(..end).collect();
        for line in whole.lines().filter_map(|line| line.strip_prefix("data: ")) {
            let at = line.split("\"at\":").nth(1).and_then(|rest| rest.split(',').next()?.parse::<f64>().ok());
            lags.extend(at.map(|at| now - at));
        }
        if whole.contains("event: end") {
            break;
        }
    }
    Ok(lags)
}

/// Reads one thing after the other, every so many seconds, until the run has ended.
async fn read(target: Target, run: String, reader: u32, every: f64) -> Result<Vec<f64>, String> {
    let mut http = Http::connect(&target).await?;
    let paths = [
        "/workspaces/local/runs?limit=20".to_owned(),
        format!("/runs/{run}"),
        format!("/runs/{run}/candidates"),
        format!("/runs/{run}/lineage"),
    ];
    let mut pulse = tokio::time::interval(Duration::from_secs_f64(every));
    let mut taken = Vec::new();
    for n in reader as usize.. {
        pulse.tick().await;
        let begun = Instant::now();
        let answer = http.json(Method::GET, &paths[n % paths.len()], "").await?;
        taken.push(begun.elapsed().as_secs_f64() * 1e3);
        if answer["run"]["status"] == "finished" {
            break;
        }
    }
    Ok(taken)
}
