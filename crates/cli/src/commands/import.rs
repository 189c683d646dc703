use clade_bundle::{Answers, Limits, check, import};
use clade_domain::RunId;
use clade_engine::{Owner, now};
use clade_store_sqlite::Durability;
use serde::Deserialize;

use crate::{again, args::ImportArgs, context::Context, display::result::count, failure::Failure, names::new_run_id};

/// `clade import`
pub async fn run(args: &ImportArgs, context: &Context) -> Result<(), Failure> {
    let named = |failure| match failure {
        Failure::Usage(message) => Failure::Usage(format!("{}: {message}", args.file.display())),
        Failure::Error(message) => Failure::Error(format!("{}: {message}", args.file.display())),
        other => other,
    };
    let checked = check(&args.file, Limits::default()).map_err(|error| named(error.into()))?;
    let run = match &args.run_id {
        Some(name) => new_run_id(Some(name))?,
        None => new_run_id(Some(checked.manifest.summary.run.as_str()))?,
    };
    let answers = if args.untrusted { Answers::Shown } else { Answers::Reused };
    let store = context.store(Durability::Normal).await?;
    import(store.as_ref(), &checked, run.clone(), Owner::default(), answers, now()).await?;
    store.close().await?;
    let imported = Imported {
        run,
        entries: checked.state.length(),
        trials: checked.state.trials() + checked.state.apart().trials(),
        resumable: checked.manifest.examples.is_some(),
    };
    show(&imported, context);
    Ok(())
}

/// A run that was taken in.
#[derive(Debug, Deserialize)]
pub struct Imported {
    /// Its name here.
    pub run: RunId,
    /// Journal entries.
    pub entries: u64,
    /// Trials.
    pub trials: u64,
    /// Whether its examples came along.
    pub resumable: bool,
}

/// Says what was taken in.
pub fn show(Imported { run, entries, trials, resumable }: &Imported, context: &Context) {
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "run": run, "entries": entries, "trials": trials }));
        return;
    }
    let (entries, trials) = (count(*entries, "journal entry"), count(*trials, "trial"));
    let told = format!("imported run {run}: {entries}, {trials}; `clade show {run}` shows it");
    context.output.line(again::completed(&told));
    if !resumable {
        context.output.line("its examples are not in the bundle: it can be looked at, and not resumed");
    }
}
