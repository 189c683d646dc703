use std::fmt::Write;

use clade_domain::Relation;
use clade_lineage::{Edge, Layout, LayoutOptions, Mark, Node, Status};

use super::colour;
use crate::{display::result::count, lineage::Part};

const ROW: f64 = 24.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 36.0;
const RADIUS: f64 = 7.0;
/// Most nodes drawn; beyond them only what matters most is, and the way to it.
const MOST: usize = 400;

/// The family tree as SVG: x is the generation, the line of descent is straight and thick.
pub fn svg(part: &Part) -> String {
    let options =
        LayoutOptions { best: part.best.clone(), fold_dropped: false, most: MOST, ..LayoutOptions::default() };
    let layout = Layout::of(&part.graph, &options);
    let nodes = part.graph.nodes();
    let generations = layout.columns.saturating_sub(1);
    let gap = (1_000.0 / f64::from(generations.max(1))).clamp(34.0, 130.0);
    let width = 2.0 * LEFT + gap * f64::from(generations);
    let height = TOP + ROW * f64::from(layout.rows.max(1)) + 14.0;
    let at = |x: u32, y: u32| (LEFT + gap * f64::from(x), TOP + ROW * f64::from(y) + 10.0);
    let scores = || layout.marks.iter().filter_map(|mark| Some(nodes[mark.node].score?.mean));
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
        for mark in &layout.marks {
            for edge in mark.edges.iter().filter(|edge| edge.descent == descent) {
                let line = elbow(at(edge.x, edge.y), at(mark.x, mark.y));
                let _ = write!(out, "<path class=\"{}\" d=\"{line}\"/>", class(edge));
            }
        }
    }
    for mark in &layout.marks {
        let node = &nodes[mark.node];
        let fill = node.score.map_or_else(|| "none".to_owned(), |score| colour::fitness(score.mean, low, high));
        draw(&mut out, mark, node, at(mark.x, mark.y), &fill, part.best.as_ref() == Some(&node.id));
    }
    out.push_str("</svg>");
    out
}

fn class(edge: &Edge) -> &'static str {
    match (edge.descent, edge.relation) {
        (true, _) => "edge descent",
        (_, Relation::DerivedFrom) => "edge derived",
        (_, Relation::BranchOf) => "edge branch",
        _ => "edge",
    }
}

fn draw(out: &mut String, mark: &Mark, node: &Node, (x, y): (f64, f64), fill: &str, best: bool) {
    let score = node.score.map_or_else(
        || "not evaluated".into(),
        |score| format!("{:.3} on {}", score.mean, count(u64::from(score.examples), "example")),
    );
    let shape = if best {
        star(x, y)
    } else if node.parents.is_empty() {
        format!("<path class=\"seed\" d=\"M{:.1} {y:.1}l8 -8 8 8 -8 8z\"/>", x - 8.0)
    } else {
        format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5.5\" fill=\"{fill}\"/>")
    };
    let folded = match mark.folded.nodes {
        0 => String::new(),
        n => format!("; {n} more are not drawn"),
    };
    let _ = write!(
        out,
        "<a href=\"#{}\" class=\"node{}\"><title>{} {}, generation {}: {score}{folded}</title>{shape}</a>",
        node.id.candidate,
        if node.status != Status::Dropped || mark.descent { "" } else { " gone" },
        node.id.candidate,
        node.operator.as_ref().map_or("seed", |operator| &operator.0),
        node.generation,
    );
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
