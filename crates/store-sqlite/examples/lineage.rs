//! What the family tree costs: reading it out of a journal, kin 50 generations away, first positions and a page.
//!
//! ```text
//! cargo run --release -p clade-store-sqlite --example lineage -- [candidates] [generations] [folder]
//! ```
//!
//! One run in which every third candidate has two parents, all out of the generation before, and another that branches from it. The times are of the whole way: file, JSON,
//! graph and positions.

use std::{error::Error, path::PathBuf, sync::Arc, time::Instant};

use clade_domain::{CandidateId, Relation, RunEvent, RunId, Timestamp};
use clade_lineage::{Layout, LayoutOptions, NodeId};
use clade_store::{Journal, Kin, Lineage, RunSummary, Store, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};

/// Entries appended in one step.
const PART: usize = 2_000;
/// Candidates of the run that branches off.
const BRANCH: u32 = 1_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut args = std::env::args().skip(1);
    let candidates: u32 = args.next().map_or(Ok(100_000), |n| n.parse())?;
    let generations: u32 = args.next().map_or(Ok(51), |n| n.parse())?;
    let folder = args.next().map_or_else(|| std::env::temp_dir().join("clade-lineage"), PathBuf::from);
    drop(std::fs::remove_dir_all(&folder));
    let store = Arc::new(SqliteStore::open(&folder.join("clade.db"), SqliteOptions::default()).await?);
    let lineage = Lineage::new(Arc::<SqliteStore>::clone(&store), Arc::<SqliteStore>::clone(&store));
    let run = samples::run("measured")?;
    let width = (candidates / generations).max(2);
    let events: Vec<RunEvent> = (0..candidates).map(|id| candidate(id, width)).collect();
    let mut next = store.create(samples::summary(&run, 1), Timestamp(1), vec![samples::started(&run, None)?]).await?;
    for part in events.chunks(PART) {
        next = store.append(run.clone(), next, Timestamp(2), part.to_vec()).await?;
    }

    let start = Instant::now();
    lineage.catch_up().await?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{candidates} candidates read in {seconds:.2} s: {:.0} a second", f64::from(candidates) / seconds);

    let deepest = NodeId::new(run.clone(), CandidateId(candidates - 1));
    let mut found = 0;
    let up = median(async || {
        found = lineage.kin(std::slice::from_ref(&deepest), Kin::Ancestors).await?.ancestors(&deepest).len();
        Ok(())
    })
    .await?;
    println!("{found} ancestors, {} generations deep: {up:.1} ms", (candidates - 1) / width);
    let root = NodeId::new(run.clone(), CandidateId(0));
    let down = median(async || {
        found = lineage.kin(std::slice::from_ref(&root), Kin::Descendants).await?.descendants(&root).len();
        Ok(())
    })
    .await?;
    println!("{found} descendants: {down:.1} ms");

    let mut layout = Layout::default();
    for most in [usize::MAX, 2_000] {
        let placed = median(async || {
            let graph = lineage.run(&run).await?;
            let best = lineage.best(&run, &graph).await?;
            layout = Layout::of(&graph, &LayoutOptions { best, most, ..LayoutOptions::default() });
            Ok(())
        })
        .await?;
        println!("positions of {} marks in {} rows: {placed:.0} ms", layout.marks.len(), layout.rows);
    }
    let graph = lineage.run(&run).await?;
    let start = Instant::now();
    let layout = Layout::of(&graph, &LayoutOptions::default());
    println!("positions alone, of a graph in memory: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let page = serde_json::to_vec(layout.page(layout.marks.len() / 2, 1_000))?;
    println!("a page of 1,000 marks, {} bytes of JSON: {:.1} ms", page.len(), start.elapsed().as_secs_f64() * 1e3);
    branch(store.as_ref(), &run, CandidateId(candidates / 2)).await?;
    store.close().await?;
    Ok(())
}

/// A run that branches from a candidate: what a server shows with the tree of the first, and the reverse.
async fn branch(store: &SqliteStore, of: &RunId, from: CandidateId) -> Result<(), Box<dyn Error + Send + Sync>> {
    let run = samples::run("measured-branch")?;
    let row = RunSummary { branch_of: Some(of.clone()), ..samples::summary(&run, 2) };
    let started = samples::started(&run, Some((of.clone(), 1, Some(from))))?;
    let next = store.create(row, Timestamp(3), vec![started]).await?;
    let candidate = |id: u32| {
        let mut made = samples::candidate(id);
        (made.generation, made.parents) = (id.ilog2(), vec![CandidateId(id / 2)]);
        made.relation = Relation::MutatedFrom;
        if id == 1 {
            (made.parents, made.relation) = (Vec::new(), Relation::BranchOf);
        }
        made.id = CandidateId(id - 1);
        made.parents.iter_mut().for_each(|parent| parent.0 -= 1);
        RunEvent::CandidateAdmitted { candidate: Box::new(made), bill: Default::default() }
    };
    store.append(run, next, Timestamp(4), (1..=BRANCH).map(candidate).collect()).await?;
    Ok(())
}

/// The median of five times in milliseconds, the first not counted.
async fn median(
    mut work: impl AsyncFnMut() -> Result<(), clade_store::StoreError>,
) -> Result<f64, clade_store::StoreError> {
    let mut times = Vec::new();
    for _ in 0..6 {
        let start = Instant::now();
        work().await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(times[2])
}

/// A candidate whose parents are spread over the generation before.
fn candidate(id: u32, width: u32) -> RunEvent {
    let mut made = samples::candidate(id);
    let above = |n: u32| CandidateId((id / width - 1) * width + n % width);
    made.generation = id / width;
    made.parents = match (id / width, id % 3) {
        (0, _) => Vec::new(),
        (_, 0) => vec![above(id.wrapping_mul(2_654_435_761) >> 7), above(id.wrapping_mul(40_503))],
        _ => vec![above(id.wrapping_mul(2_654_435_761) >> 7)],
    };
    made.relation = match made.parents.len() {
        0 => Relation::Seed,
        1 => Relation::MutatedFrom,
        _ => Relation::DerivedFrom,
    };
    RunEvent::CandidateAdmitted { candidate: Box::new(made), bill: Default::default() }
}
