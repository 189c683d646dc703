//! The in-memory backend keeps every rule.

use std::sync::Arc;

use clade_store::{
    MemoryStore, StoreError,
    conformance::{self, Kept, Projected},
};

#[tokio::test]
async fn memory() -> Result<(), StoreError> {
    conformance::all(async || Ok(MemoryStore::new())).await
}

#[tokio::test]
async fn memory_as_a_graph() -> Result<(), StoreError> {
    conformance::lineage(async || {
        let store = Arc::new(MemoryStore::new());
        Ok(Projected { graph: Arc::<MemoryStore>::clone(&store), store })
    })
    .await
}

#[tokio::test]
async fn memory_as_generations() -> Result<(), StoreError> {
    conformance::generations(async || {
        let store = Arc::new(MemoryStore::new());
        Ok(Kept { generations: Arc::<MemoryStore>::clone(&store), store, many: 10_000 })
    })
    .await
}
