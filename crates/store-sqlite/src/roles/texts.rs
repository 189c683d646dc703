use std::collections::HashMap;

use clade_domain::ContentHash;
use clade_store::{StoreError, StoreFuture, Texts};

use crate::{
    SqliteStore,
    rows::{TextRow, Values},
    writer::Work,
};

/// Texts asked for with one query.
const CHUNK: usize = 64;

impl Texts for SqliteStore {
    fn put_texts(&self, texts: Vec<String>) -> StoreFuture<'_, Vec<ContentHash>> {
        Box::pin(async move {
            let row = |text: String| TextRow { hash: ContentHash::of(text.as_bytes()), body: text.into() };
            let rows: Vec<TextRow> = texts.into_iter().map(row).collect();
            let hashes = rows.iter().map(|row| row.hash).collect();
            if !rows.is_empty() {
                self.writer.write(Work::Texts(rows)).await?;
            }
            Ok(hashes)
        })
    }

    fn texts(&self, hashes: Vec<ContentHash>) -> StoreFuture<'_, Vec<String>> {
        Box::pin(async move {
            let mut found: HashMap<Vec<u8>, String> = HashMap::new();
            let sql = format!("SELECT hash, body FROM texts WHERE hash IN ({})", vec!["?"; CHUNK].join(", "));
            for chunk in hashes.chunks(CHUNK) {
                let mut values = Values::default();
                let bound = chunk.iter().try_for_each(|hash| values.hash(*hash));
                bound.map_err(|error| crate::fault::fault(&self.path, "read texts", &error))?;
                let query = sqlx::query_with(sqlx::AssertSqlSafe(sql.clone()), values.into_inner());
                for row in self.rows("read texts", query).await? {
                    found.insert(self.value(&row, 0)?, self.value(&row, 1)?);
                }
            }
            let text =
                |hash: &ContentHash| found.get(hash.0.as_slice()).cloned().ok_or_else(|| StoreError::no_text(*hash));
            hashes.iter().map(text).collect()
        })
    }
}
