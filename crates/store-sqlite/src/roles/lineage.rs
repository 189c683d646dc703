use std::collections::HashMap;

use clade_domain::{CandidateId, RunId};
use clade_lineage::{Memory, Node, NodeId, Record, RunFold};
use clade_store::{Batch, Kin, LineageGraph, Projection, StoreError, StoreFuture};
use serde::de::DeserializeOwned;
use sqlx::{Connection, Row, SqliteConnection};

use crate::{SqliteStore, fault::unreadable, rows::row_id};

/// Candidates read in one step.
const PART: u64 = 10_000;

impl Projection for SqliteStore {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            self.projection.ready().await?;
            let sql = "SELECT run_ids.id, lineage_runs.next FROM lineage_runs JOIN run_ids ON run_ids.no = lineage_runs.run \
                       ORDER BY lineage_runs.run";
            let rows = self.rows("read checkpoints", sqlx::query(sql)).await?;
            rows.iter()
                .map(|row| Ok((self.run_id(self.value(row, 0)?)?, self.value::<i64>(row, 1)?.unsigned_abs())))
                .collect()
        })
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        Box::pin(async move {
            self.projection.ready().await?;
            let sql = "SELECT fold FROM lineage_runs WHERE run = (SELECT no FROM run_ids WHERE id = ?)";
            let rows = self.rows("read a checkpoint", sqlx::query(sql).bind(run.as_str())).await?;
            rows.first().map(|row| self.parsed("a checkpoint", self.value(row, 0)?)).transpose()
        })
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(async move {
            self.projection.ready().await?;
            let sql = "SELECT node, memory FROM lineage_nodes WHERE id IN (SELECT ((SELECT no FROM run_ids WHERE id = ?1) << 32) \
                       | value FROM json_each(?2)) ORDER BY id";
            let candidates = self.to_json("candidates", &candidates)?;
            let query = sqlx::query(sql).bind(run.as_str()).bind(candidates);
            let record = |row| {
                let node: Node = self.parsed("a node", self.value(row, 0)?)?;
                let memory: Memory = self.parsed("a node", self.value(row, 1)?)?;
                Ok(Record { node, memory })
            };
            self.rows("read nodes", query).await?.iter().map(record).collect()
        })
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let Batch { expected, fold, records, .. } = batch;
            let mut connection = self.projection.connection().await?;
            let failed = |error| self.projection.fault(&error);
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
            let run = number(&mut transaction, fold.run()).await.map_err(failed)?;
            let stored = sqlx::query("SELECT next FROM lineage_runs WHERE run = ?").bind(run);
            let actual = stored.fetch_optional(&mut *transaction).await.map_err(failed)?;
            let actual = actual.map_or(0, |row| row.get::<i64, _>(0).unsigned_abs());
            if actual != expected {
                return Err(StoreError::Conflict { run: fold.run().to_string(), expected, actual });
            }
            let (mut nodes, mut edges) = (Vec::with_capacity(records.len()), Vec::new());
            for Record { node, memory } in &records {
                let child = row_id(run, u64::from(node.id.candidate.0));
                nodes.push((child, self.to_json("a node", node)?, self.to_json("a node", memory)?));
                for parent in &node.parents {
                    let parent_run = match parent.run == *fold.run() {
                        true => run,
                        false => number(&mut transaction, &parent.run).await.map_err(failed)?,
                    };
                    edges.push((child, row_id(parent_run, u64::from(parent.candidate.0))));
                }
            }
            // one call each, whatever their number: a call crosses to SQLite's thread and back
            let next = i64::try_from(fold.next()).unwrap_or(i64::MAX);
            let queries = [
                sqlx::query("INSERT OR REPLACE INTO lineage_nodes SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)")
                    .bind(self.to_json("nodes", &nodes)?),
                sqlx::query("INSERT OR IGNORE INTO lineage_edges SELECT value ->> 0, value ->> 1 FROM json_each(?)")
                    .bind(self.to_json("edges", &edges)?),
                sqlx::query("INSERT OR REPLACE INTO lineage_runs (run, next, fold) VALUES (?, ?, ?)")
                    .bind(run)
                    .bind(next)
                    .bind(self.to_json("a checkpoint", &fold)?),
            ];
            for query in queries {
                query.execute(&mut *transaction).await.map_err(failed)?;
            }
            transaction.commit().await.map_err(failed)
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        Box::pin(self.projection.clear())
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let runs = self.to_json("runs", &runs)?;
            let mut connection = self.projection.connection().await?;
            let failed = |error| self.projection.fault(&error);
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
            for sql in [
                "DELETE FROM lineage_edges WHERE child >> 32 IN (SELECT no FROM run_ids WHERE id IN (SELECT value FROM json_each(?)))",
                "DELETE FROM lineage_nodes WHERE id >> 32 IN (SELECT no FROM run_ids WHERE id IN (SELECT value FROM json_each(?)))",
                "DELETE FROM lineage_runs WHERE run IN (SELECT no FROM run_ids WHERE id IN (SELECT value FROM json_each(?)))",
            ] {
                sqlx::query(sql).bind(runs.as_str()).execute(&mut *transaction).await.map_err(failed)?;
            }
            transaction.commit().await.map_err(failed)
        })
    }
}

impl LineageGraph for SqliteStore {
    fn nodes(&self, run: RunId) -> StoreFuture<'_, Vec<Node>> {
        Box::pin(async move {
            self.projection.ready().await?;
            let sql = "SELECT max(id), count(*), '[' || group_concat(node, ',') || ']' FROM (SELECT id, node FROM lineage_nodes \
                       WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3)";
            let find = sqlx::query("SELECT no FROM run_ids WHERE id = ?").bind(run.as_str());
            let Some(found) = self.rows("find a run", find).await?.pop() else { return Ok(Vec::new()) };
            let run: i64 = self.value(&found, 0)?;
            let (mut nodes, mut from) = (Vec::new(), row_id(run, 0));
            let part = i64::try_from(PART).unwrap_or(i64::MAX);
            loop {
                let query = sqlx::query(sql).bind(from).bind(row_id(run + 1, 0)).bind(part);
                let rows = self.rows("read nodes", query).await?;
                let Some(row) = rows.first().filter(|row| self.value::<i64>(row, 1).is_ok_and(|count| count > 0))
                else {
                    return Ok(nodes);
                };
                nodes.extend(self.parsed::<Vec<Node>>("nodes", self.value(row, 2)?)?);
                from = self.value::<i64>(row, 0)? + 1;
            }
        })
    }

    fn kin(&self, of: Vec<NodeId>, way: Kin) -> StoreFuture<'_, Vec<Node>> {
        Box::pin(async move {
            self.projection.ready().await?;
            // UNION and not UNION ALL, and no depth in the rows: so each node is visited once, however many paths lead to it
            let sql = match way {
                Kin::Ancestors => {
                    "WITH RECURSIVE kin(id) AS (SELECT value FROM json_each(?) UNION \
                     SELECT parent FROM kin JOIN lineage_edges ON child = kin.id) \
                     SELECT '[' || coalesce(group_concat(node, ','), '') || ']' FROM kin JOIN lineage_nodes USING (id)"
                }
                Kin::Descendants => {
                    "WITH RECURSIVE kin(id) AS (SELECT value FROM json_each(?) UNION \
                     SELECT child FROM kin JOIN lineage_edges ON parent = kin.id) \
                     SELECT '[' || coalesce(group_concat(node, ','), '') || ']' FROM kin JOIN lineage_nodes USING (id)"
                }
            };
            let mut numbers: HashMap<&RunId, Option<i64>> = HashMap::new();
            let mut ids = Vec::new();
            for NodeId { run, candidate } in &of {
                let number = match numbers.get(run) {
                    Some(number) => *number,
                    None => {
                        let find = sqlx::query("SELECT no FROM run_ids WHERE id = ?").bind(run.as_str());
                        let rows = self.rows("find a run", find).await?;
                        let number = rows.first().map(|row| self.value(row, 0)).transpose()?;
                        numbers.insert(run, number);
                        number
                    }
                };
                ids.extend(number.map(|number| row_id(number, u64::from(candidate.0))));
            }
            let query = sqlx::query(sql).bind(self.to_json("candidates", &ids)?);
            let rows = self.rows("follow the family tree", query).await?;
            rows.first().map_or_else(|| Ok(Vec::new()), |row| self.parsed("nodes", self.value(row, 0)?))
        })
    }
}

impl SqliteStore {
    /// A value of ours out of its JSON.
    pub(crate) fn parsed<T: DeserializeOwned>(&self, what: &str, json: &str) -> Result<T, StoreError> {
        serde_json::from_str(json).map_err(|error| unreadable(&self.path, what, &error))
    }

    pub(crate) fn run_id(&self, text: &str) -> Result<RunId, StoreError> {
        text.parse().map_err(|error| unreadable(&self.path, "the name of a run", &error))
    }
}

/// The number of a run's name, given now where it has none: a branch may name a trunk that is not there yet.
async fn number(connection: &mut SqliteConnection, run: &RunId) -> Result<i64, sqlx::Error> {
    let give = sqlx::query("INSERT INTO run_ids (id) VALUES (?) ON CONFLICT (id) DO NOTHING").bind(run.as_str());
    give.execute(&mut *connection).await?;
    sqlx::query("SELECT no FROM run_ids WHERE id = ?").bind(run.as_str()).fetch_one(connection).await?.try_get(0)
}
