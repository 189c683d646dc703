use clade_domain::Split;
use clade_engine::{OperatorReport, Rate, RunReport};
use serde::Serialize;

use super::result::thousands;
use crate::output::{Ink, Output, harmless};

/// What each operator earned, the most first.
pub fn print(report: &RunReport, output: &Output) {
    let Some(table) = table(report) else { return };
    for line in lines(&table) {
        output.cut(output.paint(Ink::Faint, line));
    }
    if let Some(note) = table.note {
        output.prose(output.paint(Ink::Faint, note));
    }
}

/// An operator's account in words.
#[derive(Debug, Serialize)]
pub struct Row {
    operator: String,
    tries: String,
    kept: String,
    trials: String,
    gain: String,
    per_try: String,
    /// In the table's unit.
    price: String,
}

/// The account of all operators that had a candidate decided on, the most first.
#[derive(Debug, Serialize)]
pub struct Table {
    /// `a USD`, or `per 1,000 calls` where prices are not known.
    unit: &'static str,
    rows: Vec<Row>,
    /// What the points are shares of.
    note: Option<String>,
}

/// The table of a run; none where nothing was decided.
pub fn table(report: &RunReport) -> Option<Table> {
    let mut order: Vec<&OperatorReport> = report.operators.iter().filter(|o| o.kept + o.dropped > 0).collect();
    order.sort_by(|a, b| b.gain.total_cmp(&a.gain).then_with(|| a.operator.cmp(&b.operator)));
    let priced = order.iter().any(|o| o.per_usd.is_some());
    let rate = |rate: Option<Rate>| rate.map_or_else(|| "-".to_owned(), rated);
    let row = |o: &&OperatorReport| Row {
        operator: harmless(&o.operator.0),
        tries: thousands(u64::from(o.proposed)),
        kept: format!("{} of {}", o.kept, o.kept + o.dropped),
        trials: thousands(u64::from(o.trials)),
        gain: rated(Rate { value: o.gain, ci: o.gain_ci }),
        per_try: rate(o.per_try),
        price: rate(if priced { o.per_usd } else { o.per_1000_calls }),
    };
    let rows: Vec<Row> = order.iter().map(row).collect();
    let unit = if priced { "a USD" } else { "per 1,000 calls" };
    (!rows.is_empty()).then(|| Table { unit, rows, note: note(report) })
}

fn lines(table: &Table) -> Vec<String> {
    let cells = |row: &Row| {
        [
            row.operator.clone(),
            format!("{} kept", row.kept),
            format!("{} tries", row.tries),
            format!("{} trials", row.trials),
            format!("{} points", row.gain),
            format!("{} a try", row.per_try),
            format!("{} {}", row.price, table.unit),
        ]
    };
    let rows: Vec<[String; 7]> = table.rows.iter().map(cells).collect();
    let wide = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let wide: [usize; 7] = std::array::from_fn(wide);
    let joined = |row: &[String; 7]| {
        let cells = row.iter().zip(&wide).enumerate().map(|(at, (cell, wide))| match at {
            0 => format!("{cell:<wide$}"),
            _ => format!("{cell:>wide$}"),
        });
        format!("  {}", cells.collect::<Vec<_>>().join("  "))
    };
    rows.iter().map(joined).collect()
}

/// What the points are shares of.
fn note(report: &RunReport) -> Option<String> {
    let shown = report.gain_shown?;
    let flatters = match shown.split {
        Split::Test => "",
        Split::Train | Split::Validation => ", which chose it and so flatter it",
    };
    Some(format!(
        "points are shares of the {} [{}, {}] by which the best prompt is above the first one of its line on {} {} examples{flatters}, in proportion to what \
         each kept edit on that line was expected to bring; 95 % intervals",
        figure(shown.difference),
        figure(shown.ci[0]),
        figure(shown.ci[1]),
        thousands(u64::from(shown.examples)),
        shown.split,
    ))
}

/// A figure in points with its interval.
fn rated(rate: Rate) -> String {
    match rate.ci {
        Some([low, high]) => format!("{} [{}, {}]", figure(rate.value), figure(low), figure(high)),
        None => figure(rate.value),
    }
}

/// Points with a sign, and as many digits as they are worth.
fn figure(score: f64) -> String {
    let points = 100.0 * score;
    let sign = if points < 0.0 { '-' } else { '+' };
    let digits = match points.abs() {
        many if many >= 99.5 => return format!("{sign}{}", thousands(many.round() as u64)),
        some if some >= 9.95 => 1,
        _ => 2,
    };
    format!("{sign}{:.digits$}", points.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_they_are_worth() {
        let table = [
            (0.0, "+0.00"),
            (0.014_82, "+1.48"),
            (0.34, "+34.0"),
            (-0.002, "-0.20"),
            (8.123, "+812"),
            (166.0, "+16,600"),
        ];
        for (score, text) in table {
            assert_eq!(figure(score), text);
        }
    }
}
