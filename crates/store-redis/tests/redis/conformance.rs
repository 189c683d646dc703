use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use clade_store::{
    MemoryStore, StoreError,
    conformance::{self, Kept, service},
};

use crate::server::{Server, shared};

async fn conforms(url: &str, prefix: &str) -> Result<(), StoreError> {
    let number = AtomicU32::new(0);
    conformance::generations(async || {
        let generations = shared(url, &format!("{prefix}-{}", number.fetch_add(1, Ordering::Relaxed)));
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
    let Some(server) = Server::start(&["--cluster-enabled", "yes"]).await else { return Ok(()) };
    // a cluster of one node refuses keys of several slots in one command or script just as a large one does
    assert_eq!(server.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
    for _ in 0..200 {
        if server.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    conforms(&server.url().replace("redis://", "redis+cluster://"), "clade").await
}
