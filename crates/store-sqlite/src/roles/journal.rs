use std::{collections::HashMap, sync::Arc};

use clade_domain::{Candidate, Recorded, RunEvent, RunId, Timestamp, Trial};
use clade_store::{Journal, RunFilter, RunLock, RunSummary, SnapshotRow, StoreError, StoreFuture, TrialQuery};
use serde::Serialize;
use sqlx::{Row, sqlite::SqliteRow};

use crate::{
    SqliteStore,
    fault::{fault, unreadable},
    kind::kind,
    lock,
    rows::{Values, fits, low, row_id},
    writer::{Entry, Work},
};

/// Entries asked for by number with one query.
const CHUNK: usize = 64;

impl Journal for SqliteStore {
    fn owner(&self) -> String {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        format!("{} on {}", path.display(), lock::host())
    }

    fn create(&self, summary: RunSummary, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let entries = self.entries_of(at, &events)?;
            let row = Box::new(self.run_row(&summary)?);
            self.writer.write(Work::Create { row, entries }).await
        })
    }

    fn append(&self, run: RunId, expected: u64, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let entries = self.entries_of(at, &events)?;
            let sizes: Vec<usize> = entries.iter().map(|entry| entry.body.len()).collect();
            let next = self.writer.write(Work::Append { run: run.clone(), expected, entries }).await?;
            self.recent.add(&run, expected, at, events, &sizes);
            Ok(next)
        })
    }

    fn read(&self, run: RunId, from: u64, limit: u32) -> StoreFuture<'_, Vec<Recorded>> {
        Box::pin(async move {
            if let Some(entries) = self.recent.read(&run, from, limit) {
                return Ok(entries);
            }
            let number = self.number(&run).await?;
            if !fits(from) {
                return Ok(Vec::new());
            }
            let sql = "SELECT id, at, kind, body FROM events WHERE id >= ? AND id < ? ORDER BY id LIMIT ?";
            let query = sqlx::query(sql).bind(row_id(number, from)).bind(row_id(number + 1, 0)).bind(i64::from(limit));
            self.rows("read a journal", query).await?.iter().map(|row| self.recorded(row)).collect()
        })
    }

    fn entries(&self, run: RunId, seqs: Vec<u64>) -> StoreFuture<'_, Vec<Recorded>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let mut found: HashMap<u64, Recorded> = HashMap::new();
            let sql = format!("SELECT id, at, kind, body FROM events WHERE id IN ({})", vec!["?"; CHUNK].join(", "));
            if let Some(seq) = seqs.iter().find(|seq| !fits(**seq)) {
                return Err(StoreError::no_entry(&run, *seq));
            }
            for chunk in seqs.chunks(CHUNK) {
                let mut values = Values::default();
                let bound = chunk.iter().try_for_each(|seq| values.add(row_id(number, *seq)));
                bound.map_err(|error| fault(&self.path, "read entries", &error))?;
                let query = sqlx::query_with(sqlx::AssertSqlSafe(sql.clone()), values.into_inner());
                for row in self.rows("read entries", query).await? {
                    let entry = self.recorded(&row)?;
                    found.insert(entry.seq, entry);
                }
            }
            let entry = |seq: &u64| found.get(seq).cloned().ok_or_else(|| StoreError::no_entry(&run, *seq));
            seqs.iter().map(entry).collect()
        })
    }

    fn length(&self, run: RunId) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let sql = "SELECT max(id) FROM events WHERE id >= ? AND id < ?";
            let query = sqlx::query(sql).bind(row_id(number, 0)).bind(row_id(number + 1, 0));
            let rows = self.rows("measure a journal", query).await?;
            let last: Option<i64> = rows.first().map(|row| self.value(row, 0)).transpose()?.flatten();
            Ok(last.map_or(0, |id| low(id) + 1))
        })
    }

    fn lengths(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            let sql = "SELECT id, (SELECT max(events.id) FROM events WHERE events.id >= runs.no << 32 \
                       AND events.id < runs.no + 1 << 32) FROM runs ORDER BY no";
            let length = |row: &SqliteRow| {
                let last: Option<i64> = self.value(row, 1)?;
                Ok((self.run_id(self.value(row, 0)?)?, last.map_or(0, |id| low(id) + 1)))
            };
            self.rows("measure journals", sqlx::query(sql)).await?.iter().map(length).collect()
        })
    }

    fn stage(&self, run: RunId, entries: Vec<Recorded>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let Some(first) = entries.first().map(|entry| entry.seq) else { return Ok(()) };
            if let Some((wrong, _)) = entries.iter().zip(first..).find(|(entry, seq)| entry.seq != *seq) {
                return Err(StoreError::Conflict { run: run.to_string(), expected: wrong.seq, actual: first });
            }
            let entry = |Recorded { at, event, .. }| Ok::<_, StoreError>(self.entries_of(at, &[event])?.pop());
            let entries: Vec<Option<Entry>> = entries.into_iter().map(entry).collect::<Result<_, _>>()?;
            self.writer
                .write(Work::Stage { run, first, entries: entries.into_iter().flatten().collect() })
                .await
                .map(drop)
        })
    }

    fn publish(&self, summary: RunSummary, length: u64, snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let row = Box::new(self.run_row(&summary)?);
            self.writer.write(Work::Publish { row, length, snapshots }).await.map(drop)
        })
    }

    fn lock(&self, run: RunId) -> StoreFuture<'_, Box<dyn RunLock>> {
        let lock = lock::take(&self.locks, &run).map(|lock| Box::new(lock) as Box<dyn RunLock>);
        Box::pin(std::future::ready(lock))
    }

    fn holder(&self, run: RunId) -> StoreFuture<'_, Option<String>> {
        Box::pin(std::future::ready(lock::look(&self.locks, &run)))
    }

    fn put_summary(&self, summary: RunSummary) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.writer.write(Work::Summary(Box::new(self.run_row(&summary)?))).await.map(drop) })
    }

    fn summary(&self, name: String) -> StoreFuture<'_, RunSummary> {
        Box::pin(self.find_summary(name))
    }

    fn summaries(&self, filter: RunFilter) -> StoreFuture<'_, Vec<RunSummary>> {
        Box::pin(self.list_summaries(filter))
    }

    fn put_snapshot(&self, snapshot: SnapshotRow) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.writer.write(Work::Snapshot(snapshot)).await.map(drop) })
    }

    fn snapshots(&self, run: RunId) -> StoreFuture<'_, Vec<SnapshotRow>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let query =
                sqlx::query("SELECT name, length, at FROM snapshots WHERE run = ? ORDER BY at, name").bind(number);
            let rows = self.rows("read snapshots", query).await?;
            let snapshot = |row: &SqliteRow| {
                Ok(SnapshotRow {
                    run: run.clone(),
                    name: self.value(row, 0)?,
                    length: self.value::<i64>(row, 1)?.unsigned_abs(),
                    at: Timestamp(self.value(row, 2)?),
                })
            };
            rows.iter().map(snapshot).collect()
        })
    }

    fn candidates(&self, run: RunId) -> StoreFuture<'_, Vec<Candidate>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let sql = "SELECT id, at, kind, body FROM events WHERE kind = 'candidate_admitted' AND id >= ? AND id < ? \
                       ORDER BY id";
            let query = sqlx::query(sql).bind(row_id(number, 0)).bind(row_id(number + 1, 0));
            let mut candidates = Vec::new();
            for row in self.rows("read candidates", query).await? {
                if let RunEvent::CandidateAdmitted { candidate, .. } = self.recorded(&row)?.event {
                    candidates.push(*candidate);
                }
            }
            candidates.sort_by_key(|candidate| candidate.id);
            Ok(candidates)
        })
    }

    fn trials(&self, run: RunId, wanted: TrialQuery) -> StoreFuture<'_, Vec<Recorded>> {
        Box::pin(self.find_trials(run, wanted))
    }
}

impl SqliteStore {
    fn entries_of(&self, at: Timestamp, events: &[RunEvent]) -> Result<Vec<Entry>, StoreError> {
        let entry =
            |event| Ok(Entry { at: at.0, kind: kind(event), body: Arc::from(self.to_json("a journal entry", event)?) });
        events.iter().map(entry).collect()
    }

    /// An entry out of `id, at, kind, body`.
    pub(crate) fn recorded(&self, row: &SqliteRow) -> Result<Recorded, StoreError> {
        let failed = |error| fault(&self.path, "read an entry", &error);
        let id: i64 = row.try_get(0).map_err(failed)?;
        let kind: &str = row.try_get(2).map_err(failed)?;
        let body: &str = row.try_get(3).map_err(failed)?;
        let event = match kind {
            // by far the most: knowing the kind saves the parser a detour over a generic value
            "trial_finished" => serde_json::from_str::<Box<Trial>>(body).map(RunEvent::TrialFinished),
            _ => serde_json::from_str(body),
        };
        let event = event.map_err(|error| unreadable(&self.path, &format!("journal entry {}", low(id)), &error))?;
        Ok(Recorded { seq: low(id), at: Timestamp(row.try_get(1).map_err(failed)?), event })
    }

    /// JSON of a value of ours. Only a number that is not finite can make it fail.
    pub(crate) fn to_json(&self, what: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
        let failed =
            |error: serde_json::Error| StoreError::Backend { doing: "write", detail: format!("{what}: {error}") };
        serde_json::to_string(value).map_err(failed)
    }
}
