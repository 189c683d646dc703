//! What a server's answers take: lists of many runs, mixed reads while a run evaluates, and events on their way to many listeners.

use std::{
    process::ExitCode,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use clade_bench::{Http, Options, Served, Target, Workload, cpu_of_this_process, main_with, median, note, quantiles};
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
            ("pairs", "5", "runs alone and with reads beside them, in turn"),
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

/// A run file with so many examples in a file beside it, and the simulated model in the server's own process, whose answers take so long.
fn evaluation(examples: u32, latency_ms: u32) -> String {
    let data: String = (0..examples)
        .map(|i| {
            let vars = json!({ "question": format!("What is {i} + {i}?"), "answer": (2 * i).to_string() });
            format!("{}\n", json!({ "vars": vars }))
        })
        .collect();
    let file = json!({
        "prompts": ["Answer: {{question}}"], "tests": "file://data.jsonl",
        "providers": [{ "id": "simulated:gentle", "config": { "latency_ms": latency_ms } }],
        "defaultTest": { "assert": [{ "type": "numeric", "value": "{{answer}}" }] },
    });
    json!({ "file": file.to_string(), "files": { "data.jsonl": data }, "mode": "evaluate" }).to_string()
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
    let resident = [server.resident_bytes()];
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..options.get("pairs")? {
        alone.push(rate(server, &mut http, evaluation(evaluations, 0), None).await?);
        beside.push(rate(server, &mut http, evaluation(evaluations, 0), Some((target, 0, reads))).await?);
        if let (Some(alone), Some(beside)) = (alone.last(), beside.last()) {
            note(&format!("{:.0} evaluations a second alone, {:.0} with reads", alone.rate, beside.rate));
        }
    }
    let ratios = alone.iter().zip(&beside).map(|(alone, beside)| beside.rate / alone.rate);
    // what the reads took: the run does the same with them and without
    let cost = |cpu: fn(&Rated) -> f64| {
        let pairs = alone.iter().zip(&beside);
        median(
            &pairs
                .map(|(alone, beside)| (cpu(beside) - cpu(alone)) * 1e3 / beside.met.len() as f64)
                .collect::<Vec<_>>(),
        )
    };
    let (of_server, of_reader) = (cost(|rated| rated.server_cpu), cost(|rated| rated.own_cpu));
    let rates = |all: &[Rated]| all.iter().map(|rated| rated.rate).collect::<Vec<_>>();
    let resident = [resident[0], server.resident_bytes()];
    // a real model's pace: what listeners meet, not how fast a journal can be read
    let watched = rate(server, &mut http, evaluation(evaluations / 4, 50), Some((target, listeners, 0))).await?;
    Ok(json!({
        "runs": runs, "list_ms": list, "filtered_list_ms": filtered, "list_of_which_none_fits_ms": rare,
        "evaluations_per_second": { "alone": rates(&alone), "with_reads": rates(&beside), "watched": watched.rate },
        "rate_with_reads": median(&ratios.collect::<Vec<_>>()),
        "cpu_ms_per_read": { "server": of_server, "reader": of_reader },
        "reads_per_second": reads, "read_ms": quantiles(beside.iter().flat_map(|rated| rated.met.iter().copied()).collect()),
        "listeners": listeners, "event_lag_ms": quantiles(watched.met),
        "watched_cpu_seconds": { "server": watched.server_cpu, "listeners": watched.own_cpu },
        "resident_bytes": { "with_the_runs": resident[0], "after_the_pairs": resident[1], "at_the_end": server.resident_bytes() },
    }))
}

type Beside<'t> = Option<(&'t Target, u32, u32)>;

/// A run that was measured.
struct Rated {
    /// Evaluations a second by the run's own clock.
    rate: f64,
    /// What listeners or readers beside it met, in milliseconds.
    met: Vec<f64>,
    /// CPU seconds of the server from its start to its end.
    server_cpu: f64,
    /// CPU seconds of this program meanwhile.
    own_cpu: f64,
}

async fn rate(server: &Served, http: &mut Http, wanted: String, beside: Beside<'_>) -> Result<Rated, String> {
    let mut wanted: Value = serde_json::from_str(&wanted).map_err(|error| error.to_string())?;
    wanted["start"] = json!(false);
    // answers of another run would be used again
    wanted["seed"] = json!(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos());
    let made = http.json(Method::POST, "/workspaces/local/runs", &wanted.to_string()).await?;
    let run = made["run"].as_str().ok_or("no run was made")?.to_owned();
    let cpu = || Some((server.cpu_seconds()?, cpu_of_this_process()?));
    let before = cpu();
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
            let (after, before) = cpu().zip(before).ok_or("the system does not say what a process takes")?;
            let calls = view["run"]["spent"]["calls"].as_f64().unwrap_or_default();
            return Ok(Rated {
                rate: calls / seconds,
                met,
                server_cpu: after.0 - before.0,
                own_cpu: after.1 - before.1,
            });
        }
    }
}

/// Listens to a run; milliseconds from the time of each entry to its receipt. What it does with an entry is little: it shares the machine
/// with what it measures.
async fn listen(target: Target, run: String) -> Result<Vec<f64>, String> {
    let mut http = Http::connect(&target).await?;
    let mut body = http.ask(Method::GET, &format!("/runs/{run}/events"), "").await?.into_body();
    let (mut lags, mut rest, mut over) = (Vec::new(), Vec::new(), false);
    while let Some(Ok(frame)) = body.frame().await {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1e3;
        let Some(part) = frame.data_ref() else { continue };
        rest.extend_from_slice(part);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
        let whole = std::str::from_utf8(&rest[..end]).map_err(|error| error.to_string())?;
        for line in whole.split('\n') {
            if let Some((_, at)) = line.strip_prefix("data: {\"seq\":").and_then(|entry| entry.split_once(",\"at\":")) {
                let digits = at.split(',').next().and_then(|at| at.parse::<f64>().ok());
                lags.extend(digits.map(|at| now - at));
            }
            over |= line == "event: end";
        }
        rest.drain(..=end);
        if over {
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
