use clade_domain::Timestamp;
use clade_engine::mend_row;
use clade_filter::Filter;
use clade_store::{RUN_FIELDS, RunFilter, RunStatus, RunSummary};

use crate::{
    args::{ListArgs, Status},
    context::Context,
    failure::Failure,
    fit::{
        Side::{Left, Right},
        Table,
    },
    output::{Ink, Output, harmless},
};

/// From so many columns on a list has room for everything.
const WIDE: usize = 100;

/// `clade list`
pub async fn run(args: &ListArgs, context: &Context) -> Result<(), Failure> {
    let filter = Filter::parse(args.filter.as_deref().unwrap_or_default(), &RUN_FIELDS)?;
    let store = context.store_to_read().await?;
    let wanted = statuses(args);
    // a status is known only after asking the locks, so it is filtered here
    let limit = if wanted.is_empty() && filter.is_all() { args.limit } else { None };
    let mut rows = store.summaries(RunFilter { text: args.text.clone(), limit, ..RunFilter::default() }).await?;
    for row in &mut rows {
        mend_row(store.as_ref(), row).await;
    }
    rows.retain(|row| !row.deleted && (wanted.is_empty() || wanted.contains(&row.status)) && filter.matches(row));
    rows.truncate(args.limit.map_or(usize::MAX, |limit| limit as usize));
    show(&rows, args, &context.output);
    Ok(())
}

/// The states that are asked for.
pub fn statuses(args: &ListArgs) -> Vec<RunStatus> {
    let status = |status: &Status| match status {
        Status::Running => RunStatus::Running,
        Status::Paused => RunStatus::Paused,
        Status::Failed => RunStatus::Failed,
        Status::Finished => RunStatus::Finished,
    };
    args.status.iter().map(status).collect()
}

/// Shows runs as a list.
pub fn show(rows: &[RunSummary], args: &ListArgs, output: &Output) {
    if output.json {
        rows.iter().for_each(|row| output.json_line(row));
        return;
    }
    if rows.is_empty() {
        let narrowed = args.text.is_some() || !args.status.is_empty() || args.filter.is_some();
        output.line(match narrowed {
            true => "no run matches",
            false => "no runs; start one with `clade run`, or write a run file with `clade init`",
        });
        return;
    }
    let names = [
        ("RUN", Left),
        ("STATUS", Left),
        ("CREATED", Left),
        ("SEED", Right),
        ("BEST", Right),
        ("GEN", Right),
        ("CALLS", Right),
        ("USD", Right),
        ("WHAT", Left),
    ];
    // when it began is what a narrow terminal leaves out, so that there is room for what it is
    let narrow = output.columns.is_some_and(|columns| columns < WIDE);
    let shown = |at: &usize| !narrow || names[*at].0 != "CREATED";
    let places: Vec<usize> = (0..names.len()).filter(shown).collect();
    let mut table = Table::new(&places.iter().map(|at| names[*at]).collect::<Vec<_>>(), output);
    for row in rows {
        let cells = cells(row, output);
        table.row(places.iter().map(|at| cells[*at].clone()));
    }
    table.print(output);
}

fn cells(row: &RunSummary, output: &Output) -> [String; 9] {
    let score = |score: Option<f64>| score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}"));
    let status = match row.status {
        RunStatus::Running => "running",
        RunStatus::Paused => "paused",
        RunStatus::Failed => "failed",
        RunStatus::Finished => "finished",
    };
    let best = score(row.best_score);
    let what = harmless(row.description.lines().next().unwrap_or_default());
    let simulated = if row.simulated { output.paint(Ink::Faint, "(simulated) ") } else { String::new() };
    [
        row.run.to_string(),
        status.to_owned(),
        date(row.created),
        score(row.seed_score),
        if row.improved == Some(true) { output.paint(Ink::Green, best) } else { best },
        row.generation.to_string(),
        row.spent.calls.to_string(),
        row.spent.usd.to_string(),
        // what a narrow terminal must not cut comes first
        format!("{simulated}{what}"),
    ]
}

/// A time of day in the user's time zone, to the minute.
pub fn date(at: Timestamp) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(at.0) else { return "-".to_owned() };
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
