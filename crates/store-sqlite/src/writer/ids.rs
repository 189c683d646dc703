use std::collections::HashMap;

use clade_domain::{ContentHash, RunId};
use sqlx::{Row, SqliteConnection};

use crate::rows::{low, row_id};

/// Most names remembered; past it all are forgotten and read again, which keeps memory flat.
const MOST: usize = 4096;

/// Where a run's journal ends, as far as this process knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub number: i64,
    pub next: u64,
    /// The transaction that read or wrote it. An older one may have been overtaken by another process.
    pub seen: u64,
}

/// Names and numbers read before. All of it can be forgotten at any time.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub ends: HashMap<RunId, End>,
    runs: HashMap<RunId, i64>,
    datasets: HashMap<ContentHash, i64>,
}

impl Ids {
    /// After a rollback nothing learned in the transaction holds.
    pub fn forget(&mut self) {
        self.ends.clear();
        self.runs.clear();
        self.datasets.clear();
    }

    /// Keeps memory flat; between transactions.
    pub fn trim(&mut self) {
        if self.ends.len().max(self.runs.len()).max(self.datasets.len()) > MOST {
            self.forget();
        }
    }

    /// The number of a run's name, where it was read before.
    pub fn known_run(&self, run: &RunId) -> Option<i64> {
        self.runs.get(run).copied()
    }

    /// The number of a run's name, given now where it has none.
    pub async fn run(&mut self, connection: &mut SqliteConnection, run: &RunId) -> Result<i64, sqlx::Error> {
        if let Some(number) = self.runs.get(run) {
            return Ok(*number);
        }
        sqlx::query("INSERT INTO run_ids (id) VALUES (?) ON CONFLICT (id) DO NOTHING")
            .bind(run.as_str())
            .execute(&mut *connection)
            .await?;
        let row = sqlx::query("SELECT no FROM run_ids WHERE id = ?").bind(run.as_str()).fetch_one(connection).await?;
        let number = row.try_get(0)?;
        self.runs.insert(run.clone(), number);
        Ok(number)
    }

    /// The number of a data set, given now where it has none.
    pub async fn dataset(&mut self, connection: &mut SqliteConnection, hash: ContentHash) -> Result<i64, sqlx::Error> {
        if let Some(number) = self.datasets.get(&hash) {
            return Ok(*number);
        }
        sqlx::query("INSERT INTO datasets (hash) VALUES (?) ON CONFLICT (hash) DO NOTHING")
            .bind(hash.0.as_slice())
            .execute(&mut *connection)
            .await?;
        let found = sqlx::query("SELECT no FROM datasets WHERE hash = ?").bind(hash.0.as_slice());
        let number = found.fetch_one(connection).await?.try_get(0)?;
        self.datasets.insert(hash, number);
        Ok(number)
    }

    /// Reads where a run's journal ends; `None` where there is no such run.
    pub async fn end(
        &mut self,
        connection: &mut SqliteConnection,
        run: &RunId,
        transaction: u64,
    ) -> Result<Option<End>, sqlx::Error> {
        let found = sqlx::query("SELECT no FROM runs WHERE id = ?").bind(run.as_str());
        let Some(row) = found.fetch_optional(&mut *connection).await? else { return Ok(None) };
        let number: i64 = row.try_get(0)?;
        let end = End { number, next: next_entry(connection, number).await?, seen: transaction };
        self.ends.insert(run.clone(), end);
        Ok(Some(end))
    }
}

/// The number of the next entry under a run's number, whether the run is there or staged.
pub(super) async fn next_entry(connection: &mut SqliteConnection, number: i64) -> Result<u64, sqlx::Error> {
    let last = sqlx::query("SELECT max(id) FROM events WHERE id >= ? AND id < ?");
    let last = last.bind(row_id(number, 0)).bind(row_id(number + 1, 0));
    let last: Option<i64> = last.fetch_one(connection).await?.try_get(0)?;
    Ok(last.map_or(0, |id| low(id) + 1))
}

/// Takes away what an import that never ended left under a run's number.
pub(super) async fn sweep(connection: &mut SqliteConnection, number: i64) -> Result<(), sqlx::Error> {
    let sql = "DELETE FROM events WHERE id >= ? AND id < ?";
    sqlx::query(sql).bind(row_id(number, 0)).bind(row_id(number + 1, 0)).execute(connection).await.map(drop)
}
