use clade_domain::{Budget, CandidateId, Recorded, RunEvent, RunMode, RunSpec};
use clade_engine::EngineError;
use clade_store::RunStatus;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, upload::Upload, watch::Watch};
use crate::{
    again,
    args::{BranchArgs, FileArgs, Gates, ResumeArgs, RunArgs, RunName},
    commands::{branch as branch_command, branch::Start, check as check_command, refuse_unaffordable},
    context::Context,
    display::result::count,
    failure::Failure,
    load,
    names::new_run_id,
    session::refuse_gates,
};

/// `clade check`: read and estimated here, where its lines are; the server says whether it could start there.
pub async fn check(client: &Client, args: &FileArgs, context: &Context) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Checked {
        unready: Option<String>,
    }
    let path = load::find(args.file.as_deref())?;
    let library = client.library(&path, args).await?;
    let loaded = load::load(&path, args, RunMode::Optimize, &library, context)?;
    let estimate = clade_intake::estimate(&loaded);
    refuse_unaffordable(&loaded, &estimate)?;
    let upload = Upload::of(&path, &loaded, args, None)?;
    let checked: Checked = client.post(&["workspaces", client.workspace.as_str(), "runs", "check"], &upload).await?;
    check_command::show(&path, &loaded, &estimate, checked.unready.as_deref(), &context.output);
    Ok(())
}

/// `clade run` and `clade eval`
pub async fn run(client: &Client, args: &RunArgs, mode: RunMode, context: &Context) -> Result<(), Failure> {
    if args.durable {
        return Err(Failure::Usage("how durable writes are is the server's to decide; leave --durable out".into()));
    }
    let path = load::find(args.file.file.as_deref())?;
    let library = client.library(&path, &args.file).await?;
    let loaded = load::load(&path, &args.file, mode, &library, context)?;
    refuse_unaffordable(&loaded, &clade_intake::estimate(&loaded))?;
    refuse_gates(args.gates, mode, &loaded)?;
    // drawn here, so that it is known even where the answer is lost
    let run = new_run_id(args.run_id.as_deref())?;
    let upload = Upload::of(&path, &loaded, &args.file, Some(run.clone()))?;
    let _made: Value = client.post(&["workspaces", client.workspace.as_str(), "runs"], &upload).await?;
    context.output.note(format!("run {run}: {} ({})", path.display(), count(loaded.dataset.len() as u64, "example")));
    Watch { client, run, next: 1, gates: args.gates }.carry_through(context).await
}

/// The limits of a run as the server has them.
#[derive(Deserialize)]
struct Limits {
    budget: Budget,
    revision: u64,
}

/// `clade resume`
pub async fn resume(client: &Client, args: &ResumeArgs, context: &Context) -> Result<(), Failure> {
    if args.concurrency.is_some() {
        return Err(Failure::Usage("a server decides how many calls a run has at once; leave -j out".into()));
    }
    let row = client.find_run(&args.run).await?;
    let id = row.run.as_str();
    let Limits { budget: old, revision } = client.get(&["runs", id, "budget"], &[]).await?;
    let budget = Budget {
        calls: args.budget_calls.or(old.calls),
        usd: args.budget_usd.or(old.usd),
        tokens: args.budget_tokens.or(old.tokens),
        minutes: args.budget_minutes.or(old.minutes),
    };
    if budget != old {
        let put = client.request(Method::PUT, client.url(&["runs", id, "budget"], &[]));
        client.send(put.header("If-Match", format!("\"{revision}\"")).json(&budget)).await?;
    }
    let goes_on = row.status == RunStatus::Running;
    // asked before it starts, so that no entry of the new session is missed
    let next = client.length(&row.run).await?;
    if goes_on {
        context.output.note(format!("run {id} goes on at the server already"));
    } else {
        client.send(client.request(Method::POST, client.url(&["runs", id, "start"], &[]))).await?;
        context.output.note(format!("run {id} goes on from journal entry {next}"));
    }
    Watch { client, run: row.run, next, gates: args.gates }.carry_through(context).await
}

/// `clade pause`
pub async fn pause(client: &Client, args: &RunName, context: &Context) -> Result<(), Failure> {
    let row = client.find_run(&args.run).await?;
    let id = row.run.as_str();
    if row.status == RunStatus::Finished {
        return Err(EngineError::Finished { run: row.run, mode: row.mode }.into());
    }
    client.send(client.request(Method::POST, client.url(&["runs", id, "pause"], &[]))).await?;
    if context.output.json {
        context.output.json_line(&json!({ "run": id, "pausing": true }));
    } else {
        let told = format!("pausing run {id}: calls in flight end first; go on with: clade resume {id}");
        context.output.line(again::completed(&told));
    }
    Ok(())
}

/// A run that a server made.
#[derive(Deserialize)]
struct Made {
    #[serde(default)]
    warnings: Vec<String>,
}

/// `clade branch`
pub async fn branch(client: &Client, args: &BranchArgs, context: &Context) -> Result<(), Failure> {
    if args.concurrency.is_some() {
        return Err(Failure::Usage("a server decides how many calls a run has at once; leave -j out".into()));
    }
    let (name, point) = branch_command::place(args)?;
    let row = client.find_search(name, context.output).await?;
    let of = row.run.as_str();
    let spec: RunSpec = client.get(&["runs", of, "spec"], &[]).await?;
    let budget = branch_command::limits(args, spec.optimize.budget);
    let run = new_run_id(args.run_id.as_deref())?;
    let body = json!({ "from": point, "budget": budget, "seed": args.seed, "start": !args.no_start, "run": run });
    let made: Made = client.post(&["runs", of, "branches"], &body).await?;
    // the first entry of a branch names the candidate that the place was taken for
    let first: Recorded = client.get(&["runs", run.as_str(), "journal"], &[("limit", "1")]).await?;
    let (candidate, state) = match first.event {
        RunEvent::RunStarted { branch_of: Some((_, _, Some(candidate))), spec, .. } => {
            (candidate, spec.sandbox.and_then(|sandbox| sandbox.from))
        }
        _ => (CandidateId(0), None),
    };
    let start = Start { candidate, state, notes: made.warnings };
    branch_command::branches(&run, &row.run, &start, &context.output);
    if args.no_start {
        branch_command::created(&run, &row.run, &start, &context.output);
        return Ok(());
    }
    let gates = Gates { min_score: None, require_improvement: false };
    Watch { client, run, next: 1, gates }.carry_through(context).await
}
