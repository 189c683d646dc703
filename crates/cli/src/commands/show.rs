use clade_engine::{RunReport, replay_state};

use crate::{
    args::RunName,
    context::Context,
    display::{headroom, result},
    failure::Failure,
    names::find_run,
    output::Ink,
    sandbox,
};

/// `clade show`
pub async fn run(args: &RunName, context: &Context) -> Result<(), Failure> {
    let store = context.store_to_read().await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let state = replay_state(&store, &row.run).await?;
    let mut report = RunReport::read(&store, &state, &row).await?;
    let missing = if context.output.json { Vec::new() } else { sandbox::without_missing(&mut report, context).await? };
    print(&report, context);
    for note in missing {
        context.output.prose(note);
    }
    Ok(())
}

/// Shows a run's result.
pub fn print(report: &RunReport, context: &Context) {
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "result": report }));
    } else {
        let said = |line| context.output.prose(context.output.paint(Ink::Faint, line));
        if let Some(headroom) = report.headroom.as_ref().filter(|_| !context.output.quiet) {
            headroom::lines(headroom).into_iter().for_each(said);
        }
        result::print(report, &context.output);
    }
}
