use std::{
    collections::BTreeSet,
    io::{BufWriter, Write},
    path::PathBuf,
    sync::Arc,
};

use clade_bundle::Data;
use clade_domain::RunId;
use clade_engine::replay_state;
use clade_export::{ExportError, RowFormat, Rows, as_file, promptfoo};
use clade_store::{RunSummary, Store};
use serde_json::json;

use crate::{
    args::{ExportArgs, ExportFormat, TreeFormat},
    context::Context,
    display::result::short,
    failure::Failure,
    files,
    lineage::{OwnTrees, Part, Trees, written},
    names::{find_run, find_search},
    output::Output,
};

/// `clade export`
pub async fn run(args: &ExportArgs, context: &Context) -> Result<(), Failure> {
    let (store, lineage) = context.lineage().await?;
    let row = match args.format.of_search() {
        true => find_search(store.as_ref(), &args.run, context.output).await?,
        false => find_run(store.as_ref(), &args.run).await?,
    };
    let trees = OwnTrees { store, lineage };
    to_place(args, &row.run.clone(), context, async |out| write(args, row, &trees, out, context.output).await).await
}

/// Lets an export be written to where it is to go, and takes a part of one away again.
///
/// # Errors
/// Where the place cannot be written, or the export fails.
pub async fn to_place(
    args: &ExportArgs,
    run: &RunId,
    context: &Context,
    write: impl AsyncFnOnce(&mut (dyn Write + Send)) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let bundle = args.format == ExportFormat::Bundle && args.output.is_none();
    let default = bundle.then(|| PathBuf::from(format!("{run}.clade.tar.zst")));
    let path = files::named(args.output.as_deref()).map(PathBuf::from).or(default);
    match &path {
        Some(path) => {
            // a part of an export would pass for the whole
            let mut file = files::Written::begin(path, args.overwrite)?;
            let done = write(&mut file).await;
            file.end(done)?;
        }
        None => {
            let mut out = BufWriter::new(std::io::stdout());
            write(&mut out).await?;
            out.flush().map_err(|error| lost(&error))?;
        }
    }
    if let Some(path) = &path {
        if context.output.json {
            context.output.json_line(&json!({ "run": run, "written": path }));
        } else {
            context.output.note(format!("wrote run {run} to {}", path.display()));
        }
    }
    Ok(())
}

async fn write(
    args: &ExportArgs,
    row: RunSummary,
    trees: &OwnTrees,
    out: &mut (dyn Write + Send),
    output: Output,
) -> Result<(), Failure> {
    let (run, store) = (row.run.clone(), &trees.store);
    if let Some(format) = tree_format(args.format) {
        return tree(trees, &row, format, out).await;
    }
    match args.format {
        ExportFormat::Bundle => {
            let data = if args.without_data { Data::LeftOut } else { Data::Included };
            clade_bundle::write(store.as_ref(), row, data, &std::env::temp_dir(), out).await?;
            let state = replay_state(store, &run).await?;
            let kept: BTreeSet<&str> =
                state.sandboxes().all().iter().flat_map(|kept| &kept.states).map(|kept| kept.state.as_str()).collect();
            let from = state.spec().sandbox.as_ref().and_then(|sandbox| sandbox.from.as_deref());
            if let Some(from) = from {
                output.note(format!(
                    "the bundle does not carry the kept sandbox state {} that the run's sandboxes start from: elsewhere they start empty",
                    short(from)
                ));
            }
            if !kept.is_empty() {
                output.note(format!(
                    "the bundle does not carry the {}: branches that are made of it elsewhere start with empty sandboxes",
                    if kept.len() == 1 { "kept sandbox state".to_owned() } else { format!("{} kept sandbox states", kept.len()) }
                ));
            }
        }
        ExportFormat::Prompt => {
            let state = replay_state(store, &run).await?;
            let best = state.candidate(state.best()).ok_or(ExportError::NoCandidate { run })?;
            line(out, &as_file(&best.prompt)?)?;
        }
        ExportFormat::Promptfoo => {
            let config = promptfoo(&replay_state(store, &run).await?, store.as_ref()).await?;
            line(out, &serde_json::to_string_pretty(&config).unwrap_or_default())?;
        }
        ExportFormat::Csv => rows(store, row, RowFormat::Csv, out).await?,
        ExportFormat::Jsonl => rows(store, row, RowFormat::Jsonl, out).await?,
        ExportFormat::Journal => rows(store, row, RowFormat::Journal, out).await?,
        ExportFormat::Dot
        | ExportFormat::Mermaid
        | ExportFormat::Graphml
        | ExportFormat::Cypher
        | ExportFormat::Tree => {}
    }
    Ok(())
}

async fn rows(
    store: &Arc<dyn Store>,
    row: RunSummary,
    format: RowFormat,
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    let mut rows = Rows::new(store.as_ref(), row.run, format);
    while let Some(part) = rows.next().await? {
        out.write_all(&part).map_err(|error| lost(&error))?;
    }
    Ok(())
}

/// How a family tree is written in this format, where it is one of a family tree.
pub fn tree_format(format: ExportFormat) -> Option<TreeFormat> {
    Some(match format {
        ExportFormat::Dot => TreeFormat::Dot,
        ExportFormat::Mermaid => TreeFormat::Mermaid,
        ExportFormat::Graphml => TreeFormat::Graphml,
        ExportFormat::Cypher => TreeFormat::Cypher,
        ExportFormat::Tree => TreeFormat::Json,
        _ => return None,
    })
}

/// Writes a run's whole family tree.
///
/// # Errors
/// Where it cannot be read or written.
pub async fn tree(
    trees: &impl Trees,
    row: &RunSummary,
    format: TreeFormat,
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    let part = Part::of_run(trees, &row.run).await?;
    let text = written(&part, format, row, trees).await?;
    out.write_all(text.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(|error| lost(&error))
}

fn line(out: &mut (dyn Write + Send), text: &str) -> Result<(), Failure> {
    writeln!(out, "{text}").map_err(|error| lost(&error))
}

/// A reader that went away (`| head`) ends the export without a word.
pub fn lost(error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::Exit(crate::exit::OK),
        _ => Failure::Error(format!("cannot write the export: {error}")),
    }
}
