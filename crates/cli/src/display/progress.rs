use std::{
    borrow::Cow,
    pin::{Pin, pin},
    time::{Duration, Instant},
};

use clade_engine::Progress;
use console::Term;
use futures::{FutureExt, future::Fuse};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch;

use super::{
    headroom,
    result::{count, seconds, thousands},
};
use crate::{fit::wrapped, output::Output};

/// What stands between parts of a line.
const SEPARATOR: &str = " · ";

/// How often a plain log gets a line.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows progress until the sender is gone: a live display on a terminal, a line now and then elsewhere. `news` is said above it
/// when it comes, if it comes.
pub async fn show(mut progress: watch::Receiver<Option<Progress>>, news: impl Future<Output = String>, output: Output) {
    if output.json || output.quiet {
        return;
    }
    if output.live { live(&mut progress, news).await } else { log(&mut progress, news, &output).await }
}

/// Waits for the next progress; `None` once there is no more. Until then `news` is said once.
async fn next(
    progress: &mut watch::Receiver<Option<Progress>>,
    news: &mut Pin<&mut Fuse<impl Future<Output = String>>>,
    say: impl Fn(String),
) -> Option<Progress> {
    loop {
        tokio::select! {
            line = news.as_mut() => say(line),
            changed = progress.changed() => {
                changed.ok()?;
                if let Some(now) = progress.borrow_and_update().clone() {
                    return Some(now);
                }
            }
        }
    }
}

async fn live(progress: &mut watch::Receiver<Option<Progress>>, news: impl Future<Output = String>) {
    let mut news = pin!(news.fuse());
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    let mut told = Told::default();
    let _calm = Calm::new();
    while let Some(now) = next(progress, &mut news, |line| bar.println(fitting(&line))).await {
        told.news(&now).iter().for_each(|line| bar.println(fitting(line)));
        // asked each time: a window is drawn wider or narrower while a run goes on
        bar.set_message(frame(&now, usize::from(Term::stderr().size().1)));
    }
    bar.finish_and_clear();
}

/// Keeps the terminal from writing `^C` behind the display, which is as wide as the terminal: the cursor would go to the next line, and one line of
/// the display would stay. What was set before comes back at the end.
struct Calm {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Calm {
    #[cfg(unix)]
    fn new() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stderr()).ok();
        if let Some(mut calm) = before.clone() {
            calm.local_modes.remove(LocalModes::ECHOCTL);
            if let Err(error) = tcsetattr(std::io::stderr(), OptionalActions::Now, &calm) {
                tracing::debug!(%error, "the terminal goes on writing ^C");
            }
        }
        Self { before }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Calm {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let now = rustix::termios::OptionalActions::Now;
            if let Err(error) = rustix::termios::tcsetattr(std::io::stderr(), now, before) {
                tracing::debug!(%error, "the terminal is not as it was");
            }
        }
    }
}

/// A sentence as the terminal has room for it.
fn fitting(line: &str) -> String {
    wrapped(line, Some(usize::from(Term::stderr().size().1)), "")
}

/// What is said once in a run.
#[derive(Default)]
struct Told {
    headroom: bool,
}

impl Told {
    /// What has become known and was not said yet.
    fn news(&mut self, now: &Progress) -> Vec<String> {
        let Some(headroom) = now.headroom.as_ref().filter(|_| !self.headroom) else { return Vec::new() };
        self.headroom = true;
        headroom::lines(headroom)
    }
}

/// Narrower than this, a line breaks where the terminal breaks it.
const NARROWEST: usize = 40;
/// The widest bar.
const WIDEST_BAR: usize = 24;
/// What stands before each line: the spinner before the first, as many blanks before the others.
const INDENT: &str = "  ";

/// What a terminal of so many columns shows behind the spinner: every line fits, and nothing is left out.
fn frame(now: &Progress, columns: usize) -> String {
    // the last column stays free: some terminals break the line once it is filled
    let room = columns.max(NARROWEST) - INDENT.len() - 1;
    let head = format!("{}  {}", now.phase, drawn(share(now), (room / 4).min(WIDEST_BAR)));
    let mut lines = flowed(&format!("{head}  "), counts(now), room);
    lines.extend([waiting(now), costs(now), standing(now)].into_iter().flat_map(|parts| flowed("", parts, room)));
    lines.join(&format!("\n{INDENT}"))
}

/// Parts beside each other behind a head, in as many lines as they need.
fn flowed(head: &str, parts: Vec<String>, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = head.to_owned();
    let mut empty = true;
    for part in parts {
        let between = if empty { "" } else { SEPARATOR };
        if !line.is_empty() && width(&line) + width(between) + width(&part) > room {
            lines.push(std::mem::replace(&mut line, part));
        } else {
            line.push_str(between);
            line.push_str(&part);
        }
        empty = false;
    }
    lines.push(line);
    lines.retain(|line| !line.trim().is_empty());
    lines
}

/// Every character that is shown here takes one column.
fn width(text: &str) -> usize {
    text.chars().count()
}

/// A bar of so many columns.
fn drawn(share: f64, columns: usize) -> String {
    let halves = (share.clamp(0.0, 1.0) * 2.0 * columns as f64) as usize;
    let full = "━".repeat(halves / 2) + if halves % 2 == 1 { "╸" } else { "" };
    format!("{full:<columns$}")
}

async fn log(progress: &mut watch::Receiver<Option<Progress>>, news: impl Future<Output = String>, output: &Output) {
    let mut news = pin!(news.fuse());
    let mut last: Option<(Instant, Cow<'static, str>, bool)> = None;
    let mut told = Told::default();
    while let Some(now) = next(progress, &mut news, |line| output.note(line)).await {
        told.news(&now).into_iter().for_each(|line| output.note(line));
        let waits = now.waiting.is_some();
        let due = last
            .as_ref()
            .is_none_or(|(at, phase, waited)| at.elapsed() >= LINE_EVERY || *phase != now.phase || waits != *waited);
        if due {
            last = Some((Instant::now(), now.phase.clone(), waits));
            let parts = [waiting(&now), counts(&now), costs(&now), standing(&now)].concat();
            output.note(format!("{}: {}", now.phase, parts.join(SEPARATOR)));
        }
    }
}

/// That a model is waited for, before what then stands still.
fn waiting(now: &Progress) -> Vec<String> {
    now.waiting.iter().cloned().collect()
}

/// How much of the nearest limit, or of a plain evaluation, is done: from 0 to 1.
fn share(now: &Progress) -> f64 {
    if let Some(planned) = now.trials_planned {
        return now.trials as f64 / planned.max(1) as f64;
    }
    let limits = [
        now.budget.calls.map(|limit| now.spent.calls as f64 / limit as f64),
        now.budget.usd.map(|limit| now.spent.usd.0 / limit),
        now.budget.tokens.map(|limit| (now.spent.tokens_in + now.spent.tokens_out) as f64 / limit as f64),
        now.budget.minutes.map(|limit| now.spent.seconds / 60.0 / limit),
    ];
    limits.into_iter().flatten().fold(0.0, f64::max)
}

/// How much of it is done, and how long the rest takes.
fn counts(now: &Progress) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(planned) = now.trials_planned {
        parts.push(format!("{}/{}", thousands(now.trials), count(planned, "trial")));
    }
    let calls = now.spent.calls;
    parts.push(match now.budget.calls {
        Some(limit) => format!("{}/{}", thousands(calls), count(limit, "call")),
        None => count(calls, "call"),
    });
    if let Some(eta) = eta(now) {
        parts.push(format!("ETA {}", seconds(eta)));
    }
    parts
}

/// What it costs in money and time.
fn costs(now: &Progress) -> Vec<String> {
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
    parts
}

fn standing(now: &Progress) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(score) = now.best_score {
        let half = half_width(score, now.best_examples);
        let against = now.seed_score.map_or_else(String::new, |seed| format!(" (first {seed:.2})"));
        parts.push(format!("best {} {score:.2} ±{half:.2}{against}", now.best));
    }
    if now.trials_planned.is_none() {
        parts.push(format!("generation {}", now.generation));
        parts.push(format!("{} tried, {} turned away", now.accepted, now.rejected));
    }
    if now.spent.cache_hits > 0 {
        parts.push(format!("{} from the cache", thousands(now.spent.cache_hits)));
    }
    if now.failed > 0 {
        parts.push(count(now.failed, "error"));
    }
    if now.retries > 0 {
        parts.push(format!("{} retried", thousands(now.retries)));
    }
    if now.throttled > 0 {
        parts.push(format!("{} throttled", thousands(now.throttled)));
    }
    parts
}

/// Seconds until the nearest limit on calls or minutes, or the end of a plain evaluation, at the present pace.
fn eta(now: &Progress) -> Option<f64> {
    let clock = now.budget.minutes.map_or(f64::INFINITY, |minutes| (minutes * 60.0 - now.spent.seconds).max(0.0));
    let left = match now.trials_planned {
        Some(planned) => planned.saturating_sub(now.trials) as f64,
        None => now.budget.calls?.saturating_sub(now.spent.calls) as f64,
    };
    (now.rate > 0.5 && left > 0.0).then(|| (left / now.rate).min(clock))
}

/// Half the width of the 95 % interval by Wilson's formula: fit for a display, not for a claim.
fn half_width(score: f64, n: u32) -> f64 {
    let (n, z) = (f64::from(n.max(1)), 1.96);
    z / (1.0 + z * z / n) * (score * (1.0 - score) / n + z * z / (4.0 * n * n)).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use clade_domain::{Budget, CandidateId, Spent, Usd};

    use super::*;

    /// A run in which there is something to say of everything.
    fn busy() -> Progress {
        Progress {
            waiting: None,
            phase: "searching".into(),
            generation: 12,
            candidates: 96,
            accepted: 95,
            rejected: 31,
            trials: 11_000,
            failed: 3,
            trials_planned: None,
            spent: Spent {
                usd: Usd(1.2345),
                calls: 12_345,
                tokens_in: 9_000_000,
                tokens_out: 1_000_000,
                seconds: 745.0,
                cache_hits: 1_024,
                ..Spent::default()
            },
            budget: Budget { usd: Some(2.0), calls: Some(50_000), minutes: Some(30.0), ..Budget::default() },
            seed_score: Some(0.41),
            best: CandidateId(77),
            best_score: Some(0.72),
            best_examples: 60,
            headroom: None,
            under_way: 32,
            rate: 41.5,
            retries: 12,
            throttled: 2,
        }
    }

    #[test]
    fn every_line_fits_and_nothing_is_left_out() {
        let calm = Progress { trials_planned: Some(200), best_score: None, rate: 0.0, ..busy() };
        for now in [busy(), calm] {
            let parts = [counts(&now), costs(&now), standing(&now)].concat();
            for columns in 40..=200 {
                let frame = frame(&now, columns);
                // the spinner and a blank stand before the first line
                let widest = frame.lines().enumerate().map(|(i, line)| width(line) + if i == 0 { 2 } else { 0 }).max();
                assert!(widest < Some(columns), "{columns}: {frame}");
                assert!(parts.iter().all(|part| frame.contains(part)), "{columns}: {frame}");
            }
        }
    }

    #[test]
    fn a_frame_on_narrow_and_wide_terminals() {
        let frames = [50, 80, 120].map(|columns| format!("{columns} columns\n* {}", frame(&busy(), columns)));
        insta::assert_snapshot!(frames.join("\n"));
    }

    #[test]
    fn a_bar_grows_by_halves() {
        let drawn = [0.0, 0.125, 0.5, 1.0, 7.0].map(|share| drawn(share, 4));
        assert_eq!(drawn, ["    ", "╸   ", "━━  ", "━━━━", "━━━━"]);
    }
}
