//! A database in which somebody else uses the labels that are ours too.

use clade_lineage::RunFold;
use clade_store::{Batch, Projection, StoreError, conformance::samples};
use clade_store_neo4j::Neo4jOptions;

use crate::{ask, database, lineage};

const THEIRS: &str = "CREATE (:Workspace {id: 'acme'})-[:OWNS]->(:Prompt {id: 7, text: 'theirs'}), (:Run {id: 'a', at: 1}), \
     (:Snapshot {name: 'x'}), (:Workspace), (:Branch), (:Prompt {id: 7})";

async fn theirs(options: &Neo4jOptions) -> i64 {
    let count = "MATCH (n) WHERE NOT n:CladeFormat RETURN count(n) AS nodes";
    ask(options, count).await[0].get("nodes").unwrap()
}

/// As if Promptclade had never been there.
async fn emptied(options: &Neo4jOptions) {
    ask(options, "MATCH (n) DETACH DELETE n").await;
    for name in ["prompt", "run", "workspace", "snapshot"] {
        ask(options, &format!("DROP CONSTRAINT clade_{name} IF EXISTS")).await;
    }
}

async fn put(options: &Neo4jOptions) -> Result<(), StoreError> {
    let fold = RunFold::of(samples::run("ours")?, "us".into());
    lineage(options).put(Batch { expected: 0, fold, records: Vec::new(), prompts: Vec::new() }).await
}

#[tokio::test]
async fn nodes_of_others_are_left_alone_and_nothing_binds_them() {
    let Some((_turn, options)) = database() else { return };
    emptied(&options).await;
    ask(&options, THEIRS).await;
    let refused = [
        lineage(&options).checkpoints().await.map(drop),
        lineage(&options).prepare().await,
        lineage(&options).forget().await,
        lineage(&options).report().await.map(drop),
        put(&options).await,
    ];
    for refusal in refused {
        let said = refusal.unwrap_err().to_string();
        assert!(
            said.contains("2 labelled Prompt, 1 labelled Run, 2 labelled Workspace, 1 labelled Snapshot"),
            "{said}"
        );
        assert!(said.contains("MATCH (n:Prompt) SET n:TheirPrompt REMOVE n:Prompt"), "{said}");
    }
    assert_eq!(theirs(&options).await, 7);
    let constraints = ask(&options, "SHOW CONSTRAINTS YIELD name WHERE name <> 'clade_format' RETURN name").await;
    assert!(constraints.is_empty());
    emptied(&options).await;
}

#[tokio::test]
async fn only_our_own_nodes_are_dropped_and_looking_changes_nothing() {
    let Some((_turn, options)) = database() else { return };
    emptied(&options).await;
    put(&options).await.unwrap();
    // they came after us, and a newer version of ours comes after them
    ask(&options, &THEIRS.replace(", (:Prompt {id: 7})", "")).await;
    ask(&options, "MATCH (f:CladeFormat {id: 'lineage'}) SET f.format = 1").await;
    assert_eq!(lineage(&options).checkpoints().await.unwrap(), []);
    assert_eq!(theirs(&options).await, 7, "to look has changed nothing");
    lineage(&options).prepare().await.unwrap();
    assert_eq!(theirs(&options).await, 6);
    put(&options).await.unwrap();
    lineage(&options).forget_runs(vec![samples::run("ours").unwrap()]).await.unwrap();
    assert_eq!(theirs(&options).await, 6);
    put(&options).await.unwrap();
    lineage(&options).forget().await.unwrap();
    assert_eq!(theirs(&options).await, 6);
    emptied(&options).await;
}
