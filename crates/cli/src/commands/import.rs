use clade_bundle::{Answers, Limits, check, import};
use clade_engine::{Owner, now};
use clade_store_sqlite::Durability;

use crate::{args::ImportArgs, context::Context, failure::Failure};

/// `clade import`
pub async fn run(args: &ImportArgs, context: &Context) -> Result<(), Failure> {
    let named = |failure| match failure {
        Failure::Usage(message) => Failure::Usage(format!("{}: {message}", args.file.display())),
        Failure::Error(message) => Failure::Error(format!("{}: {message}", args.file.display())),
        other => other,
    };
    let checked = check(&args.file, Limits::default()).map_err(|error| named(error.into()))?;
    let run = match &args.run_id {
        Some(name) => name.parse().map_err(|error: clade_domain::IdError| Failure::Usage(error.to_string()))?,
        None => checked.manifest.summary.run.clone(),
    };
    let answers = if args.untrusted { Answers::Shown } else { Answers::Reused };
    let store = context.store(Durability::Normal).await?;
    import(store.as_ref(), &checked, run.clone(), Owner::default(), answers, now()).await?;
    store.close().await?;
    let (entries, trials) = (checked.state.length(), checked.state.trials());
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "run": run, "entries": entries, "trials": trials }));
        return Ok(());
    }
    context
        .output
        .line(format!("imported run {run}: {entries} journal entries, {trials} trials; `clade show {run}` shows it"));
    if checked.manifest.examples.is_none() {
        context.output.line("its examples are not in the bundle: it can be looked at, and not resumed");
    }
    Ok(())
}
