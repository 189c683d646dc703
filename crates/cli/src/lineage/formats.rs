use std::collections::BTreeSet;

use clade_domain::{CandidateId, Relation};

use super::Node;

/// Most edges of a Mermaid chart that its renderers accept by default (`maxEdges`).
const MERMAID_EDGES: usize = 500;

/// Graphviz: generations from left to right, derived edges double, the line of descent bold.
pub fn dot(run: &str, nodes: &[Node]) -> String {
    let mut text = format!("digraph \"{run}\" {{\n  rankdir=LR;\n  node [shape=box, fontname=\"monospace\"];\n");
    for node in nodes {
        let shape = match (node.best, node.parents.is_empty()) {
            (true, _) => ", shape=doubleoctagon",
            (_, true) => ", shape=diamond",
            _ => "",
        };
        let pen = if node.descent { ", penwidth=2, color=\"#14532d\"" } else { "" };
        text.push_str(&format!(
            "  {} [label=\"{}\\n{}\\n{}\"{shape}{pen}];\n",
            node.id,
            node.id,
            node.operator,
            score(node)
        ));
    }
    for (node, parent) in edges(nodes) {
        let style = if node.relation == Relation::DerivedFrom { "color=\"black:white:black\"" } else { "color=black" };
        text.push_str(&format!("  {parent} -> {} [{style}];\n", node.id));
    }
    text.push_str("}\n");
    text
}

/// Mermaid. Where there are more edges than its renderers take, only the line of descent and what lives are shown, and a
/// comment says so.
pub fn mermaid(nodes: &[Node]) -> String {
    let cut: Vec<Node>;
    let mut text = String::from("flowchart LR\n");
    let nodes = if edges(nodes).count() > MERMAID_EDGES {
        cut = nodes.iter().filter(|node| node.descent || node.alive).take(MERMAID_EDGES / 2).cloned().collect();
        text.push_str(&format!(
            "  %% {} of {} candidates: the line of descent and the last generation\n",
            cut.len(),
            nodes.len()
        ));
        &cut[..]
    } else {
        nodes
    };
    for node in nodes {
        let label = format!("{}<br/>{}<br/>{}", node.id, node.operator, score(node));
        let (open, close) = match (node.best, node.parents.is_empty()) {
            (true, _) => ("([", "])"),
            (_, true) => ("{", "}"),
            _ => ("[", "]"),
        };
        text.push_str(&format!("  {}{open}\"{label}\"{close}\n", node.id));
    }
    for (node, parent) in edges(nodes) {
        let arrow = if node.relation == Relation::DerivedFrom { "==>" } else { "-->" };
        text.push_str(&format!("  {parent} {arrow} {}\n", node.id));
    }
    let descent: Vec<String> = nodes.iter().filter(|n| n.descent).map(|n| n.id.to_string()).collect();
    if !descent.is_empty() {
        text.push_str("  classDef descent stroke:#14532d,stroke-width:3px\n");
        text.push_str(&format!("  class {} descent\n", descent.join(",")));
    }
    text
}

/// GraphML with the score, operator, generation and prompt as attributes.
pub fn graphml(run: &str, nodes: &[Node]) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (name, kind) in
        [("operator", "string"), ("generation", "int"), ("score", "double"), ("trials", "int"), ("prompt", "string")]
    {
        text.push_str(&format!("  <key id=\"{name}\" for=\"node\" attr.name=\"{name}\" attr.type=\"{kind}\"/>\n"));
    }
    text.push_str("  <key id=\"relation\" for=\"edge\" attr.name=\"relation\" attr.type=\"string\"/>\n");
    text.push_str(&format!("  <graph id=\"{run}\" edgedefault=\"directed\">\n"));
    for node in nodes {
        text.push_str(&format!("    <node id=\"{}\">\n", node.id));
        let mut data = |key: &str, value: String| {
            text.push_str(&format!("      <data key=\"{key}\">{}</data>\n", escape(&value)));
        };
        data("operator", node.operator.clone());
        data("generation", node.generation.to_string());
        if let Some(score) = node.score {
            data("score", score.to_string());
        }
        data("trials", node.trials.to_string());
        data("prompt", node.prompt.clone());
        text.push_str("    </node>\n");
    }
    for (node, parent) in edges(nodes) {
        let relation = if node.relation == Relation::DerivedFrom { "derived_from" } else { "mutated_from" };
        text.push_str(&format!(
            "    <edge source=\"{parent}\" target=\"{}\"><data key=\"relation\">{relation}</data></edge>\n",
            node.id
        ));
    }
    text.push_str("  </graph>\n</graphml>\n");
    text
}

fn edges(nodes: &[Node]) -> impl Iterator<Item = (&Node, CandidateId)> {
    let shown: BTreeSet<CandidateId> = nodes.iter().map(|node| node.id).collect();
    let all = nodes.iter().flat_map(|node| node.parents.iter().map(move |parent| (node, *parent)));
    all.filter(move |(_, parent)| shown.contains(parent))
}

fn score(node: &Node) -> String {
    node.score.map_or_else(|| "-".into(), |score| format!("{score:.3}"))
}

/// XML text: markup and characters that XML 1.0 does not allow are replaced.
fn escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            c if c < ' ' && !matches!(c, '\n' | '\t' | '\r') => "\u{fffd}".to_owned(),
            c => c.to_string(),
        })
        .collect()
}
