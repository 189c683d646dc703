use clade_domain::{CandidateId, RunId, Timestamp};
use clade_lineage::{Record, RunFold};
use clade_store::{Batch, Projection, RunSummary, SnapshotRow, StoreError, StoreFuture};
use neo4rs::query;

use crate::{
    Neo4jLineage,
    link::Outcome,
    sample::sample,
    statements::{fold_of, keeping, lock, records_of},
};

impl Neo4jLineage {
    /// A node that has the name of one of ours.
    fn somebody_elses(&self, id: &str) -> StoreError {
        StoreError::Unusable {
            what: format!("the node `{id}`"),
            place: self.link.server.clone(),
            detail: "was not made by Promptclade, and is left as it is".into(),
            remedy: format!(
                "give it another label (MATCH (n {{id: '{id}'}}) WHERE n:Run OR n:Prompt SET n:Theirs REMOVE n:Run:Prompt), or name a \
                 database of its own at the end of the address"
            ),
        }
    }
}

impl Projection for Neo4jLineage {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            if !self.is_current().await? {
                return Ok(Vec::new());
            }
            let read = query(
                "MATCH (r:Run) WHERE r.entries > 0 AND r.fold IS NOT NULL RETURN r.id AS id, r.entries AS entries ORDER BY id",
            );
            let rows = self.link.rows("read checkpoints", read).await?;
            rows.iter()
                .map(|row| {
                    let id: String = row.get("id").map_err(|error| self.unreadable(&error))?;
                    let entries: i64 = row.get("entries").map_err(|error| self.unreadable(&error))?;
                    Ok((id.parse().map_err(|error| self.unreadable(&error))?, entries.unsigned_abs()))
                })
                .collect()
        })
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        Box::pin(async move {
            if !self.is_current().await? {
                return Ok(None);
            }
            let rows = self.link.rows("read a checkpoint", fold_of(run.as_str())).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            if row.get::<bool>("ours").is_ok_and(|ours| !ours) {
                return Err(self.somebody_elses(run.as_str()));
            }
            let json: String = row.get("fold").map_err(|error| self.unreadable(&error))?;
            serde_json::from_str(&json).map(Some).map_err(|error| self.unreadable(&error))
        })
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(async move {
            if !self.is_current().await? {
                return Ok(Vec::new());
            }
            let rows = self.link.rows("read nodes", records_of(run.as_str(), &candidates)).await?;
            rows.iter().map(|row| self.record(row)).collect()
        })
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.prepare().await?;
            let (run, expected) = (batch.fold.run().clone(), batch.expected);
            let joined: Vec<CandidateId> = batch.prompts.iter().map(|(candidate, _)| *candidate).collect();
            let statements = keeping(batch)?;
            let decide = |row: &neo4rs::Row| match row.get::<i64>("entries").map(i64::unsigned_abs) {
                Ok(_) if row.get::<String>("theirs").is_ok() => {
                    Outcome::GivenUp(self.somebody_elses(&row.get::<String>("theirs").unwrap_or_default()))
                }
                Ok(actual) if actual == expected => Outcome::Done(()),
                Ok(actual) => Outcome::GivenUp(StoreError::Conflict { run: run.to_string(), expected, actual }),
                Err(error) => Outcome::GivenUp(self.unreadable(&error)),
            };
            self.link.transaction("keep the family tree", lock(run.as_str(), &joined), decide, &statements).await
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.prepare().await?;
            self.drop_all().await
        })
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.prepare().await?;
            self.drop_runs(&runs).await
        })
    }

    /// Has every statement of a batch planned, in a transaction that is taken back: a server that was just started takes seconds over that.
    fn warm_up(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.prepare().await?;
            let sample = sample()?;
            let run = sample.fold.run().clone();
            let mut statements = vec![lock(run.as_str(), &[CandidateId(0)])];
            statements.extend(keeping(sample)?);
            self.link.tried("plan statements", &statements).await?;
            self.link.rows("plan statements", fold_of(run.as_str())).await?;
            self.link.rows("plan statements", records_of(run.as_str(), &[CandidateId(0)])).await.map(drop)
        })
    }

    fn keeps_rows(&self) -> bool {
        true
    }

    fn rows(&self) -> StoreFuture<'_, Vec<(RunId, Timestamp)>> {
        Box::pin(self.read_rows())
    }

    fn put_row(&self, row: RunSummary, snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()> {
        Box::pin(self.write_row(row, snapshots))
    }
}
