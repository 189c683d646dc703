use std::sync::Arc;

use clade_store::{Lineage, Projection, conformance::samples};
use clade_store_neo4j::Neo4jOptions;

use crate::{ask, database, lineage};

/// How many plans the server had at hand; it lets go of them.
async fn planned(options: &Neo4jOptions) -> u32 {
    let rows = ask(options, "CALL db.clearQueryCaches() YIELD value RETURN value").await;
    let said: String = rows[0].get("value").unwrap();
    said.split(' ').find_map(|word| word.parse().ok()).unwrap_or(0)
}

/// How many statements it plans for batches of so many candidates, one after the other; after a warm-up where there is to be one.
async fn plans(options: &Neo4jOptions, sizes: &[u32], warm: bool) -> u32 {
    let graph = lineage(options);
    graph.forget().await.unwrap();
    let (store, run) = samples::journals().await.unwrap();
    let lineage = Lineage::new(store.clone(), Arc::<clade_store_neo4j::Neo4jLineage>::clone(&graph));
    planned(options).await;
    if warm {
        graph.warm_up().await.unwrap();
    }
    let mut next = 0;
    for size in sizes {
        samples::grow(&store, &run, next..next + size).await.unwrap();
        next += size;
        lineage.projector().catch_up_run(run.clone()).await.unwrap();
    }
    planned(options).await
}

#[tokio::test]
async fn each_statement_is_planned_once_whatever_the_sizes_of_batches() {
    let Some((_turn, options)) = database() else { return };
    let few = plans(&options, &[1, 2, 3], false).await;
    let many = plans(&options, &[1, 12, 120, 450, 3], false).await;
    assert!((1..=8).contains(&few), "{few}");
    // the server plans a statement once more where the graph has grown much since; by the size of a batch it would be four times
    assert!((few..=2 * few).contains(&many), "{many} where {few} are for few");
}

#[tokio::test]
async fn a_warm_up_leaves_nothing_to_plan_and_nothing_behind() {
    let Some((_turn, options)) = database() else { return };
    let alone = plans(&options, &[], true).await;
    assert_eq!(plans(&options, &[1, 12, 120], true).await, alone);
    lineage(&options).forget().await.unwrap();
    lineage(&options).warm_up().await.unwrap();
    let left = ask(&options, "MATCH (n) WHERE NOT n:CladeFormat RETURN count(n) AS nodes").await;
    assert_eq!(left[0].get::<i64>("nodes").unwrap(), 0);
}
