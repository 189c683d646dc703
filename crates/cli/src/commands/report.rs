use std::path::PathBuf;

use clade_engine::{RunReport, replay_state};
use clade_evolve::RunState;
use clade_store::RunSummary;

use crate::{
    args::ReportArgs,
    context::Context,
    failure::Failure,
    files,
    lineage::{OwnTrees, Part, Trees},
    names::find_run,
    output::raw,
    report,
};

/// `clade report`
pub async fn run(args: &ReportArgs, context: &Context) -> Result<(), Failure> {
    let (store, lineage) = context.lineage().await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let state = replay_state(&store, &row.run).await?;
    let trees = OwnTrees { store: store.clone(), lineage };
    let told = RunReport::read(&store, &state, &row).await?;
    write(args, (&told, &row, &state), &trees, context).await
}

/// Writes the page of a run.
///
/// # Errors
/// Where its family tree cannot be had, or the file not written.
pub async fn write(
    args: &ReportArgs,
    (told, row, state): (&RunReport, &RunSummary, &RunState),
    trees: &impl Trees,
    context: &Context,
) -> Result<(), Failure> {
    let part = Part::of_run(trees, &row.run).await?;
    let prompts = trees.texts(&part.graph).await?;
    let page = report::page(told, row, state, &part, &prompts)
        .map_err(|error| Failure::Error(format!("cannot write the report: {error:#}")))?;
    let path = match args.output.as_deref() {
        None => PathBuf::from(format!("{}.html", row.run)),
        Some(path) if files::named(Some(path)).is_none() => {
            raw(page.trim_end());
            return Ok(());
        }
        Some(path) => path.to_owned(),
    };
    files::write(&path, &page, args.overwrite)?;
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "run": row.run, "written": path }));
    } else {
        context.output.line(format!("wrote the report of run {} to {}", row.run, path.display()));
    }
    Ok(())
}
