use std::time::{Duration, Instant};

use clade_engine::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch;

use super::result::{seconds, thousands};
use crate::output::Output;

/// How often a plain log gets a line.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows progress until the sender is gone: a live display on a terminal, a line now and then elsewhere.
pub async fn show(mut progress: watch::Receiver<Option<Progress>>, output: Output) {
    if output.json || output.quiet {
        return;
    }
    if output.live { live(&mut progress).await } else { log(&mut progress, &output).await }
}

async fn live(progress: &mut watch::Receiver<Option<Progress>>) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let style = "{spinner} {prefix}  {bar:24}  {msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("━╸ ").tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    while progress.changed().await.is_ok() {
        let Some(now) = progress.borrow_and_update().clone() else { continue };
        let (done, all) = share(&now);
        bar.set_length(all.max(1));
        bar.set_position(done.min(all));
        bar.set_prefix(now.phase);
        bar.set_message(parts(&now).join("\n  "));
    }
    bar.finish_and_clear();
}

async fn log(progress: &mut watch::Receiver<Option<Progress>>, output: &Output) {
    let mut last: Option<(Instant, &'static str, bool)> = None;
    while progress.changed().await.is_ok() {
        let Some(now) = progress.borrow_and_update().clone() else { continue };
        let waits = now.waiting.is_some();
        let due =
            last.is_none_or(|(at, phase, waited)| at.elapsed() >= LINE_EVERY || phase != now.phase || waits != waited);
        if due {
            last = Some((Instant::now(), now.phase, waits));
            output.note(format!("{}: {}", now.phase, parts(&now).join(" · ")));
        }
    }
}

/// What is told, each part a line or so. That a model is waited for goes before what then stands still.
fn parts(now: &Progress) -> Vec<String> {
    let waiting = now.waiting.clone().unwrap_or_default();
    [waiting, counts(now), costs(now), standing(now)].into_iter().filter(|part| !part.is_empty()).collect()
}

/// How much of the nearest limit, or of a plain evaluation, is done; in thousandths where it is no count.
fn share(now: &Progress) -> (u64, u64) {
    if let Some(planned) = now.trials_planned {
        return (now.trials, planned);
    }
    let limits = [
        now.budget.calls.map(|limit| now.spent.calls as f64 / limit as f64),
        now.budget.usd.map(|limit| now.spent.usd.0 / limit),
        now.budget.tokens.map(|limit| (now.spent.tokens_in + now.spent.tokens_out) as f64 / limit as f64),
        now.budget.minutes.map(|limit| now.spent.seconds / 60.0 / limit),
    ];
    let most = limits.into_iter().flatten().fold(0.0, f64::max);
    ((most * 1_000.0) as u64, 1_000)
}

/// How much of it is done, and how long the rest takes.
fn counts(now: &Progress) -> String {
    let mut parts = Vec::new();
    if let Some(planned) = now.trials_planned {
        parts.push(format!("{}/{} trials", thousands(now.trials), thousands(planned)));
    }
    let calls = thousands(now.spent.calls);
    parts.push(match now.budget.calls {
        Some(limit) => format!("{calls}/{} calls", thousands(limit)),
        None => format!("{calls} calls"),
    });
    if let Some(eta) = eta(now) {
        parts.push(format!("ETA {}", seconds(eta)));
    }
    parts.join(" · ")
}

/// What it costs in money and time.
fn costs(now: &Progress) -> String {
    let mut parts = vec![match now.budget.usd {
        Some(limit) => format!("{} of ${limit:.2}", now.spent.usd),
        None => now.spent.usd.to_string(),
    }];
    parts.push(match now.budget.minutes {
        Some(limit) => format!("{} of {limit} min", seconds(now.spent.seconds)),
        None => seconds(now.spent.seconds),
    });
    if now.rate > 0.0 {
        parts.push(format!("{:.0} calls/s", now.rate));
    }
    parts.join(" · ")
}

fn standing(now: &Progress) -> String {
    let mut parts = Vec::new();
    if let Some(score) = now.best_score {
        let half = half_width(score, now.best_trials);
        let against = now.seed_score.map_or_else(String::new, |seed| format!(" (first {seed:.2})"));
        parts.push(format!("best {} {score:.2} ±{half:.2}{against}", now.best));
    }
    if now.trials_planned.is_none() {
        parts.push(format!("generation {}", now.generation));
        parts.push(format!("{} accepted, {} turned away", now.accepted, now.rejected));
    }
    if now.spent.cache_hits > 0 {
        parts.push(format!("{} from the cache", thousands(now.spent.cache_hits)));
    }
    if now.failed > 0 {
        parts.push(format!("{} errors", thousands(now.failed)));
    }
    if now.retries > 0 {
        parts.push(format!("{} retried", thousands(now.retries)));
    }
    if now.throttled > 0 {
        parts.push(format!("{} throttled", thousands(now.throttled)));
    }
    parts.join(" · ")
}

/// Seconds until the nearest limit on calls, or the end of a plain evaluation, at the present pace.
fn eta(now: &Progress) -> Option<f64> {
    let left = match now.trials_planned {
        Some(planned) => planned.saturating_sub(now.trials) as f64,
        None => now.budget.calls?.saturating_sub(now.spent.calls) as f64,
    };
    (now.rate > 0.5 && left > 0.0).then(|| left / now.rate)
}

/// Half the width of the 95 % interval by Wilson's formula: fit for a display, not for a claim.
fn half_width(score: f64, n: u32) -> f64 {
    let (n, z) = (f64::from(n.max(1)), 1.96);
    z / (1.0 + z * z / n) * (score * (1.0 - score) / n + z * z / (4.0 * n * n)).max(0.0).sqrt()
}
