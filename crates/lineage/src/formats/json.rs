use std::collections::BTreeMap;

use clade_domain::{ExampleId, Relation, RunId, Split};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Drawing, operator};
use crate::{Node, Status};

/// A node in JSON. Fields are only ever added.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: String,
    run: &'a RunId,
    generation: u32,
    operator: &'a str,
    model: &'a str,
    relation: Relation,
    parents: Vec<String>,
    #[serde(skip_serializing_if = "<[ExampleId]>::is_empty")]
    targets: &'a [ExampleId],
    status: Status,
    reason: &'a str,
    score: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    trials: u32,
    scores: BTreeMap<Split, f64>,
    cost_usd: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    turned_away: u32,
    descent: bool,
    best: bool,
    note: &'a str,
    prompt: &'a str,
}

/// The nodes as a JSON array; edges are in `relation` and `parents`.
#[must_use]
pub fn json(drawing: &Drawing<'_>) -> Value {
    Value::Array(drawing.nodes().iter().map(|node| json!(row(drawing, node))).collect())
}

fn row<'a>(drawing: &'a Drawing<'_>, node: &'a Node) -> Row<'a> {
    Row {
        id: drawing.name(&node.id),
        run: &node.id.run,
        generation: node.generation,
        operator: operator(node),
        model: &node.model,
        relation: node.relation,
        parents: node
            .parents
            .iter()
            .map(|id| if id.run == node.id.run { drawing.name(id) } else { id.to_string() })
            .collect(),
        targets: &node.targets,
        status: node.status,
        reason: &node.reason,
        score: node.score.map(|score| score.mean),
        low: node.score.map(|score| score.low),
        high: node.score.map(|score| score.high),
        trials: node.score.map_or(0, |score| score.trials),
        scores: node.scores.iter().map(|(split, score)| (*split, score.mean)).collect(),
        cost_usd: node.cost.0,
        state: node.state.as_deref(),
        turned_away: node.turned_away,
        descent: drawing.on_descent(node),
        best: drawing.is_best(node),
        note: &node.note,
        prompt: drawing.text(node),
    }
}
