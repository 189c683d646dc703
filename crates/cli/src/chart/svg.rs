use std::fmt::Write;

use super::{Chart, Panel, paint, scale, scale::Scale, style};

const WIDTH: f64 = 860.0;
const EDGE: f64 = 20.0;
/// Of one panel with everything around it.
const HEIGHT: f64 = 270.0;
const LEFT: f64 = 40.0;
const BELOW: f64 = 44.0;
const ABOVE: f64 = 30.0;
const GAP: f64 = 24.0;
const LINE: f64 = 18.0;

/// The picture as one SVG that needs nothing beside it.
pub fn svg(chart: &Chart) -> String {
    let mut body = String::new();
    let mut y = EDGE + 14.0;
    text(&mut body, "title", EDGE, y, &chart.title);
    for note in &chart.notes {
        y += LINE;
        text(&mut body, "soft", EDGE, y, note);
    }
    y = legend(&mut body, chart, y + 24.0) + 10.0;
    let (low, high) = scale::scores(chart);
    for row in &chart.rows {
        let wide = (WIDTH - 2.0 * EDGE - GAP * (row.len().max(1) - 1) as f64) / row.len().max(1) as f64;
        for (place, panel) in row.iter().enumerate() {
            let x = EDGE + place as f64 * (wide + GAP);
            let across = Scale { low: 0.0, high: most(panel), from: x + LEFT, to: x + wide - 16.0 };
            let up = Scale { low, high, from: y + HEIGHT - BELOW, to: y + ABOVE };
            self::panel(&mut body, panel, chart.series.len(), across, up);
        }
        y += HEIGHT;
    }
    let height = y + EDGE / 2.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" height=\"{height:.0}\" \
         role=\"img\" aria-label=\"{}\"><style>{}</style><rect class=\"paper\" width=\"100%\" height=\"100%\"/>{body}</svg>\n",
        escaped(&chart.title),
        style::sheet(chart.series.len()),
    )
}

/// An HTML page with nothing but a picture.
pub fn page(title: &str, picture: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{}</title><style>body{{margin:0}}svg{{max-width:100%;height:auto}}</style>{picture}</html>\n",
        escaped(title)
    )
}

/// The names of the series beside their marks, in as many lines as they need. Returns where the last line stands.
fn legend(out: &mut String, chart: &Chart, first: f64) -> f64 {
    let (mut x, mut y) = (EDGE, first);
    for (place, name) in chart.series.iter().enumerate() {
        let wide = 48.0 + 6.8 * name.chars().count() as f64;
        if x + wide > WIDTH - EDGE && x > EDGE {
            (x, y) = (EDGE, y + LINE + 2.0);
        }
        let (stroke, fill) = style::classes(place);
        let style = style::of(place);
        // writing into a String cannot fail
        let _ = write!(
            out,
            "<path class=\"line {stroke}\" stroke-dasharray=\"{}\" d=\"M{x:.1} {:.1}h26\"/>",
            style.dash,
            y - 4.0
        );
        paint::mark(out, style.mark, &fill, x + 13.0, y - 4.0);
        text(out, "", x + 32.0, y, name);
        x += wide;
    }
    y
}

fn panel(out: &mut String, panel: &Panel, count: usize, x: Scale, y: Scale) {
    text(out, "head", x.from - LEFT + 4.0, y.to - 12.0, &panel.title);
    let step = if y.high - y.low > 0.55 { 0.2 } else { 0.1 };
    for n in 0..=((y.high - y.low) / step + 1e-6) as u32 {
        let value = y.low + f64::from(n) * step;
        let at = y.at(value);
        let _ = write!(out, "<path class=\"rule\" d=\"M{:.1} {at:.1}H{:.1}\"/>", x.from, x.to);
        text(out, "soft end", x.from - 8.0, at + 4.0, &format!("{value:.1}"));
    }
    for (place, mark) in panel.ticks.marks(x.high) {
        let at = x.at(place);
        let _ = write!(out, "<path class=\"rule\" d=\"M{at:.1} {:.1}v4\"/>", y.from);
        text(out, "soft mid", at, y.from + 17.0, &mark);
    }
    text(out, "soft mid", (x.from + x.to) / 2.0, y.from + 34.0, &panel.x);
    for line in &panel.lines {
        paint::line(out, line, count, x, y);
    }
}

/// The largest value to the right, with room for the marks.
fn most(panel: &Panel) -> f64 {
    let points = panel.lines.iter().flat_map(|line| &line.points).map(|point| point.x);
    let most = points.fold(panel.ticks.last(), f64::max);
    if most > 0.0 { most * 1.04 } else { 1.0 }
}

fn text(out: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let _ = write!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(text));
}

pub(super) fn number(value: f64) -> String {
    if value >= 10.0 || value.fract() == 0.0 {
        return crate::display::result::thousands(value.round() as u64);
    }
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Line, Point, Shape, Ticks};

    #[test]
    fn a_picture_has_its_names_marks_and_intervals_and_nothing_outside() {
        let point = |x, y| Point { x, y, interval: Some((y - 0.1, y + 0.1)) };
        let line = |series, shape| Line { series, points: vec![point(500.0, 0.4), point(1_000.0, 0.8)], shape };
        let panel = Panel {
            title: "rough".into(),
            x: "calls".into(),
            ticks: Ticks::At(vec![500.0, 1_000.0]),
            lines: vec![line(0, Shape::Marks), line(1, Shape::Steps)],
        };
        let chart = Chart {
            title: "a < b".into(),
            notes: vec!["simulated".into()],
            series: vec!["auto".into(), "genetic".into()],
            rows: vec![vec![panel]],
        };
        let picture = svg(&chart);
        for part in
            ["a &lt; b", ">simulated<", ">auto<", ">genetic<", ">1,000<", "prefers-color-scheme:dark", "whisker s1"]
        {
            assert!(picture.contains(part), "{part}: {picture}");
        }
        assert_eq!(picture.matches("http").count(), 1, "only the name space");
    }
}
