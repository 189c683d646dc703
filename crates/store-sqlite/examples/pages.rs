//! Fills a data folder of `clade serve` with what `cargo xtask bench ui` looks at: large family trees, a large heat map and many runs, all as
//! journals and rows that the server reads as any others.
//!
//! ```text
//! cargo run --release -p clade-store-sqlite --example pages -- FOLDER
//! ```
//!
//! `tree-10k` has 10,000 candidates and nearly 20,000 edges, as every candidate behind the first generation has two parents out of the one
//! before; `tree-50k` has 50,000. `matrix` has 1,000 candidates of which each met every fourth of 2,000 examples. `runs` other runs have
//! a row and a journal of one entry each. Scores are drawn from a fixed generator.

use std::{error::Error, path::PathBuf, sync::Arc};

use clade_domain::{
    CandidateId, CellRef, ContentHash, ExampleId, Judgement, Purpose, Relation, RunEvent, Spent, Split, Timestamp,
    Trial, TrialOutcome, Usage, Usd,
};
use clade_store::{Datasets, Journal, Lineage, RunStatus, RunSummary, Store, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};

/// Entries appended in one step.
const PART: usize = 5_000;
/// Rows beside the large runs, so that a list has 10,000.
const RUNS: u32 = 9_997;
/// When the first run was created: the others follow in steps of a minute.
const BEGIN: i64 = 1_780_000_000_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::args().nth(1).map(PathBuf::from).ok_or("name the folder to fill")?;
    std::fs::create_dir_all(&folder)?;
    let store = Arc::new(SqliteStore::open(&folder.join("clade.db"), SqliteOptions::default()).await?);
    for n in 0..RUNS {
        let run = samples::run(&format!("r{n:05}"))?;
        let row = row(samples::summary(&run, BEGIN + i64::from(n) * 60_000), n);
        store.create(row, Timestamp(BEGIN), vec![samples::started(&run, None)?]).await?;
    }
    println!("{RUNS} runs");
    tree(&store, "tree-10k", 10_000, 50).await?;
    tree(&store, "tree-50k", 50_000, 100).await?;
    matrix(&store, "matrix", 1_000, 2_000).await?;
    let lineage = Lineage::new(Arc::<SqliteStore>::clone(&store), Arc::<SqliteStore>::clone(&store));
    lineage.catch_up().await?;
    store.close().await?;
    Ok(())
}

/// A row as a run leaves it that ended, was paused or failed.
fn row(row: RunSummary, n: u32) -> RunSummary {
    let seed = unit(n, 1) * 0.5;
    RunSummary {
        status: [RunStatus::Finished, RunStatus::Finished, RunStatus::Paused, RunStatus::Failed][n as usize % 4],
        seed_score: Some(seed),
        best_score: Some(seed + unit(n, 2) * 0.4),
        worth: None,
        budget: None,
        improved: (n % 4 < 2).then_some(n.is_multiple_of(2)),
        candidates: 20 + n % 400,
        spent: Spent { usd: Usd(unit(n, 3) * 4.0), calls: u64::from(n) * 7 % 5_000, ..Spent::default() },
        ..row
    }
}

/// A run whose candidates have two parents each, and two trials.
async fn tree(
    store: &Arc<SqliteStore>,
    name: &str,
    candidates: u32,
    generations: u32,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let width = candidates / generations;
    let events = (0..candidates).flat_map(move |id| {
        let (generation, above) = (id / width, |n: u32| CandidateId((id / width - 1) * width + n % width));
        let mut made = samples::candidate(id);
        made.generation = generation;
        made.targets = Vec::new();
        // one parent in the same part of its generation, so that families hold together, and one from anywhere
        made.parents = match generation {
            0 => Vec::new(),
            _ => vec![above(id % width / 3), above(hash(id, 5))],
        };
        made.parents.dedup();
        made.relation = match made.parents.len() {
            0 => Relation::Seed,
            1 => Relation::MutatedFrom,
            _ => Relation::DerivedFrom,
        };
        let better = 0.3 + 0.5 * f64::from(generation) / f64::from(generations);
        let trials = (0..2).map(move |n| trial(id, hash(id, n) % 100, unit(id, 10 + n) < better));
        std::iter::once(RunEvent::CandidateAdmitted { candidate: Box::new(made), bill: Default::default() })
            .chain(trials)
    });
    fill(store, name, candidates, 100, events).await
}

/// A run whose candidates each met every fourth example.
async fn matrix(
    store: &Arc<SqliteStore>,
    name: &str,
    candidates: u32,
    examples: u32,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let events = (0..candidates).flat_map(move |id| {
        let mut made = samples::candidate(id);
        made.generation = id / 20;
        made.targets = Vec::new();
        made.parents = id.checked_sub(20).map(CandidateId).into_iter().collect();
        made.relation = if id < 20 { Relation::Seed } else { Relation::MutatedFrom };
        let skill = 0.3 + 0.4 * f64::from(id) / f64::from(candidates);
        let met = (id % 4..examples).step_by(4);
        let trials = met.map(move |at| {
            trial(id, at, unit(id.wrapping_mul(7_919).wrapping_add(at), 4) < skill * (0.5 + unit(at, 6)))
        });
        std::iter::once(RunEvent::CandidateAdmitted { candidate: Box::new(made), bill: Default::default() })
            .chain(trials)
    });
    fill(store, name, candidates, examples, events).await
}

async fn fill(
    store: &Arc<SqliteStore>,
    name: &str,
    candidates: u32,
    examples: u32,
    events: impl Iterator<Item = RunEvent>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let run = samples::run(name)?;
    let RunEvent::RunStarted { format, spec, branch_of, .. } = samples::started(&run, None)? else {
        return Err("a run begins otherwise".into());
    };
    let dataset = Box::new(samples::dataset(name, examples));
    store.put_examples(dataset.hash, (0..examples).map(samples::example).collect()).await?;
    let first = RunEvent::RunStarted { format, run: run.clone(), spec, dataset, branch_of };
    let created = BEGIN + i64::from(RUNS + 1) * 60_000;
    let row = RunSummary {
        status: RunStatus::Paused,
        candidates,
        generation: 50,
        description: name.into(),
        ..samples::summary(&run, created)
    };
    let mut next = store.create(row, Timestamp(created), vec![first]).await?;
    let mut part = Vec::with_capacity(PART);
    let mut entries = 0_u64;
    for event in events {
        part.push(event);
        entries += 1;
        if part.len() == PART {
            next = store.append(run.clone(), next, Timestamp(created), std::mem::take(&mut part)).await?;
        }
    }
    store.append(run.clone(), next, Timestamp(created), part).await?;
    println!("{name}: {candidates} candidates, {entries} entries");
    Ok(())
}

fn trial(candidate: u32, example: u32, pass: bool) -> RunEvent {
    let score = f64::from(u8::from(pass));
    let judgement = Judgement { metric: "numeric".into(), score, pass, reason: String::new(), weight: 1.0 };
    RunEvent::TrialFinished(Box::new(Trial {
        cell: CellRef { candidate: CandidateId(candidate), example: ExampleId(example), sample: 0 },
        split: Split::Train,
        purpose: Purpose::Search,
        model: None,
        outcome: TrialOutcome::Scored { answer: ContentHash::of(b"none"), score, pass, judgements: vec![judgement] },
        usage: Usage { input: 180, output: 60, ..Usage::default() },
        cost: Some(Usd(0.000_061 * (1.0 + unit(candidate, 8)))),
        judge: Default::default(),
        latency_ms: 412,
        cached: false,
        shared: false,
        cut: false,
        program: None,
        ran: Vec::new(),
    }))
}

/// A number that looks random and is always the same (splitmix64).
fn hash(n: u32, salt: u32) -> u32 {
    let mut z = (u64::from(n) << 32 | u64::from(salt)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 33) as u32
}

/// The same in [0, 1).
fn unit(n: u32, salt: u32) -> f64 {
    f64::from(hash(n, salt)) / f64::from(1_u32 << 31)
}
