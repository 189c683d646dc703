//! A run as one HTML page: evidence, fitness, family tree, prompts. Opens from disk and asks no network for anything.

mod colour;
mod curve;
mod tree;

use std::collections::HashMap;

use clade_domain::{Evidence, RunMode};
use clade_engine::RunReport;
use clade_evolve::{RunState, statistics::Figures};
use clade_lineage::{
    NodeId,
    formats::{Drawing, json as rows_of},
};
use clade_store::RunSummary;
use clade_text::diff::{RunKind, words};
use minijinja::{Environment, value::Serde};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    commands::date,
    display::{
        operators,
        result::{cost, count, pass_at, wanting},
    },
    lineage::Part,
};

const PAGE: &str = include_str!("page.html.minijinja");

/// A stretch of a diff, named by the HTML element that shows it.
#[derive(Serialize)]
struct Stretch {
    tag: &'static str,
    text: String,
}

/// Everything the page shows of a candidate.
#[derive(Serialize)]
struct Row {
    node: Value,
    score: Option<String>,
    against: String,
    diff: Vec<Stretch>,
}

/// The page of a run with its family tree and the prompts of all candidates.
///
/// # Errors
/// Where the template fails, which is a fault of ours.
pub fn page(
    report: &RunReport,
    row: &RunSummary,
    state: &RunState,
    part: &Part,
    prompts: &HashMap<NodeId, String>,
) -> Result<String, minijinja::Error> {
    let drawing = Drawing::new(&part.graph, prompts, row.run.as_str(), part.best.as_ref());
    let nodes = match rows_of(&drawing) {
        Value::Array(nodes) => nodes,
        _ => Vec::new(),
    };
    let prompt = |id: &NodeId| prompts.get(id).map_or("", String::as_str);
    let rows: Vec<Row> = part
        .graph
        .nodes()
        .iter()
        .zip(nodes)
        .map(|(node, row)| {
            let parent = node.parents.first().filter(|id| part.graph.get(id).is_some());
            Row {
                score: node.score.map(|score| format!("{:.3}", score.mean)),
                against: parent.map_or_else(String::new, |parent| parent.candidate.to_string()),
                diff: stretches(parent.map_or("", prompt), prompt(&node.id), parent.is_none()),
                node: row,
            }
        })
        .collect();
    let best_diff = match (&report.seed_prompt, &report.best) {
        (Some(seed), Some(best)) => stretches(seed, &best.prompt, false),
        _ => Vec::new(),
    };
    let tries: Vec<Vec<String>> = report.prompts.iter().map(|prompt| pass_at(prompt).collect()).collect();
    let mut environment = Environment::new();
    environment.add_template("page.html", PAGE)?;
    let content = json!({
        "report": report,
        "row": row,
        "optimize": state.spec().mode == RunMode::Optimize,
        "title": if row.description.is_empty() { row.run.to_string() } else { row.description.lines().next().unwrap_or_default().to_owned() },
        "created": date(row.created),
        "cost": cost(&report.spent),
        "evidence": report.evidence.as_ref().filter(|evidence| evidence.n > 0).map(figures),
        "curve": curve::svg(state),
        "tree": tree::svg(part),
        "rows": rows,
        "best_diff": best_diff,
        "rejected": state.rejected().iter().map(|((operator, reason), n)| json!({
            "operator": operator.0,
            "reason": serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(|s| s.replace('_', " "))),
            "n": n,
        })).collect::<Vec<_>>(),
        "pass_at": tries.iter().any(|of| !of.is_empty()).then_some(tries),
        "operators": operators::table(report),
        "wanting": wanting(&report.counts),
        "stopped": state.stop().map(|reason| reason.to_string()),
        "dataset": state.dataset().counts(),
        "model": row.model,
    });
    environment.get_template("page.html")?.render(Serde(content))
}

fn figures(evidence: &Evidence) -> Value {
    let figures = Figures::of(evidence);
    let ends = |[low, high]: [f64; 2]| format!("{low:.3} to {high:.3}");
    let needed = evidence
        .needed
        .iter()
        .map(|(gain, n)| format!("a gain of {:.0} points: {}", gain * 100.0, count(u64::from(*n), "example")));
    json!({
        "best": figures.chosen,
        "best_ends": ends(evidence.best_ci),
        "seed": figures.first,
        "seed_ends": ends(evidence.seed_ci),
        "difference": figures.difference,
        "interval": figures.interval,
        "p": figures.p_value,
        "needed": needed.collect::<Vec<_>>(),
    })
}

fn stretches(old: &str, new: &str, whole: bool) -> Vec<Stretch> {
    if whole {
        return vec![Stretch { tag: "span", text: new.to_owned() }];
    }
    let tag = |kind| match kind {
        RunKind::Equal => "span",
        RunKind::Insert => "ins",
        RunKind::Delete => "del",
    };
    words(old, new).into_iter().map(|run| Stretch { tag: tag(run.kind), text: run.text }).collect()
}
