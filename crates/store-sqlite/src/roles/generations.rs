use clade_domain::RunId;
use clade_lineage::{Memory, Node, Record};
use clade_store::{GenerationStore, Standing, StoreError, StoreFuture};
use sqlx::{AssertSqlSafe, sqlite::SqliteRow};

use crate::{SqliteStore, rows::row_id};

/// [`Node::fitness`] of a row.
const FITNESS: &str = "coalesce(1 + (node ->> '$.scores.validation.low'), node ->> '$.score.low')";

/// Answered from the family tree's tables: what they keep of a candidate is what a generation keeps of it.
impl GenerationStore for SqliteStore {
    fn latest(&self, run: RunId) -> StoreFuture<'_, Option<u32>> {
        Box::pin(async move {
            let Some((from, to)) = self.ids_of(&run).await? else { return Ok(None) };
            let sql = "SELECT max(node ->> 'generation') FROM lineage_nodes WHERE id >= ? AND id < ?";
            let rows = self.rows("find the last generation", sqlx::query(sql).bind(from).bind(to)).await?;
            let latest: Option<u32> = rows.first().map(|row| self.value(row, 0)).transpose()?.flatten();
            Ok(latest)
        })
    }

    fn generation(&self, run: RunId, number: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            let Some((from, to)) = self.ids_of(&run).await? else { return Ok(Vec::new()) };
            let sql = format!(
                "SELECT node, memory FROM lineage_nodes WHERE id >= ? AND id < ? AND node ->> 'generation' = ? \
                 ORDER BY {FITNESS} DESC NULLS LAST, id"
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(from).bind(to).bind(number);
            self.rows("read a generation", query).await?.iter().map(|row| self.standing(row)).collect()
        })
    }

    fn top(&self, run: RunId, most: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            let Some((from, to)) = self.ids_of(&run).await? else { return Ok(Vec::new()) };
            // the fittest are found by their ids first, so that only theirs are sorted whole
            let sql = format!(
                "SELECT node, memory FROM lineage_nodes JOIN (SELECT id, {FITNESS} AS fitness FROM \
                 lineage_nodes WHERE id >= ? AND id < ? AND fitness IS NOT NULL ORDER BY fitness DESC, id LIMIT ?) \
                 USING (id) ORDER BY fitness DESC, id"
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(from).bind(to).bind(most);
            self.rows("read the fittest", query).await?.iter().map(|row| self.standing(row)).collect()
        })
    }
}

impl SqliteStore {
    /// The ids of a run's candidates are at least the first and below the second; `None` for an unknown run.
    async fn ids_of(&self, run: &RunId) -> Result<Option<(i64, i64)>, StoreError> {
        self.projection.ready().await?;
        let find = sqlx::query("SELECT no FROM run_ids WHERE id = ?").bind(run.as_str());
        let found = self.rows("find a run", find).await?;
        let number: Option<i64> = found.first().map(|row| self.value(row, 0)).transpose()?;
        Ok(number.map(|number| (row_id(number, 0), row_id(number + 1, 0))))
    }

    fn standing(&self, row: &SqliteRow) -> Result<Standing, StoreError> {
        let node: Node = self.parsed("a node", self.value(row, 0)?)?;
        let memory: Memory = self.parsed("a node", self.value(row, 1)?)?;
        Ok(Record { node, memory }.into())
    }
}
