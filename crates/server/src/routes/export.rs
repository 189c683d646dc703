use std::{
    io::{Seek, Write},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use clade_bundle::Data;
use clade_domain::Action;
use clade_evolve::RunState;
use clade_export::{ExportError, RowFormat, Rows, as_file, promptfoo};
use clade_lineage::formats::{Drawing, cypher, dot, graphml, json, mermaid};
use clade_store::Store;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Flag},
    route::Route,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/runs/{run}/export",
            Gate::Run(Action::ReadRuns),
            "export",
            "A run in a format that other programs read.",
            export,
        )
        .asks::<Wanted>()
        .streams("*/*"),
    ]
}

/// In which format.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    format: Format,
    /// `false`: a bundle without its examples; it can then be looked at, and not resumed.
    data: Option<Flag>,
}

/// A format.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Everything, for another installation.
    Bundle,
    /// The best prompt as text.
    Prompt,
    /// A promptfoo config that evaluates the best prompt.
    Promptfoo,
    /// Trials.
    Csv,
    /// Trials with their answers as JSON lines.
    Jsonl,
    /// The journal as JSON lines.
    Journal,
    /// The family tree for Graphviz.
    Dot,
    /// The family tree for Mermaid.
    Mermaid,
    /// The family tree as GraphML.
    Graphml,
    /// The family tree as Cypher statements.
    Cypher,
    /// The family tree as JSON.
    Tree,
}

impl Format {
    /// The end of its file's name, and its media type.
    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Bundle => ("clade.tar.zst", "application/zstd"),
            Self::Prompt => ("prompt.txt", "text/plain; charset=utf-8"),
            Self::Promptfoo => ("promptfoo.json", "application/json"),
            Self::Csv => ("csv", "text/csv; charset=utf-8"),
            Self::Jsonl => ("trials.jsonl", "application/jsonl"),
            Self::Journal => ("journal.jsonl", "application/jsonl"),
            Self::Dot => ("dot", "text/vnd.graphviz"),
            Self::Mermaid => ("mmd", "text/plain; charset=utf-8"),
            Self::Graphml => ("graphml", "application/xml"),
            Self::Cypher => ("cypher", "text/plain; charset=utf-8"),
            Self::Tree => ("tree.json", "application/json"),
        }
    }
}

async fn export(State(app): State<App>, caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Response, Problem> {
    let run = caller.run()?.run.clone();
    let (end, media) = wanted.format.kind();
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{run}.{end}\"")),
    ];
    let body = match wanted.format {
        Format::Bundle => {
            let data = if wanted.data.is_none_or(|data| data.0) { Data::Included } else { Data::LeftOut };
            bundle(&app, &caller, data).await?
        }
        Format::Prompt => {
            let best = |state: &RunState| state.candidate(state.best()).map(|best| best.prompt.clone());
            let best = app.states.look(&app.store, &run, best).await?;
            Body::from(as_file(&best.ok_or(ExportError::NoCandidate { run: run.clone() })?)?)
        }
        Format::Promptfoo => {
            let state = app.states.look(&app.store, &run, Clone::clone).await?;
            let config = promptfoo(&state, app.store.as_ref()).await?;
            Body::from(serde_json::to_string_pretty(&config).map_err(Problem::fault)?)
        }
        Format::Csv => rows(&app.store, &run, RowFormat::Csv),
        Format::Jsonl => rows(&app.store, &run, RowFormat::Jsonl),
        Format::Journal => rows(&app.store, &run, RowFormat::Journal),
        Format::Dot | Format::Mermaid | Format::Graphml | Format::Cypher | Format::Tree => {
            Body::from(tree(&app, &caller, wanted.format).await?)
        }
    };
    Ok((headers, body).into_response())
}

/// A bundle by way of a file: its first part names the sums of all others.
async fn bundle(app: &App, caller: &Caller, data: Data) -> Result<Body, Problem> {
    let mut file = tempfile::tempfile().map_err(Problem::fault)?;
    let row = caller.run()?.clone();
    clade_bundle::write(app.store.as_ref(), row, data, &std::env::temp_dir(), &mut file).await?;
    file.flush().and_then(|()| file.rewind()).map_err(Problem::fault)?;
    let stream = tokio_util::io::ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 << 10);
    Ok(Body::from_stream(stream))
}

fn rows(store: &Arc<dyn Store>, run: &clade_domain::RunId, format: RowFormat) -> Body {
    let (sender, receiver) = futures::channel::mpsc::channel(1);
    let (store, run) = (store.clone(), run.clone());
    let write = async move {
        let mut sender = sender;
        let mut rows = Rows::new(store.as_ref(), run, format);
        loop {
            let part = match rows.next().await {
                Ok(Some(part)) => Ok(bytes::Bytes::from(part)),
                Ok(None) => return,
                Err(error) => Err(std::io::Error::other(error.to_string())),
            };
            let failed = part.is_err();
            // a reader that went away ends the export
            if futures::SinkExt::send(&mut sender, part).await.is_err() || failed {
                return;
            }
        }
    };
    // both are polled as one stream: nothing is spawned
    Body::from_stream(futures::stream::select(receiver, nothing_after(write)))
}

/// A stream of nothing that ends when some work is done.
fn nothing_after<T>(work: impl Future<Output = ()> + Send) -> impl futures::Stream<Item = T> {
    use futures::FutureExt;
    work.map(|()| futures::stream::empty::<T>()).flatten_stream()
}

async fn tree(app: &App, caller: &Caller, format: Format) -> Result<String, Problem> {
    let run = &caller.run()?.run;
    let graph = app.lineage.run(run).await?;
    let best = app.lineage.best(run, &graph).await?;
    let with_texts = matches!(format, Format::Graphml | Format::Cypher | Format::Tree);
    let texts = if with_texts { app.lineage.texts(graph.nodes()).await? } else { Default::default() };
    let drawing = Drawing::new(&graph, &texts, run.as_str(), best.as_ref());
    Ok(match format {
        Format::Dot => dot(&drawing),
        Format::Mermaid => mermaid(&drawing),
        Format::Graphml => graphml(&drawing),
        Format::Cypher => cypher(&drawing),
        _ => json(&drawing).to_string(),
    })
}
