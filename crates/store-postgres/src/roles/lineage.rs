use clade_domain::{CandidateId, RunId};
use clade_lineage::{LINEAGE_FORMAT, Node, NodeId, Record, RunFold};
use clade_store::{Batch, Kin, LineageGraph, Projection, StoreError, StoreFuture};
use tokio_postgres::{Client, Row, types::Type};

use crate::{PostgresStore, link::Verdict, store::to_json};

/// What another version of this program kept is not read, and goes when the run is read anew.
const FORMAT: i64 = LINEAGE_FORMAT as i64;

impl Projection for PostgresStore {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            let sql = "SELECT run, next FROM @lineage_runs WHERE format = $1 ORDER BY run COLLATE \"C\"";
            let rows = self.rows("read checkpoints", sql, &[(&FORMAT, Type::INT8)]).await?;
            rows.iter().map(|row| Ok((self.run_id(row, 0)?, self.count(row, 1)?))).collect()
        })
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        Box::pin(async move {
            let sql = "SELECT fold FROM @lineage_runs WHERE run = $1 AND format = $2";
            let rows =
                self.rows("read a checkpoint", sql, &[(&run.as_str(), Type::TEXT), (&FORMAT, Type::INT8)]).await?;
            rows.first().map(|row| self.parsed("a checkpoint", self.value(row, 0)?)).transpose()
        })
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(async move {
            let wanted: Vec<i64> = candidates.iter().map(|candidate| i64::from(candidate.0)).collect();
            let sql =
                "SELECT node, memory FROM @lineage_nodes WHERE run = $1 AND candidate = ANY($2) ORDER BY candidate";
            let values = [(&run.as_str() as _, Type::TEXT), (&wanted as _, Type::INT8_ARRAY)];
            self.rows("read nodes", sql, &values).await?.iter().map(|row| self.node_record(row)).collect()
        })
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let fold = to_json("a checkpoint", &batch.fold)?;
            let written = |record: &Record| Ok((to_json("a node", &record.node)?, to_json("a node", &record.memory)?));
            let written: Vec<(String, String)> =
                batch.records.iter().map(written).collect::<Result<_, StoreError>>()?;
            let (batch, fold, written) = (&batch, fold.as_str(), written.as_slice());
            self.desk
                .transaction("keep the family tree", false, move |client, _| async move {
                    self.put_batch(&client, batch, fold, written).await
                })
                .await
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.desk
                .transaction("forget the family tree", true, move |client, _| async move {
                    let sql = "DELETE FROM @lineage_edges; DELETE FROM @lineage_nodes; DELETE FROM @lineage_runs";
                    client.batch_execute(&self.sql(sql)).await?;
                    Ok(Ok(()))
                })
                .await
        })
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let runs: Vec<String> = runs.iter().map(ToString::to_string).collect();
            let runs = runs.as_slice();
            self.desk
                .transaction("forget runs of the family tree", true, move |client, _| async move {
                    for sql in [
                        "DELETE FROM @lineage_edges WHERE child_run = ANY($1)",
                        "DELETE FROM @lineage_nodes WHERE run = ANY($1)",
                        "DELETE FROM @lineage_runs WHERE run = ANY($1)",
                    ] {
                        client.execute_typed(&self.sql(sql), &[(&runs as _, Type::TEXT_ARRAY)]).await?;
                    }
                    Ok(Ok(()))
                })
                .await
        })
    }
}

impl PostgresStore {
    async fn put_batch(&self, client: &Client, batch: &Batch, fold: &str, written: &[(String, String)]) -> Verdict<()> {
        let run = batch.fold.run().as_str();
        // the row stands for the run until the end, also where there is none yet
        let first = "INSERT INTO @lineage_runs (run, format, next, fold) VALUES ($1, $2, 0, '') ON CONFLICT DO NOTHING";
        let key = [(&run as _, Type::TEXT), (&FORMAT as _, Type::INT8)];
        client.execute_typed(&self.sql(first), &key).await?;
        let stored = self.sql("SELECT next, format FROM @lineage_runs WHERE run = $1 FOR UPDATE");
        let rows = client.query_typed(&stored, &key[..1]).await?;
        let stored = rows.first().map(|row| Ok::<_, tokio_postgres::Error>((row.try_get(0)?, row.try_get(1)?)));
        let (next, format): (i64, i64) = stored.transpose()?.unwrap_or((0, FORMAT));
        let actual = if format == FORMAT { next.unsigned_abs() } else { 0 };
        if actual != batch.expected {
            let run = run.to_owned();
            return Ok(Err(StoreError::Conflict { run, expected: batch.expected, actual }));
        }
        if format != FORMAT {
            for sql in ["DELETE FROM @lineage_edges WHERE child_run = $1", "DELETE FROM @lineage_nodes WHERE run = $1"]
            {
                client.execute_typed(&self.sql(sql), &key[..1]).await?;
            }
        }
        let (mut children, mut parent_runs, mut parents) = (Vec::new(), Vec::new(), Vec::new());
        for record in &batch.records {
            for parent in &record.node.parents {
                children.push(i64::from(record.node.id.candidate.0));
                parent_runs.push(parent.run.as_str());
                parents.push(i64::from(parent.candidate.0));
            }
        }
        let ids: Vec<i64> = batch.records.iter().map(|record| i64::from(record.node.id.candidate.0)).collect();
        let generations: Vec<i64> = batch.records.iter().map(|record| i64::from(record.node.generation)).collect();
        let fitness: Vec<Option<f64>> = batch.records.iter().map(|record| record.node.fitness()).collect();
        let nodes: Vec<&str> = written.iter().map(|(node, _)| node.as_str()).collect();
        let memories: Vec<&str> = written.iter().map(|(_, memory)| memory.as_str()).collect();
        let put_nodes = self.sql(
            "INSERT INTO @lineage_nodes (run, candidate, generation, fitness, node, memory) SELECT $1, n.* \
             FROM unnest($2::bigint[], $3::bigint[], $4::float8[], $5::text[], $6::text[]) AS n ON CONFLICT (run, candidate) DO UPDATE SET \
             generation = excluded.generation, fitness = excluded.fitness, node = excluded.node, memory = excluded.memory",
        );
        let node_values = [
            (&run as _, Type::TEXT),
            (&ids as _, Type::INT8_ARRAY),
            (&generations as _, Type::INT8_ARRAY),
            (&fitness as _, Type::FLOAT8_ARRAY),
            (&nodes as _, Type::TEXT_ARRAY),
            (&memories as _, Type::TEXT_ARRAY),
        ];
        let put_edges = self.sql(
            "INSERT INTO @lineage_edges (child_run, child, parent_run, parent) SELECT $1, e.* \
             FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS e ON CONFLICT DO NOTHING",
        );
        let edge_values = [
            (&run as _, Type::TEXT),
            (&children as _, Type::INT8_ARRAY),
            (&parent_runs as _, Type::TEXT_ARRAY),
            (&parents as _, Type::INT8_ARRAY),
        ];
        let mark = self.sql("UPDATE @lineage_runs SET format = $2, next = $3, fold = $4 WHERE run = $1");
        let next = i64::try_from(batch.fold.next()).unwrap_or(i64::MAX);
        let mark_values =
            [(&run as _, Type::TEXT), (&FORMAT as _, Type::INT8), (&next as _, Type::INT8), (&fold as _, Type::TEXT)];
        let (put, linked, marked) = futures::join!(
            client.execute_typed(&put_nodes, &node_values),
            client.execute_typed(&put_edges, &edge_values),
            client.execute_typed(&mark, &mark_values),
        );
        put?;
        linked?;
        marked?;
        Ok(Ok(()))
    }

    /// A record out of `node, memory`.
    pub(super) fn node_record(&self, row: &Row) -> Result<Record, StoreError> {
        Ok(Record {
            node: self.parsed("a node", self.value(row, 0)?)?,
            memory: self.parsed("a node", self.value(row, 1)?)?,
        })
    }

    fn node(&self, row: &Row) -> Result<Node, StoreError> {
        self.parsed("a node", self.value(row, 0)?)
    }
}

impl LineageGraph for PostgresStore {
    fn nodes(&self, run: RunId) -> StoreFuture<'_, Vec<Node>> {
        Box::pin(async move {
            let sql = "SELECT node FROM @lineage_nodes WHERE run = $1 ORDER BY candidate";
            self.rows("read nodes", sql, &[(&run.as_str(), Type::TEXT)])
                .await?
                .iter()
                .map(|row| self.node(row))
                .collect()
        })
    }

    fn kin(&self, of: Vec<NodeId>, way: Kin) -> StoreFuture<'_, Vec<Node>> {
        Box::pin(async move {
            // UNION and not UNION ALL, and no depth in the rows: so each node is visited once, however many paths lead to it
            let step = match way {
                Kin::Ancestors => {
                    "SELECT parent_run, parent FROM kin JOIN @lineage_edges ON child_run = kin.run AND child = kin.candidate"
                }
                Kin::Descendants => {
                    "SELECT child_run, child FROM kin JOIN @lineage_edges ON parent_run = kin.run AND parent = kin.candidate"
                }
            };
            let sql = format!(
                "WITH RECURSIVE kin(run, candidate) AS (SELECT * FROM unnest($1::text[], $2::bigint[]) UNION {step}) \
                 SELECT node FROM kin JOIN @lineage_nodes AS nodes ON nodes.run = kin.run AND nodes.candidate = kin.candidate"
            );
            let runs: Vec<&str> = of.iter().map(|id| id.run.as_str()).collect();
            let candidates: Vec<i64> = of.iter().map(|id| i64::from(id.candidate.0)).collect();
            let values = [(&runs as _, Type::TEXT_ARRAY), (&candidates as _, Type::INT8_ARRAY)];
            self.rows("follow the family tree", &sql, &values).await?.iter().map(|row| self.node(row)).collect()
        })
    }
}
