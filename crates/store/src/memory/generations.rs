use clade_domain::RunId;

use super::MemoryStore;
use crate::{GenerationStore, Standing, StoreFuture};

impl GenerationStore for MemoryStore {
    fn latest(&self, run: RunId) -> StoreFuture<'_, Option<u32>> {
        self.with(|state| Ok(state.tree.ranked(&run).iter().map(|standing| standing.node.generation).max()))
    }

    fn generation(&self, run: RunId, number: u32) -> StoreFuture<'_, Vec<Standing>> {
        self.with(|state| {
            let mut ranked = state.tree.ranked(&run);
            ranked.retain(|standing| standing.node.generation == number);
            Ok(ranked)
        })
    }

    fn top(&self, run: RunId, most: u32) -> StoreFuture<'_, Vec<Standing>> {
        self.with(|state| {
            let ranked = state.tree.ranked(&run).into_iter();
            Ok(ranked.filter(|standing| standing.node.score.is_some()).take(most as usize).collect())
        })
    }
}
