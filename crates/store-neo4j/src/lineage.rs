use std::collections::{BTreeMap, BTreeSet};

use clade_domain::RunId;
use clade_lineage::{Node, NodeId, Record};
use clade_store::{Kin, LineageGraph, StoreError, StoreFuture};
use neo4rs::{BoltType, Row};

use crate::{
    Neo4jOptions,
    link::Link,
    values::{asked, text},
};

/// Up to so many starts are followed by one statement each; beyond, generation by generation for all at once.
const FEW: usize = 16;

/// The family tree in a Neo4j database. Connects with the first call.
pub struct Neo4jLineage {
    pub(crate) link: Link,
}

impl Neo4jLineage {
    /// Over a server that need not be there yet.
    ///
    /// # Errors
    /// Where the address cannot be understood.
    pub fn new(options: &Neo4jOptions) -> Result<Self, StoreError> {
        Ok(Self { link: Link::new(options)? })
    }

    pub(crate) fn record(&self, row: &Row) -> Result<Record, StoreError> {
        let json: String = row.get("record").map_err(|error| self.unreadable(&error))?;
        serde_json::from_str(&json).map_err(|error| self.unreadable(&error))
    }

    pub(crate) fn unreadable(&self, error: &dyn std::fmt::Display) -> StoreError {
        StoreError::Unusable {
            what: "what is kept of a run".into(),
            place: self.link.server.clone(),
            detail: format!("is not what this version writes ({error})"),
            remedy: "`clade rebuild lineage` makes it anew".into(),
        }
    }

    /// Everything that some nodes lead to. The driver of the database prunes it: each node is visited once.
    async fn reached(&self, from: &NodeId, way: Kin) -> Result<Vec<Node>, StoreError> {
        let statement = match way {
            Kin::Ancestors => {
                "MATCH (:Prompt {id: $p.id})-[:MUTATED_FROM|DERIVED_FROM|BRANCH_OF*0..]->(a:Prompt) WITH DISTINCT a \
                 WHERE a.record IS NOT NULL RETURN a.record AS record"
            }
            Kin::Descendants => {
                "MATCH (:Prompt {id: $p.id})<-[:MUTATED_FROM|DERIVED_FROM|BRANCH_OF*0..]-(a:Prompt) WITH DISTINCT a \
                 WHERE a.record IS NOT NULL RETURN a.record AS record"
            }
        };
        let rows =
            self.link.rows("follow the family tree", asked(statement, [("id", text(&from.to_string()))])).await?;
        rows.iter().map(|row| Ok(self.record(row)?.node)).collect()
    }

    /// The same for many, one step after the other.
    async fn spread(&self, from: &[NodeId], way: Kin) -> Result<BTreeMap<NodeId, Node>, StoreError> {
        let step = match way {
            Kin::Ancestors => {
                "UNWIND $p.ids AS id MATCH (:Prompt {id: id})-[:MUTATED_FROM|DERIVED_FROM|BRANCH_OF]->(a:Prompt) \
                 RETURN DISTINCT a.id AS id"
            }
            Kin::Descendants => {
                "UNWIND $p.ids AS id MATCH (:Prompt {id: id})<-[:MUTATED_FROM|DERIVED_FROM|BRANCH_OF]-(a:Prompt) \
                 RETURN DISTINCT a.id AS id"
            }
        };
        let mut seen: BTreeSet<String> = from.iter().map(ToString::to_string).collect();
        let mut frontier: Vec<String> = seen.iter().cloned().collect();
        while !frontier.is_empty() {
            let rows = self.link.rows("follow the family tree", asked(step, [("ids", list(&frontier).into())])).await?;
            let ids = rows.iter().filter_map(|row| row.get::<String>("id").ok());
            frontier = ids.filter(|id| seen.insert(id.clone())).collect();
        }
        let all: Vec<String> = seen.into_iter().collect();
        let mut nodes = BTreeMap::new();
        for part in all.chunks(5_000) {
            let read =
                "UNWIND $p.ids AS id MATCH (p:Prompt {id: id}) WHERE p.record IS NOT NULL RETURN p.record AS record";
            for row in self.link.rows("read nodes", asked(read, [("ids", list(part).into())])).await? {
                let node = self.record(&row)?.node;
                nodes.insert(node.id.clone(), node);
            }
        }
        Ok(nodes)
    }
}

/// Texts as a list.
pub(crate) fn list(texts: &[String]) -> Vec<BoltType> {
    texts.iter().map(|text| text.as_str().into()).collect()
}

impl LineageGraph for Neo4jLineage {
    fn nodes(&self, run: RunId) -> StoreFuture<'_, Vec<Node>> {
        Box::pin(async move {
            if !self.is_current().await? {
                return Ok(Vec::new());
            }
            // the index is of run and number: one that is asked for the run alone is not used
            let read = "MATCH (p:Prompt {run: $p.run}) WHERE p.number IS NOT NULL AND p.record IS NOT NULL \
                 RETURN p.record AS record ORDER BY p.number";
            let rows = self.link.rows("read nodes", asked(read, [("run", text(run.as_str()))])).await?;
            rows.iter().map(|row| Ok(self.record(row)?.node)).collect()
        })
    }

    fn kin(&self, of: Vec<NodeId>, way: Kin) -> StoreFuture<'_, Vec<Node>> {
        Box::pin(async move {
            if !self.is_current().await? {
                return Ok(Vec::new());
            }
            if of.len() > FEW {
                return Ok(self.spread(&of, way).await?.into_values().collect());
            }
            let mut nodes = BTreeMap::new();
            for id in &of {
                if !nodes.contains_key(id) {
                    nodes.extend(self.reached(id, way).await?.into_iter().map(|node| (node.id.clone(), node)));
                }
            }
            Ok(nodes.into_values().collect())
        })
    }
}
