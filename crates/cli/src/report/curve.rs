use std::fmt::Write;

use clade_domain::CandidateId;
use clade_evolve::RunState;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 130.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 14.0;

/// Best and mean fitness of those that live on, on train over calls, one point a generation; and, apart at the right, the test scores of the first
/// and the chosen prompt with their intervals. Train and test are never on one line.
pub fn svg(state: &RunState) -> String {
    let generations = state.generations();
    let Some(last) = generations.iter().rfind(|closed| !closed.fitness.is_empty()) else { return String::new() };
    // survivors stand in their strategy's order, which is not always that of fitness
    let known = || generations.iter().filter(|closed| !closed.fitness.is_empty());
    let highest = |fitness: &[f64]| fitness.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean = |fitness: &[f64]| fitness.iter().sum::<f64>() / fitness.len() as f64;
    let best: Vec<(f64, f64)> = known().map(|g| (g.calls as f64, highest(&g.fitness))).collect();
    let middle: Vec<(f64, f64)> = known().map(|g| (g.calls as f64, mean(&g.fitness))).collect();
    let evidence = state.measured();
    let shown = best.iter().chain(&middle).map(|(_, y)| *y);
    let tested = evidence.into_iter().flat_map(|e| [e.seed_ci[0], e.seed_ci[1], e.best_ci[0], e.best_ci[1]]);
    let all: Vec<f64> = shown.chain(tested).collect();
    let low = (all.iter().copied().fold(f64::INFINITY, f64::min) * 10.0).floor() / 10.0;
    let high = (all.iter().copied().fold(f64::NEG_INFINITY, f64::max) * 10.0).ceil() / 10.0;
    let (low, high) = if high - low < 0.1 { (low - 0.05, high + 0.05) } else { (low, high) };
    let most = (last.calls as f64).max(1.0);
    let x = |calls: f64| LEFT + (WIDTH - LEFT - RIGHT) * calls / most;
    let y = |score: f64| TOP + (HEIGHT - TOP - BOTTOM) * (high - score) / (high - low);

    let mut out = String::new();
    // writing into a String cannot fail
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"fitness over calls\">"
    );
    let step = if high - low > 0.55 { 0.2 } else { 0.1 };
    let mut mark = low;
    while mark <= high + 1e-9 {
        let _ = write!(
            out,
            "<line class=\"rule\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{0:.1}\" y2=\"{0:.1}\"/><text class=\"tick\" x=\"{1}\" y=\"{2:.1}\">{mark:.1}</text>",
            y(mark),
            LEFT - 8.0,
            y(mark) + 4.0
        );
        mark += step;
    }
    for share in 0..=4 {
        let calls = most * f64::from(share) / 4.0;
        let _ = write!(out, "<text class=\"gen\" x=\"{:.1}\" y=\"{:.1}\">{calls:.0}</text>", x(calls), HEIGHT - 14.0);
    }
    let _ = write!(out, "<text class=\"gen\" x=\"{:.1}\" y=\"{:.1}\">calls</text>", x(most / 2.0), HEIGHT - 1.0);
    for (class, points) in [("mean", &middle), ("lead", &best)] {
        let line: Vec<String> =
            points.iter().map(|(calls, score)| format!("{:.1},{:.1}", x(*calls), y(*score))).collect();
        let _ = write!(out, "<polyline class=\"{class}\" points=\"{}\"/>", line.join(" "));
        for (calls, score) in points {
            let _ = write!(
                out,
                "<circle class=\"{class}-dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.6\"><title>{calls:.0} calls: {score:.3}</title></circle>",
                x(*calls),
                y(*score)
            );
        }
    }
    if let Some(evidence) = evidence {
        let divide = WIDTH - RIGHT + 24.0;
        let _ = write!(
            out,
            "<line class=\"axis\" x1=\"{divide}\" x2=\"{divide}\" y1=\"{TOP}\" y2=\"{:.1}\"/><text class=\"gen\" x=\"{:.1}\" y=\"{:.1}\">test split</text>",
            HEIGHT - BOTTOM,
            divide + 50.0,
            HEIGHT - 1.0
        );
        let pairs = [
            ("first", evidence.seed_score, evidence.seed_ci, divide + 28.0),
            ("chosen", evidence.best_score, evidence.best_ci, divide + 74.0),
        ];
        for (name, score, ci, at) in pairs {
            let class = if name == "chosen" && state.best() != CandidateId(0) { "whisker best" } else { "whisker" };
            let _ = write!(
                out,
                "<g class=\"{class}\"><line x1=\"{at}\" x2=\"{at}\" y1=\"{:.1}\" y2=\"{:.1}\"/><circle cx=\"{at}\" cy=\"{:.1}\" r=\"4\"/><text x=\"{:.1}\" y=\"{:.1}\">{score:.2}</text></g><text class=\"gen\" x=\"{at}\" y=\"{:.1}\">{name}</text>",
                y(ci[0]),
                y(ci[1]),
                y(score),
                at + 7.0,
                y(score) + 4.0,
                HEIGHT - 14.0
            );
        }
    }
    out.push_str("</svg>");
    out
}
