use std::collections::{BTreeMap, HashMap};

use clade_domain::RunId;
use clade_lineage::{Record, RunFold};

use super::Lineage;
use crate::StoreError;

/// Journal entries read in one step: a few milliseconds of work, so that runs that write meanwhile hardly wait.
const BATCH: u32 = 1_000;

impl Lineage {
    /// Reads on in every journal that has grown, in batches that are each kept with their checkpoint. Returns how many entries it
    /// read. Questions do this by themselves. Several processes may do it at once: each batch counts once.
    ///
    /// # Errors
    /// Where a journal cannot be read, or the graph not written.
    pub async fn catch_up(&self) -> Result<u64, StoreError> {
        let lengths = self.journal.lengths().await?;
        let read: HashMap<RunId, u64> = self.graph.checkpoints().await?.into_iter().collect();
        let mut entries = 0;
        for (run, length) in lengths {
            if read.get(&run).copied().unwrap_or(0) < length {
                entries += self.catch_up_run(run).await?;
            }
        }
        Ok(entries)
    }

    async fn catch_up_run(&self, run: RunId) -> Result<u64, StoreError> {
        let mut read = 0;
        loop {
            let stored = self.graph.run_fold(run.clone()).await?;
            let mut fold = stored.unwrap_or_else(|| RunFold::new(run.clone()));
            let expected = fold.next();
            let entries = self.journal.read(run.clone(), expected, BATCH).await?;
            if entries.is_empty() {
                return Ok(read);
            }
            let needed = fold.needs(&entries).into_iter().collect();
            let known = self.graph.records(run.clone(), needed).await?;
            let mut records: BTreeMap<_, Record> =
                known.into_iter().map(|record| (record.node.id.candidate, record)).collect();
            let before = records.clone();
            fold.apply(&entries, &mut records);
            records.retain(|id, record| before.get(id) != Some(record));
            match self.graph.put_records(expected, fold, records.into_values().collect()).await {
                Ok(()) => read += entries.len() as u64,
                // another process read the same entries; what it kept is where this one goes on
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Drops the graph and reads every journal anew.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        self.graph.drop_lineage().await?;
        self.catch_up().await
    }
}
