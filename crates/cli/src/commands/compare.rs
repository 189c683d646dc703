use clade_engine::{Pair, Side, SideWithState, pairs};
use serde_json::json;

use crate::{
    args::{CompareArgs, Pictures},
    chart,
    compare::{self, By},
    context::Context,
    failure::Failure,
    files,
    names::find_search,
};

/// `clade compare`
pub async fn run(args: &CompareArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store_to_read().await?;
    let mut found: Vec<SideWithState> = Vec::new();
    for name in &args.runs {
        let row = find_search(store.as_ref(), name, context.output).await?;
        if row.strategy.is_empty() {
            return Err(Failure::Usage(format!("run {} is an evaluation; compare runs of `clade run`", row.run)));
        }
        if found.iter().all(|(side, _)| side.run != row.run) {
            found.push(Side::read(&store, &row).await?);
        }
    }
    let (pairs, refused) = pairs(&found);
    let sides: Vec<Side> = found.into_iter().map(|(side, _)| side).collect();
    show(&sides, &pairs, &refused, args, context)
}

/// Shows runs side by side, and writes the pictures that are asked for.
///
/// # Errors
/// Where a file cannot be written.
pub fn show(
    sides: &[Side],
    pairs: &[Pair],
    refused: &[String],
    args: &CompareArgs,
    context: &Context,
) -> Result<(), Failure> {
    let output = context.output;
    if output.json {
        output.json_line(&json!({ "result": { "runs": sides, "pairs": pairs, "not_paired": refused } }));
    } else {
        compare::print(sides, pairs, refused, &output);
    }
    draw(sides, By::Run, &args.pictures, context)
}

/// Writes the curves of runs as a picture, as a page, or both.
///
/// # Errors
/// Where a file cannot be written.
pub fn draw(sides: &[Side], by: By, to: &Pictures, context: &Context) -> Result<(), Failure> {
    let picture = chart::svg(&compare::chart(sides, by));
    let page = || chart::page("Runs compared", &picture);
    let pictures = [(&to.svg, picture.clone()), (&to.html, page())];
    for (path, text) in pictures.into_iter().filter_map(|(path, text)| Some((path.as_ref()?, text))) {
        files::write(path, &text, to.overwrite)?;
        context.output.note(format!("wrote {}", path.display()));
    }
    Ok(())
}
