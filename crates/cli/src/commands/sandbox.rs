use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use clade_domain::{BackendChoice, Language, RunId, SandboxSpec};
use clade_engine::replay_state;
use clade_sandbox::{
    ApiError, DaytonaBackend, DaytonaSettings, Left, LocalBackend, Report, SandboxBackend, SandboxError, SnapshotId,
    check_daytona, delete_left, examine, find_interpreter, left_behind, sweep_control_groups,
};
use clade_store::{RunFilter, Store};
use serde_json::json;

use crate::{
    args::{SandboxArgs, SandboxCommand},
    context::Context,
    exit,
    failure::Failure,
    output::Ink,
    sandbox,
};

/// A state that is younger than this may still be on its way into a journal.
const FRESH: Duration = Duration::from_secs(3600);
/// How long `doctor` waits for Daytona.
const ENOUGH: Duration = Duration::from_secs(15);
/// What takes longer than this is said to be waited for.
const LONG: Duration = Duration::from_secs(2);

/// `clade sandbox`
pub async fn run(args: &SandboxArgs, context: &Context) -> Result<(), Failure> {
    match args.command {
        SandboxCommand::Doctor => doctor(context).await,
        SandboxCommand::Gc => gc(context).await,
    }
}

/// Deletes what is left at Daytona of runs that do not go on, and the states, on this machine and there, that no branch can start from.
async fn gc(context: &Context) -> Result<(), Failure> {
    let here = sandbox::here(context)?;
    let store = context.store_to_read().await?;
    let local = LocalBackend::new(here.settings());
    let groups = sweep_control_groups();
    let told = |error: SandboxError| Failure::Error(format!("could not {error}"));
    let states = sweep_states(&store, &local, local.snapshots_older_than(FRESH).map_err(told)?).await?;
    let (mut found, mut states_there) = (Vec::new(), 0);
    if let Some(settings) = here.daytona() {
        found = told_of(context, settings, sweep_daytona(settings, store.as_ref())).await?;
        let there = told_of(context, settings, clade_sandbox::states_there(settings)).await.map_err(far)?;
        let old = there.into_iter().filter(|kept| is_older(&kept.created_at, FRESH)).map(|kept| kept.state);
        states_there = sweep_states(&store, &DaytonaBackend::new(settings.clone()), old.collect()).await?;
    }
    let deleted = found.iter().filter(|left| left.deleted).count();
    if context.output.json {
        let rows: Vec<_> = found
            .iter()
            .map(|left| json!({"sandbox": left.id, "run": left.run, "state": left.state, "deleted": left.deleted}))
            .collect();
        context.output.json_line(&json!({
            "sandboxes": rows, "deleted": deleted, "states_deleted": states, "daytona_states_deleted": states_there,
            "control_groups_deleted": groups,
        }));
    } else {
        context.output.line(format!("{states} sandbox states deleted that no branch can start from"));
        context.output.line(format!("{groups} control groups deleted that ended processes had left"));
        context.output.line(match here.daytona() {
            Some(_) => format!(
                "daytona: {deleted} sandboxes deleted, {} of runs that go on left; {states_there} states deleted that no branch can start from",
                found.len() - deleted
            ),
            None => "daytona: no key; DAYTONA_API_KEY sets one".to_owned(),
        });
    }
    Ok(())
}

async fn sweep_daytona(settings: &DaytonaSettings, store: &dyn Store) -> Result<Vec<Left>, Failure> {
    let mut found = left_behind(settings).await.map_err(far)?;
    // whoever holds a run's lock carries it on; those that are free are held meanwhile, so that nobody starts
    let mut held = BTreeMap::new();
    for left in &found {
        if !held.contains_key(&left.run) {
            let lock = match left.run.parse::<RunId>() {
                Ok(run) => store.lock(run).await.map(Some),
                Err(_) => Ok(None),
            };
            held.insert(left.run.clone(), lock);
        }
    }
    let free = found.iter_mut().filter(|left| held.get(&left.run).is_some_and(Result::is_ok));
    delete_left(settings, free).await.map_err(far)?;
    Ok(found)
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn far(error: ApiError) -> Failure {
    Failure::Error(format!("Daytona: {error}"))
}

/// Whether a moment, as RFC 3339 says it, lies further back than this. One that cannot be read does not.
fn is_older(moment: &str, age: Duration) -> bool {
    let Ok(moment) = moment.parse::<jiff::Timestamp>() else { return false };
    jiff::Timestamp::now().duration_since(moment).as_secs() > i64::try_from(age.as_secs()).unwrap_or(i64::MAX)
}

/// Deletes those of these states that no branch of a run can start from any more. One that was just kept may not be in a journal yet, so it is not
/// among them.
async fn sweep_states(
    store: &Arc<dyn Store>,
    backend: &dyn SandboxBackend,
    old: Vec<SnapshotId>,
) -> Result<usize, Failure> {
    let told = |error: SandboxError| Failure::Error(format!("could not {error}"));
    let mut unneeded: BTreeSet<SnapshotId> = old.into_iter().collect();
    for row in store.summaries(RunFilter::default()).await? {
        if unneeded.is_empty() {
            break;
        }
        let state = replay_state(store, &row.run).await?;
        let Some(sandbox) = &state.spec().sandbox else { continue };
        let taken = store.snapshots(row.run.clone()).await?;
        let taken: Vec<(&str, u64)> = taken.iter().map(|one| (one.name.as_str(), one.length)).collect();
        let kept = state.sandboxes().within_reach(&taken);
        for name in kept.into_iter().chain(sandbox.from.as_deref()) {
            unneeded.remove(&SnapshotId(name.to_owned()));
        }
    }
    for snapshot in &unneeded {
        backend.delete_snapshot(snapshot).await.map_err(told)?;
    }
    Ok(unneeded.len())
}

/// Waits for Daytona, and says so where that takes long.
async fn told_of<T>(context: &Context, settings: &DaytonaSettings, answer: impl Future<Output = T>) -> T {
    tokio::pin!(answer);
    tokio::select! {
        biased;
        answered = &mut answer => return answered,
        () = tokio::time::sleep(LONG) => context.output.note(format!("waiting for Daytona at {}", settings.api_url)),
    }
    answer.await
}

/// What was found of an interpreter: its language, its name, and where it is or why not.
type Found = (Language, String, Result<String, String>);

async fn doctor(context: &Context) -> Result<(), Failure> {
    let report = examine(sandbox::settings(context)?).await;
    let usual = SandboxSpec::default();
    let interpreters: Vec<Found> = [Language::Python, Language::JavaScript]
        .into_iter()
        .map(|language| {
            let name = usual.interpreter(language);
            let found = find_interpreter(language, name).map(|found| found.program.display().to_string());
            (language, name.to_owned(), found.map_err(|error| format!("could not {error}")))
        })
        .collect();
    // what is here needs nobody else's answer
    if !context.output.json {
        print(&report, &interpreters, context);
    }
    let daytona = match sandbox::here(context)?.daytona() {
        None => None,
        Some(settings) => {
            // what it may take is for runs; who asks how things stand wants to know soon
            let settings = DaytonaSettings { patience: ENOUGH, ..settings.clone() };
            let answer = told_of(context, &settings, check_daytona(&settings)).await;
            Some(answer.map(|()| settings.api_url.clone()))
        }
    };
    let auto = sandbox::here(context)?.choose(&usual).await.map_err(|error| format!("could not {error}"));
    if context.output.json {
        let interpreters: Vec<_> = interpreters
            .iter()
            .map(|(language, name, found)| match found {
                Ok(path) => json!({"language": language, "name": name, "good": true, "found": path, "fix": ""}),
                Err(why) => json!({"language": language, "name": name, "good": false, "found": why,
                    "fix": "install it, or name its path under `optimize.sandbox`"}),
            })
            .collect();
        context.output.json_line(&json!({
            "sandbox": report,
            "interpreters": interpreters,
            "auto": match &auto {
                Ok(chosen) => json!({"good": true, "found": named(*chosen), "fix": ""}),
                Err(why) => json!({"good": false, "found": why, "fix": ""}),
            },
            "daytona": daytona.as_ref().map(|answer| json!({"good": answer.is_ok(), "found": said(answer)})),
        }));
    } else {
        match &daytona {
            None => context.output.line("daytona: no key; DAYTONA_API_KEY sets one"),
            Some(answer) => context.output.line(format!("daytona: {}", said(answer))),
        }
        context.output.line(match &auto {
            Ok(chosen) => format!("`backend: auto`, which is the default, takes {}", named(*chosen)),
            Err(why) => format!("`backend: auto`, which is the default, {why}"),
        });
    }
    let daytona_answers = daytona.is_none_or(|answer| answer.is_ok());
    match auto {
        Ok(BackendChoice::Daytona) if !daytona_answers => Err(Failure::Exit(exit::ERROR)),
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::Exit(exit::ERROR)),
    }
}

fn named(chosen: BackendChoice) -> &'static str {
    match chosen {
        BackendChoice::Daytona => "daytona",
        BackendChoice::Local | BackendChoice::Auto => "local",
    }
}

/// What Daytona answered to its key.
fn said(answer: &Result<String, ApiError>) -> String {
    match answer {
        Ok(url) => format!("{url} takes the key"),
        Err(error) => error.to_string(),
    }
}

fn print(report: &Report, interpreters: &[Found], context: &Context) {
    let output = context.output;
    let line = |good: bool, text: String| {
        let mark = if good { output.paint(Ink::Green, "ok") } else { output.paint(Ink::Yellow, "missing") };
        output.line(format!("{mark} {text}"));
    };
    match report.isolation {
        Some(isolation) => line(true, format!("backend {}: isolation `{}`", report.backend, isolation.name())),
        None => {
            line(false, format!("backend {}: code cannot be isolated on this machine", report.backend));
            if let Some(weaker) = report.weaker {
                output.line(format!(
                    "   to those who accept it by name it gives `isolation: {}`, for code that one trusts",
                    weaker.name()
                ));
            }
        }
    }
    for check in &report.checks {
        line(check.good, format!("{}: {}", check.name, check.found));
        if !check.fix.is_empty() {
            output.line(format!("   {}", check.fix));
        }
    }
    for (_, name, found) in interpreters {
        match found {
            Ok(path) => line(true, format!("{name}: {path}")),
            Err(why) => line(false, format!("{name}: {why}")),
        }
    }
}
