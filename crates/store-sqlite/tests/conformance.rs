//! The SQLite backend keeps every rule, on one thread and on several, with either durability.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use clade_store::{
    StoreError,
    conformance::{self, Kept, Projected},
};
use clade_store_sqlite::{Durability, SqliteOptions, SqliteStore};

async fn conforms(options: SqliteOptions) -> Result<(), StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let number = AtomicU32::new(0);
    conformance::all(async || {
        let name = format!("{}.db", number.fetch_add(1, Ordering::Relaxed));
        SqliteStore::open(&folder.path().join(name), options.clone()).await
    })
    .await
}

#[tokio::test]
async fn on_one_thread() -> Result<(), StoreError> {
    conforms(SqliteOptions::default()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_several_threads() -> Result<(), StoreError> {
    conforms(SqliteOptions { readers: 4, ..SqliteOptions::default() }).await
}

#[tokio::test]
async fn with_one_reader_and_full_durability() -> Result<(), StoreError> {
    conforms(SqliteOptions { durability: Durability::Full, readers: 1, ..SqliteOptions::default() }).await
}

#[tokio::test]
async fn as_a_graph() -> Result<(), StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let number = AtomicU32::new(0);
    conformance::lineage(async || {
        let name = format!("{}.db", number.fetch_add(1, Ordering::Relaxed));
        let store = Arc::new(SqliteStore::open(&folder.path().join(name), SqliteOptions::default()).await?);
        Ok(Projected { graph: Arc::<SqliteStore>::clone(&store), store })
    })
    .await
}

#[tokio::test]
async fn as_generations() -> Result<(), StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let number = AtomicU32::new(0);
    conformance::generations(async || {
        let name = format!("{}.db", number.fetch_add(1, Ordering::Relaxed));
        let store = Arc::new(SqliteStore::open(&folder.path().join(name), SqliteOptions::default()).await?);
        Ok(Kept { generations: Arc::<SqliteStore>::clone(&store), store, many: 10_000 })
    })
    .await
}
