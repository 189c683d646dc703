use clade_domain::RunId;
use clade_store::{SnapshotRow, StoreError};
use sqlx::SqliteConnection;

use super::{
    bulk::Bulk,
    ids::{End, Ids, next_entry, sweep},
    records,
    work::{Entry, RunRow, Work},
};
use crate::rows::{AnswerRow, EventRow, ExampleRow, fits, row_id};

/// What a caller is told: for entries the next sequence number, otherwise 0.
pub(super) type Outcome = Result<u64, StoreError>;

/// One transaction in the making. Frequent kinds of rows gather and are inserted together at the end; where there is
/// nothing else the whole transaction is a single call.
pub(super) struct Transaction<'a> {
    connection: &'a mut SqliteConnection,
    ids: &'a mut Ids,
    /// Its number in this process, from 1.
    number: u64,
    begun: bool,
    bulk: Bulk,
}

impl<'a> Transaction<'a> {
    pub fn new(connection: &'a mut SqliteConnection, ids: &'a mut Ids, number: u64) -> Self {
        Self { connection, ids, number, begun: false, bulk: Bulk::default() }
    }

    /// Carries out all work and commits. The outer error means that nothing happened; an inner one that this piece did
    /// not and the others did.
    pub async fn run<'w>(mut self, works: impl Iterator<Item = &'w Work>) -> Result<Vec<Outcome>, sqlx::Error> {
        let ended = self.fill(works).await;
        if ended.is_err() {
            // the first error is the one to tell; SQLite has often rolled back already
            drop(sqlx::query("ROLLBACK").execute(&mut *self.connection).await);
            self.ids.forget();
        }
        ended
    }

    async fn fill<'w>(&mut self, works: impl Iterator<Item = &'w Work>) -> Result<Vec<Outcome>, sqlx::Error> {
        let mut outcomes = Vec::new();
        for work in works {
            outcomes.push(self.apply(work).await?);
        }
        let bulk = std::mem::take(&mut self.bulk);
        if !self.begun && bulk.fits_one_call() {
            bulk.transact(self.connection).await?;
        } else {
            self.begin().await?;
            bulk.insert(self.connection).await?;
            sqlx::query("COMMIT").execute(&mut *self.connection).await?;
        }
        Ok(outcomes)
    }

    /// Takes the file for writing, if that has not been done yet. Everything but gathering rows needs it: what is read
    /// before could be overtaken by another process.
    async fn begin(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        if !self.begun {
            sqlx::query("BEGIN IMMEDIATE").execute(&mut *self.connection).await?;
            self.begun = true;
        }
        Ok(self.connection)
    }

    async fn run_number(&mut self, run: &RunId) -> Result<i64, sqlx::Error> {
        match self.ids.known_run(run) {
            Some(number) => Ok(number),
            None => {
                self.begin().await?;
                self.ids.run(self.connection, run).await
            }
        }
    }

    async fn apply(&mut self, work: &Work) -> Result<Outcome, sqlx::Error> {
        match work {
            Work::Create { row, entries } => self.create(row, entries).await,
            Work::Append { run, expected, entries } => self.append(run, *expected, entries).await,
            Work::Stage { run, first, entries } => self.stage(run, *first, entries).await,
            Work::Publish { row, length, snapshots } => self.publish(row, *length, snapshots).await,
            Work::Summary(row) => self.summary(row).await,
            Work::Snapshot(snapshot) => self.snapshot(snapshot).await,
            Work::Texts(texts) => {
                self.bulk.texts.extend(texts.iter().cloned());
                Ok(Ok(0))
            }
            Work::Answer(put) => {
                let run = self.run_number(&put.run).await?;
                self.bulk.texts.push(put.text.clone());
                self.bulk.answers.push(AnswerRow { run, ..put.row.clone() });
                Ok(Ok(0))
            }
            Work::Examples { dataset, examples } => {
                self.begin().await?;
                let set = self.ids.dataset(self.connection, *dataset).await?;
                let row =
                    |(id, body): &(u32, _)| ExampleRow { id: row_id(set, u64::from(*id)), body: Clone::clone(body) };
                self.bulk.examples.extend(examples.iter().map(row));
                Ok(Ok(0))
            }
            Work::Records(changes) => records::commit(self.begin().await?, changes).await,
            Work::Sweep(now) => Ok(Ok(records::sweep(self.begin().await?, *now).await?)),
            Work::Seal { dataset, summary } => {
                self.begin().await?;
                let set = self.ids.dataset(self.connection, *dataset).await?;
                let seal = sqlx::query("UPDATE datasets SET summary = ? WHERE no = ?").bind(summary.clone()).bind(set);
                seal.execute(&mut *self.connection).await?;
                Ok(Ok(0))
            }
        }
    }

    async fn create(&mut self, row: &RunRow, entries: &[Entry]) -> Result<Outcome, sqlx::Error> {
        self.begin().await?;
        let number = self.ids.run(self.connection, &row.run).await?;
        if !self.insert_run(number, row).await? {
            return Ok(Err(exists(&row.run)));
        }
        sweep(self.connection, number).await?;
        let end = End { number, next: 0, seen: self.number };
        Ok(self.push(&row.run, end, entries))
    }

    /// Whether the run was not there.
    async fn insert_run(&mut self, number: i64, row: &RunRow) -> Result<bool, sqlx::Error> {
        let sql = "INSERT INTO runs (no, id, status, created, workspace, summary) VALUES (?, ?, ?, ?, ?, ?) \
                   ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql).bind(number).bind(row.run.as_str()).bind(row.status).bind(row.created);
        let done = insert.bind(row.workspace.clone()).bind(row.summary.clone()).execute(&mut *self.connection).await?;
        Ok(done.rows_affected() > 0)
    }

    async fn stage(&mut self, run: &RunId, first: u64, entries: &[Entry]) -> Result<Outcome, sqlx::Error> {
        self.begin().await?;
        if self.ids.end(self.connection, run, self.number).await?.is_some() {
            return Ok(Err(exists(run)));
        }
        let number = self.ids.run(self.connection, run).await?;
        if first == 0 {
            sweep(self.connection, number).await?;
        }
        let next = next_entry(self.connection, number).await?;
        if next != first {
            return Ok(Err(StoreError::Conflict { run: run.to_string(), expected: first, actual: next }));
        }
        let staged = self.push(run, End { number, next, seen: self.number }, entries);
        // the run is not there: nobody may append to it
        self.ids.ends.remove(run);
        Ok(staged)
    }

    async fn publish(&mut self, row: &RunRow, length: u64, snapshots: &[SnapshotRow]) -> Result<Outcome, sqlx::Error> {
        self.begin().await?;
        let number = self.ids.run(self.connection, &row.run).await?;
        if self.ids.end(self.connection, &row.run, self.number).await?.is_some() {
            return Ok(Err(exists(&row.run)));
        }
        let actual = next_entry(self.connection, number).await?;
        if actual != length {
            return Ok(Err(StoreError::Conflict { run: row.run.to_string(), expected: length, actual }));
        }
        let mut names: Vec<&str> = snapshots.iter().map(|snapshot| snapshot.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Ok(Err(StoreError::Exists { what: "snapshot", name: twice[0].to_owned() }));
        }
        self.insert_run(number, row).await?;
        for snapshot in snapshots {
            if let Err(error) = self.snapshot(snapshot).await? {
                return Ok(Err(error));
            }
        }
        Ok(Ok(length))
    }

    async fn append(&mut self, run: &RunId, expected: u64, entries: &[Entry]) -> Result<Outcome, sqlx::Error> {
        let known = self.ids.ends.get(run).copied();
        let end = match known {
            // what is remembered may be stale only where another process appended; then the entry's key is taken, the
            // whole transaction fails, everything is forgotten, and each piece is tried alone
            Some(end) if end.next == expected || end.seen == self.number => Some(end),
            _ => {
                self.begin().await?;
                self.ids.end(self.connection, run, self.number).await?
            }
        };
        let Some(end) = end else { return Ok(Err(StoreError::no_run(run))) };
        if end.next != expected {
            return Ok(Err(StoreError::Conflict { run: run.to_string(), expected, actual: end.next }));
        }
        Ok(self.push(run, end, entries))
    }

    fn push(&mut self, run: &RunId, end: End, entries: &[Entry]) -> Outcome {
        let next = end.next + entries.len() as u64;
        if !fits(next) {
            let detail = format!("run `{run}` has as many entries as a journal can hold");
            return Err(StoreError::Backend { doing: "append", detail });
        }
        self.bulk.events.extend((end.next..).zip(entries).map(|(seq, entry)| EventRow {
            id: row_id(end.number, seq),
            at: entry.at,
            kind: entry.kind.clone(),
            body: entry.body.clone(),
        }));
        let end = End { next, seen: self.number, ..end };
        match self.ids.ends.get_mut(run) {
            Some(known) => *known = end,
            None => drop(self.ids.ends.insert(run.clone(), end)),
        }
        Ok(next)
    }

    async fn summary(&mut self, row: &RunRow) -> Result<Outcome, sqlx::Error> {
        let update = sqlx::query("UPDATE runs SET status = ?, created = ?, workspace = ?, summary = ? WHERE id = ?");
        let update = update.bind(row.status).bind(row.created).bind(row.workspace.clone()).bind(row.summary.clone());
        let done = update.bind(row.run.as_str()).execute(self.begin().await?).await?;
        Ok(if done.rows_affected() == 0 { Err(StoreError::no_run(&row.run)) } else { Ok(0) })
    }

    async fn snapshot(&mut self, snapshot: &SnapshotRow) -> Result<Outcome, sqlx::Error> {
        let known = sqlx::query("SELECT 1 FROM runs WHERE id = ?").bind(snapshot.run.as_str());
        if known.fetch_optional(self.begin().await?).await?.is_none() {
            return Ok(Err(StoreError::no_run(&snapshot.run)));
        }
        let run = self.ids.run(self.connection, &snapshot.run).await?;
        let sql = "INSERT INTO snapshots (run, name, length, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let length = i64::try_from(snapshot.length).unwrap_or(i64::MAX);
        let insert = sqlx::query(sql).bind(run).bind(snapshot.name.as_str()).bind(length).bind(snapshot.at.0);
        let done = insert.execute(&mut *self.connection).await?;
        let taken = || StoreError::Exists { what: "snapshot", name: snapshot.name.clone() };
        Ok(if done.rows_affected() == 0 { Err(taken()) } else { Ok(0) })
    }
}

fn exists(run: &RunId) -> StoreError {
    StoreError::Exists { what: "run", name: run.to_string() }
}
