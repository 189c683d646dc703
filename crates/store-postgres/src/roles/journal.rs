use std::{collections::HashMap, sync::Arc};

use clade_domain::{Candidate, Recorded, RunEvent, RunId, Timestamp, Trial};
use clade_store::{Journal, RunFilter, RunLock, RunSummary, SnapshotRow, StoreError, StoreFuture, TrialQuery};
use tokio_postgres::{Client, Error, Row, types::Type};

use super::listing::{RunRow, run_row};
use crate::{
    PostgresStore,
    journal::{Columns, Entry, entries, entry, split_name},
    writer::Work,
};

impl Journal for PostgresStore {
    fn owner(&self) -> String {
        format!("schema {} of {}", self.schema, self.name())
    }

    fn create(&self, summary: RunSummary, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let (row, entries) = (run_row(&summary)?, entries(at, &events)?);
            let (run, row, entries) = (&summary.run, &row, &entries);
            self.desk
                .transaction("create a run", false, move |client, _| async move {
                    let sweep = "DELETE FROM @events WHERE run = (SELECT no FROM @runs WHERE id = $1 AND NOT visible)";
                    client.execute_typed(&self.sql(sweep), &[(&run.as_str(), Type::TEXT)]).await?;
                    let length = i64::try_from(entries.len()).unwrap_or(i64::MAX);
                    let Some(number) = self.show(&client, run, row, length).await? else { return Ok(Err(exists(run))) };
                    self.insert(&client, number, 0, entries).await?;
                    Ok(Ok(entries.len() as u64))
                })
                .await
        })
    }

    fn append(&self, run: RunId, expected: u64, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let entries: Arc<[Entry]> = entries(at, &events)?.into();
            let holder = self.leases.holder.clone();
            self.writer.write(Work::Append { run, holder, expected, entries }).await
        })
    }

    fn read(&self, run: RunId, from: u64, limit: u32) -> StoreFuture<'_, Vec<Recorded>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let from = i64::try_from(from).unwrap_or(i64::MAX);
            let sql = "SELECT seq, at, kind, body FROM @events WHERE run = $1 AND seq >= $2 ORDER BY seq LIMIT $3";
            let values = [(&number as _, Type::INT8), (&from as _, Type::INT8), (&i64::from(limit) as _, Type::INT8)];
            self.rows("read a journal", sql, &values).await?.iter().map(|row| self.recorded(row)).collect()
        })
    }

    fn entries(&self, run: RunId, seqs: Vec<u64>) -> StoreFuture<'_, Vec<Recorded>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let wanted: Vec<i64> = seqs.iter().map(|seq| i64::try_from(*seq).unwrap_or(i64::MAX)).collect();
            let sql = "SELECT seq, at, kind, body FROM @events WHERE run = $1 AND seq = ANY($2)";
            let mut found: HashMap<u64, Recorded> = HashMap::new();
            for row in self.rows("read entries", sql, &[(&number, Type::INT8), (&wanted, Type::INT8_ARRAY)]).await? {
                let entry = self.recorded(&row)?;
                found.insert(entry.seq, entry);
            }
            let entry = |seq: &u64| found.get(seq).cloned().ok_or_else(|| StoreError::no_entry(&run, *seq));
            seqs.iter().map(entry).collect()
        })
    }

    fn length(&self, run: RunId) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let sql = "SELECT length FROM @runs WHERE id = $1 AND visible";
            let rows = self.rows("measure a journal", sql, &[(&run.as_str(), Type::TEXT)]).await?;
            self.count(rows.first().ok_or_else(|| StoreError::no_run(&run))?, 0)
        })
    }

    fn lengths(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            let sql = "SELECT id, length FROM @runs WHERE visible ORDER BY no";
            let length = |row: &Row| Ok((self.run_id(row, 0)?, self.count(row, 1)?));
            self.rows("measure journals", sql, &[]).await?.iter().map(length).collect()
        })
    }

    fn stage(&self, run: RunId, entries: Vec<Recorded>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let Some(first) = entries.first().map(|entry| entry.seq) else { return Ok(()) };
            if let Some((wrong, _)) = entries.iter().zip(first..).find(|(entry, seq)| entry.seq != *seq) {
                return Err(StoreError::Conflict { run: run.to_string(), expected: wrong.seq, actual: first });
            }
            let entries = entries.iter().map(|recorded| entry(recorded.at, &recorded.event));
            let entries: Vec<Entry> = entries.collect::<Result<_, _>>()?;
            let (run, entries) = (&run, &entries);
            self.desk
                .transaction("stage a run", false, move |client, _| async move {
                    let sql = "INSERT INTO @runs (id, visible, length) VALUES ($1, false, 0) ON CONFLICT DO NOTHING";
                    client.execute_typed(&self.sql(sql), &[(&run.as_str(), Type::TEXT)]).await?;
                    let Some((number, visible, length)) = self.held(&client, run).await? else {
                        return Ok(Err(StoreError::no_run(run)));
                    };
                    let next = if first == 0 { 0 } else { length };
                    if visible {
                        return Ok(Err(exists(run)));
                    }
                    if next != first {
                        return Ok(Err(StoreError::Conflict { run: run.to_string(), expected: first, actual: next }));
                    }
                    if first == 0 {
                        let sweep = self.sql("DELETE FROM @events WHERE run = $1");
                        client.execute_typed(&sweep, &[(&number, Type::INT8)]).await?;
                    }
                    self.insert(&client, number, next, entries).await?;
                    let length = i64::try_from(next + entries.len() as u64).unwrap_or(i64::MAX);
                    let grow = self.sql("UPDATE @runs SET length = $2 WHERE no = $1");
                    client.execute_typed(&grow, &[(&number, Type::INT8), (&length, Type::INT8)]).await?;
                    Ok(Ok(()))
                })
                .await
        })
    }

    fn publish(&self, summary: RunSummary, length: u64, snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let row = run_row(&summary)?;
            let (row, run, snapshots) = (&row, &summary.run, &snapshots);
            self.desk
                .transaction("publish a run", false, move |client, _| async move {
                    let found = self.held(&client, run).await?;
                    if found.is_some_and(|(_, visible, _)| visible) {
                        return Ok(Err(exists(run)));
                    }
                    let actual = found.map_or(0, |(.., length)| length);
                    if actual != length {
                        return Ok(Err(StoreError::Conflict { run: run.to_string(), expected: length, actual }));
                    }
                    let length = i64::try_from(length).unwrap_or(i64::MAX);
                    let Some(number) = self.show(&client, run, row, length).await? else { return Ok(Err(exists(run))) };
                    for snapshot in snapshots {
                        if !self.name_position(&client, number, snapshot).await? {
                            return Ok(Err(taken(snapshot)));
                        }
                    }
                    Ok(Ok(()))
                })
                .await
        })
    }

    fn lock(&self, run: RunId) -> StoreFuture<'_, Box<dyn RunLock>> {
        Box::pin(async move { self.leases.take(run).await.map(|lease| Box::new(lease) as Box<dyn RunLock>) })
    }

    fn holder(&self, run: RunId) -> StoreFuture<'_, Option<String>> {
        Box::pin(async move { self.leases.look(&run).await })
    }

    fn put_summary(&self, summary: RunSummary) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.rewrite(&summary).await })
    }

    fn summary(&self, name: String) -> StoreFuture<'_, RunSummary> {
        Box::pin(self.find_summary(name))
    }

    fn summaries(&self, filter: RunFilter) -> StoreFuture<'_, Vec<RunSummary>> {
        Box::pin(self.list_summaries(filter))
    }

    fn put_snapshot(&self, snapshot: SnapshotRow) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let number = self.number(&snapshot.run).await?;
            let snapshot = &snapshot;
            self.desk
                .transaction("name a position", false, move |client, _| async move {
                    let named = self.name_position(&client, number, snapshot).await?;
                    Ok(if named { Ok(()) } else { Err(taken(snapshot)) })
                })
                .await
        })
    }

    fn snapshots(&self, run: RunId) -> StoreFuture<'_, Vec<SnapshotRow>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let sql = "SELECT name, length, at FROM @snapshots WHERE run = $1 ORDER BY at, name COLLATE \"C\"";
            let snapshot = |row: &Row| {
                Ok(SnapshotRow {
                    run: run.clone(),
                    name: self.value(row, 0)?,
                    length: self.count(row, 1)?,
                    at: Timestamp(self.value(row, 2)?),
                })
            };
            self.rows("read snapshots", sql, &[(&number, Type::INT8)]).await?.iter().map(snapshot).collect()
        })
    }

    fn candidates(&self, run: RunId) -> StoreFuture<'_, Vec<Candidate>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let sql =
                "SELECT seq, at, kind, body FROM @events WHERE run = $1 AND kind = 'candidate_admitted' ORDER BY seq";
            let mut candidates = Vec::new();
            for row in self.rows("read candidates", sql, &[(&number, Type::INT8)]).await? {
                if let RunEvent::CandidateAdmitted { candidate, .. } = self.recorded(&row)?.event {
                    candidates.push(*candidate);
                }
            }
            candidates.sort_by_key(|candidate| candidate.id);
            Ok(candidates)
        })
    }

    fn trials(&self, run: RunId, wanted: TrialQuery) -> StoreFuture<'_, Vec<Recorded>> {
        Box::pin(async move {
            let number = self.number(&run).await?;
            let sql = "SELECT seq, at, kind, body FROM @events WHERE run = $1 AND candidate = $2 AND seq >= $3 \
                       AND ($4::text IS NULL OR split = $4) AND ($5::bigint IS NULL OR example = $5) ORDER BY seq LIMIT $6";
            let values = [
                (&number as _, Type::INT8),
                (&i64::from(wanted.candidate.0) as _, Type::INT8),
                (&i64::try_from(wanted.from).unwrap_or(i64::MAX) as _, Type::INT8),
                (&wanted.split.map(split_name) as _, Type::TEXT),
                (&wanted.example.map(|example| i64::from(example.0)) as _, Type::INT8),
                (&i64::from(wanted.limit) as _, Type::INT8),
            ];
            self.rows("read trials", sql, &values).await?.iter().map(|row| self.recorded(row)).collect()
        })
    }
}

impl PostgresStore {
    /// The number of a run that was created.
    async fn number(&self, run: &RunId) -> Result<i64, StoreError> {
        let sql = "SELECT no FROM @runs WHERE id = $1 AND visible";
        let rows = self.rows("find a run", sql, &[(&run.as_str(), Type::TEXT)]).await?;
        self.value(rows.first().ok_or_else(|| StoreError::no_run(run))?, 0)
    }

    /// A run's number, whether it is visible, and its length; its row is held until the transaction ends.
    async fn held(&self, client: &Client, run: &RunId) -> Result<Option<(i64, bool, u64)>, Error> {
        let sql = self.sql("SELECT no, visible, length FROM @runs WHERE id = $1 FOR UPDATE");
        let rows = client.query_typed(&sql, &[(&run.as_str(), Type::TEXT)]).await?;
        let held = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get::<_, i64>(2)?.unsigned_abs()));
        rows.first().map(held).transpose()
    }

    /// Makes a run visible with its row; its number, or `None` where it is visible already.
    async fn show(&self, client: &Client, run: &RunId, row: &RunRow, length: i64) -> Result<Option<i64>, Error> {
        let sql = self.sql(
            "INSERT INTO @runs AS runs (id, visible, length, status, created, workspace, summary) VALUES ($1, true, $2, $3, $4, $5, $6) \
             ON CONFLICT (id) DO UPDATE SET visible = true, length = excluded.length, status = excluded.status, \
             created = excluded.created, workspace = excluded.workspace, summary = excluded.summary WHERE NOT runs.visible RETURNING no",
        );
        let values = [
            (&run.as_str() as _, Type::TEXT),
            (&length as _, Type::INT8),
            (&row.status as _, Type::TEXT),
            (&row.created as _, Type::INT8),
            (&row.workspace as _, Type::TEXT),
            (&row.summary as _, Type::TEXT),
        ];
        client.query_typed(&sql, &values).await?.first().map(|row| row.try_get(0)).transpose()
    }

    async fn insert(&self, client: &Client, run: i64, first: u64, entries: &[Entry]) -> Result<(), Error> {
        let mut columns = Columns::default();
        for (seq, entry) in (first..).zip(entries) {
            columns.push(i64::try_from(seq).unwrap_or(i64::MAX), entry);
        }
        let sql = "INSERT INTO @events (run, seq, at, kind, candidate, example, split, body) SELECT $1, e.* \
                   FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[]) AS e";
        let values = [
            (&run as _, Type::INT8),
            (&columns.seqs as _, Type::INT8_ARRAY),
            (&columns.ats as _, Type::INT8_ARRAY),
            (&columns.kinds as _, Type::TEXT_ARRAY),
            (&columns.candidates as _, Type::INT8_ARRAY),
            (&columns.examples as _, Type::INT8_ARRAY),
            (&columns.splits as _, Type::TEXT_ARRAY),
            (&columns.bodies as _, Type::TEXT_ARRAY),
        ];
        client.execute_typed(&self.sql(sql), &values).await.map(drop)
    }

    /// Whether the name was free.
    async fn name_position(&self, client: &Client, run: i64, snapshot: &SnapshotRow) -> Result<bool, Error> {
        let sql = "INSERT INTO @snapshots (run, name, length, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let length = i64::try_from(snapshot.length).unwrap_or(i64::MAX);
        let values = [
            (&run as _, Type::INT8),
            (&snapshot.name as _, Type::TEXT),
            (&length as _, Type::INT8),
            (&snapshot.at.0 as _, Type::INT8),
        ];
        Ok(client.execute_typed(&self.sql(sql), &values).await? > 0)
    }

    /// An entry out of `seq, at, kind, body`.
    fn recorded(&self, row: &Row) -> Result<Recorded, StoreError> {
        let (seq, kind, body) = (self.count(row, 0)?, self.value::<&str>(row, 2)?, self.value::<&str>(row, 3)?);
        let event = match kind {
            // by far the most: knowing the kind saves the parser a detour over a generic value
            "trial_finished" => serde_json::from_str::<Box<Trial>>(body).map(RunEvent::TrialFinished),
            _ => serde_json::from_str(body),
        };
        let event = event.map_err(|error| self.server.unreadable(&format!("journal entry {seq}"), &error))?;
        Ok(Recorded { seq, at: Timestamp(self.value(row, 1)?), event })
    }

    /// A run's id out of a row.
    pub(crate) fn run_id(&self, row: &Row, column: usize) -> Result<RunId, StoreError> {
        let text: &str = self.value(row, column)?;
        text.parse().map_err(|error| self.server.unreadable("the name of a run", &error))
    }
}

fn exists(run: &RunId) -> StoreError {
    StoreError::Exists { what: "run", name: run.to_string() }
}

fn taken(snapshot: &SnapshotRow) -> StoreError {
    StoreError::Exists { what: "snapshot", name: snapshot.name.clone() }
}
