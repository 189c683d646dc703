use std::collections::HashMap;

use clade_domain::{CandidateId, Relation, RunId, Timestamp};
use clade_lineage::{Node, NodeId, Record, RunFold};
use clade_store::{Batch, Projection, RunSummary, SnapshotRow, StoreError, StoreFuture};
use neo4rs::{BoltType, Query, query};

use crate::{
    Neo4jLineage,
    lineage::list,
    link::Outcome,
    values::{map, real, text, whole},
};

/// Longest text of a prompt that a node shows; the whole of it is in the journal.
const SHOWN: usize = 20_000;

/// Takes the run's lock until the transaction ends, and reads what is in it only then.
const LOCK: &str = "MERGE (r:Run {id: $run}) SET r.lock = true WITH r RETURN coalesce(r.entries, 0) AS entries";

const NODES: &str = "MATCH (r:Run {id: $run}) UNWIND $rows AS row MERGE (p:Prompt {id: row.id}) SET p += row.properties \
     WITH r, p, row WHERE row.joined MERGE (p)-[:IN_RUN]->(r)";

/// How much better children are than their parents, by Newcombe's hybrid score interval (`clade_lineage::Estimate::minus`).
const DIFFERENCE: &str = "SET e.cost = c.cost, e.difference = c.score - p.score, \
     e.low = c.score - p.score - sqrt((c.score - c.low) ^ 2 + (p.high - p.score) ^ 2), \
     e.high = c.score - p.score + sqrt((c.high - c.score) ^ 2 + (p.score - p.low) ^ 2)";

const HEAD: &str = "MATCH (r:Run {id: $run}) SET r.entries = $entries, r.fold = $fold REMOVE r.lock \
     WITH r OPTIONAL MATCH (r)-[old:HEAD]->(:Prompt) DELETE old \
     WITH DISTINCT r MATCH (p:Prompt {id: $best}) MERGE (r)-[:HEAD]->(p)";

impl Projection for Neo4jLineage {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            self.prepare().await?;
            let read = query("MATCH (r:Run) WHERE r.entries > 0 RETURN r.id AS id, r.entries AS entries ORDER BY id");
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
            self.prepare().await?;
            let read = query("MATCH (r:Run {id: $run}) WHERE r.fold IS NOT NULL RETURN r.fold AS fold");
            let rows = self.link.rows("read a checkpoint", read.param("run", run.as_str())).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            let json: String = row.get("fold").map_err(|error| self.unreadable(&error))?;
            serde_json::from_str(&json).map(Some).map_err(|error| self.unreadable(&error))
        })
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(async move {
            self.prepare().await?;
            let ids: Vec<String> = candidates.into_iter().map(|id| NodeId::new(run.clone(), id).to_string()).collect();
            let read =
                "UNWIND $ids AS id MATCH (p:Prompt {id: id}) WHERE p.record IS NOT NULL RETURN p.record AS record";
            let rows = self.link.rows("read nodes", query(read).param("ids", list(&ids))).await?;
            rows.iter().map(|row| self.record(row)).collect()
        })
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.prepare().await?;
            let (run, expected) = (batch.fold.run().clone(), batch.expected);
            let statements = statements(batch)?;
            let lock = query(LOCK).param("run", run.as_str());
            let decide = |row: &neo4rs::Row| match row.get::<i64>("entries").map(i64::unsigned_abs) {
                Ok(actual) if actual == expected => Outcome::Done(()),
                Ok(actual) => Outcome::GivenUp(StoreError::Conflict { run: run.to_string(), expected, actual }),
                Err(error) => Outcome::GivenUp(self.unreadable(&error)),
            };
            self.link.transaction("keep the family tree", lock, decide, &statements).await
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.prepare().await?;
            self.drop_all().await
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

/// What keeps a batch.
fn statements(batch: Batch) -> Result<Vec<Query>, StoreError> {
    let written = |error: serde_json::Error| StoreError::Backend { doing: "write a batch", detail: error.to_string() };
    let Batch { fold, records, prompts, .. } = batch;
    let run = fold.run().to_string();
    let prompts: HashMap<CandidateId, String> = prompts.into_iter().collect();
    let (mut rows, mut changed, mut joined) = (Vec::<BoltType>::new(), Vec::new(), Vec::new());
    let mut edges: HashMap<&'static str, Vec<BoltType>> = HashMap::new();
    for record in &records {
        let (node, id) = (&record.node, record.node.id.to_string());
        let json = serde_json::to_string(record).map_err(written)?;
        let prompt = prompts.get(&node.id.candidate);
        let properties = properties(node, json, prompt);
        rows.push(map([("id", text(&id)), ("properties", properties), ("joined", prompt.is_some().into())]));
        if prompt.is_some() {
            for (place, parent) in (0..).zip(&node.parents) {
                edges.entry(kind(node, parent)).or_default().push(map([
                    ("child", text(&id)),
                    ("parent", text(&parent.to_string())),
                    ("properties", edge(node, place)),
                ]));
            }
        }
        if prompt.is_some() { joined.push(id) } else { changed.push(id) }
    }
    let mut statements = vec![query(NODES).param("run", run.as_str()).param("rows", rows)];
    // a relationship's type is no parameter
    for (kind, edges) in edges {
        // the parent may be of a run that is not there yet
        let statement = format!(
            "UNWIND $edges AS edge MATCH (c:Prompt {{id: edge.child}}) MERGE (p:Prompt {{id: edge.parent}}) \
             MERGE (c)-[e:{kind}]->(p) SET e += edge.properties {DIFFERENCE}"
        );
        statements.push(query(&statement).param("edges", edges));
    }
    // a prompt that just joined can only have children in branches whose journals were read before
    for (ids, ends) in [
        (&changed, "(c:Prompt {id: id})-[e:MUTATED_FROM|DERIVED_FROM|BRANCH_OF]->(p:Prompt)"),
        (&changed, "(c:Prompt)-[e:MUTATED_FROM|DERIVED_FROM|BRANCH_OF]->(p:Prompt {id: id})"),
        (&joined, "(c:Prompt)-[e:BRANCH_OF]->(p:Prompt {id: id})"),
    ] {
        if !ids.is_empty() {
            let statement = format!("UNWIND $ids AS id MATCH {ends} {DIFFERENCE}");
            statements.push(query(&statement).param("ids", list(ids)));
        }
    }
    let best = fold.best().map(|best| NodeId::new(fold.run().clone(), best).to_string()).unwrap_or_default();
    let json = serde_json::to_string(&fold).map_err(written)?;
    let head = query(HEAD).param("run", run).param("entries", whole(fold.next()));
    statements.push(head.param("fold", json).param("best", best));
    Ok(statements)
}

/// What a relationship to a parent is called: the tie to another run is a branch, whatever the rest is.
fn kind(node: &Node, parent: &NodeId) -> &'static str {
    match node.relation {
        _ if parent.run != node.id.run => "BRANCH_OF",
        Relation::DerivedFrom => "DERIVED_FROM",
        Relation::Seed | Relation::MutatedFrom | Relation::BranchOf => "MUTATED_FROM",
    }
}

fn edge(node: &Node, place: u64) -> BoltType {
    map([
        ("operator", node.operator.as_ref().map(|operator| operator.0.clone()).into()),
        ("model", text(&node.model)),
        ("generation", whole(u64::from(node.generation))),
        // 0 is the parent that it mainly comes from
        ("place", whole(place)),
    ])
}

fn properties(node: &Node, record: String, prompt: Option<&String>) -> BoltType {
    let score = node.score;
    let mut properties: HashMap<String, BoltType> = HashMap::new();
    let mut set = |name: &str, value: BoltType| drop(properties.insert(name.to_owned(), value));
    set("run", text(node.id.run.as_str()));
    set("candidate", text(&node.id.candidate.to_string()));
    set("number", whole(u64::from(node.id.candidate.0)));
    set("generation", whole(u64::from(node.generation)));
    set("operator", text(node.operator.as_ref().map_or("seed", |operator| &operator.0)));
    set("model", text(&node.model));
    set("hash", text(&node.prompt.to_string()));
    set("status", text(node.status.word()));
    set("reason", text(&node.reason));
    set("note", text(&node.note));
    set("score", real(score.map(|score| score.mean)));
    set("low", real(score.map(|score| score.low)));
    set("high", real(score.map(|score| score.high)));
    set("trials", whole(score.map_or(0, |score| u64::from(score.trials))));
    set("cost", real(Some(node.cost.0)));
    set("state", node.state.clone().into());
    set("turned_away", whole(u64::from(node.turned_away)));
    set("record", record.into());
    if let Some(prompt) = prompt {
        set("text", text(&prompt.chars().take(SHOWN).collect::<String>()));
    }
    properties.into()
}
