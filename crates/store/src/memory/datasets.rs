use clade_domain::{ContentHash, DatasetSummary, Example, ExampleId};

use super::MemoryStore;
use crate::{Datasets, StoreError, StoreFuture};

impl Datasets for MemoryStore {
    fn has_dataset(&self, hash: ContentHash) -> StoreFuture<'_, bool> {
        self.with(|state| Ok(state.datasets.get(&hash).is_some_and(|set| set.summary.is_some())))
    }

    fn put_examples(&self, dataset: ContentHash, examples: Vec<Example>) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let set = state.datasets.entry(dataset).or_default();
            for example in examples {
                set.examples.entry(example.id).or_insert(example);
            }
            Ok(())
        })
    }

    fn seal_dataset(&self, summary: DatasetSummary) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let set = state.datasets.entry(summary.hash).or_default();
            set.summary = Some(summary);
            Ok(())
        })
    }

    fn examples(&self, dataset: ContentHash, ids: Vec<ExampleId>) -> StoreFuture<'_, Vec<Example>> {
        self.with(|state| {
            let set = state.datasets.get(&dataset);
            let example = |id: &ExampleId| set.and_then(|set| set.examples.get(id)).cloned();
            ids.iter().map(|id| example(id).ok_or_else(|| StoreError::no_example(dataset, *id))).collect()
        })
    }
}
