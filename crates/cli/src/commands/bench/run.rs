use std::{
    io::{BufRead, IsTerminal, Write},
    path::Path,
    sync::Arc,
};

use clade_domain::{RunId, RunMode};
use clade_engine::{RunOutcome, Setup, Side, check_free, replay_state};
use clade_runfile::{Loaded, Range};
use clade_store::{RunStatus, RunSummary, Store, StoreError};
use clade_store_sqlite::Durability;
use serde_json::json;

use super::strategies;
use crate::{
    args::{FileArgs, Gates, bench::BenchRunArgs},
    commands::{compare::draw, refuse_unaffordable},
    compare::{self, By, budget},
    context::Context,
    display::result::thousands,
    exit,
    failure::Failure,
    load,
    names::new_run_id,
    output::Output,
    session::{self, Session},
    setup::{keys_again, set_up},
};

/// One run of the comparison.
struct Entry {
    strategy: String,
    seed: u64,
    run: RunId,
}

/// `clade bench run`
pub async fn run(args: &BenchRunArgs, context: &Context) -> Result<(), Failure> {
    let output = context.output;
    let path = load::find(args.file.as_deref())?;
    let name = match &args.name {
        Some(name) => name.clone(),
        None => new_run_id(None)?.to_string(),
    };
    let store = context.store(Durability::Normal).await?;
    let mut open = Vec::new();
    let mut price = Total::default();
    let entries = entries(args, &name)?;
    for entry in &entries {
        let row = existing(store.as_ref(), &entry.run).await?;
        if row.as_ref().is_none_or(|row| row.status != RunStatus::Finished) {
            let loaded = loaded(&path, args, entry, context).await?;
            price.add(&loaded)?;
            open.push((entry, row));
        }
    }
    output.note(format!("comparison {name}: {} runs, {} of them finished", entries.len(), entries.len() - open.len()));
    if !open.is_empty() {
        price.say(open.len(), &output);
        confirm(args, &price)?;
    }
    for (place, (entry, row)) in open.iter().enumerate() {
        output.note(format!(
            "run {} ({} of {}): {} with seed {}",
            entry.run,
            place + 1,
            open.len(),
            entry.strategy,
            entry.seed
        ));
        let setup = match row {
            Some(row) => taken_up(&store, row, context).await?,
            None => {
                let loaded = loaded(&path, args, entry, context).await?;
                session::create(&store, &entry.run, &path, &loaded, context).await?.0
            }
        };
        carry_out(&store, entry, setup, &name, &output).await?;
    }
    let mut sides = Vec::new();
    for entry in &entries {
        let (side, _) = Side::read(&store, &store.summary(entry.run.to_string()).await?).await?;
        sides.push(side);
    }
    store.close().await?;
    let groups = strategies::groups(&sides);
    if output.json {
        let simulated = sides.iter().any(|side| side.simulated);
        output.json_line(
            &json!({ "result": { "name": name, "simulated": simulated, "strategies": groups, "runs": sides } }),
        );
    } else {
        compare::print(&sides, &[], &[], &output);
        output.line("");
        strategies::print(&groups, &output);
    }
    draw(&sides, By::Strategy, &args.pictures, context)
}

/// Every strategy with every seed, seed by seed.
fn entries(args: &BenchRunArgs, name: &str) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    for seed in (args.first_seed..).take(args.seeds as usize) {
        for strategy in &args.strategies {
            let run = new_run_id(Some(&format!("{name}-{strategy}-{seed}")))?;
            entries.push(Entry { strategy: strategy.clone(), seed, run });
        }
    }
    Ok(entries)
}

async fn existing(store: &dyn Store, run: &RunId) -> Result<Option<RunSummary>, Failure> {
    match store.summary(run.to_string()).await {
        // a longer name that begins with this one is another run
        Ok(row) => Ok(Some(row).filter(|row| row.run == *run)),
        Err(StoreError::NotFound { .. } | StoreError::Ambiguous { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The run file with the entry's strategy: with the settings that the file has for it, or else with its defaults.
async fn loaded(path: &Path, args: &BenchRunArgs, entry: &Entry, context: &Context) -> Result<Loaded, Failure> {
    let mut file = FileArgs {
        file: Some(path.to_owned()),
        set: args.set.clone(),
        seed: Some(entry.seed),
        concurrency: args.concurrency,
        budget_calls: args.budget_calls,
        budget_usd: args.budget_usd,
        budget_tokens: None,
        budget_minutes: None,
        // an answer that another run paid for would be a gift to whoever comes later
        no_cache: !args.share_answers,
    };
    let library = load::library(path, &file, context).await?;
    let mut loaded = load::quietly(path, &file, RunMode::Optimize, &library, context)?;
    if loaded.spec.optimize.strategy.name().as_str() != entry.strategy {
        file.set.push(format!("optimize.strategy={}", entry.strategy));
        loaded = load::quietly(path, &file, RunMode::Optimize, &library, context)?;
    }
    refuse_unaffordable(&loaded, &clade_intake::estimate(&loaded))?;
    Ok(loaded)
}

/// What the open runs may cost together.
#[derive(Default)]
struct Total {
    budget: String,
    calls: Range,
    usd: Option<Range>,
    unpriced: bool,
    simulated: bool,
}

impl Total {
    fn add(&mut self, loaded: &Loaded) -> Result<(), Failure> {
        let spec = &loaded.spec;
        if spec.optimize.budget.is_unlimited() {
            return Err(Failure::Usage(
                "a comparison needs an equal budget; set optimize.budget in the run file".to_owned(),
            ));
        }
        let estimate = clade_intake::estimate(loaded);
        let plus =
            |a: Range, b: Range| Range { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high };
        self.calls = plus(self.calls, estimate.calls);
        match estimate.usd {
            Some(usd) => self.usd = Some(plus(self.usd.unwrap_or_default(), usd)),
            None => self.unpriced = true,
        }
        self.budget = budget(&spec.optimize.budget);
        self.simulated = spec.models.all().iter().all(|model| model.id.starts_with("simulated"));
        Ok(())
    }

    fn say(&self, runs: usize, output: &Output) {
        let whole = |n: f64| thousands(n.ceil() as u64);
        let usd = match self.usd.filter(|_| !self.unpriced) {
            Some(usd) => format!("${:.2} to ${:.2}, likely ${:.2}", usd.low, usd.high, usd.likely),
            None => "an unknown sum: a price is unknown".to_owned(),
        };
        output.note(format!(
            "{runs} runs with a budget of {} each: {} to {} calls in all, {usd}; an estimate, the budgets are the promise",
            self.budget,
            whole(self.calls.low),
            whole(self.calls.high),
        ));
    }
}

/// Asks before money is spent; simulated models cost nothing.
fn confirm(args: &BenchRunArgs, price: &Total) -> Result<(), Failure> {
    if args.yes || price.simulated {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage("nothing was started; say --yes to spend this".to_owned()));
    }
    drop(write!(std::io::stderr().lock(), "go on? [y/N] "));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        return Ok(());
    }
    Err(Failure::Usage("nothing was started".to_owned()))
}

async fn taken_up(store: &Arc<dyn Store>, row: &RunSummary, context: &Context) -> Result<Setup, Failure> {
    let state = replay_state(store, &row.run).await?;
    // another process that holds it is told before anything else
    check_free(store.as_ref(), &row.run).await?;
    set_up(&state, state.spec(), store, &keys_again(state.spec(), context).await?, context).await
}

/// Carries one run through. A run whose budget ends too early is left as it is: it counts as not measured.
async fn carry_out(
    store: &Arc<dyn Store>,
    entry: &Entry,
    setup: Setup,
    name: &str,
    output: &Output,
) -> Result<(), Failure> {
    let gates = Gates { min_score: None, require_improvement: false };
    let (store, run, first_signal) = (store.clone(), entry.run.clone(), session::next_signal());
    let session = Session { store, run, setup, gates, budget: None, places: None, first_signal };
    // events of many runs on one stream would help nobody: machines get the result
    let shown = Output { json: false, quiet: output.quiet || output.json, ..*output };
    let (outcome, _) = session::drive(session, shown).await?;
    match outcome {
        RunOutcome::Finished => Ok(()),
        RunOutcome::BudgetSpent { limit } => {
            output.note(format!("run {}: the limit on {limit} was spent before the end", entry.run));
            Ok(())
        }
        RunOutcome::Interrupted => {
            output.note(format!("paused; the same command with --name {name} goes on"));
            Err(Failure::Exit(exit::INTERRUPTED))
        }
        RunOutcome::Failed(error) => Err(Failure::Error(format!(
            "{error}\nrun {} is kept with everything it paid for; the same command with --name {name} goes on",
            entry.run
        ))),
    }
}
