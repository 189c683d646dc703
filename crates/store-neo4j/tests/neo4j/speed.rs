//! How quick it is; said and not judged, since machines differ. `cargo test --release -- --nocapture speed` shows it.

use std::{sync::Arc, time::Instant};

use clade_domain::{CandidateId, Relation, RunEvent, Timestamp};
use clade_lineage::NodeId;
use clade_store::{Journal, Kin, Lineage, LineageGraph, MemoryStore, Projection, conformance::samples};

use crate::{database, lineage};

#[tokio::test]
async fn speed() {
    let Some((_turn, options)) = database().await else { return };
    let (store, run) = (Arc::new(MemoryStore::new()), samples::run("quick").unwrap());
    let (wide, generations) = if cfg!(debug_assertions) { (10, 50) } else { (200, 100) };
    let mut events = vec![samples::started(&run, None).unwrap()];
    for id in 0..wide * generations {
        let mut candidate = samples::candidate(id);
        let place = |n: u32| CandidateId((id / wide - 1) * wide + n % wide);
        candidate.generation = id / wide;
        // every third has two parents
        candidate.parents = match id {
            _ if id < wide => Vec::new(),
            _ if id % 3 == 0 => vec![place(id * 7), place(id * 13 + 1)],
            _ => vec![place(id * 7)],
        };
        candidate.relation = [Relation::Seed, Relation::MutatedFrom, Relation::DerivedFrom][candidate.parents.len()];
        events.push(RunEvent::CandidateAdmitted { candidate: Box::new(candidate), bill: Default::default() });
    }
    store.create(samples::summary(&run, 1), Timestamp(1), events).await.unwrap();
    let graph = lineage(&options);
    graph.forget().await.unwrap();
    let tree = Lineage::new(store, Arc::<clade_store_neo4j::Neo4jLineage>::clone(&graph));
    let begin = Instant::now();
    tree.catch_up().await.unwrap();
    let rate = f64::from(wide * generations) / begin.elapsed().as_secs_f64();
    let deep = NodeId::new(run, CandidateId(50.min(generations - 1) * wide + 5));
    let mut times: Vec<f64> = Vec::new();
    let mut ancestors = 0;
    for _ in 0..20 {
        let begin = Instant::now();
        ancestors = graph.kin(vec![deep.clone()], Kin::Ancestors).await.unwrap().len();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{} candidates: {rate:.0} /s with edges; {ancestors} ancestors 50 generations deep: {:.0} ms median of 20",
        wide * generations,
        times[10]
    );
    graph.forget().await.unwrap();
}
