use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use clade_domain::{Recorded, RunEvent, RunId, Timestamp};
use clade_lineage::RunFold;
use tokio::sync::Mutex;

use super::{Batch, Projection};
use crate::{Journal, RunFilter, StoreError};

/// Journal entries read in one step: a few milliseconds of work, so that runs that write meanwhile hardly wait.
const PART: u64 = 1_000;
/// Most entries that are kept in one batch. Trials of the same candidates change the same few records, which are then written once.
const BATCH: u64 = 10_000;
/// A batch with so many records is kept before more is read.
const RECORDS: usize = 500;

/// Keeps a projection up with the journals; the two may be in different systems.
#[derive(Clone)]
pub struct Projector {
    journal: Arc<dyn Journal>,
    projection: Arc<dyn Projection>,
    /// Held for a batch, so that many who ask at once do not read the same entries.
    turn: Arc<Mutex<()>>,
}

impl Projector {
    /// A projection of these journals.
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, projection: Arc<dyn Projection>) -> Self {
        Self { journal, projection, turn: Arc::default() }
    }

    /// Reads on in every journal that has grown, in batches that are each kept with their checkpoint. Returns how many entries it
    /// read. Questions do this by themselves. Several processes may do it at once: each batch counts once.
    ///
    /// # Errors
    /// Where a journal cannot be read, or the projection not written.
    pub async fn catch_up(&self) -> Result<u64, StoreError> {
        let mut entries = 0;
        for (run, behind) in self.behind().await? {
            if behind > 0 {
                entries += self.catch_up_run(run).await?;
            }
        }
        self.write_rows().await?;
        Ok(entries)
    }

    /// Reads on in one journal, as far as it goes now: one that grows meanwhile holds nobody up. Returns how many entries it read.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub async fn catch_up_run(&self, run: RunId) -> Result<u64, StoreError> {
        let mut read = 0;
        let length = self.journal.length(run.clone()).await?;
        // as the batch before left it; what another process has read meanwhile is seen when the next one is refused
        let mut kept = None;
        loop {
            let _turn = self.turn.lock().await;
            let mut fold = match kept.take() {
                Some(fold) => fold,
                None => self.projection.run_fold(run.clone()).await?.unwrap_or_else(|| RunFold::new(run.clone())),
            };
            let expected = fold.next();
            if expected >= length {
                return Ok(read);
            }
            let (mut records, mut changed, mut prompts) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
            while fold.next() < length && fold.next() - expected < BATCH && changed.len() < RECORDS {
                let limit = (length - fold.next()).min(PART);
                let limit = u32::try_from(limit).unwrap_or(u32::MAX);
                let entries = self.journal.read(run.clone(), fold.next(), limit).await?;
                if entries.is_empty() {
                    break;
                }
                let needed = fold.needs(&entries).into_iter().filter(|id| !records.contains_key(id)).collect();
                let known = self.projection.records(run.clone(), needed).await?;
                records.extend(known.into_iter().map(|record| (record.node.id.candidate, record)));
                changed.extend(fold.apply(&entries, &mut records));
                prompts.extend(entries.iter().filter_map(prompt));
            }
            let taken = fold.next() - expected;
            if taken == 0 {
                return Ok(read);
            }
            let records =
                records.into_iter().filter(|(id, _)| changed.contains(id)).map(|(_, record)| record).collect();
            let after = fold.clone();
            match self.projection.put(Batch { expected, fold, records, prompts }).await {
                Ok(()) => {
                    read += taken;
                    kept = Some(after);
                }
                // another process read the same entries; what it kept is where this one goes on
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// How many entries of each run are still to be read, in order of creation.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn behind(&self) -> Result<Vec<(RunId, u64)>, StoreError> {
        let lengths = self.journal.lengths().await?;
        let read: HashMap<RunId, u64> = self.projection.checkpoints().await?.into_iter().collect();
        let behind = |(run, length): (RunId, u64)| {
            let known = read.get(&run).copied().unwrap_or(0);
            (run, length.saturating_sub(known))
        };
        Ok(lengths.into_iter().map(behind).collect())
    }

    /// Carries over the rows of runs that were rewritten since.
    async fn write_rows(&self) -> Result<(), StoreError> {
        if !self.projection.keeps_rows() {
            return Ok(());
        }
        let known: HashMap<RunId, Timestamp> = self.projection.rows().await?.into_iter().collect();
        for row in self.journal.summaries(RunFilter::default()).await? {
            if known.get(&row.run) != Some(&row.updated) {
                self.put_row(row.run).await?;
            }
        }
        Ok(())
    }

    /// Carries over one run's row and snapshots: what a new snapshot calls for, which changes no journal.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub async fn put_row(&self, run: RunId) -> Result<(), StoreError> {
        if !self.projection.keeps_rows() {
            return Ok(());
        }
        let row = self.journal.summary(run.to_string()).await?;
        let snapshots = self.journal.snapshots(run).await?;
        self.projection.put_row(row, snapshots).await
    }

    /// Drops the projection and reads every journal anew.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        self.projection.forget().await?;
        self.catch_up().await
    }
}

/// A candidate's prompt as text, where an entry brings one.
pub(crate) fn prompt(entry: &Recorded) -> Option<(clade_domain::CandidateId, String)> {
    match &entry.event {
        RunEvent::CandidateAdmitted { candidate, .. } => Some((candidate.id, candidate.prompt.to_text())),
        _ => None,
    }
}
