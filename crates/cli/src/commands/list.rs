use clade_domain::Timestamp;
use clade_engine::mend_status;
use clade_filter::Filter;
use clade_store::{RUN_FIELDS, RunFilter, RunStatus, RunSummary};

use crate::{
    args::{ListArgs, Status},
    context::Context,
    failure::Failure,
    output::{Ink, Output, harmless},
};

/// `clade list`
pub async fn run(args: &ListArgs, context: &Context) -> Result<(), Failure> {
    let filter = Filter::parse(args.filter.as_deref().unwrap_or_default(), &RUN_FIELDS)?;
    let store = context.store_to_read().await?;
    let wanted = statuses(args);
    // a status is known only after asking the locks, so it is filtered here
    let limit = if wanted.is_empty() && filter.is_all() { args.limit } else { None };
    let mut rows = store.summaries(RunFilter { text: args.text.clone(), limit, ..RunFilter::default() }).await?;
    for row in &mut rows {
        mend_status(store.as_ref(), row).await;
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
    let head = format!(
        "{:<10} {:<9} {:<16} {:>6} {:>6} {:>5} {:>8} {:>10}  {}",
        "RUN", "STATUS", "CREATED", "SEED", "BEST", "GEN", "CALLS", "USD", "WHAT"
    );
    output.line(output.paint(Ink::Faint, head));
    for row in rows {
        output.line(line(row, output));
    }
}

fn line(row: &RunSummary, output: &Output) -> String {
    let score = |score: Option<f64>| score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}"));
    let status = match row.status {
        RunStatus::Running => "running",
        RunStatus::Paused => "paused",
        RunStatus::Failed => "failed",
        RunStatus::Finished => "finished",
    };
    let best = format!("{:>6}", score(row.best_score));
    let best = if row.improved == Some(true) { output.paint(Ink::Green, best) } else { best };
    let simulated = if row.simulated { " (simulated)" } else { "" };
    format!(
        "{:<10} {:<9} {:<16} {:>6} {} {:>5} {:>8} {:>10}  {}{}",
        row.run,
        status,
        date(row.created),
        score(row.seed_score),
        best,
        row.generation,
        row.spent.calls,
        row.spent.usd.to_string(),
        harmless(row.description.lines().next().unwrap_or_default()),
        output.paint(Ink::Faint, simulated),
    )
}

/// A time of day in the user's time zone, to the minute.
pub fn date(at: Timestamp) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(at.0) else { return "-".to_owned() };
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
