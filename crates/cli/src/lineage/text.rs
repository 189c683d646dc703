use std::collections::BTreeMap;

use clade_domain::CandidateId;

use super::Node;
use crate::{
    display::result::one_line,
    output::{Ink, Output},
};

/// A tree for people: each candidate below its first parent, the line of descent in the one colour.
pub fn text(nodes: &[Node], output: &Output) -> String {
    let shown: BTreeMap<CandidateId, &Node> = nodes.iter().map(|node| (node.id, node)).collect();
    let mut children: BTreeMap<Option<CandidateId>, Vec<&Node>> = BTreeMap::new();
    for node in nodes {
        let parent = node.parents.first().copied().filter(|parent| shown.contains_key(parent));
        children.entry(parent).or_default().push(node);
    }
    let mut lines = Vec::new();
    let roots = children.get(&None).cloned().unwrap_or_default();
    for root in roots {
        lines.push(line(root, "", output));
        branch(root.id, "", &children, output, &mut lines);
    }
    lines.join("\n")
}

fn branch(
    parent: CandidateId,
    indent: &str,
    children: &BTreeMap<Option<CandidateId>, Vec<&Node>>,
    output: &Output,
    lines: &mut Vec<String>,
) {
    let Some(nodes) = children.get(&Some(parent)) else { return };
    for (place, node) in nodes.iter().enumerate() {
        let last = place + 1 == nodes.len();
        let elbow = if last { "└─ " } else { "├─ " };
        let ink = if node.descent { Ink::Green } else { Ink::Faint };
        lines.push(line(node, &format!("{indent}{}", output.paint(ink, elbow)), output));
        let deeper = if last { "   " } else { "│  " };
        branch(node.id, &format!("{indent}{}", output.paint(Ink::Faint, deeper)), children, output, lines);
    }
}

fn line(node: &Node, lead: &str, output: &Output) -> String {
    let mark = if node.best {
        " ★ best"
    } else if node.parents.is_empty() {
        " ◆ seed"
    } else {
        ""
    };
    let score = node.score.map_or_else(|| "not evaluated".into(), |score| format!("{score:.3} on {}", node.trials));
    let others: Vec<String> = node.parents.iter().skip(1).map(|id| format!(" + {id}")).collect();
    let name = format!("{} {}{}", node.id, node.operator, others.concat());
    let name = if node.descent { output.paint(Ink::Green, name) } else { name };
    let note = if node.note.is_empty() { String::new() } else { format!("  {}", one_line(&node.note)) };
    format!(
        "{lead}{name}  {}{}{}",
        output.paint(Ink::Strong, score),
        output.paint(Ink::Green, mark),
        output.paint(Ink::Faint, format!("  gen {}{note}", node.generation)),
    )
}
