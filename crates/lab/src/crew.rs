use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{Bench, Job, LabError, Row};

/// What one worker has to say.
pub type Finished = Result<Row, LabError>;

/// Carries experiments out on so many threads, each with a [`Bench`] of its own, and hands every row on as it comes, in no
/// order. Returns when all are done, or soon after `stop` is set: what was begun is ended, nothing else is begun. Call it
/// where blocking is allowed.
pub fn carry_out(jobs: &[Job], threads: NonZeroUsize, stop: &AtomicBool, finished: &(dyn Fn(Finished) + Sync)) {
    let next = Mutex::new(jobs.iter());
    let work = || {
        let bench = match Bench::new() {
            Ok(bench) => bench,
            Err(error) => return finished(Err(error)),
        };
        while !stop.load(Ordering::Relaxed) {
            let Some(job) = next.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
            finished(bench.measure(job));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.get().min(jobs.len()) {
            scope.spawn(work);
        }
    });
}
