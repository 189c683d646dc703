use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use clade_domain::{CandidateId, RunId, Timestamp};
use clade_lineage::{Record, RunFold};
use clade_store::{Batch, Projection, RunSummary, SnapshotRow, StoreFuture};

/// A projection of which is known how long it took to keep batches.
pub struct Timed {
    of: Arc<dyn Projection>,
    seconds: Mutex<f64>,
}

impl Timed {
    /// Nothing is kept yet.
    pub fn new(of: Arc<dyn Projection>) -> Self {
        Self { of, seconds: Mutex::default() }
    }

    /// Seconds since the last time that this was asked.
    pub fn take(&self) -> f64 {
        std::mem::take(&mut *self.seconds.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Projection for Timed {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        self.of.checkpoints()
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        self.of.run_fold(run)
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        self.of.records(run, candidates)
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let begun = Instant::now();
            let done = self.of.put(batch).await;
            *self.seconds.lock().unwrap_or_else(PoisonError::into_inner) += begun.elapsed().as_secs_f64();
            done
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        self.of.forget()
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        self.of.forget_runs(runs)
    }

    fn warm_up(&self) -> StoreFuture<'_, ()> {
        self.of.warm_up()
    }

    fn keeps_rows(&self) -> bool {
        self.of.keeps_rows()
    }

    fn rows(&self) -> StoreFuture<'_, Vec<(RunId, Timestamp)>> {
        self.of.rows()
    }

    fn put_row(&self, row: RunSummary, snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()> {
        self.of.put_row(row, snapshots)
    }
}
