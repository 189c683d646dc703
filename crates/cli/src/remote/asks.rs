use std::io::Write;

use clade_domain::{CandidateId, Prompt, Recorded};
use clade_engine::{CandidateDiff, Pair, RunReport, SandboxesKept, Side};
use clade_evolve::RunState;
use clade_filter::Filter;
use clade_lineage::Node;
use clade_store::{RUN_FIELDS, RunSummary, SnapshotRow};
use futures::StreamExt;
use reqwest::{Body, Method, Response, header};
use serde::Deserialize;
use serde_json::json;

use super::{Client, trees::ServerTrees};
use crate::{
    args::{
        BestArgs, CompareArgs, DiffArgs, ExportArgs, ExportFormat, ImportArgs, LineageArgs, ListArgs, ReportArgs,
        RunName, SnapshotArgs,
    },
    commands::{
        best as best_command, compare as compare_command, diff as diff_command, export as export_command,
        import as import_command, lineage as lineage_command, list as list_command, report as report_command,
        show as show_command, snapshot as snapshot_command,
    },
    context::Context,
    failure::Failure,
};

/// `clade list`
pub async fn list(client: &Client, args: &ListArgs, context: &Context) -> Result<(), Failure> {
    let words = args.filter.as_deref().unwrap_or_default();
    Filter::parse(words, &RUN_FIELDS)?;
    let statuses = list_command::statuses(args);
    let mut query = Vec::new();
    if !words.is_empty() {
        query.push(("filter", words));
    }
    if let Some(text) = &args.text {
        query.push(("text", text));
    }
    let most = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let asked = if statuses.is_empty() { most } else { usize::MAX };
    let mut rows: Vec<RunSummary> = match most {
        0 => Vec::new(),
        _ => client.all(&["workspaces", client.workspace.as_str(), "runs"], &query, asked).await?,
    };
    rows.retain(|row| statuses.is_empty() || statuses.contains(&row.status));
    rows.truncate(most);
    list_command::show(&rows, args, &context.output);
    Ok(())
}

/// `clade show`
pub async fn show(client: &Client, args: &RunName, context: &Context) -> Result<(), Failure> {
    let row = client.find_run(&args.run).await?;
    let report: RunReport = client.get(&["runs", row.run.as_str(), "report"], &[]).await?;
    show_command::print(&report, context);
    Ok(())
}

/// A candidate with its prompt.
#[derive(Deserialize)]
pub(super) struct CandidateView {
    pub node: Node,
    pub prompt: Prompt,
    pub text: String,
}

/// `clade best`
pub async fn best(client: &Client, args: &BestArgs, context: &Context) -> Result<(), Failure> {
    let row = client.find_search(&args.run, context.output).await?;
    let CandidateView { node, prompt, .. } = client.get(&["runs", row.run.as_str(), "candidates", "best"], &[]).await?;
    best_command::show(args, &row.run, node.id.candidate, node.generation, &prompt, context)
}

/// `clade lineage`
pub async fn lineage(client: &Client, args: &LineageArgs, context: &Context) -> Result<(), Failure> {
    let row = client.find_search(&args.run, context.output).await?;
    lineage_command::show(args, &row, &ServerTrees { client }, &context.output).await
}

/// `clade report`: what the page shows of the search is folded out of the journal, here as there.
pub async fn report(client: &Client, args: &ReportArgs, context: &Context) -> Result<(), Failure> {
    let row = client.find_run(&args.run).await?;
    let told: RunReport = client.get(&["runs", row.run.as_str(), "report"], &[]).await?;
    let url = client.url(&["runs", row.run.as_str(), "journal"], &[]);
    let response = client.send(client.request(Method::GET, url)).await?;
    let mut journal = Vec::new();
    copied(client, response, &mut journal).await?;
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Error(format!("the journal of run {} cannot be read: {error}; use the version of the server", row.run))
    };
    let mut state: Option<RunState> = None;
    for entry in serde_json::Deserializer::from_slice(&journal).into_iter::<Recorded>() {
        let entry = entry.map_err(|error| wrong(&error))?;
        let state = match &mut state {
            Some(state) => state,
            none => none.insert(RunState::start(&entry).map_err(|error| wrong(&error))?),
        };
        state.apply(&entry);
    }
    let state = state.ok_or_else(|| wrong(&"it is empty"))?;
    report_command::write(args, (&told, &row, &state), &ServerTrees { client }, context).await
}

/// `clade diff`
pub async fn diff(client: &Client, args: &DiffArgs, context: &Context) -> Result<(), Failure> {
    let row = client.find_search(&args.run, context.output).await?;
    // asked by number here, and by name there: `3` is `c3`
    let name = |name: &str| name.parse::<CandidateId>().map_or_else(|_| name.to_owned(), |id| id.to_string());
    let (a, b) = (name(&args.a), name(&args.b));
    let path = ["runs", row.run.as_str(), "candidates", &b, "diff"];
    let compared: CandidateDiff = client.get(&path, &[("with", &a)]).await?;
    diff_command::show(&row.run, compared, &context.output);
    Ok(())
}

/// `clade snapshot`
pub async fn snapshot(client: &Client, args: &SnapshotArgs, context: &Context) -> Result<(), Failure> {
    let row = client.find_search(&args.run, context.output).await?;
    let path = ["runs", row.run.as_str(), "snapshots"];
    if args.list {
        #[derive(Deserialize)]
        struct Taken {
            items: Vec<SnapshotRow>,
        }
        let taken: Taken = client.get(&path, &[]).await?;
        snapshot_command::list(&row.run, &taken.items, &context.output);
    } else {
        #[derive(Deserialize)]
        struct Taken {
            #[serde(flatten)]
            snapshot: SnapshotRow,
            sandboxes: Option<SandboxesKept>,
        }
        let taken: Taken = client.post(&path, &json!({ "name": args.name })).await?;
        snapshot_command::taken_now(&taken.snapshot, row.mode, &context.output);
        if let Some(kept) = &taken.sandboxes {
            snapshot_command::kept_with(&taken.snapshot, kept, &context.output);
        }
    }
    Ok(())
}

/// `clade export`
pub async fn export(client: &Client, args: &ExportArgs, context: &Context) -> Result<(), Failure> {
    let row = match args.format.of_search() {
        true => client.find_search(&args.run, context.output).await?,
        false => client.find_run(&args.run).await?,
    };
    export_command::to_place(args, &row.run, context, async |out| {
        if let Some(format) = export_command::tree_format(args.format) {
            return export_command::tree(&ServerTrees { client }, &row, format, out).await;
        }
        let (format, line) = match args.format {
            ExportFormat::Prompt => ("prompt", "\n"),
            ExportFormat::Promptfoo => ("promptfoo", "\n"),
            ExportFormat::Csv => ("csv", ""),
            ExportFormat::Jsonl => ("jsonl", ""),
            ExportFormat::Journal => ("journal", ""),
            _ => ("bundle", ""),
        };
        let mut query = vec![("format", format)];
        if args.without_data {
            query.push(("data", "0"));
        }
        let url = client.url(&["runs", row.run.as_str(), "export"], &query);
        let response = client.send(client.request(Method::GET, url)).await?;
        copied(client, response, out).await?;
        out.write_all(line.as_bytes()).map_err(|error| export_command::lost(&error))
    })
    .await
}

/// Writes the body of an answer as it comes.
async fn copied(client: &Client, response: Response, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| client.unreachable(&error))?;
        out.write_all(&chunk).map_err(|error| export_command::lost(&error))?;
    }
    Ok(())
}

/// `clade import`
pub async fn import(client: &Client, args: &ImportArgs, context: &Context) -> Result<(), Failure> {
    let file = tokio::fs::File::open(&args.file).await.map_err(|error| Failure::io("read", &args.file, &error))?;
    let length = file.metadata().await.map_err(|error| Failure::io("read", &args.file, &error))?.len();
    let query: Vec<(&str, &str)> = args.run_id.iter().map(|run| ("run", run.as_str())).collect();
    let url = client.url(&["workspaces", client.workspace.as_str(), "runs", "import"], &query);
    let body = Body::wrap_stream(tokio_util::io::ReaderStream::new(file));
    let request = client.request(Method::POST, url).header(header::CONTENT_LENGTH, length);
    let request = request.header(header::CONTENT_TYPE, "application/octet-stream").body(body);
    let response = client.send(request).await?;
    if !args.untrusted {
        context.output.note("note: a server keeps the answers of a bundle for its run alone, as --untrusted does");
    }
    import_command::show(&client.read(response).await?, context);
    Ok(())
}

/// Runs side by side, as the API compares them.
#[derive(Deserialize)]
struct Comparison {
    runs: Vec<Side>,
    pairs: Vec<Pair>,
    not_paired: Vec<String>,
}

/// `clade compare`
pub async fn compare(client: &Client, args: &CompareArgs, context: &Context) -> Result<(), Failure> {
    let mut runs = Vec::new();
    for name in &args.runs {
        runs.push(client.find_search(name, context.output).await?.run.to_string());
    }
    let path = ["workspaces", client.workspace.as_str(), "compare"];
    let Comparison { runs, pairs, not_paired } = client.get(&path, &[("runs", &runs.join(","))]).await?;
    compare_command::show(&runs, &pairs, &not_paired, args, context)
}
