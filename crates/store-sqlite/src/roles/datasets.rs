use std::{collections::HashMap, sync::Arc};

use clade_domain::{ContentHash, DatasetSummary, Example, ExampleId};
use clade_store::{Datasets, StoreError, StoreFuture};

use crate::{
    SqliteStore,
    fault::{fault, unreadable},
    rows::{Values, row_id},
    writer::Work,
};

/// Examples asked for with one query.
const CHUNK: usize = 64;

impl Datasets for SqliteStore {
    fn has_dataset(&self, hash: ContentHash) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let query = sqlx::query("SELECT 1 FROM datasets WHERE hash = ? AND summary IS NOT NULL");
            let rows = self.rows("find a data set", query.bind(hash.0.to_vec())).await?;
            Ok(!rows.is_empty())
        })
    }

    fn put_examples(&self, dataset: ContentHash, examples: Vec<Example>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let row = |example: &Example| Ok((example.id.0, Arc::from(self.to_json("an example", example)?)));
            let examples = examples.iter().map(row).collect::<Result<_, StoreError>>()?;
            self.writer.write(Work::Examples { dataset, examples }).await.map(drop)
        })
    }

    fn seal_dataset(&self, summary: DatasetSummary) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let json = self.to_json("a data set", &summary)?;
            self.writer.write(Work::Seal { dataset: summary.hash, summary: json }).await.map(drop)
        })
    }

    fn examples(&self, dataset: ContentHash, ids: Vec<ExampleId>) -> StoreFuture<'_, Vec<Example>> {
        Box::pin(async move {
            let missing = |id: &ExampleId| StoreError::no_example(dataset, *id);
            let Some(first) = ids.first() else { return Ok(Vec::new()) };
            let set = sqlx::query("SELECT no FROM datasets WHERE hash = ?").bind(dataset.0.to_vec());
            let found = self.rows("find a data set", set).await?;
            let number: i64 = self.value(found.first().ok_or_else(|| missing(first))?, 0)?;
            let mut bodies: HashMap<i64, Example> = HashMap::new();
            let sql = format!("SELECT id, body FROM examples WHERE id IN ({})", vec!["?"; CHUNK].join(", "));
            for chunk in ids.chunks(CHUNK) {
                let mut values = Values::default();
                let bound = chunk.iter().try_for_each(|id| values.add(row_id(number, u64::from(id.0))));
                bound.map_err(|error| fault(&self.path, "read examples", &error))?;
                let query = sqlx::query_with(sqlx::AssertSqlSafe(sql.clone()), values.into_inner());
                for row in self.rows("read examples", query).await? {
                    let body: &str = self.value(&row, 1)?;
                    let example = serde_json::from_str(body).map_err(|e| unreadable(&self.path, "an example", &e))?;
                    bodies.insert(self.value(&row, 0)?, example);
                }
            }
            let example = |id: &ExampleId| bodies.get(&row_id(number, u64::from(id.0))).cloned();
            ids.iter().map(|id| example(id).ok_or_else(|| missing(id))).collect()
        })
    }
}
