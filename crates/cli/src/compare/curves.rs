use crate::chart::{Chart, Line, Panel, Point, Shape, Ticks};
use clade_engine::{Side, Step};

/// What the curves of a chart stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Each run has a look of its own.
    Run,
    /// All runs of a strategy look alike.
    Strategy,
}

/// Best so far on train against calls and against USD, and below them the test scores with their intervals; a curve for each
/// run.
pub fn chart(sides: &[Side], by: By) -> Chart {
    let name = |side: &Side| match by {
        By::Run => format!("{} {}", side.run, side.strategy),
        By::Strategy => side.strategy.clone(),
    };
    let mut series: Vec<String> = Vec::new();
    for side in sides {
        if !series.contains(&name(side)) {
            series.push(name(side));
        }
    }
    let place = |side: &Side| series.iter().position(|known| *known == name(side)).unwrap_or(0);
    let panel = |title: &str, x: &str, at: &dyn Fn(&Step) -> f64| Panel {
        title: title.to_owned(),
        x: x.to_owned(),
        ticks: Ticks::Round,
        lines: sides.iter().map(|side| steps(place(side), side, at)).collect(),
    };
    let tested = Panel {
        title: "test score of each chosen prompt, with its 95 % interval".to_owned(),
        x: String::new(),
        ticks: Ticks::Names(series.clone()),
        lines: (0..series.len()).flat_map(|at| tests(at, sides.iter().filter(|side| place(side) == at))).collect(),
    };
    let mut notes = vec![
        "The curves are of train examples, which a search is tuned on; claims rest on the test split alone.".to_owned(),
    ];
    if sides.iter().any(|side| side.simulated) {
        notes.insert(0, "Simulated model: these figures say nothing about a real one.".to_owned());
    }
    let rows = vec![
        vec![
            panel("best so far on train", "calls", &|step| step.calls as f64),
            panel("best so far on train", "USD", &|step| step.usd),
        ],
        vec![tested],
    ];
    Chart { title: "Runs compared".to_owned(), notes, series, rows }
}

fn steps(series: usize, side: &Side, at: &dyn Fn(&Step) -> f64) -> Line {
    let points = side.curve.iter().map(|step| Point { x: at(step), y: step.best, interval: None }).collect();
    Line { series, points, shape: Shape::Steps }
}

/// The runs of a series side by side at its place.
fn tests<'a>(series: usize, sides: impl Iterator<Item = &'a Side>) -> Vec<Line> {
    let evidence: Vec<_> = sides.filter_map(|side| side.evidence.as_ref()).collect();
    let apart = 0.6 / evidence.len().max(6) as f64;
    let middle = (evidence.len().max(1) - 1) as f64 / 2.0;
    let line = |(at, evidence): (usize, &clade_domain::Evidence)| {
        let [low, high] = evidence.best_ci;
        let x = series as f64 + 1.0 + (at as f64 - middle) * apart;
        Line {
            series,
            points: vec![Point { x, y: evidence.best_score, interval: Some((low, high)) }],
            shape: Shape::Dots,
        }
    };
    evidence.into_iter().enumerate().map(line).collect()
}
