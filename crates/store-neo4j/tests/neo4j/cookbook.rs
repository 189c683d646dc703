//! Every query of the documentation is carried out, on a tree that has something to find for each.

use std::sync::Arc;

use clade_domain::{CandidateId, RunEvent, RunId, StopReason, Timestamp};
use clade_store::{Journal, Lineage, MemoryStore, Projection, conformance::samples};

use crate::{database, lineage};

const PAGE: &str = include_str!("../../../../docs/backends/neo4j.md");

/// The queries with the headings over them.
fn queries() -> Vec<(&'static str, &'static str)> {
    let part = |section: &'static str| {
        let (title, rest) = section.split_once('\n')?;
        let (_, rest) = rest.split_once("```cypher\n")?;
        Some((title.trim(), rest.split("```").next()?))
    };
    PAGE.split("\n### ").skip(1).filter_map(part).collect()
}

async fn run(store: &MemoryStore, run: &RunId, trunk: Option<(RunId, u64, Option<CandidateId>)>) {
    let mut row = samples::summary(run, 1);
    row.branch_of = trunk.as_ref().map(|(trunk, ..)| trunk.clone());
    let mut events = vec![samples::started(run, trunk).unwrap()];
    events.extend((0..4).map(samples::admitted));
    // c0 is right on half of 40, c1 on all of 40 (odd numbers are right), c2 and c3 on few
    events.extend((0..40).map(samples::trial));
    events.extend((0..40).map(|n| samples::trial(101 + 2 * (n % 50))));
    events.extend([200, 202, 204, 301, 302].map(samples::trial));
    events.push(RunEvent::GenerationClosed {
        generation: 1,
        survivors: vec![CandidateId(1)],
        fitness: vec![0.9],
        spent: None,
    });
    events.push(RunEvent::SearchEnded { reason: StopReason::MaxGenerations, finalists: vec![CandidateId(1)] });
    events.push(RunEvent::CandidateChosen { candidate: CandidateId(1) });
    store.create(row, Timestamp(1), events).await.unwrap();
}

#[tokio::test]
async fn every_query_finds_something() {
    let Some((_turn, options)) = database() else { return };
    let (store, graph) = (Arc::new(MemoryStore::new()), lineage(&options));
    graph.forget().await.unwrap();
    let ids = ["trunk", "left", "right", "twig"].map(|name| samples::run(name).unwrap());
    run(&store, &ids[0], None).await;
    for branch in &ids[1..3] {
        run(&store, branch, Some((ids[0].clone(), 5, Some(CandidateId(1))))).await;
    }
    // a branch of a branch: the numbers of its ancestors are those of three runs
    run(&store, &ids[3], Some((ids[1].clone(), 3, Some(CandidateId(0))))).await;
    Lineage::new(store, graph).catch_up().await.unwrap();
    let found = queries();
    assert_eq!(found.len(), 10, "{:?}", found.iter().map(|(title, _)| title).collect::<Vec<_>>());
    let driver = neo4rs::ConfigBuilder::default().uri(&options.url).user(&options.user).password(&options.password);
    let driver = neo4rs::Graph::connect(driver.build().unwrap()).unwrap();
    let diverged = found.iter().find(|(title, _)| *title == "Where did two branches diverge?").unwrap().1;
    let query = neo4rs::query(diverged).param("one", "left").param("other", "twig");
    let mut rows = driver.execute(query).await.unwrap();
    assert_eq!(rows.next().await.unwrap().unwrap().get::<String>("prompt").unwrap(), "left@c0");
    assert!(rows.next().await.unwrap().is_none());
    for (title, text) in found {
        let query = neo4rs::query(text).param("run", "trunk").param("one", "left").param("other", "right");
        let mut rows = driver.execute(query).await.unwrap();
        let first = rows.next().await.unwrap_or_else(|error| panic!("{title}: {error}"));
        let first = first.unwrap_or_else(|| panic!("{title}: finds nothing"));
        match title {
            "Which operator founded the most winning families?" => {
                assert_eq!(first.get::<String>("operator").unwrap(), "word-insertion");
                assert_eq!(first.get::<i64>("winning_families").unwrap(), 4);
            }
            "Which prompts reappear across runs?" => {
                assert_eq!(first.get::<Vec<String>>("runs").unwrap().len(), 4);
            }
            "Where did two branches diverge?" => assert_eq!(first.get::<String>("prompt").unwrap(), "trunk@c1"),
            "Which steps gained the most?" => assert_eq!(first.get::<String>("operator").unwrap(), "word-insertion"),
            "Which branches came out of a run, and what became of them?" => {
                assert!(first.get::<String>("best").unwrap().ends_with("@c1"));
            }
            _ => {}
        }
        while rows.next().await.unwrap().is_some() {}
    }
}
