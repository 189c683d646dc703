use std::collections::{HashMap, HashSet};

use clade_domain::Relation;

use super::{Drawing, operator, score};
use crate::{Layout, LayoutOptions, Node, NodeId};

/// Most edges that its renderers accept by default (`maxEdges`).
const MOST_EDGES: usize = 500;
/// Most characters that they accept by default (`maxTextSize`).
const MOST_TEXT: usize = 50_000;

/// Mermaid. Where there is more than its renderers take, only what matters most is shown, and a comment says so.
#[must_use]
pub fn mermaid(drawing: &Drawing<'_>) -> String {
    let mut most = drawing.nodes().len();
    loop {
        let (text, edges) = flowchart(drawing, most);
        if (edges <= MOST_EDGES && text.len() <= MOST_TEXT) || most <= 1 {
            return text;
        }
        most = (most / 2).clamp(1, MOST_EDGES);
    }
}

fn flowchart(drawing: &Drawing<'_>, most: usize) -> (String, usize) {
    let all = drawing.nodes().len();
    let options = LayoutOptions { best: drawing.best.cloned(), fold_dropped: false, most, ..LayoutOptions::default() };
    let shown: HashSet<NodeId> = if most < all {
        Layout::of(drawing.graph, &options).marks.into_iter().take(most).map(|mark| mark.id).collect()
    } else {
        drawing.nodes().iter().map(|node| node.id.clone()).collect()
    };
    let nodes: Vec<&Node> = drawing.nodes().iter().filter(|node| shown.contains(&node.id)).collect();
    let names: HashMap<&NodeId, String> = nodes.iter().map(|node| (&node.id, safe(&drawing.name(&node.id)))).collect();
    let mut text = String::from("flowchart LR\n");
    if nodes.len() < all {
        text.push_str(&format!(
            "  %% {} of {all} candidates: the line of descent and what lives and scores best\n",
            nodes.len()
        ));
    }
    for node in &nodes {
        let label = escaped(&format!("{}<br/>{}<br/>{}", drawing.name(&node.id), operator(node), score(node)));
        let (open, close) = match (drawing.is_best(node), node.parents.is_empty()) {
            (true, _) => ("([", "])"),
            (_, true) => ("{", "}"),
            _ => ("[", "]"),
        };
        text.push_str(&format!("  {}{open}\"{label}\"{close}\n", names[&node.id]));
    }
    let mut edges = 0;
    for (child, parent) in drawing.edges() {
        let (Some(child_name), Some(parent_name)) = (names.get(&child.id), names.get(&parent.id)) else { continue };
        let arrow = match child.relation {
            Relation::DerivedFrom => "==>",
            Relation::BranchOf => "-.->",
            Relation::Seed | Relation::MutatedFrom => "-->",
        };
        text.push_str(&format!("  {parent_name} {arrow} {child_name}\n"));
        edges += 1;
    }
    let descent: Vec<&str> = nodes.iter().filter(|n| drawing.on_descent(n)).map(|n| names[&n.id].as_str()).collect();
    if !descent.is_empty() {
        text.push_str("  classDef descent stroke:#14532d,stroke-width:3px\n");
        text.push_str(&format!("  class {} descent\n", descent.join(",")));
    }
    (text, edges)
}

/// An id of Mermaid: letters, digits and `_`. A word of the language, such as `end`, cannot come out: all ids end in a number.
fn safe(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// A quoted label: quotes and markup as entities, our own line breaks kept.
fn escaped(label: &str) -> String {
    let escape =
        |part: &str| part.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    label.split("<br/>").map(escape).collect::<Vec<_>>().join("<br/>")
}
