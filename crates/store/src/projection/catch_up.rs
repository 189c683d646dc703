use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use clade_domain::{CandidateId, Recorded, RunEvent, RunId, Timestamp};
use clade_lineage::{Record, RunFold};
use tokio::sync::Mutex;

use super::{Batch, Projection};
use crate::{Journal, RunFilter, StoreError};

/// Journal entries read in one step: a few milliseconds of work, so that runs that write meanwhile hardly wait.
const PART: u64 = 1_000;
/// Most entries that are kept in one batch. Trials of the same candidates change the same few records, which are then written once.
const BATCH: u64 = 10_000;
/// A batch with so many records is kept before more is read.
const RECORDS: usize = 500;
/// Most records that stay at hand between batches, beside those that the last one was about.
const AT_HAND: usize = 1_000;

/// What the last batch left in the projection. Who reads on in the same run a moment later need not read it back; where another process
/// has read on meanwhile, the next batch is refused and what is stored counts.
struct Kept {
    fold: RunFold,
    records: BTreeMap<CandidateId, Record>,
}

/// Keeps a projection up with the journals; the two may be in different systems.
#[derive(Clone)]
pub struct Projector {
    journal: Arc<dyn Journal>,
    projection: Arc<dyn Projection>,
    /// Held for a batch, so that many who ask at once do not read the same entries.
    turn: Arc<Mutex<Option<Kept>>>,
    remembers: bool,
}

impl Projector {
    /// A projection of these journals.
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, projection: Arc<dyn Projection>) -> Self {
        Self { journal, projection, turn: Arc::default(), remembers: false }
    }

    /// Has at hand what the last batch left in the projection, for who reads on in one run again and again and is mostly alone in it.
    #[must_use]
    pub fn remembering(self) -> Self {
        Self { remembers: true, ..self }
    }

    /// Reads on in every journal that has grown, in batches that are each kept with their checkpoint. Questions do this by themselves.
    /// Several processes may do it at once: each batch counts once. A run that cannot be read or kept holds no other up: it is told.
    ///
    /// # Errors
    /// Where the store or the projection as a whole does not answer or refuses.
    pub async fn carry_over(&self) -> Result<Carried, StoreError> {
        let mut carried = Carried::default();
        for (run, length, known) in self.lengths().await? {
            // what has read further than the journal goes is another one's
            if length == known {
                continue;
            }
            match self.catch_up_run(run.clone()).await {
                Ok(read) => carried.entries += read,
                Err(error) => carried.hold(run, error)?,
            }
        }
        self.write_rows(&mut carried).await?;
        Ok(carried)
    }

    /// Has the projection ready for a first batch, for who has time before there is one.
    ///
    /// # Errors
    /// Where it does not answer or refuses.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        self.projection.warm_up().await
    }

    /// As [`Self::carry_over`], for who needs all of it. Returns how many entries it read.
    ///
    /// # Errors
    /// Also where a run was left out, after everything else was carried over.
    pub async fn catch_up(&self) -> Result<u64, StoreError> {
        self.carry_over().await?.whole()
    }

    /// Reads on in one journal, as far as it goes now: one that grows meanwhile holds nobody up. Returns how many entries it read.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub async fn catch_up_run(&self, run: RunId) -> Result<u64, StoreError> {
        let mut read = 0;
        let length = self.journal.length(run.clone()).await?;
        loop {
            let mut turn = self.turn.lock().await;
            // where there is nothing to read on, what is there now is looked at: somebody may have dropped it
            let at_hand = turn.take().filter(|kept| *kept.fold.run() == run && kept.fold.next() < length);
            let Kept { mut fold, mut records } = match at_hand {
                Some(Kept { fold, records }) => Kept { fold: self.known(fold).await?, records },
                None => Kept { fold: self.stored(&run).await?, records: BTreeMap::new() },
            };
            let expected = fold.next();
            if expected >= length {
                return Ok(read);
            }
            let (mut about, mut changed, mut prompts) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
            while fold.next() < length && fold.next() - expected < BATCH && changed.len() < RECORDS {
                let limit = (length - fold.next()).min(PART);
                let limit = u32::try_from(limit).unwrap_or(u32::MAX);
                let entries = self.journal.read(run.clone(), fold.next(), limit).await?;
                if entries.is_empty() {
                    break;
                }
                let needed = fold.needs(&entries);
                let missing: Vec<CandidateId> = needed.iter().filter(|id| !records.contains_key(id)).copied().collect();
                about.extend(needed);
                // who joins was never written, or by a batch that was cut off
                if !missing.is_empty() {
                    let known = self.projection.records(run.clone(), missing).await?;
                    records.extend(known.into_iter().map(|record| (record.node.id.candidate, record)));
                }
                changed.extend(fold.apply(&entries, &mut records));
                prompts.extend(entries.iter().filter_map(prompt));
            }
            let taken = fold.next() - expected;
            if taken == 0 {
                return Ok(read);
            }
            let written = changed.iter().filter_map(|id| records.get(id).cloned()).collect();
            let batch = Batch { expected, fold: fold.clone(), records: written, prompts };
            match self.projection.put(batch).await {
                Ok(()) => {
                    read += taken;
                    if records.len() > AT_HAND {
                        records.retain(|id, _| about.contains(id));
                    }
                    let done = fold.next() >= length;
                    *turn = self.remembers.then_some(Kept { fold, records });
                    if done {
                        return Ok(read);
                    }
                }
                // another process read the same entries; what it kept is where this one goes on
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// How far a run was read, as it is stored.
    async fn stored(&self, run: &RunId) -> Result<RunFold, StoreError> {
        match self.projection.run_fold(run.clone()).await? {
            Some(fold) => self.known(fold).await,
            None => Ok(RunFold::of(run.clone(), self.journal.owner())),
        }
    }

    /// What is kept of a run, if it came out of this journal: the last entry that was read is in it. Several installations may share a
    /// server, and each names its runs as it likes.
    async fn known(&self, fold: RunFold) -> Result<RunFold, StoreError> {
        let Some(last) = fold.next().checked_sub(1) else { return Ok(fold) };
        let entry = self.journal.read(fold.run().clone(), last, 1).await?;
        if entry.first().is_some_and(|entry| entry.at == fold.last()) {
            return Ok(fold);
        }
        let run = fold.run().to_string();
        Err(match self.is_own(&fold) {
            true => StoreError::Outdated { run },
            false => StoreError::Foreign { run, owner: fold.owner().to_owned() },
        })
    }

    /// Whether it was made by this installation.
    fn is_own(&self, fold: &RunFold) -> bool {
        !fold.owner().is_empty() && fold.owner() == self.journal.owner()
    }

    /// How many entries of each run are still to be read, in order of creation.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn behind(&self) -> Result<Vec<(RunId, u64)>, StoreError> {
        let behind = |(run, length, known): (RunId, u64, u64)| (run, length.saturating_sub(known));
        Ok(self.lengths().await?.into_iter().map(behind).collect())
    }

    /// Runs that are kept there and are not the journals' of this installation, and why: what nobody carries over. Changes nothing.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn held(&self) -> Result<Vec<(RunId, StoreError)>, StoreError> {
        let mut held = Vec::new();
        for (run, _, known) in self.lengths().await? {
            if known == 0 {
                continue;
            }
            let looked = match self.projection.run_fold(run.clone()).await {
                Ok(Some(fold)) => self.known(fold).await.map(drop),
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = looked {
                match error.of_one_run() {
                    true => held.push((run, error)),
                    false => return Err(error),
                }
            }
        }
        Ok(held)
    }

    /// How many entries each run has, and how many of them were read.
    async fn lengths(&self) -> Result<Vec<(RunId, u64, u64)>, StoreError> {
        let lengths = self.journal.lengths().await?;
        let read: HashMap<RunId, u64> = self.projection.checkpoints().await?.into_iter().collect();
        let known = |(run, length): (RunId, u64)| {
            let known = read.get(&run).copied().unwrap_or(0);
            (run, length, known)
        };
        Ok(lengths.into_iter().map(known).collect())
    }

    /// Carries over the rows of runs that were rewritten since.
    async fn write_rows(&self, carried: &mut Carried) -> Result<(), StoreError> {
        if !self.projection.keeps_rows() {
            return Ok(());
        }
        let known: HashMap<RunId, Timestamp> = self.projection.rows().await?.into_iter().collect();
        for row in self.journal.summaries(RunFilter::default()).await? {
            if known.get(&row.run) == Some(&row.updated) || carried.held.iter().any(|(run, _)| *run == row.run) {
                continue;
            }
            if let Err(error) = self.put_row(row.run.clone()).await {
                carried.hold(row.run, error)?;
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
        if let Some(fold) = self.projection.run_fold(run.clone()).await? {
            self.known(fold).await?;
        }
        let row = self.journal.summary(run.to_string()).await?;
        let snapshots = self.journal.snapshots(run).await?;
        self.projection.put_row(row, snapshots).await
    }

    /// Drops what is kept under the names of this installation's runs, whoever made it, and reads their journals anew: what a backup calls for
    /// that was put back at another place, which looks like another installation's.
    ///
    /// # Errors
    /// As [`Self::carry_over`].
    pub async fn rebuild_taking_over(&self) -> Result<Carried, StoreError> {
        let own = self.journal.lengths().await?.into_iter().map(|(run, _)| run).collect();
        self.projection.forget_runs(own).await?;
        self.carry_over().await
    }

    /// Drops what is kept of this installation's runs and reads their journals anew. What another installation keeps there stays.
    ///
    /// # Errors
    /// As [`Self::carry_over`].
    pub async fn rebuild(&self) -> Result<Carried, StoreError> {
        let mut own: BTreeSet<RunId> = self.journal.lengths().await?.into_iter().map(|(run, _)| run).collect();
        for (run, _) in self.projection.checkpoints().await? {
            // what another version has written cannot be read, and is told by the run's name alone
            let Ok(Some(fold)) = self.projection.run_fold(run.clone()).await else { continue };
            if self.is_own(&fold) {
                own.insert(run);
            } else if own.contains(&run) && matches!(self.known(fold).await, Err(StoreError::Foreign { .. })) {
                own.remove(&run);
            }
        }
        self.projection.forget_runs(own.into_iter().collect()).await?;
        self.carry_over().await
    }

    /// Drops everything that is kept there, whoever made it, and reads every journal of this installation anew.
    ///
    /// # Errors
    /// As [`Self::carry_over`].
    pub async fn rebuild_everything(&self) -> Result<Carried, StoreError> {
        self.projection.forget().await?;
        self.carry_over().await
    }
}

/// What was carried over, and what was not.
#[derive(Debug, Default)]
pub struct Carried {
    /// Entries that were read.
    pub entries: u64,
    /// Runs that were left out, and why. The others are complete.
    pub held: Vec<(RunId, StoreError)>,
}

impl Carried {
    /// How many entries were read, where no run was left out.
    ///
    /// # Errors
    /// Why the first run was left out.
    pub fn whole(mut self) -> Result<u64, StoreError> {
        match self.held.is_empty() {
            true => Ok(self.entries),
            false => Err(Self::error(self.held.swap_remove(0))),
        }
    }

    /// A run that was left out, as an error that names it.
    #[must_use]
    pub fn error((run, why): (RunId, StoreError)) -> StoreError {
        match why {
            why @ (StoreError::Foreign { .. } | StoreError::Outdated { .. }) => why,
            why => StoreError::Held { run: run.to_string(), why: Box::new(why) },
        }
    }

    /// Notes that a run is left out; what is about more than one run ends it all.
    fn hold(&mut self, run: RunId, error: StoreError) -> Result<(), StoreError> {
        if !error.of_one_run() {
            return Err(error);
        }
        self.held.push((run, error));
        Ok(())
    }
}

/// A candidate's prompt as text, where an entry brings one.
pub(crate) fn prompt(entry: &Recorded) -> Option<(CandidateId, String)> {
    match &entry.event {
        RunEvent::CandidateAdmitted { candidate, .. } => Some((candidate.id, candidate.prompt.to_text())),
        _ => None,
    }
}
