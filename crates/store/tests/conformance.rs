//! The in-memory backend keeps every rule.

use clade_store::{MemoryStore, StoreError, conformance};

#[tokio::test]
async fn memory() -> Result<(), StoreError> {
    conformance::all(async || Ok(MemoryStore::new())).await
}
