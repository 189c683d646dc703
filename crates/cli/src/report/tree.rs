use std::collections::BTreeMap;
use std::fmt::Write;

use clade_domain::{CandidateId, Relation};

use super::colour;
use crate::lineage::Node;

const ROW: f64 = 24.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 36.0;
const RADIUS: f64 = 7.0;
/// Most nodes drawn; beyond them only the line of descent, what lives and their nearest kin are.
const MOST: usize = 400;

/// The family tree as SVG: x is the generation, the line of descent is straight and thick.
pub fn svg(nodes: &[Node]) -> String {
    let drawn: Vec<&Node> = if nodes.len() > MOST {
        nodes.iter().filter(|n| n.descent || n.alive || n.parents.is_empty()).take(MOST).collect()
    } else {
        nodes.iter().collect()
    };
    let known: BTreeMap<CandidateId, &Node> = drawn.iter().map(|node| (node.id, *node)).collect();
    let mut children: BTreeMap<Option<CandidateId>, Vec<&Node>> = BTreeMap::new();
    for node in &drawn {
        children.entry(node.parents.first().copied().filter(|id| known.contains_key(id))).or_default().push(node);
    }
    let mut rows: BTreeMap<CandidateId, f64> = BTreeMap::new();
    let mut next = 0.0;
    for root in children.get(&None).cloned().unwrap_or_default() {
        place(root, &children, &mut rows, &mut next);
        next += 1.0;
    }
    let generations = drawn.iter().map(|node| node.generation).max().unwrap_or(0);
    let gap = (1_000.0 / f64::from(generations.max(1))).clamp(34.0, 130.0);
    let width = 2.0 * LEFT + gap * f64::from(generations);
    let height = TOP + ROW * next.max(1.0) + 14.0;
    let at = |node: &Node| {
        (LEFT + gap * f64::from(node.generation), TOP + ROW * rows.get(&node.id).copied().unwrap_or(0.0) + 10.0)
    };
    let scores = || drawn.iter().filter_map(|node| node.score);
    let (low, high) = (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max));

    let mut out = String::new();
    // writing into a String cannot fail
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-label=\"family tree\">"
    );
    for generation in 0..=generations {
        let x = LEFT + gap * f64::from(generation);
        let _ = write!(
            out,
            "<line class=\"rule\" x1=\"{x:.1}\" y1=\"22\" x2=\"{x:.1}\" y2=\"{height:.0}\"/><text class=\"gen\" x=\"{x:.1}\" y=\"14\">{generation}</text>"
        );
    }
    // the line of descent is drawn last, over the others
    for descent in [false, true] {
        for node in &drawn {
            for (number, parent) in node.parents.iter().enumerate() {
                let Some(parent) = known.get(parent) else { continue };
                let on_line = node.descent && parent.descent && number == 0;
                if on_line == descent {
                    let class = match (on_line, node.relation) {
                        (true, _) => "edge descent",
                        (_, Relation::DerivedFrom) => "edge derived",
                        (_, Relation::BranchOf) => "edge branch",
                        _ => "edge",
                    };
                    let _ = write!(out, "<path class=\"{class}\" d=\"{}\"/>", elbow(at(parent), at(node)));
                }
            }
        }
    }
    for node in &drawn {
        let (x, y) = at(node);
        let fill = node.score.map_or_else(|| "none".to_owned(), |score| colour::fitness(score, low, high));
        let score = node
            .score
            .map_or_else(|| "not evaluated".into(), |score| format!("{score:.3} on {} examples", node.trials));
        let shape = if node.best {
            star(x, y)
        } else if node.parents.is_empty() {
            format!("<path class=\"seed\" d=\"M{:.1} {y:.1}l8 -8 8 8 -8 8z\"/>", x - 8.0)
        } else {
            format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5.5\" fill=\"{fill}\"/>")
        };
        let _ = write!(
            out,
            "<a href=\"#{}\" class=\"node{}\"><title>{} {}, generation {}: {score}</title>{shape}</a>",
            node.id,
            if node.alive || node.descent { "" } else { " gone" },
            node.id,
            node.operator,
            node.generation,
        );
    }
    out.push_str("</svg>");
    out
}

/// Gives a node and its descendants their rows: the first child stands on its parent's row, so lines are straight, and the
/// line of descent, sorted first, is the topmost.
fn place(
    node: &Node,
    children: &BTreeMap<Option<CandidateId>, Vec<&Node>>,
    rows: &mut BTreeMap<CandidateId, f64>,
    next: &mut f64,
) {
    rows.insert(node.id, *next);
    let mut below = children.get(&Some(node.id)).cloned().unwrap_or_default();
    below.sort_by_key(|child| (!child.descent, child.id));
    for (number, child) in below.iter().enumerate() {
        if number > 0 {
            *next += 1.0;
        }
        place(child, children, rows, next);
    }
}

fn elbow((x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> String {
    if (y0 - y1).abs() < 0.5 {
        return format!("M{x0:.1} {y0:.1}H{x1:.1}");
    }
    let turn = x1 - 17.0;
    let down = if y1 > y0 { RADIUS } else { -RADIUS };
    format!(
        "M{x0:.1} {y0:.1}H{:.1}q{RADIUS} 0 {RADIUS} {down}V{:.1}q0 {down} {RADIUS} {down}H{x1:.1}",
        turn - RADIUS,
        y1 - down
    )
}

fn star(x: f64, y: f64) -> String {
    let mut points = String::new();
    for corner in 0..10 {
        let angle = std::f64::consts::PI * (f64::from(corner) / 5.0 - 0.5);
        let radius = if corner % 2 == 0 { 11.0 } else { 4.8 };
        let _ = write!(points, "{:.1},{:.1} ", x + radius * angle.cos(), y + radius * angle.sin());
    }
    format!("<polygon class=\"best\" points=\"{}\"/>", points.trim_end())
}
