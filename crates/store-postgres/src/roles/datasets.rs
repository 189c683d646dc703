use std::collections::HashMap;

use clade_domain::{ContentHash, DatasetSummary, Example, ExampleId};
use clade_store::{Datasets, StoreError, StoreFuture};
use tokio_postgres::types::Type;

use crate::{PostgresStore, store::to_json};

impl Datasets for PostgresStore {
    fn has_dataset(&self, hash: ContentHash) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let sql = "SELECT 1 FROM @datasets WHERE hash = $1 AND summary IS NOT NULL";
            let rows = self.rows("find a data set", sql, &[(&hash.0.as_slice(), Type::BYTEA)]).await?;
            Ok(!rows.is_empty())
        })
    }

    fn put_examples(&self, dataset: ContentHash, examples: Vec<Example>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let ids: Vec<i64> = examples.iter().map(|example| i64::from(example.id.0)).collect();
            let bodies = examples.iter().map(|example| to_json("an example", example));
            let bodies: Vec<String> = bodies.collect::<Result<_, _>>()?;
            let sql = "WITH known AS (INSERT INTO @datasets (hash) VALUES ($1) ON CONFLICT DO NOTHING) \
                       INSERT INTO @examples (dataset, id, body) SELECT $1, e.id, e.body \
                       FROM unnest($2::bigint[], $3::text[]) AS e(id, body) ON CONFLICT DO NOTHING";
            let values = [
                (&dataset.0.as_slice() as _, Type::BYTEA),
                (&ids as _, Type::INT8_ARRAY),
                (&bodies as _, Type::TEXT_ARRAY),
            ];
            self.rows("store examples", sql, &values).await.map(drop)
        })
    }

    fn seal_dataset(&self, summary: DatasetSummary) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let json = to_json("a data set", &summary)?;
            let sql = "INSERT INTO @datasets (hash, summary) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET summary = excluded.summary";
            let values = [(&summary.hash.0.as_slice() as _, Type::BYTEA), (&json as _, Type::TEXT)];
            self.rows("store a data set", sql, &values).await.map(drop)
        })
    }

    fn examples(&self, dataset: ContentHash, ids: Vec<ExampleId>) -> StoreFuture<'_, Vec<Example>> {
        Box::pin(async move {
            let wanted: Vec<i64> = ids.iter().map(|id| i64::from(id.0)).collect();
            let sql = "SELECT id, body FROM @examples WHERE dataset = $1 AND id = ANY($2)";
            let values = [(&dataset.0.as_slice() as _, Type::BYTEA), (&wanted as _, Type::INT8_ARRAY)];
            let mut found: HashMap<i64, Example> = HashMap::new();
            for row in self.rows("read examples", sql, &values).await? {
                found.insert(self.value(&row, 0)?, self.parsed("an example", self.value(&row, 1)?)?);
            }
            let example = |id: &ExampleId| found.get(&i64::from(id.0)).cloned();
            ids.iter().map(|id| example(id).ok_or_else(|| StoreError::no_example(dataset, *id))).collect()
        })
    }
}
