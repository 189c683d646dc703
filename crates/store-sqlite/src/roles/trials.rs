use clade_domain::{Recorded, RunId};
use clade_store::{StoreError, TrialQuery};
use sqlx::{Connection, Row};

use crate::{SqliteStore, rows::row_id};

/// Journal entries taken into the index in one transaction: some milliseconds, so that runs that write meanwhile hardly wait.
const STEP: u64 = 5_000;

impl SqliteStore {
    /// Trials of one candidate, found by an index that whoever asks makes longer: no run waits for it, and a page that lies within what is
    /// indexed already reads nothing else.
    pub(crate) async fn find_trials(&self, run: RunId, wanted: TrialQuery) -> Result<Vec<Recorded>, StoreError> {
        let number = self.number(&run).await?;
        let length = clade_store::Journal::length(self, run).await?;
        let mut indexed = self.indexed(number).await?;
        loop {
            let found = self.page_of_trials(number, &wanted, indexed).await?;
            if found.len() >= wanted.limit as usize || indexed >= length {
                return Ok(found);
            }
            indexed = self.index_trials(number, length).await?;
        }
    }

    /// The trials that a query names among the first `indexed` entries.
    async fn page_of_trials(
        &self,
        number: i64,
        wanted: &TrialQuery,
        indexed: u64,
    ) -> Result<Vec<Recorded>, StoreError> {
        // the index leads whatever the statistics say: there is one row of it for each row of the result
        // a condition that always holds where no example is asked for would keep the planner from the index of examples
        let example = if wanted.example.is_some() { "AND example = ?6" } else { "" };
        let sql = format!(
            "SELECT events.id, at, kind, body FROM trial_index CROSS JOIN events ON events.id = ?1 + entry \
             WHERE candidate = ?2 AND entry >= ?3 AND entry < ?4 AND (?5 IS NULL OR split = ?5) {example} \
             ORDER BY entry LIMIT ?7"
        );
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(row_id(number, 0))
            .bind(row_id(number, u64::from(wanted.candidate.0)))
            .bind(whole(wanted.from))
            .bind(whole(indexed))
            .bind(wanted.split.map(|split| split.to_string()))
            .bind(wanted.example.map(|example| i64::from(example.0)))
            .bind(i64::from(wanted.limit));
        self.rows("read trials", query).await?.iter().map(|row| self.recorded(row)).collect()
    }

    /// How many entries of a run are in the index.
    async fn indexed(&self, number: i64) -> Result<u64, StoreError> {
        self.projection.ready().await?;
        let query = sqlx::query("SELECT next FROM trial_index_runs WHERE run = ?").bind(number);
        let rows = self.rows("read how far trials are indexed", query).await?;
        rows.first().map_or(Ok(0), |row| Ok(self.value::<i64>(row, 0)?.unsigned_abs()))
    }

    /// Takes the next entries into the index, at most up to `length`. Returns how many are in it.
    async fn index_trials(&self, number: i64, length: u64) -> Result<u64, StoreError> {
        let mut connection = self.projection.connection().await?;
        let failed = |error| self.projection.fault(&error);
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        // read here: another process may have been first
        let next = sqlx::query("SELECT next FROM trial_index_runs WHERE run = ?").bind(number);
        let next = next.fetch_optional(&mut *transaction).await.map_err(failed)?;
        let next = next.map_or(0, |row| row.get::<i64, _>(0).unsigned_abs());
        let upto = next.saturating_add(STEP).min(length).max(next);
        let sql = "INSERT INTO trial_index (candidate, entry, example, split) \
                   SELECT ?1 + (body ->> 'candidate'), id - ?1, body ->> 'example', body ->> 'split' FROM events \
                   WHERE id >= ?2 AND id < ?3 AND kind = 'trial_finished'";
        let insert = sqlx::query(sql).bind(row_id(number, 0)).bind(row_id(number, next)).bind(row_id(number, upto));
        insert.execute(&mut *transaction).await.map_err(failed)?;
        let mark = sqlx::query("INSERT OR REPLACE INTO trial_index_runs (run, next) VALUES (?, ?)")
            .bind(number)
            .bind(i64::try_from(upto).unwrap_or(i64::MAX));
        mark.execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(upto)
    }
}
