use clade_domain::{CandidateId, Prompt, RunId};
use clade_engine::replay_state;
use clade_export::as_file;
use serde_json::json;

use crate::{args::BestArgs, context::Context, failure::Failure, files, names::find_search};

/// `clade best`
pub async fn run(args: &BestArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store_to_read().await?;
    let row = find_search(store.as_ref(), &args.run, context.output).await?;
    let state = replay_state(&store, &row.run).await?;
    let best = state.best();
    let missing =
        || Failure::Error(format!("run `{}` has no candidate yet; `clade resume {}` goes on", row.run, row.run));
    let candidate = state.candidate(best).ok_or_else(missing)?;
    show(args, &row.run, best, candidate.generation, &candidate.prompt, context)
}

/// Prints the best prompt of a run, or writes it to a file.
///
/// # Errors
/// Where the file cannot be written.
pub fn show(
    args: &BestArgs,
    run: &RunId,
    best: CandidateId,
    generation: u32,
    prompt: &Prompt,
    context: &Context,
) -> Result<(), Failure> {
    let text = as_file(prompt)?;
    let file = files::named(args.output.as_deref());
    if let Some(path) = file {
        files::write(path, &format!("{text}\n"), args.overwrite)?;
        context.output.note(format!("wrote {} of run {} to {}", best, run, path.display()));
    }
    if context.output.json {
        context.output.json_line(&json!({ "run": run, "candidate": best.to_string(), "generation": generation,
            "prompt": prompt.to_text(), "components": prompt }));
    } else if file.is_none() {
        context.output.line(text);
    }
    Ok(())
}
