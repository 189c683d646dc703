use clade_store_sqlite::Durability;

use crate::{args::ImportArgs, bundle, context::Context, failure::Failure};

/// `clade import`
pub async fn run(args: &ImportArgs, context: &Context) -> Result<(), Failure> {
    let checked = bundle::check(&args.file)?;
    let run = match &args.run_id {
        Some(name) => name.parse().map_err(|error: clade_domain::IdError| Failure::Usage(error.to_string()))?,
        None => checked.manifest.summary.run.clone(),
    };
    let (entries, trials) = (checked.state.length(), checked.state.trials());
    let store = context.store(Durability::Normal).await?;
    bundle::import(&store, &args.file, checked, run.clone()).await?;
    store.close().await?;
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "run": run, "entries": entries, "trials": trials }));
    } else {
        context.output.line(format!(
            "imported run {run}: {entries} journal entries, {trials} trials; `clade show {run}` shows it"
        ));
    }
    Ok(())
}
