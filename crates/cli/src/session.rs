//! A run carried through in this process: signals, progress, the JSON stream, the result and the exit code.

use std::{path::Path, pin::Pin, sync::Arc};

use clade_domain::{Budget, ContentHash, Limit, Recorded, RunEvent, RunId, RunMode, RunSpec, TrialOutcome};
use clade_engine::{
    Control, EngineError, Owner, Progress, RunOutcome, RunReport, Runner, RunnerSettings, Setup, replay_state,
};
use clade_evolve::RunState;
use clade_models::{ModelError, ModelName};
use clade_runfile::{Library, Loaded, Places, Problems};
use clade_store::Store;
use clade_store_sqlite::Durability;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    args::{Gates, RunArgs},
    backends::Feed,
    commands::refuse_unaffordable,
    context::Context,
    display::{progress, result},
    exit,
    failure::Failure,
    load,
    names::new_run_id,
    output::{Ink, Output},
    sandbox,
    setup::{keys_of, set_up_knowing},
};

/// How a run is carried through.
pub struct Session {
    /// The system of record.
    pub store: Arc<dyn Store>,
    /// The run, created already.
    pub run: RunId,
    /// Its models and account.
    pub setup: Setup,
    /// What decides the exit code.
    pub gates: Gates,
    /// New limits, where the user changes them.
    pub budget: Option<Budget>,
    /// Where the models stand in the run file, where it was read just now.
    pub places: Option<Places>,
    /// The first Ctrl-C or SIGTERM, listened for since before the run was this process's: from then on a signal pauses it.
    pub first_signal: Signal,
}

/// Ends with the next Ctrl-C or SIGTERM.
pub type Signal = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The next Ctrl-C or SIGTERM from now on.
pub fn next_signal() -> Signal {
    Box::pin(interrupted())
}

/// Reads a run file, creates a run and carries it through.
///
/// # Errors
/// Where the run file is wrong, before anything is spent; otherwise as [`carry_through`].
pub async fn start(args: &RunArgs, mode: RunMode, context: &Context) -> Result<(), Failure> {
    let path = load::find(args.file.file.as_deref())?;
    let library = load::library(&path, &args.file, context).await?;
    Feed::check(context)?;
    let durability = if args.durable { Durability::Full } else { Durability::Normal };
    // data are read on another thread, while the store opens on this one with the connections that the run will read by
    let opening = async {
        let store = context.store(durability).await?;
        tokio::try_join!(store.answers(Vec::new()), store.has_dataset(ContentHash::of(b"")))?;
        Ok::<_, Failure>(store)
    };
    let reading = tokio::task::spawn_blocking({
        let (path, args, context) = (path.clone(), args.clone(), context.clone());
        move || readable(&path, &args, mode, &library, &context)
    });
    let (read, store) = tokio::join!(reading, opening);
    let loaded = match read.map_err(|error| Failure::Error(format!("cannot read the run file: {error}")))? {
        Ok(loaded) => loaded,
        Err(failure) => {
            if let Ok(store) = store {
                store.close().await?;
            }
            return Err(failure);
        }
    };
    let store = store?;
    let run = new_run_id(args.run_id.as_deref())?;
    let (setup, first_signal) = create(&store, &run, &path, &loaded, context).await?;
    context.output.note(format!(
        "run {run}: {} ({})",
        path.display(),
        result::count(loaded.dataset.len() as u64, "example")
    ));
    // what is known of each example is in the store now, the rest goes
    let places = Some(loaded.places);
    let session = Session { store, run, setup, gates: args.gates, budget: None, places, first_signal };
    carry_through(session, context).await
}

/// A run file that was read and can be paid for.
fn readable(
    path: &Path,
    args: &RunArgs,
    mode: RunMode,
    library: &Library,
    context: &Context,
) -> Result<Loaded, Failure> {
    let loaded = load::load(path, &args.file, mode, library, context)?;
    refuse_unaffordable(&loaded, &clade_intake::estimate(&loaded))?;
    refuse_gates(args.gates, mode, &loaded)?;
    Ok(loaded)
}

/// Gates that ask for evidence are refused where there can be none.
///
/// # Errors
/// What to do.
pub fn refuse_gates(gates: Gates, mode: RunMode, loaded: &Loaded) -> Result<(), Failure> {
    if gates.require_improvement && mode == RunMode::Evaluate {
        return Err(Failure::Usage(
            "--require-improvement asks what a search gained, and an evaluation searches nothing; use --min-score, or `clade run`".into(),
        ));
    }
    let gated = gates.require_improvement || gates.min_score.is_some();
    if gated && mode == RunMode::Optimize && loaded.dataset.counts().test == 0 {
        return Err(Failure::Usage(
            "--min-score and --require-improvement ask for evidence, and no example is in test; give test a share in \
             `optimize.splits`"
                .into(),
        ));
    }
    Ok(())
}

/// Creates a run from a run file that was read. Nothing is bought. Signals are listened for since just before it existed.
///
/// # Errors
/// Where a key is missing, a model cannot be used or the store has lost some of the data, before the run exists; where it cannot be stored.
pub async fn create(
    store: &Arc<dyn Store>,
    run: &RunId,
    path: &Path,
    loaded: &Loaded,
    context: &Context,
) -> Result<(Setup, Signal), Failure> {
    let keys = keys_of(loaded, path, context)?;
    clade_intake::usable(loaded, &keys).map_err(|problem| Problems(vec![*problem]))?;
    sandbox::check(loaded, context).await?;
    let key = Setup::read_before(store, &loaded.spec, &loaded.dataset).await?;
    let first_signal = next_signal();
    clade_intake::create(store, run, Owner::default(), loaded).await?;
    let state = replay_state(store, run).await?;
    Ok((set_up_knowing(key, &state, &loaded.spec, store, &keys, context).await?, first_signal))
}

/// Carries a run through to its end, or until it is interrupted.
///
/// # Errors
/// With the exit code that says how it ended.
pub async fn carry_through(session: Session, context: &Context) -> Result<(), Failure> {
    let output = context.output;
    let (store, run, gates) = (session.store.clone(), session.run.clone(), session.gates);
    let places = session.places.clone();
    let counters = session.setup.counters.clone();
    let feed = Feed::of(context, &store, &run)?;
    let ended = CancellationToken::new();
    let driving = async {
        let driven = drive(session, output).await;
        ended.cancel();
        driven
    };
    let (driven, ()) = tokio::join!(driving, feed.go(ended.clone()));
    let (outcome, state) = driven?;
    let told = async {
        let row = store.summary(run.to_string()).await?;
        let report = RunReport::read(&store, &state, &row).await?;
        let unanswered = first_error(&store, &state).await?;
        store.close().await?;
        Ok::<_, Failure>((report, unanswered))
    };
    let (mut report, unanswered) = match (told.await, &outcome) {
        (Ok(told), _) => told,
        // a store that was lost tells nothing of the run either
        (Err(_), RunOutcome::Failed(error)) => return Err(kept(&run, error)),
        (Err(failure), _) => return Err(kept(&run, &failure)),
    };
    if !output.json {
        // it was said when they were missed
        sandbox::without_missing(&mut report, context).await?;
        if matches!(outcome, RunOutcome::Finished) || state.trials() > 0 {
            result::print(&report, &output);
        }
        let counted = counters.snapshot();
        retried(counted.retries, counted.throttles, &output);
    }
    let ended = placed(&outcome, places.as_ref(), state.spec())
        .map_or_else(|| Ended::of(outcome, context.database_named()), Ended::Failed);
    conclude(&ended, &report, unanswered, gates, &output)
}

/// Goes on with a run until it leaves this process, showing how it stands; says nothing of what came out.
///
/// # Errors
/// Where it cannot be taken up.
pub async fn drive(session: Session, output: Output) -> Result<(RunOutcome, RunState), Failure> {
    let Session { store, run, setup, budget, first_signal, .. } = session;
    let (progress_sender, progress_receiver) = watch::channel::<Option<Progress>>(None);
    let (events_sender, events_receiver) = mpsc::channel::<Vec<Recorded>>(64);
    let settings = RunnerSettings {
        store,
        clients: setup.clients,
        ledger: setup.ledger,
        counters: setup.counters,
        window: setup.window,
        events: output.json.then_some(events_sender),
        live: None,
        orders: None,
        progress: Some(progress_sender),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let mut runner = Runner::open(&run, settings).await?;
    if output.json {
        output.json_line(&serde_json::json!({ "event": "run_started", "run": run }));
    }
    if let Some(budget) = budget {
        runner.change_budget(budget).await?;
    }
    let control = Control::draining(setup.stopping);
    let asked = CancellationToken::new();
    let pausing = async {
        asked.cancelled().await;
        format!("pausing run {run}: calls in flight end first; press Ctrl-C again to give them up")
    };
    let going = async {
        let outcome = runner.run(&control).await;
        // the channels close with the runner, which ends the display
        (outcome, runner.into_state())
    };
    let (ended, (), ()) = tokio::join!(
        until_done(going, first_signal, &control, &asked),
        progress::show(progress_receiver, pausing, output),
        print_events(events_receiver, output),
    );
    Ok(ended)
}

/// Runs a future with the signals turned into orders: the first lets calls in flight end, the second gives them up. `asked` tells
/// others of the first.
async fn until_done<T>(
    going: impl Future<Output = T>,
    mut signal: Signal,
    control: &Control,
    asked: &CancellationToken,
) -> T {
    tokio::pin!(going);
    loop {
        tokio::select! {
            done = &mut going => return done,
            () = &mut signal => {
                signal = next_signal();
                if control.drain.is_cancelled() {
                    control.abandon.cancel();
                } else {
                    asked.cancel();
                    control.drain.cancel();
                }
            }
        }
    }
}

/// Ends with the next Ctrl-C or SIGTERM, or when the terminal is closed. Listens from the moment of the call, not of the first poll.
#[cfg(unix)]
pub fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
    if !outlives_its_terminal() {
        kinds.push(SignalKind::hangup());
    }
    let heard: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
    async move {
        if heard.is_empty() {
            return std::future::pending().await;
        }
        let first = heard.into_iter().map(|mut signal| Box::pin(async move { signal.recv().await }));
        futures::future::select_all(first).await;
    }
}

/// Whether a closed terminal is not to end this process, as with `nohup`. Where the system does not say, nothing is changed.
#[cfg(unix)]
fn outlives_its_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is number 1, the lowest bit
    ignored.is_none_or(|mask| mask & 1 == 1)
}

/// Ends with the next Ctrl-C.
#[cfg(not(unix))]
pub async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Prints every event as a line; the start was printed already.
async fn print_events(mut events: mpsc::Receiver<Vec<Recorded>>, output: Output) {
    while let Some(batch) = events.recv().await {
        output.json_lines(&batch);
    }
}

/// Where a model that stopped a run stands in the run file, with why and what to do.
fn placed(outcome: &RunOutcome, places: Option<&Places>, spec: &RunSpec) -> Option<String> {
    let RunOutcome::Failed(EngineError::Model(ModelError::Permanent { model, message, fix })) = outcome else {
        return None;
    };
    let all = spec.models.all();
    let meant = all.iter().find(|spec| ModelName::parse(&spec.id).is_ok_and(|name| name.to_string() == *model))?;
    let told = (format!("{model} cannot be used: {message}"), fix.clone());
    Some(places?.unusable(&meant.id, told).to_string())
}

/// What the first trial failed with, where no trial has a score.
async fn first_error(store: &Arc<dyn Store>, state: &RunState) -> Result<Option<String>, Failure> {
    const PART: u32 = 1_000;
    if state.failed() == 0 || state.failed() < state.trials() {
        return Ok(None);
    }
    for first in (0..state.length()).step_by(PART as usize) {
        for entry in store.read(state.run().clone(), first, PART).await? {
            if let RunEvent::TrialFinished(trial) = &entry.event
                && let TrialOutcome::Failed { error, .. } = &trial.outcome
            {
                return Ok(Some(error.message.clone()));
            }
        }
    }
    Ok(None)
}

/// Says how many calls were tried again.
pub fn retried(retries: u64, throttled: u64, output: &Output) {
    if retries + throttled > 0 && !output.quiet {
        let text = format!(
            "tried again: {}, {throttled} of them because the provider asked for fewer",
            result::count(retries, "call")
        );
        output.line(output.paint(Ink::Faint, text));
    }
}

/// Why a run stopped, and that it can be gone on with.
fn kept(run: &impl std::fmt::Display, why: &impl std::fmt::Display) -> Failure {
    Failure::Error(format!("{why}\nrun {run} is kept with everything it paid for; go on with: clade resume {run}"))
}

/// How a run left the process that carried it.
pub enum Ended {
    /// Complete.
    Finished,
    /// Put down in order.
    Interrupted,
    /// A limit was spent before choosing and proving were done.
    BudgetSpent(Limit),
    /// Stopped by what waiting does not mend.
    Failed(String),
}

impl Ended {
    /// As the run loop says it; `database` is what its run is kept in.
    fn of(outcome: RunOutcome, database: Option<String>) -> Self {
        match outcome {
            RunOutcome::Finished => Self::Finished,
            RunOutcome::Interrupted => Self::Interrupted,
            RunOutcome::BudgetSpent { limit } => Self::BudgetSpent(limit),
            RunOutcome::Failed(error) => Self::Failed(Failure::from(error).about(database).to_string()),
        }
    }
}

/// Says what is to be said at the end of a run, and gives the exit code for how it ended.
///
/// # Errors
/// With the exit code.
pub fn conclude(
    ended: &Ended,
    report: &RunReport,
    unanswered: Option<String>,
    gates: Gates,
    output: &Output,
) -> Result<(), Failure> {
    let done = verdict(ended, report, unanswered, gates, output);
    if !output.json {
        return done;
    }
    if let Err(failure) = &done {
        failure.tell(output);
    }
    output.json_line(&serde_json::json!({ "result": report }));
    done.map_err(|failure| Failure::Exit(failure.code()))
}

fn verdict(
    ended: &Ended,
    report: &RunReport,
    unanswered: Option<String>,
    gates: Gates,
    output: &Output,
) -> Result<(), Failure> {
    let run = &report.run;
    match ended {
        Ended::Finished => {}
        Ended::Interrupted => {
            output.advise(format!("run {run} is paused; go on with: clade resume {run}"));
            return Err(Failure::Exit(exit::INTERRUPTED));
        }
        Ended::BudgetSpent(_) if clade_engine::spent_above(&report.detail) => {
            output.advise(format!("{}, then go on with: clade resume {run}", report.detail));
            return Err(Failure::Exit(exit::BUDGET_SPENT));
        }
        Ended::BudgetSpent(limit) => {
            // an evaluation proves nothing, it counts
            let left =
                if report.seed_prompt.is_none() { "every example was met" } else { "the result could be proved" };
            let option = match limit {
                Limit::Usd => "usd",
                Limit::Minutes => "minutes",
                Limit::Calls => "calls",
                Limit::Tokens => "tokens",
            };
            let larger = match report.finish_reason.is_some() && report.seed_prompt.is_some() {
                // what a search found under its limit is what is proved: it is not taken up again
                true => "its search is over, and a larger one proves what it found",
                false => "go on with a larger one",
            };
            let search = match report.best.as_ref().filter(|_| report.finish_reason.is_some()) {
                Some(best) => format!("; to search on: clade branch {run}@{}", best.candidate),
                None => String::new(),
            };
            output.advise(format!(
                "the limit on {limit} was spent before {left}; {larger}: clade resume {run} --budget-{option} N{search}"
            ));
            return Err(Failure::Exit(exit::BUDGET_SPENT));
        }
        Ended::Failed(error) => {
            return Err(kept(run, error));
        }
    }
    let (trials, failed) = (report.counts.trials, report.counts.failed);
    if let Some(error) = unanswered {
        return Err(Failure::Error(format!(
            "not one of {trials} trials has a score, so the mean of 0 says nothing; the first error: {error}\n\
             `clade export {run} -f csv` has each"
        )));
    }
    for note in result::wanting(&report.counts) {
        output.note(note);
    }
    if failed > 0 {
        output.note(format!("`clade export {run} -f csv` has each error"));
    }
    if report.counts.empty * 2 > trials {
        output.note(format!(
            "{} of {trials} answers are empty: a model that thinks may need a higher `max_tokens`; `clade export {run} -f jsonl` has each",
            report.counts.empty
        ));
    }
    let improved = report.evidence.as_ref().is_some_and(|evidence| evidence.improved);
    // an evaluation reports each of its prompts, and a search none
    let evaluated = !report.prompts.is_empty();
    let score = if evaluated {
        report.prompts.iter().filter_map(|prompt| prompt.score).reduce(f64::max)
    } else {
        report.evidence.as_ref().map(|evidence| evidence.best_score)
    };
    let score = score.unwrap_or(0.0);
    if let Some(least) = gates.min_score.filter(|least| score < *least) {
        output.note(format!("gate not met: the best score is {score:.3}, --min-score asks for {least}"));
        return Err(Failure::Exit(exit::GATE_NOT_MET));
    }
    if gates.require_improvement && !improved {
        output.note("gate not met: no improvement is shown, and --require-improvement asks for one");
        return Err(Failure::Exit(exit::GATE_NOT_MET));
    }
    let spent_out = report.finish_reason.as_deref().is_some_and(|reason| reason.starts_with("budget_spent"));
    if !evaluated && spent_out && !improved {
        return Err(Failure::Exit(exit::BUDGET_SPENT));
    }
    Ok(())
}
