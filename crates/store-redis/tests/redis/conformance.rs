use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use clade_store::{
    MemoryStore, StoreError,
    conformance::{self, Kept, service},
};
use clade_store_redis::{RedisGenerations, RedisOptions};
use clade_test_servers::redis_cluster;

async fn conforms(url: &str, prefix: &str) -> Result<(), StoreError> {
    let number = AtomicU32::new(0);
    conformance::generations(async || {
        let prefix = format!("{prefix}-{}", number.fetch_add(1, Ordering::Relaxed));
        let generations = RedisGenerations::new(RedisOptions { prefix, ..RedisOptions::new(url) })?;
        Ok(Kept { generations: Arc::new(generations), store: Arc::new(MemoryStore::new()), many: 10_000 })
    })
    .await
}

#[tokio::test]
async fn it_keeps_every_rule() -> Result<(), StoreError> {
    let Some(url) = service("PROMPTCLADE_TEST_REDIS_URL") else { return Ok(()) };
    conforms(&url, "test-conformance").await
}

#[tokio::test]
async fn it_keeps_every_rule_in_a_cluster() -> Result<(), StoreError> {
    let Some(servers) = redis_cluster() else { return Ok(()) };
    conforms(&servers[0].url().replace("redis://", "redis+cluster://"), "clade").await?;
    // runs were on every node, whichever was named
    for server in &servers {
        let done = server.cli(&["INFO", "commandstats"]);
        assert!(done.contains("cmdstat_hset:"), "{done}");
    }
    Ok(())
}
