use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use clade_lab::{Counting, Finished, Job, Row, Searcher, World, groups, names, worlds};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{picture, rows::Rows, table};
use crate::{args::bench::SearchArgs, chart, context::Context, exit, failure::Failure, session::interrupted};

/// How often a plain log gets a line.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// `clade bench search`
pub async fn run(args: &SearchArgs, context: &Context) -> Result<(), Failure> {
    let output = context.output;
    if args.list {
        list(context);
        return Ok(());
    }
    let jobs = jobs(args)?;
    let mut rows = Rows::open(args.out.as_deref())?;
    let open: Vec<Job> = jobs.iter().filter(|job| rows.of(job).is_none()).cloned().collect();
    if open.len() < jobs.len() {
        output.note(format!("{} of {} runs are in the file already", jobs.len() - open.len(), jobs.len()));
    }
    if output.json {
        jobs.iter().filter_map(|job| rows.of(job)).for_each(|row| output.json_line(row));
    }
    let complete = measure(open, args.jobs, &mut rows, context).await?;
    let found: Vec<Row> = jobs.iter().filter_map(|job| rows.of(job)).cloned().collect();
    let groups = groups(&found);
    if output.json {
        output.json_line(&json!({ "result": { "simulated": true, "complete": complete, "groups": groups } }));
    } else {
        table::print(&groups, &worlds(), &output);
        output.line("");
        output.line("simulated: these figures compare searches under one set of rules and say nothing of a real model");
    }
    if let Some(path) = &args.svg {
        let drawn = chart::svg(&picture::chart(&groups));
        std::fs::write(path, drawn).map_err(|error| Failure::io("write", path, &error))?;
        output.note(format!("wrote {}", path.display()));
    }
    if complete {
        return Ok(());
    }
    output.note(match &args.out {
        Some(path) => format!("interrupted; the same command goes on from {}", path.display()),
        None => "interrupted; with --out FILE the same command would go on".to_owned(),
    });
    Err(Failure::Exit(exit::INTERRUPTED))
}

fn list(context: &Context) {
    for World { name, about, .. } in worlds() {
        if context.output.json {
            context.output.json_line(&json!({ "world": name, "about": about }));
        } else {
            context.output.line(format!("{name:<12} {about}"));
        }
    }
    if context.output.json {
        context.output.json_line(&json!({ "strategies": names() }));
    } else {
        context.output.line(format!("strategies: {}", names().join(", ")));
    }
}

/// Everything that is asked for, seed by seed, so that what was done when it is interrupted says something of all.
fn jobs(args: &SearchArgs) -> Result<Vec<Job>, Failure> {
    let mut worlds = chosen_worlds(&args.worlds)?;
    if let Some(train) = args.train {
        worlds.iter_mut().for_each(|world| world.train = train);
    }
    let searchers = searchers(&args.strategies, &args.set)?;
    let ways = match args.counting.as_str() {
        "both" => vec![Counting::Task, Counting::AllIn],
        one => vec![one.parse().map_err(|why: String| Failure::Usage(format!("{why} or `both`")))?],
    };
    let mut jobs = Vec::new();
    for seed in (args.first_seed..).take(args.seeds as usize) {
        for world in &worlds {
            for counting in &ways {
                for budget in &args.budgets {
                    jobs.extend(searchers.iter().map(|searcher| Job {
                        world: world.clone(),
                        searcher: searcher.clone(),
                        budget: *budget,
                        counting: *counting,
                        seed,
                    }));
                }
            }
        }
    }
    Ok(jobs)
}

fn chosen_worlds(asked: &[String]) -> Result<Vec<World>, Failure> {
    let known = worlds();
    if asked.iter().any(|name| name == "all") {
        return Ok(known);
    }
    let find = |name: &String| {
        known.iter().find(|world| world.name == name).cloned().ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|world| world.name).collect();
            Failure::Usage(format!("there is no world `{name}`; there is {}", names.join(", ")))
        })
    };
    asked.iter().map(find).collect()
}

/// The strategies with the settings that the command line gives them.
fn searchers(asked: &[String], set: &[String]) -> Result<Vec<Searcher>, Failure> {
    let all: Vec<String> = names().into_iter().map(str::to_owned).collect();
    let asked = if asked.iter().any(|name| name == "all") { &all } else { asked };
    let mut settings: BTreeMap<&str, Value> = asked.iter().map(|name| (name.as_str(), json!({}))).collect();
    for pair in set {
        let wrong = || {
            Failure::Usage(format!(
                "--set {pair}: write strategy.PATH=VALUE for all strategies or NAME.PATH=VALUE for one"
            ))
        };
        let (path, value) = pair.split_once('=').ok_or_else(wrong)?;
        let (whose, path) = path.split_once('.').ok_or_else(wrong)?;
        // what is no JSON is a text
        let value: Value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        let mut meant = settings.iter_mut().filter(|(name, _)| whose == "strategy" || **name == whose).peekable();
        if meant.peek().is_none() {
            return Err(wrong());
        }
        for (_, settings) in meant {
            place(settings, path, value.clone());
        }
    }
    let searcher = |name: &String| {
        let own = settings.get(name.as_str()).and_then(Value::as_object).cloned().unwrap_or_default();
        Searcher::new(name, own.into_iter().collect()).map_err(|error| Failure::Usage(error.to_string()))
    };
    asked.iter().map(searcher).collect()
}

/// Sets a value at a path of keys with dots between them.
fn place(at: &mut Value, path: &str, value: Value) {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    if !at.is_object() {
        *at = json!({});
    }
    match rest {
        None => at[key] = value,
        Some(rest) => place(&mut at[key], rest, value),
    }
}

/// Carries jobs out on all cores. Returns whether all were done: false after Ctrl-C.
async fn measure(
    jobs: Vec<Job>,
    threads: Option<NonZeroUsize>,
    rows: &mut Rows,
    context: &Context,
) -> Result<bool, Failure> {
    let count = jobs.len();
    let threads = threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let stop = Arc::new(AtomicBool::new(false));
    let (sender, mut receiver) = mpsc::channel::<Finished>(256);
    let orders = stop.clone();
    let crew = tokio::task::spawn_blocking(move || {
        // the receiver is gone only when the command failed: nothing is left to do then
        let finished = |row| {
            if sender.blocking_send(row).is_err() {
                orders.store(true, Ordering::Relaxed);
            }
        };
        clade_lab::carry_out(&jobs, threads, &orders, &finished);
    });
    let interrupt = interrupted();
    tokio::pin!(interrupt);
    let mut log = Log::new(count, context);
    loop {
        tokio::select! {
            row = receiver.recv() => {
                let Some(row) = row else { break };
                let row = row.map_err(|error| Failure::Error(error.to_string()))?;
                context.output.json.then(|| context.output.json_line(&row));
                rows.push(row)?;
                log.done(context);
            }
            () = &mut interrupt, if !stop.load(Ordering::Relaxed) => stop.store(true, Ordering::Relaxed),
        }
    }
    crew.await.map_err(|error| Failure::Error(error.to_string()))?;
    Ok(log.finished == count)
}

/// Progress on stderr.
struct Log {
    count: usize,
    finished: usize,
    started: Instant,
    said: Instant,
}

impl Log {
    fn new(count: usize, context: &Context) -> Self {
        context.output.note(format!("{count} runs on the simulated model"));
        Self { count, finished: 0, started: Instant::now(), said: Instant::now() }
    }

    fn done(&mut self, context: &Context) {
        self.finished += 1;
        if self.said.elapsed() < LINE_EVERY {
            return;
        }
        self.said = Instant::now();
        let passed = self.started.elapsed().as_secs_f64();
        let left = passed / self.finished as f64 * (self.count - self.finished) as f64;
        context.output.note(format!("{} of {} runs, about {left:.0} s left", self.finished, self.count));
    }
}
