use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use clade_store::{
    StoreError,
    conformance::{self, Projected},
};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use clade_test_servers::{PostgresServer, postgres_url};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_every_rule_behind_a_transaction_pooler() -> Result<(), StoreError> {
    let Some(server) = PostgresServer::start() else { return Ok(()) };
    let Some(pooler) = server.pooler() else { return Ok(()) };
    let number = AtomicU32::new(0);
    let open = async || {
        let schema = format!("pooled_{}", number.fetch_add(1, Ordering::Relaxed));
        PostgresStore::open(PostgresOptions { schema, readers: 2, ..PostgresOptions::new(postgres_url(pooler.port)) })
            .await
    };
    conformance::all(&open).await?;
    conformance::lineage(async || {
        let store = Arc::new(open().await?);
        Ok(Projected { graph: Arc::<PostgresStore>::clone(&store), store })
    })
    .await?;
    // whatever the number of callers, the server knows three connections of the pooler's, this question and its own helpers
    let connections = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";
    assert!(server.psql(connections).parse::<u32>().unwrap() <= 4);
    Ok(())
}
