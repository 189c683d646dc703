use std::collections::HashMap;

use clade_domain::ContentHash;
use clade_store::{StoreError, StoreFuture, Texts};
use tokio_postgres::{Row, types::Type};

use crate::{PostgresStore, writer::Work};

impl Texts for PostgresStore {
    fn put_texts(&self, texts: Vec<String>) -> StoreFuture<'_, Vec<ContentHash>> {
        Box::pin(async move {
            let hashes = texts.iter().map(|text| ContentHash::of(text.as_bytes())).collect();
            if !texts.is_empty() {
                self.writer.write(Work::Texts(texts)).await?;
            }
            Ok(hashes)
        })
    }

    fn texts(&self, hashes: Vec<ContentHash>) -> StoreFuture<'_, Vec<String>> {
        Box::pin(async move {
            let keys: Vec<&[u8]> = hashes.iter().map(|hash| hash.0.as_slice()).collect();
            let sql = "SELECT hash, body, raw FROM @texts WHERE hash = ANY($1)";
            let mut found: HashMap<Vec<u8>, String> = HashMap::new();
            for row in self.rows("read texts", sql, &[(&keys, Type::BYTEA_ARRAY)]).await? {
                found.insert(self.value(&row, 0)?, self.text(&row, 1)?);
            }
            let text =
                |hash: &ContentHash| found.get(hash.0.as_slice()).cloned().ok_or_else(|| StoreError::no_text(*hash));
            hashes.iter().map(text).collect()
        })
    }
}

impl PostgresStore {
    /// A text out of its columns `body` and `raw`.
    pub(crate) fn text(&self, row: &Row, column: usize) -> Result<String, StoreError> {
        match (self.value::<Option<String>>(row, column)?, self.value::<Option<Vec<u8>>>(row, column + 1)?) {
            (Some(text), _) => Ok(text),
            (None, raw) => {
                String::from_utf8(raw.unwrap_or_default()).map_err(|error| self.server.unreadable("a text", &error))
            }
        }
    }
}
