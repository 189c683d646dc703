use clade_domain::Relation;

use super::{Drawing, operator, score};

/// Graphviz: generations from left to right, derived edges double, branches dashed, the line of descent bold.
#[must_use]
pub fn dot(drawing: &Drawing<'_>) -> String {
    let title = quoted(drawing.title);
    let mut text = format!("digraph {title} {{\n  rankdir=LR;\n  node [shape=box, fontname=\"monospace\"];\n");
    for node in drawing.nodes() {
        let shape = match (drawing.is_best(node), node.parents.is_empty()) {
            (true, _) => ", shape=doubleoctagon",
            (_, true) => ", shape=diamond",
            _ => "",
        };
        let pen = if drawing.on_descent(node) { ", penwidth=2, color=\"#14532d\"" } else { "" };
        let name = drawing.name(&node.id);
        let label = quoted(&format!("{name}\n{}\n{}", operator(node), score(node)));
        text.push_str(&format!("  {} [label={label}{shape}{pen}];\n", quoted(&name)));
    }
    for (child, parent) in drawing.edges() {
        let style = match child.relation {
            Relation::DerivedFrom => "color=\"black:white:black\"",
            Relation::BranchOf => "style=dashed",
            Relation::Seed | Relation::MutatedFrom => "color=black",
        };
        let (parent, child) = (quoted(&drawing.name(&parent.id)), quoted(&drawing.name(&child.id)));
        text.push_str(&format!("  {parent} -> {child} [{style}];\n"));
    }
    text.push_str("}\n");
    text
}

/// A quoted string of Graphviz: in it only a quote must be escaped, and a backslash would begin an escape.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
