//! What is asked of the database to keep and read batches: few texts, whatever the values, so that each is planned once.

use std::collections::HashMap;

use clade_domain::{CandidateId, Relation};
use clade_lineage::{Node, NodeId};
use clade_store::{Batch, StoreError};
use neo4rs::{BoltType, Query};

use crate::values::{asked, map, named, real, text, whole};

/// Longest text of a prompt that a node shows; the whole of it is in the journal.
const SHOWN: usize = 20_000;

/// Takes the run's lock until the transaction ends, and reads what is in it only then. `theirs` is a node that has the name of one of ours and
/// more than that (the run's also its lock) without what ours have.
const LOCK: &str = "MERGE (r:Run {id: $p.run}) SET r.lock = true \
     WITH r, [n IN $p.numbers | $p.run + '@c' + n] AS ids \
     OPTIONAL MATCH (p:Prompt) WHERE p.id IN ids AND p.record IS NULL AND size(keys(p)) > 1 \
     WITH r, head(collect(p.id)) AS prompt \
     RETURN coalesce(r.entries, 0) AS entries, \
     CASE WHEN r.fold IS NULL AND r.written IS NULL AND size(keys(r)) > 2 THEN r.id ELSE prompt END AS theirs";

/// How far the journal was read, its candidates, and their parents, in one statement: the driver sends what is larger than its buffer
/// in pieces, the last of which waits for the system's acknowledgement of those before (some 40 ms). No other statement of a batch is
/// that large. Who joins is new, but may be there as a parent that a branch has named; a parent may be of a run that is not there yet.
const NODES: &str = "MATCH (r:Run {id: $p.run}) SET r.entries = $p.entries, r.fold = $p.fold REMOVE r.lock \
     WITH r UNWIND $p.rows AS row MERGE (c:Prompt {id: row.id}) SET c += row.properties \
     WITH r, c, row WHERE row.joined CREATE (c)-[:IN_RUN]->(r) \
     WITH c, row UNWIND row.parents AS parent MERGE (p:Prompt {id: parent.id})";

/// Relationships to parents.
const KINDS: [&str; 3] = ["MUTATED_FROM", "DERIVED_FROM", "BRANCH_OF"];

/// How much better children are than their parents, by Newcombe's hybrid score interval (`clade_lineage::Estimate::minus`).
const DIFFERENCE: &str = "e.cost = c.cost, e.difference = c.score - p.score, \
     e.low = c.score - p.score - sqrt((c.score - c.low) ^ 2 + (p.high - p.score) ^ 2), \
     e.high = c.score - p.score + sqrt((c.high - c.score) ^ 2 + (p.score - p.low) ^ 2)";

const HEAD: &str = "MATCH (r:Run {id: $p.run}) OPTIONAL MATCH (r)-[old:HEAD]->(:Prompt) DELETE old \
     WITH DISTINCT r MATCH (p:Prompt {id: $p.best}) MERGE (r)-[:HEAD]->(p)";

/// Takes the run's lock, and tells how far its journal was read, and whether somebody else's node stands where one of those who join is to be.
pub(crate) fn lock(run: &str, joined: &[CandidateId]) -> Query {
    asked(LOCK, [("run", text(run)), ("numbers", numbers(joined).into())])
}

/// What is remembered of a run.
pub(crate) fn fold_of(run: &str) -> Query {
    let read = "MATCH (r:Run {id: $p.run}) WHERE r.fold IS NOT NULL OR r.entries > 0 \
         RETURN r.fold AS fold, r.fold IS NOT NULL OR r.written IS NOT NULL AS ours";
    asked(read, [("run", text(run))])
}

/// The records of candidates.
pub(crate) fn records_of(run: &str, candidates: &[CandidateId]) -> Query {
    let read = "UNWIND $p.numbers AS number MATCH (p:Prompt {id: $p.run + '@c' + number}) \
         WHERE p.record IS NOT NULL RETURN p.record AS record";
    asked(read, [("run", text(run)), ("numbers", numbers(candidates).into())])
}

/// What keeps a batch, under the run's lock.
pub(crate) fn keeping(batch: Batch) -> Result<Vec<Query>, StoreError> {
    let written = |error: serde_json::Error| StoreError::Backend { doing: "write a batch", detail: error.to_string() };
    let Batch { fold, records, prompts, .. } = batch;
    let run = fold.run().to_string();
    let prompts: HashMap<CandidateId, String> = prompts.into_iter().collect();
    let (mut rows, mut changed, mut joined) = (Vec::<BoltType>::with_capacity(records.len()), Vec::new(), Vec::new());
    for record in &records {
        let (node, prompt) = (&record.node, prompts.get(&record.node.id.candidate));
        let mut properties = changing(node, serde_json::to_string(record).map_err(written)?);
        if let Some(prompt) = prompt {
            properties.extend(lasting(node, prompt));
        }
        rows.push(map([
            ("id", text(&node.id.to_string())),
            ("properties", properties.into()),
            ("joined", prompt.is_some().into()),
            ("parents", if prompt.is_some() { parents(node) } else { Vec::new() }.into()),
        ]));
        if prompt.is_some() { &mut joined } else { &mut changed }.push(node.id.candidate);
    }
    let json = serde_json::to_string(&fold).map_err(written)?;
    let entries = whole(fold.next());
    let values = [("run", text(&run)), ("rows", rows.into()), ("entries", entries), ("fold", text(&json))];
    let mut statements = vec![asked(&nodes(), values)];
    // a prompt that just joined can only have children in branches whose journals were read before
    for (candidates, ends) in [
        (&changed, "(c:Prompt {id: id})-[e:MUTATED_FROM|DERIVED_FROM|BRANCH_OF]->(p:Prompt)"),
        (&changed, "(c:Prompt)-[e:MUTATED_FROM|DERIVED_FROM|BRANCH_OF]->(p:Prompt {id: id})"),
        (&joined, "(c:Prompt)-[e:BRANCH_OF]->(p:Prompt {id: id})"),
    ] {
        if !candidates.is_empty() {
            let statement =
                format!("UNWIND $p.numbers AS number WITH $p.run + '@c' + number AS id MATCH {ends} SET {DIFFERENCE}");
            statements.push(asked(&statement, [("run", text(&run)), ("numbers", numbers(candidates).into())]));
        }
    }
    let best = fold.best().map(|best| NodeId::new(fold.run().clone(), best).to_string()).unwrap_or_default();
    statements.push(asked(HEAD, [("run", text(&run)), ("best", text(&best))]));
    Ok(statements)
}

/// [`NODES`] with relationships to the parents, whose type is no parameter.
fn nodes() -> String {
    let made = KINDS.map(|kind| {
        format!(
            " FOREACH (_ IN CASE parent.kind WHEN '{kind}' THEN [1] ELSE [] END | \
             CREATE (c)-[e:{kind}]->(p) SET e = parent.properties, {DIFFERENCE})"
        )
    });
    NODES.to_owned() + &made.concat()
}

/// Each parent once, with the relationship to it.
fn parents(node: &Node) -> Vec<BoltType> {
    let is_first = |(place, parent): &(usize, &NodeId)| !node.parents[..*place].contains(parent);
    let places = node.parents.iter().enumerate().filter(is_first);
    places
        .map(|(place, parent)| {
            map([
                ("id", text(&parent.to_string())),
                ("kind", text(kind(node, parent))),
                ("properties", edge(node, place as u64)),
            ])
        })
        .collect()
}

/// Candidates of one run by their numbers, which take little room.
fn numbers(candidates: &[CandidateId]) -> Vec<BoltType> {
    candidates.iter().map(|candidate| whole(u64::from(candidate.0))).collect()
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

/// Properties that trials and verdicts change.
fn changing(node: &Node, record: String) -> HashMap<String, BoltType> {
    let score = node.score;
    named([
        ("model", text(&node.model)),
        ("status", text(node.status.word())),
        ("reason", text(&node.reason)),
        ("score", real(score.map(|score| score.mean))),
        ("low", real(score.map(|score| score.low))),
        ("high", real(score.map(|score| score.high))),
        ("trials", whole(score.map_or(0, |score| u64::from(score.trials)))),
        ("cost", real(Some(node.cost.0))),
        ("turned_away", whole(u64::from(node.turned_away))),
        ("record", record.into()),
    ])
}

/// Properties that it has from the beginning.
fn lasting(node: &Node, prompt: &str) -> HashMap<String, BoltType> {
    named([
        ("run", text(node.id.run.as_str())),
        ("candidate", text(&node.id.candidate.to_string())),
        ("number", whole(u64::from(node.id.candidate.0))),
        ("generation", whole(u64::from(node.generation))),
        ("operator", text(node.operator.as_ref().map_or("seed", |operator| &operator.0))),
        ("hash", text(&node.prompt.to_string())),
        ("note", text(&node.note)),
        ("state", node.state.clone().into()),
        ("text", text(&prompt.chars().take(SHOWN).collect::<String>())),
    ])
}
