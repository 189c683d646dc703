use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use clade_domain::ContentHash;
use serde::{Deserialize, Serialize};

/// What a simulator has done; also the body of `GET /__simulator/stats`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Requests to the models' endpoints, with those that failed.
    pub requests: u64,
    /// Requests that were answered whole and properly.
    pub answered: u64,
    /// Requests that failed: refused, throttled, injected errors, nonsense and broken-off answers.
    pub errors: u64,
    /// Of the errors, answers with status 429.
    pub throttled: u64,
    /// Requests that were not answered: still waiting, hanging, or left by the client.
    pub unanswered: u64,
    /// Different bodies among the answered requests.
    pub distinct_bodies: u64,
    /// Answered requests whose body had been answered before.
    pub repeated_bodies: u64,
}

/// Counts, and writes the log.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    requests: AtomicU64,
    errors: AtomicU64,
    throttled: AtomicU64,
    answered: Mutex<Answered>,
}

#[derive(Debug, Default)]
struct Answered {
    count: u64,
    bodies: HashSet<ContentHash>,
    log: Option<BufWriter<File>>,
    /// The first error of the log.
    broken: Option<io::Error>,
}

/// One line of the log.
#[derive(Serialize)]
struct Line<'a> {
    n: u64,
    path: &'a str,
    body: ContentHash,
}

impl Ledger {
    pub(crate) fn open(log: Option<&Path>) -> io::Result<Self> {
        let log = log.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        let answered = Answered { log: log.map(BufWriter::new), ..Answered::default() };
        Ok(Self { answered: Mutex::new(answered), ..Self::default() })
    }

    /// Counts a request and gives it its number, from 0.
    pub(crate) fn request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn error(&self, throttled: bool) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        self.throttled.fetch_add(u64::from(throttled), Ordering::Relaxed);
    }

    pub(crate) fn answered(&self, number: u64, path: &str, body: &[u8]) {
        let hash = ContentHash::of(body);
        let mut guard = self.lock();
        let answered = &mut *guard;
        answered.count += 1;
        answered.bodies.insert(hash);
        if let Some(log) = &mut answered.log {
            let line = Line { n: number, path, body: hash };
            let written =
                serde_json::to_writer(&mut *log, &line).map_err(io::Error::from).and_then(|()| log.write_all(b"\n"));
            answered.broken = answered.broken.take().or(written.err());
        }
    }

    /// Brings the log's lines to the file.
    pub(crate) fn flush(&self) {
        let mut guard = self.lock();
        let answered = &mut *guard;
        if let Some(log) = &mut answered.log {
            let flushed = log.flush();
            answered.broken = answered.broken.take().or(flushed.err());
        }
    }

    /// The first error that the log had, if any.
    pub(crate) fn log_error(&self) -> Option<io::Error> {
        self.lock().broken.take()
    }

    pub(crate) fn stats(&self) -> Stats {
        let (answered, distinct) = {
            let guard = self.lock();
            (guard.count, guard.bodies.len() as u64)
        };
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (requests, errors) = (load(&self.requests), load(&self.errors));
        Stats {
            requests,
            answered,
            errors,
            throttled: load(&self.throttled),
            unanswered: requests.saturating_sub(answered + errors),
            distinct_bodies: distinct,
            repeated_bodies: answered - distinct,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Answered> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
