use clade_engine::{RunReport, replay_state};
use clade_sandbox::{LocalBackend, SandboxBackend, SnapshotId};

use crate::{
    args::RunName,
    context::Context,
    display::{headroom, result},
    failure::Failure,
    names::find_run,
    sandbox,
};

/// `clade show`
pub async fn run(args: &RunName, context: &Context) -> Result<(), Failure> {
    let store = context.store_to_read().await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let state = replay_state(&store, &row.run).await?;
    let mut report = RunReport::read(&store, &state, &row).await?;
    let missing = if context.output.json { Vec::new() } else { without_missing(&mut report, context).await? };
    print(&report, context);
    for note in missing {
        context.output.prose(note);
    }
    Ok(())
}

/// Takes the kept states out that are not on this machine, as after an import, and says whose they are. The names of local states are hashes; those at
/// Daytona are not asked for.
async fn without_missing(report: &mut RunReport, context: &Context) -> Result<Vec<String>, Failure> {
    let Some(report) = &mut report.sandbox else { return Ok(Vec::new()) };
    let backend = LocalBackend::new(sandbox::settings(context)?);
    let is_missing = async |state: &str| {
        let local = state.len() == 64 && state.bytes().all(|byte| byte.is_ascii_hexdigit());
        local && !backend.has_snapshot(&SnapshotId(state.to_owned())).await.unwrap_or(true)
    };
    let mut notes = Vec::new();
    if let Some(from) = report.from.take() {
        if is_missing(&from).await {
            notes.push(format!(
                "the kept state {} that its sandboxes would start from is not on this machine; they start empty",
                result::short(&from)
            ));
        } else {
            report.from = Some(from);
        }
    }
    let (mut here, mut missing) = (Vec::new(), Vec::new());
    for kept in std::mem::take(&mut report.kept) {
        if is_missing(&kept.state).await {
            missing.push(kept.candidate);
        } else {
            here.push(kept);
        }
    }
    report.kept = here;
    if !missing.is_empty() {
        let named = result::named(missing);
        notes.push(format!("sandbox states of {named} are not on this machine; branches from there start empty"));
    }
    Ok(notes)
}

/// Shows a run's result.
pub fn print(report: &RunReport, context: &Context) {
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "result": report }));
    } else {
        // a run that goes on in this process says it as soon as it is known
        if let Some(headroom) = report.headroom.as_ref().filter(|_| report.evidence.is_none()) {
            headroom::lines(headroom).into_iter().for_each(|line| context.output.prose(line));
        }
        result::print(report, &context.output);
    }
}
