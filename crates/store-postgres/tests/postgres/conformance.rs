use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use clade_store::{
    StoreError,
    conformance::{self, Kept, Projected},
};
use clade_store_postgres::{PostgresOptions, PostgresStore};

/// A store in a schema of its own.
struct Place {
    url: String,
    name: &'static str,
    number: AtomicU32,
}

impl Place {
    fn new(name: &'static str) -> Option<Self> {
        let url = conformance::service("PROMPTCLADE_TEST_POSTGRES_URL")?;
        Some(Self { url, name, number: AtomicU32::new(0) })
    }

    async fn open(&self) -> Result<PostgresStore, StoreError> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let schema = format!("{}_{}_{number}", self.name, std::process::id());
        PostgresStore::open(PostgresOptions { schema, readers: 2, ..PostgresOptions::new(&self.url) }).await
    }

    async fn projected(&self) -> Result<Arc<PostgresStore>, StoreError> {
        Ok(Arc::new(self.open().await?))
    }
}

#[tokio::test]
async fn on_one_thread() -> Result<(), StoreError> {
    let Some(place) = Place::new("one") else { return Ok(()) };
    conformance::all(async || place.open().await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_several_threads() -> Result<(), StoreError> {
    let Some(place) = Place::new("several") else { return Ok(()) };
    conformance::all(async || place.open().await).await
}

#[tokio::test]
async fn as_a_graph() -> Result<(), StoreError> {
    let Some(place) = Place::new("graph") else { return Ok(()) };
    conformance::lineage(async || {
        let store = place.projected().await?;
        Ok(Projected { graph: Arc::<PostgresStore>::clone(&store), store })
    })
    .await
}

#[tokio::test]
async fn as_generations() -> Result<(), StoreError> {
    let Some(place) = Place::new("generations") else { return Ok(()) };
    conformance::generations(async || {
        let store = place.projected().await?;
        Ok(Kept { generations: Arc::<PostgresStore>::clone(&store), store, many: 10_000 })
    })
    .await
}

#[tokio::test]
async fn who_opens_it_again_finds_everything() -> Result<(), StoreError> {
    use clade_store::{Journal, Store};
    let Some(place) = Place::new("again") else { return Ok(()) };
    let options =
        PostgresOptions { schema: format!("again_{}", std::process::id()), ..PostgresOptions::new(&place.url) };
    let store = PostgresStore::open(options.clone()).await?;
    let run: clade_domain::RunId = "kept".parse().unwrap();
    let first = conformance::samples::started(&run, None)?;
    store.create(conformance::samples::summary(&run, 1), clade_domain::Timestamp(1), vec![first.clone()]).await?;
    store.close().await?;
    assert_eq!(PostgresStore::look(&options).await?.1, 1);
    let store = PostgresStore::open(options).await?;
    assert_eq!(store.read(run, 0, 9).await?.into_iter().map(|entry| entry.event).collect::<Vec<_>>(), [first]);
    store.close().await
}
