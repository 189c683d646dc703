use clade_domain::{RunId, Timestamp};
use clade_store::{RunSummary, SnapshotRow, StoreError};
use neo4rs::{BoltType, query};

use crate::{
    Neo4jLineage,
    link::Outcome,
    values::{asked, map, real, text, whole},
};

const RUN: &str = "MERGE (r:Run {id: $p.run}) SET r += $p.properties MERGE (w:Workspace {id: $p.workspace}) \
     MERGE (r)-[:IN_WORKSPACE]->(w) RETURN r.id AS id";

/// A branch is a run that came out of another one.
const BRANCH: &str = "MATCH (r:Run {id: $p.run}) SET r:Branch MERGE (t:Run {id: $p.trunk}) MERGE (r)-[:BRANCH_OF]->(t)";

const SNAPSHOTS: &str = "MATCH (r:Run {id: $p.run}) UNWIND $p.rows AS row MERGE (s:Snapshot {id: row.id}) \
     SET s.name = row.name, s.entries = row.entries, s.at = datetime({epochMillis: row.at}) MERGE (s)-[:IN_RUN]->(r)";

impl Neo4jLineage {
    pub(crate) async fn read_rows(&self) -> Result<Vec<(RunId, Timestamp)>, StoreError> {
        if !self.is_current().await? {
            return Ok(Vec::new());
        }
        let read = query("MATCH (r:Run) WHERE r.written IS NOT NULL RETURN r.id AS id, r.written AS written");
        let rows = self.link.rows("read runs", read).await?;
        rows.iter()
            .map(|row| {
                let id: String = row.get("id").map_err(|error| self.unreadable(&error))?;
                let written: i64 = row.get("written").map_err(|error| self.unreadable(&error))?;
                Ok((id.parse().map_err(|error| self.unreadable(&error))?, Timestamp(written)))
            })
            .collect()
    }

    pub(crate) async fn write_row(&self, row: RunSummary, snapshots: Vec<SnapshotRow>) -> Result<(), StoreError> {
        self.prepare().await?;
        let run = row.run.to_string();
        let workspace = text(row.workspace.as_str());
        let first = asked(RUN, [("run", text(&run)), ("workspace", workspace), ("properties", properties(&row))]);
        let mut rest = Vec::new();
        if let Some(trunk) = &row.branch_of {
            rest.push(asked(BRANCH, [("run", text(&run)), ("trunk", text(trunk.as_str()))]));
        }
        let rows: Vec<BoltType> = snapshots.iter().map(snapshot).collect();
        rest.push(asked(SNAPSHOTS, [("run", text(&run)), ("rows", rows.into())]));
        self.link.transaction("keep a run's row", first, |_| Outcome::Done(()), &rest).await
    }
}

fn snapshot(row: &SnapshotRow) -> BoltType {
    map([
        ("id", text(&format!("{}/{}", row.run, row.name))),
        ("name", text(&row.name)),
        ("entries", whole(row.length)),
        ("at", row.at.0.into()),
    ])
}

fn properties(row: &RunSummary) -> BoltType {
    let word = |value: serde_json::Result<serde_json::Value>| -> BoltType {
        let value = value.unwrap_or_default();
        text(value.as_str().unwrap_or_default())
    };
    map([
        ("description", text(&row.description)),
        ("strategy", text(&row.strategy)),
        ("model", text(&row.model)),
        ("status", word(serde_json::to_value(row.status))),
        ("mode", word(serde_json::to_value(row.mode))),
        ("created", row.created.0.into()),
        ("written", row.updated.0.into()),
        ("candidates", whole(u64::from(row.candidates))),
        ("generation", whole(u64::from(row.generation))),
        ("seed_score", real(row.seed_score)),
        ("best_score", real(row.best_score)),
        ("improved", row.improved.into()),
        ("cost", real(Some(row.spent.usd.0))),
        ("simulated", row.simulated.into()),
        ("by", text(row.by.as_str())),
    ])
}
