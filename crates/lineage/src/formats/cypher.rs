use std::collections::BTreeSet;

use super::{Drawing, operator};
use crate::{Node, fields::relation};

/// Nodes or edges in one statement: a few hundred kilobytes at most.
const PART: usize = 200;

/// Cypher statements that put the tree into Neo4j: `Prompt` and `Run` nodes, `MUTATED_FROM`, `DERIVED_FROM`, `BRANCH_OF` and `IN_RUN`
/// relationships. Running them again changes nothing more.
#[must_use]
pub fn cypher(drawing: &Drawing<'_>) -> String {
    let mut text = String::from(
        "CREATE CONSTRAINT prompt_id IF NOT EXISTS FOR (p:Prompt) REQUIRE p.id IS UNIQUE;\n\
         CREATE CONSTRAINT run_id IF NOT EXISTS FOR (r:Run) REQUIRE r.id IS UNIQUE;\n",
    );
    for nodes in drawing.nodes().chunks(PART) {
        let rows: Vec<String> = nodes.iter().map(|node| row(drawing, node)).collect();
        text.push_str(&format!(
            "UNWIND [\n{}\n] AS row\nMERGE (p:Prompt {{id: row.id}}) SET p += row\nMERGE (r:Run {{id: row.run}}) MERGE (p)-[:IN_RUN]->(r);\n",
            rows.join(",\n")
        ));
    }
    let edges: Vec<_> = drawing.edges().collect();
    let kinds: BTreeSet<&str> = edges.iter().map(|(child, _)| relation(child.relation)).collect();
    for kind in kinds {
        let of_kind: Vec<String> = edges
            .iter()
            .filter(|(child, _)| relation(child.relation) == kind)
            .map(|(child, parent)| format!("[{}, {}]", string(&child.id.to_string()), string(&parent.id.to_string())))
            .collect();
        for part in of_kind.chunks(PART) {
            text.push_str(&format!(
                "UNWIND [{}] AS edge\nMATCH (c:Prompt {{id: edge[0]}}), (p:Prompt {{id: edge[1]}}) MERGE (c)-[:{}]->(p);\n",
                part.join(", "),
                kind.to_uppercase()
            ));
        }
    }
    text
}

fn row(drawing: &Drawing<'_>, node: &Node) -> String {
    let mut fields = vec![
        format!("id: {}", string(&node.id.to_string())),
        format!("run: {}", string(node.id.run.as_str())),
        format!("candidate: {}", string(&node.id.candidate.to_string())),
        format!("operator: {}", string(operator(node))),
        format!("generation: {}", node.generation),
        format!("model: {}", string(&node.model)),
        format!("status: {}", string(node.status.word())),
        format!("reason: {}", string(&node.reason)),
        format!("cost: {:?}", node.cost.0),
        format!("prompt: {}", string(drawing.text(node))),
    ];
    if let Some(score) = node.score {
        fields.push(format!(
            "score: {:?}, low: {:?}, high: {:?}, trials: {}",
            score.mean, score.low, score.high, score.trials
        ));
    }
    format!("  {{{}}}", fields.join(", "))
}

/// A string literal (<https://neo4j.com/docs/cypher-manual/current/syntax/parsing/>): whatever could end it is an escape.
fn string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for c in text.chars() {
        match c {
            '\\' => literal.push_str("\\\\"),
            '\'' => literal.push_str("\\'"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if c.is_control() => literal.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}
