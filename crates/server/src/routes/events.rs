use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use clade_domain::{Action, RunEvent, RunId};
use clade_store::RunStatus;
use futures::{Stream, stream};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::Asked,
    fanout::{Fanout, Found, PART, event},
    figures::Listening,
    gate::identify,
    recheck::Rechecks,
    route::Route,
};

const GATE: Gate = Gate::Run(Action::ReadRuns);
/// How often progress is sent, at most.
const PROGRESS: Duration = Duration::from_millis(250);
/// How often a stream without news says that it is there, and looks whether a run of another process goes on.
const BEAT: Duration = Duration::from_secs(1);
/// How often it looks whether the journal of a run of another process has grown.
const ELSEWHERE: Duration = Duration::from_millis(250);
/// How often it is asked whether a listener may still listen.
const CHECK: Duration = Duration::from_millis(500);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/runs/{run}/events",
            GATE,
            "events",
            "What happens in a run, as server-sent events: `entry`, `progress` and `end`.",
            listen,
        )
        .asks::<From>()
        .streams("text/event-stream"),
        Route::get("/runs/{run}/journal", Gate::Shown, "journal", "A run's journal as JSON lines.", journal)
            .asks::<Part>()
            .streams("application/jsonl"),
    ]
}

/// Where a stream begins. `Last-Event-ID` wins.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct From {
    /// Behind this entry; -1 is from the beginning, and only new entries come where it is left out.
    after: Option<i64>,
}

/// A listener and how far it is.
struct Listener {
    app: App,
    run: RunId,
    headers: HeaderMap,
    /// The next entry to send.
    next: u64,
    /// What it shares with others where the run goes on here.
    fanout: Option<Arc<Fanout>>,
    /// When entries may be sent that are there already.
    due: Option<Instant>,
    progress_sent: Instant,
    checked: Instant,
    /// When something was sent last, and when it was seen last that the run goes on in another process.
    sent: Instant,
    seen: Option<Instant>,
    over: bool,
    _counted: Listening,
}

async fn listen(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Asked(from): Asked<From>,
) -> Result<Response, Problem> {
    let run = caller.run()?.run.clone();
    let last = last_seen(&headers)?;
    let length = app.store.length(run.clone()).await?;
    let next = match (last, from.after) {
        (Some(last), _) => last.saturating_add(1).min(length),
        (None, Some(after)) => u64::try_from(after.saturating_add(1)).unwrap_or(0).min(length),
        (None, None) => length,
    };
    let now = Instant::now();
    let listener = Listener {
        _counted: app.figures.listening(),
        app,
        run,
        headers,
        next,
        fanout: None,
        due: None,
        progress_sent: now,
        checked: now,
        sent: now,
        seen: None,
        over: false,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // a proxy that collects what it passes on would hold up what is live
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(listener.stream())).into_response())
}

/// The entry that a listener who comes back has seen last. Browsers send none, or nothing, where there was none.
fn last_seen(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else { return Ok(None) };
    let wrong = || {
        Problem::bad("`Last-Event-ID` is no number of an entry")
            .fix("send the `id` of the event that came last, or ask for `?after=-1` to hear all from the beginning")
    };
    value.to_str().ok().and_then(|text| text.parse().ok()).map(Some).ok_or_else(wrong)
}

impl Listener {
    fn stream(self) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
        stream::unfold(self, |mut listener| async move {
            match listener.news().await {
                Ok(Some(bytes)) => {
                    listener.sent = Instant::now();
                    Some((Ok(bytes), listener))
                }
                Ok(None) => None,
                Err(problem) => {
                    tracing::warn!(run.id = %listener.run, ?problem, "a stream of events ended");
                    None
                }
            }
        })
    }

    /// The next piece to send; none at the end.
    async fn news(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.over {
            return Ok(None);
        }
        loop {
            if self.checked.elapsed() >= CHECK {
                self.checked = Instant::now();
                if !self.may_listen().await? {
                    self.over = true;
                    return Ok(Some("event: end\ndata: {\"status\":\"not_allowed\"}\n\n".into()));
                }
            }
            // asked before the entries are read: what came last is then among them where the run is over
            let here = self.app.hub.live(&self.run);
            if let Some(live) = &here
                && self.fanout.as_ref().is_none_or(|fanout| !fanout.follows(live))
            {
                self.fanout = Some(self.app.fanouts.of(&self.run, live));
            }
            let entries = self.entries().await?;
            if !entries.is_empty() {
                return Ok(Some(entries));
            }
            if self.progress_sent.elapsed() >= PROGRESS
                && let Some(progress) = self.app.hub.progress(&self.run)
            {
                self.progress_sent = Instant::now();
                let text = serde_json::to_string(&progress).map_err(Problem::fault)?;
                return Ok(Some(format!("event: progress\ndata: {text}\n\n").into()));
            }
            if here.is_none() && self.due.is_none() && self.fanout.take().is_some() {
                // it left this process, and whatever is still to come is in the journal
                continue;
            }
            if here.is_none() && self.due.is_none() && !self.goes_on().await? {
                self.over = true;
                let status = self.app.store.summary(self.run.to_string()).await?.status;
                // whoever comes back later knows where they were
                let data = serde_json::json!({ "status": status, "next": self.next });
                return Ok(Some(format!("event: end\ndata: {data}\n\n").into()));
            }
            if self.app.closing.is_cancelled() {
                return Ok(None);
            }
            self.wait().await;
            if self.sent.elapsed() >= BEAT {
                return Ok(Some(": \n\n".into()));
            }
        }
    }

    /// Entries that were not sent yet, from where they are at hand.
    async fn entries(&mut self) -> Result<Bytes, Problem> {
        self.due = None;
        match self.fanout.as_ref().map(|fanout| fanout.next(self.next, Instant::now())) {
            Some(Found::Piece(piece)) => {
                self.next = piece.end;
                return Ok(piece.bytes);
            }
            Some(Found::Later(due)) => {
                self.due = Some(due);
                return Ok(Bytes::new());
            }
            Some(Found::Nothing) => return Ok(Bytes::new()),
            Some(Found::Behind) | None => {}
        }
        let mut text = String::new();
        for entry in self.app.store.read(self.run.clone(), self.next, PART as u32).await? {
            event(&mut text, entry.seq, &serde_json::to_string(&entry).map_err(Problem::fault)?);
            self.next = entry.seq + 1;
        }
        Ok(text.into())
    }

    /// Whether a run that is not going on here is in the hands of another process, or a server will take it over.
    async fn goes_on(&mut self) -> Result<bool, Problem> {
        if self.seen.is_some_and(|seen| seen.elapsed() < BEAT) {
            return Ok(true);
        }
        let mut row = self.app.store.summary(self.run.to_string()).await?;
        let goes_on = match row.status {
            RunStatus::Running | RunStatus::Paused if row.wanted => true,
            RunStatus::Running => {
                self.app.hub.mend(&mut row).await;
                row.status == RunStatus::Running
            }
            _ => false,
        };
        self.seen = goes_on.then(Instant::now);
        Ok(goes_on)
    }

    /// Whether the listener still may: they may have been taken out of the workspace meanwhile.
    async fn may_listen(&self) -> Result<bool, Problem> {
        let key = Rechecks::key(&self.run, &self.headers);
        if let Some(allowed) = self.app.rechecks.lately(&key, std::time::Instant::now()) {
            return Ok(allowed);
        }
        let allowed = self.ask().await?;
        self.app.rechecks.found(&key, allowed);
        Ok(allowed)
    }

    async fn ask(&self) -> Result<bool, Problem> {
        let now = clade_engine::now();
        let Ok(Some(principal)) = identify(&self.app, &self.headers, now).await else { return Ok(false) };
        let row = self.app.store.summary(self.run.to_string()).await?;
        let member = self.app.accounts.membership(&row.workspace, &principal.user, now).await?;
        Ok(principal.may(Action::ReadRuns, Some(&row.workspace), member.map(|member| member.value.role)))
    }

    /// Waits for news, for a while.
    async fn wait(&mut self) {
        let until = if self.fanout.is_some() { PROGRESS } else { ELSEWHERE };
        let news = async {
            match (self.due, &self.fanout) {
                (Some(due), _) => tokio::time::sleep_until(due).await,
                (None, Some(fanout)) => {
                    // the log ends with the run; what is next is seen in the journal then
                    if fanout.length().wait_for(|length| *length > self.next).await.is_err() {
                        tokio::time::sleep(until).await;
                    }
                }
                (None, None) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = news => {}
            () = self.app.closing.cancelled() => {}
            () = tokio::time::sleep(until) => {}
        }
    }
}

/// Which part of a journal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// From this entry on; the first where it is left out.
    from: Option<u64>,
    /// At most so many are read; all where it is left out.
    #[schemars(range(min = 1))]
    limit: Option<u64>,
    /// Of those only these events, by name with commas between them, such as `candidate_decided,generation_closed`.
    events: Option<String>,
}

/// Whoever misspells an event would take an empty answer for none of them.
fn is_event(name: &str) -> Result<(), Problem> {
    // serde knows the names: of one that it knows it misses the fields
    let unknown = match serde_json::from_value::<RunEvent>(serde_json::json!({ "event": name })) {
        Ok(_) => return Ok(()),
        Err(error) => error.to_string(),
    };
    match unknown.split_once(", expected one of ") {
        Some((_, known)) if unknown.starts_with("unknown variant") => {
            Err(Problem::bad(format!("`events` names `{name}`, which is no event of a run"))
                .fix(format!("leave it out, or write one of {known}")))
        }
        _ => Ok(()),
    }
}

async fn journal(State(app): State<App>, caller: Caller, Asked(part): Asked<Part>) -> Result<Response, Problem> {
    let run = caller.run()?.run.clone();
    if part.limit == Some(0) {
        return Err(Problem::bad("`limit` is 0, and has to be at least 1")
            .fix("leave `limit` out, or ask for at least one entry"));
    }
    let wanted: Option<Vec<String>> =
        part.events.map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
    for name in wanted.iter().flatten() {
        is_event(name)?;
    }
    let start = (app, run, part.from.unwrap_or(0), part.limit.unwrap_or(u64::MAX), wanted);
    let lines = stream::try_unfold(start, |(app, run, next, left, wanted)| async move {
        let part = u32::try_from(left).unwrap_or(u32::MAX).min(1_000);
        if part == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let entries = app.store.read(run.clone(), next, part).await.map_err(std::io::Error::other)?;
        let Some(last) = entries.last() else { return Ok(None) };
        let (next, left) = (last.seq + 1, left - entries.len() as u64);
        let mut text = String::new();
        for entry in &entries {
            if let Some(wanted) = &wanted {
                let name = serde_json::to_value(&entry.event)?["event"].take();
                if !wanted.iter().any(|one| name == one.as_str()) {
                    continue;
                }
            }
            text.push_str(&serde_json::to_string(entry)?);
            text.push('\n');
        }
        Ok(Some((Bytes::from(text), (app, run, next, left, wanted))))
    });
    Ok(([(header::CONTENT_TYPE, "application/jsonl")], Body::from_stream(lines)).into_response())
}
