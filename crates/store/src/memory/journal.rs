use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use clade_domain::{Candidate, Recorded, RunEvent, RunId, Timestamp};

use super::store::{MemoryStore, Run, hold};
use crate::{Journal, RunFilter, RunLock, RunSummary, SnapshotRow, StoreError, StoreFuture, TrialQuery};

impl Journal for MemoryStore {
    fn create(&self, summary: RunSummary, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        self.with(|state| {
            if state.run(&summary.run).is_ok() {
                return Err(StoreError::Exists { what: "run", name: summary.run.to_string() });
            }
            state.staged.remove(&summary.run);
            let journal = record(0, at, events);
            let length = journal.len() as u64;
            state.runs.push(Run { summary, journal, snapshots: Vec::new() });
            Ok(length)
        })
    }

    fn append(&self, run: RunId, expected: u64, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        self.with(|state| {
            let journal = &mut state.run(&run)?.journal;
            let actual = journal.len() as u64;
            if actual != expected {
                return Err(StoreError::Conflict { run: run.to_string(), expected, actual });
            }
            journal.extend(record(expected, at, events));
            Ok(journal.len() as u64)
        })
    }

    fn read(&self, run: RunId, from: u64, limit: u32) -> StoreFuture<'_, Vec<Recorded>> {
        self.with(|state| {
            let journal = &state.run(&run)?.journal;
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            Ok(journal.iter().skip(from).take(limit as usize).cloned().collect())
        })
    }

    fn entries(&self, run: RunId, seqs: Vec<u64>) -> StoreFuture<'_, Vec<Recorded>> {
        self.with(|state| {
            let journal = &state.run(&run)?.journal;
            let entry = |seq: &u64| usize::try_from(*seq).ok().and_then(|seq| journal.get(seq)).cloned();
            seqs.iter().map(|seq| entry(seq).ok_or_else(|| StoreError::no_entry(&run, *seq))).collect()
        })
    }

    fn length(&self, run: RunId) -> StoreFuture<'_, u64> {
        self.with(|state| Ok(state.run(&run)?.journal.len() as u64))
    }

    fn lengths(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        self.with(|state| {
            Ok(state.runs.iter().map(|run| (run.summary.run.clone(), run.journal.len() as u64)).collect())
        })
    }

    fn stage(&self, run: RunId, entries: Vec<Recorded>) -> StoreFuture<'_, ()> {
        self.with(|state| {
            if state.run(&run).is_ok() {
                return Err(StoreError::Exists { what: "run", name: run.to_string() });
            }
            let Some(first) = entries.first().map(|entry| entry.seq) else { return Ok(()) };
            let staged = state.staged.entry(run.clone()).or_default();
            if first == 0 {
                staged.clear();
            }
            let actual = staged.len() as u64;
            let follows = entries.iter().map(|entry| entry.seq).eq(actual..actual + entries.len() as u64);
            if !follows {
                return Err(StoreError::Conflict { run: run.to_string(), expected: first, actual });
            }
            staged.extend(entries);
            Ok(())
        })
    }

    fn publish(&self, summary: RunSummary, length: u64, snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let run = summary.run.clone();
            if state.run(&run).is_ok() {
                return Err(StoreError::Exists { what: "run", name: run.to_string() });
            }
            let actual = state.staged.get(&run).map_or(0, Vec::len) as u64;
            if actual != length {
                return Err(StoreError::Conflict { run: run.to_string(), expected: length, actual });
            }
            let mut names = BTreeSet::new();
            if let Some(twice) = snapshots.iter().find(|snapshot| !names.insert(snapshot.name.clone())) {
                return Err(StoreError::Exists { what: "snapshot", name: twice.name.clone() });
            }
            let journal = state.staged.remove(&run).unwrap_or_default();
            let mut snapshots = snapshots;
            snapshots.sort_by_key(|snapshot| snapshot.at);
            state.runs.push(Run { summary, journal, snapshots });
            Ok(())
        })
    }

    fn lock(&self, run: RunId) -> StoreFuture<'_, Box<dyn RunLock>> {
        let taken = hold(&self.locks).insert(run.clone());
        let lock: Result<Box<dyn RunLock>, _> = if taken {
            Ok(Box::new(Held { run, locks: Arc::clone(&self.locks) }))
        } else {
            Err(StoreError::Locked { run: run.to_string(), holder: "this process".into() })
        };
        Box::pin(std::future::ready(lock))
    }

    fn holder(&self, run: RunId) -> StoreFuture<'_, Option<String>> {
        let held = hold(&self.locks).contains(&run).then(|| "this process".to_owned());
        Box::pin(std::future::ready(Ok(held)))
    }

    fn put_summary(&self, summary: RunSummary) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let run = state.run(&summary.run)?;
            run.summary = summary;
            Ok(())
        })
    }

    fn summary(&self, name: String) -> StoreFuture<'_, RunSummary> {
        self.with(|state| {
            if name == "last" {
                let newest = newest_first(&state.runs).into_iter().next();
                return newest.cloned().ok_or_else(|| StoreError::no_run(&name));
            }
            let fits: Vec<&RunSummary> =
                state.runs.iter().map(|run| &run.summary).filter(|s| s.run.as_str().starts_with(&name)).collect();
            if let Some(exact) = fits.iter().find(|s| s.run.as_str() == name) {
                return Ok((*exact).clone());
            }
            match fits.as_slice() {
                [] => Err(StoreError::no_run(&name)),
                [one] => Ok((*one).clone()),
                _ if name.is_empty() => Err(StoreError::no_run(&name)),
                many => Err(StoreError::ambiguous_run(&name, many.iter().map(|s| s.run.as_str()))),
            }
        })
    }

    fn summaries(&self, filter: RunFilter) -> StoreFuture<'_, Vec<RunSummary>> {
        self.with(|state| Ok(filter.page(newest_first(&state.runs).into_iter().cloned().collect())))
    }

    fn put_snapshot(&self, snapshot: SnapshotRow) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let snapshots = &mut state.run(&snapshot.run)?.snapshots;
            if snapshots.iter().any(|other| other.name == snapshot.name) {
                return Err(StoreError::Exists { what: "snapshot", name: snapshot.name });
            }
            snapshots.push(snapshot);
            snapshots.sort_by_key(|snapshot| snapshot.at);
            Ok(())
        })
    }

    fn snapshots(&self, run: RunId) -> StoreFuture<'_, Vec<SnapshotRow>> {
        self.with(|state| Ok(state.run(&run)?.snapshots.clone()))
    }

    fn trials(&self, run: RunId, wanted: TrialQuery) -> StoreFuture<'_, Vec<Recorded>> {
        self.with(|state| {
            let journal = state.run(&run)?.journal.iter().filter(|entry| entry.seq >= wanted.from);
            Ok(journal.filter(|entry| wanted.matches(entry)).take(wanted.limit as usize).cloned().collect())
        })
    }

    fn candidates(&self, run: RunId) -> StoreFuture<'_, Vec<Candidate>> {
        self.with(|state| {
            let admitted = state.run(&run)?.journal.iter().filter_map(|entry| match &entry.event {
                RunEvent::CandidateAdmitted { candidate, .. } => Some((**candidate).clone()),
                _ => None,
            });
            let mut candidates: Vec<Candidate> = admitted.collect();
            candidates.sort_by_key(|candidate| candidate.id);
            Ok(candidates)
        })
    }
}

fn record(first: u64, at: Timestamp, events: Vec<RunEvent>) -> Vec<Recorded> {
    (first..).zip(events).map(|(seq, event)| Recorded { seq, at, event }).collect()
}

fn newest_first(runs: &[Run]) -> Vec<&RunSummary> {
    let mut newest: Vec<&RunSummary> = runs.iter().rev().map(|run| &run.summary).collect();
    newest.sort_by_key(|summary| std::cmp::Reverse(summary.created));
    newest
}

/// A run taken in this process.
#[derive(Debug)]
struct Held {
    run: RunId,
    locks: Arc<Mutex<BTreeSet<RunId>>>,
}

impl RunLock for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        hold(&self.locks).remove(&self.run);
    }
}
