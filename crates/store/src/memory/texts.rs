use clade_domain::ContentHash;

use super::MemoryStore;
use crate::{StoreError, StoreFuture, Texts};

impl Texts for MemoryStore {
    fn put_texts(&self, texts: Vec<String>) -> StoreFuture<'_, Vec<ContentHash>> {
        self.with(|state| {
            let put = |text: String| {
                let hash = ContentHash::of(text.as_bytes());
                state.texts.entry(hash).or_insert(text);
                hash
            };
            Ok(texts.into_iter().map(put).collect())
        })
    }

    fn texts(&self, hashes: Vec<ContentHash>) -> StoreFuture<'_, Vec<String>> {
        self.with(|state| {
            let text = |hash: &ContentHash| state.texts.get(hash).cloned().ok_or_else(|| StoreError::no_text(*hash));
            hashes.iter().map(text).collect()
        })
    }
}
