use std::fmt::Write;

use super::{
    Line, Point, Shape,
    scale::Scale,
    style::{self, Mark},
};

/// How far apart the series of a panel are drawn at the same place, in pixels, so that their whiskers can be told apart.
const SHIFT: f64 = 3.0;

/// Draws a curve with its intervals; `count` is the number of series in the chart.
pub fn line(out: &mut String, line: &Line, count: usize, x: Scale, y: Scale) {
    let (stroke, fill) = style::classes(line.series);
    let style = style::of(line.series);
    let shift =
        if line.shape == Shape::Marks { SHIFT * (line.series as f64 - (count as f64 - 1.0) / 2.0) } else { 0.0 };
    let at = |point: &Point| (x.at(point.x) + shift, y.at(point.y));
    let dash = if style.dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{}\"", style.dash) };
    let path = match line.shape {
        Shape::Marks => joined(line.points.iter().map(at)),
        Shape::Steps => stepped(line.points.iter().map(at)),
        Shape::Dots => String::new(),
    };
    // writing into a String cannot fail
    if !path.is_empty() {
        let _ = write!(out, "<path class=\"line {stroke}\" d=\"{path}\"{dash}/>");
    }
    for point in &line.points {
        let (px, py) = at(point);
        if let Some((low, high)) = point.interval {
            let (low, high) = (y.at(low), y.at(high));
            let _ = write!(
                out,
                "<path class=\"line whisker {stroke}\" d=\"M{px:.1} {low:.1}V{high:.1}M{0:.1} {low:.1}h4M{0:.1} {high:.1}h4\"/>",
                px - 2.0
            );
        }
        // a step that nothing follows would not be seen
        if line.shape != Shape::Steps || line.points.len() == 1 {
            mark(out, style.mark, &fill, px, py);
        }
    }
}

/// Draws a mark around a point.
pub fn mark(out: &mut String, mark: Mark, class: &str, x: f64, y: f64) {
    let _ = match mark {
        Mark::Circle => write!(out, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"),
        Mark::Square => write!(out, "<path class=\"{class}\" d=\"M{:.1} {:.1}h6.4v6.4h-6.4z\"/>", x - 3.2, y - 3.2),
        Mark::Triangle => write!(out, "<path class=\"{class}\" d=\"M{x:.1} {:.1}l4.2 7.4h-8.4z\"/>", y - 4.6),
        Mark::Diamond => write!(out, "<path class=\"{class}\" d=\"M{x:.1} {:.1}l4.4 4.4-4.4 4.4-4.4-4.4z\"/>", y - 4.4),
        Mark::Cross => write!(
            out,
            "<path class=\"{class}\" stroke-width=\"2.4\" d=\"M{:.1} {:.1}l7 7m0-7l-7 7\"/>",
            x - 3.5,
            y - 3.5
        ),
    };
}

fn joined(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
    }
    path
}

fn stepped(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let _ = if path.is_empty() { write!(path, "M{x:.1} {y:.1}") } else { write!(path, "H{x:.1}V{y:.1}") };
    }
    path
}
