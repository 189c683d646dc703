//! What servers beside the store take, and what they cost a run: `cargo xtask bench backends` starts real ones on loopback.
//!
//! Unlike the other programs it calls crates of the product: how fast a server keeps candidates or answers a question is asked of the
//! crate that talks to it. What a run loses to them is measured from outside. A server that is not there has no figures.

mod bare;
mod journal;
mod lag;
mod projections;
mod queries;
mod runs;
mod servers;
mod timed;
mod tree;

use std::{process::ExitCode, sync::Arc};

use clade_bench::{Clade, Options, main_with};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use serde_json::{Value, json};

use crate::{servers::Servers, tree::Tree};

/// What there is to measure.
const PARTS: [&str; 5] = ["journal", "projections", "queries", "lag", "runs"];

fn main() -> ExitCode {
    main_with("backends", |clade| {
        let options = Options::from_command_line(&[
            ("parts", &PARTS.join(","), "what is measured; `queries` takes `projections` along"),
            ("candidates", "100000", "candidates of the tree that is carried over and asked about"),
            ("generations", "51", "its generations"),
            ("table_candidates", "2000", "candidates that are carried over to DynamoDB Local"),
            ("entries", "200000", "journal entries that PostgreSQL takes"),
            ("calls", "20000", "task calls of a run beside which servers are kept up"),
            ("pairs", "5", "runs without servers and with them, in turn"),
            ("latencies_ms", "0,50", "what each call of these runs takes"),
        ])?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(measure(clade, &options))
    })
}

async fn measure(clade: &Clade, options: &Options) -> Result<Value, String> {
    let parts: Vec<String> = options.list("parts")?;
    if let Some(unknown) = parts.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(format!("--parts {unknown}: there are {}", PARTS.join(", ")));
    }
    let has = |part: &str| parts.iter().any(|wanted| wanted == part);
    let servers = Servers::find()?;
    let mut figures = json!({});
    if has("journal") {
        figures["journal"] = journal::measure(&servers, options.get("entries")?).await?;
    }
    if has("projections") || has("queries") {
        let folder = tempfile::tempdir().map_err(|error| format!("could not make a folder: {error}"))?;
        let store = SqliteStore::open(&folder.path().join("clade.db"), SqliteOptions::default()).await;
        let store = Arc::new(store.map_err(said)?);
        let (candidates, generations) = (options.get("candidates")?, options.get("generations")?);
        let narrow = Tree { name: "narrow", candidates, generations, survivors: 40 };
        let trees = [
            Tree { name: "warm", candidates: candidates.min(5_000), ..narrow },
            narrow,
            Tree { name: "wide", survivors: u32::MAX, ..narrow },
            Tree { name: "table", candidates: options.get("table_candidates")?, ..narrow },
        ];
        for tree in &trees {
            tree.write(store.as_ref()).await.map_err(said)?;
        }
        figures["projections"] = projections::measure(&servers, &store, &trees).await?;
        if has("queries") {
            figures["queries"] = queries::measure(&servers, &store, &trees[1..3]).await?;
        }
    }
    let calls = options.get("calls")?;
    if has("lag") {
        figures["lag"] = lag::measure(clade, &servers, calls).await?;
    }
    if has("runs") {
        figures["runs"] = runs::measure(clade, &servers, calls, options.get("pairs")?, &options.list("latencies_ms")?)?;
    }
    Ok(figures)
}

/// An error in words.
fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
