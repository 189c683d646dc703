//! A database in which somebody else uses the labels that are ours too.

use clade_domain::CandidateId;
use clade_lineage::RunFold;
use clade_store::{Batch, Projection, Projector, StoreError, conformance::samples};
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

#[tokio::test]
async fn nodes_of_others_with_names_of_ours_are_neither_dropped_nor_written_over() {
    let Some((_turn, options)) = database() else { return };
    emptied(&options).await;
    put(&options).await.unwrap();
    // they came after us, with a run's name and number, and one hangs on a run of ours
    let theirs = "MATCH (r:Run {id: 'ours'}) CREATE (:Prompt {id: 'p', run: 'ours', number: 1, text: 'theirs'}), \
         (:Snapshot {id: 's', name: 'x'})-[:IN_RUN]->(r), (:Run {id: 'next', at: 1}), (:Prompt {id: 'ours@c1', at: 1})";
    ask(&options, theirs).await;
    let count = async || {
        let count = "MATCH (n) WHERE n.at = 1 OR n.text = 'theirs' OR n.name = 'x' RETURN count(n) AS nodes";
        ask(&options, count).await[0].get::<i64>("nodes").unwrap()
    };
    lineage(&options).forget_runs(vec![samples::run("ours").unwrap(), samples::run("next").unwrap()]).await.unwrap();
    assert_eq!(count().await, 4);
    let begin = |run: &str, prompts: Vec<(CandidateId, String)>| {
        let fold = RunFold::of(samples::run(run).unwrap(), "us".into());
        Batch { expected: 0, fold, records: Vec::new(), prompts }
    };
    for batch in [begin("next", Vec::new()), begin("ours", vec![(CandidateId(1), "a prompt".into())])] {
        let refused = lineage(&options).put(batch).await.unwrap_err();
        assert!(refused.of_one_run(), "the others go on: {refused}");
        assert!(refused.to_string().contains("was not made by Promptclade, and is left as it is"), "{refused}");
    }
    assert_eq!(count().await, 4);
    emptied(&options).await;
}

#[tokio::test]
async fn constraints_count_by_what_they_are_of() {
    let Some((_turn, options)) = database() else { return };
    emptied(&options).await;
    // what `clade lineage --format cypher` makes has other names
    ask(&options, "CREATE CONSTRAINT prompt_id IF NOT EXISTS FOR (p:Prompt) REQUIRE p.id IS UNIQUE").await;
    lineage(&options).prepare().await.unwrap();
    assert_eq!(lineage(&options).report().await.unwrap().warnings, Vec::<String>::new());
    // and one of our names may be of something else
    ask(&options, "DROP CONSTRAINT prompt_id").await;
    ask(&options, "CREATE INDEX clade_prompt FOR (t:Theirs) ON (t.id)").await;
    let warnings = lineage(&options).report().await.unwrap().warnings;
    assert!(warnings[0].starts_with("1 constraints and indexes are missing"), "{warnings:?}");
    let refused = lineage(&options).prepare().await.unwrap_err().to_string();
    assert!(refused.contains("clade_prompt"), "{refused}");
    ask(&options, "DROP INDEX clade_prompt").await;
    lineage(&options).prepare().await.unwrap();
    emptied(&options).await;
}

#[tokio::test]
async fn a_run_that_is_damaged_is_left_out_by_name_and_made_anew() {
    let Some((_turn, options)) = database() else { return };
    emptied(&options).await;
    let (store, run) = samples::journals().await.unwrap();
    let projector = Projector::new(store.clone(), lineage(&options));
    projector.catch_up().await.unwrap();
    for (step, damage) in (0..).zip(["SET r.fold = '{'", "REMOVE r.fold", "SET r.fold = 7"]) {
        ask(&options, &format!("MATCH (r:Run {{id: '{run}'}}) {damage}")).await;
        samples::grow(&store, &run, step * 3..step * 3 + 3).await.unwrap();
        let held = projector.carry_over().await.unwrap().held;
        let [(left_out, why)] = &held[..] else { panic!("{damage}: {held:?}") };
        assert_eq!(left_out, &run);
        assert!(why.to_string().contains("`clade rebuild lineage` makes it anew"), "{why}");
        assert!(projector.rebuild().await.unwrap().held.is_empty(), "{damage}");
        assert_eq!(projector.carry_over().await.unwrap().entries, 0);
    }
    emptied(&options).await;
}
