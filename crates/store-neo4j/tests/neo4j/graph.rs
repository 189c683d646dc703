use std::sync::Arc;

use clade_domain::{CandidateId, RunEvent, Timestamp};
use clade_store::{
    Journal, Lineage, MemoryStore, Projection, SnapshotRow, StoreError,
    conformance::{self, Projected, samples},
};

use crate::{ask, database, lineage};

#[tokio::test]
async fn it_keeps_every_rule() -> Result<(), StoreError> {
    let Some((_turn, options)) = database() else { return Ok(()) };
    conformance::lineage(async || {
        let graph = lineage(&options);
        graph.forget().await?;
        Ok(Projected { graph, store: Arc::new(MemoryStore::new()) })
    })
    .await
}

#[tokio::test]
async fn it_explains_itself() -> Result<(), StoreError> {
    let Some((_turn, options)) = database() else { return Ok(()) };
    let (store, graph) = (Arc::new(MemoryStore::new()), lineage(&options));
    graph.forget().await?;
    let (trunk, branch) = (samples::run("trunk")?, samples::run("branch")?);
    let mut events = vec![samples::started(&trunk, None)?];
    events.extend((0..3).map(samples::admitted));
    // of four answers of c0 two are right, of four of c1 three
    events.extend([0, 1, 2, 3, 101, 103, 105, 106].map(samples::trial));
    events.push(RunEvent::GenerationClosed {
        generation: 1,
        survivors: vec![CandidateId(1), CandidateId(0)],
        fitness: vec![0.75, 0.5],
        spent: None,
    });
    store.create(samples::summary(&trunk, 1), Timestamp(1), events).await?;
    store.put_snapshot(SnapshotRow { run: trunk.clone(), name: "good".into(), length: 5, at: Timestamp(9) }).await?;
    let from = Some((trunk.clone(), 13, Some(CandidateId(1))));
    let mut row = samples::summary(&branch, 2);
    row.branch_of = Some(trunk.clone());
    store.create(row, Timestamp(2), vec![samples::started(&branch, from)?, samples::admitted(0)]).await?;
    let lineage = Lineage::new(store, Arc::<clade_store_neo4j::Neo4jLineage>::clone(&graph));
    lineage.catch_up().await?;

    let text = |rows: Vec<neo4rs::Row>| -> Vec<String> { rows.iter().map(|row| row.get("it").unwrap()).collect() };
    let labels = "MATCH (n) WHERE NOT n:CladeFormat UNWIND labels(n) AS l WITH l, count(*) AS c \
                  RETURN l + ' ' + c AS it ORDER BY it";
    assert_eq!(text(ask(&options, labels).await), ["Branch 1", "Prompt 4", "Run 2", "Snapshot 1", "Workspace 1"]);
    let kinds = "MATCH (a)-[e]->(b) RETURN coalesce(a.id, '') + ' ' + type(e) + ' ' + b.id AS it ORDER BY it";
    assert_eq!(
        text(ask(&options, kinds).await),
        [
            "branch BRANCH_OF trunk",
            "branch IN_WORKSPACE local",
            "branch@c0 BRANCH_OF trunk@c1",
            "branch@c0 IN_RUN branch",
            "trunk HEAD trunk@c1",
            "trunk IN_WORKSPACE local",
            "trunk/good IN_RUN trunk",
            "trunk@c0 IN_RUN trunk",
            "trunk@c1 IN_RUN trunk",
            "trunk@c1 MUTATED_FROM trunk@c0",
            "trunk@c2 IN_RUN trunk",
            "trunk@c2 MUTATED_FROM trunk@c1",
        ]
    );
    let rows = ask(&options, "MATCH (:Prompt {id: 'trunk@c1'})-[e:MUTATED_FROM]->(p) RETURN e.difference AS d, e.low AS low, e.high AS high, e.operator AS o, p.text AS text").await;
    let number = |name: &str| rows[0].get::<f64>(name).unwrap();
    let nodes = lineage.run(&trunk).await?;
    let expected = nodes.nodes()[1].score.unwrap().minus(&nodes.nodes()[0].score.unwrap());
    assert_eq!((number("d"), rows[0].get::<String>("o").unwrap().as_str()), (expected.0, "word-insertion"));
    assert!((number("low") - expected.1).abs() < 1e-12 && (number("high") - expected.2).abs() < 1e-12);
    assert!(rows[0].get::<String>("text").unwrap().contains("Question 0"));
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/judge.py");
    let Some(python) = conformance::service("CLADE_TEST_PYTHON") else { return Ok(()) };
    let mut command = std::process::Command::new(python);
    let judged = command.arg(judge).args([&options.url, &options.user, &options.password]).output().unwrap();
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    Ok(())
}
