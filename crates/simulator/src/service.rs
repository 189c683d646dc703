use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Settings, anthropic,
    body::ReplyBody,
    failure::{Dialect, Failure},
    faults::{Fate, fate},
    ledger::Ledger,
    limiter::{Limiter, Standing},
    ollama, openai,
    routes::{Call, Endpoint, Models},
    stream::{Reply, json},
};

/// Largest body that is read, in bytes.
const MOST_BYTES: usize = 64 << 20;
/// What a throttled client is told to wait where no real limit says how long.
const THROTTLE_PAUSE: Duration = Duration::from_millis(250);

const SIMULATED: HeaderName = HeaderName::from_static("x-clade-simulated");
const YES: HeaderValue = HeaderValue::from_static("true");

/// Everything that answering a request needs.
#[derive(Debug)]
pub(crate) struct Service {
    settings: Settings,
    models: Models,
    pub(crate) ledger: Ledger,
    limiter: Option<Limiter>,
    cancel: CancellationToken,
}

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer is given (simulated)")]
pub(crate) struct NoAnswer;

impl Service {
    pub(crate) fn new(settings: Settings, models: Models, ledger: Ledger, cancel: CancellationToken) -> Self {
        let limiter = settings.requests_per_second.map(|rate| Limiter::new(rate, settings.burst, Instant::now()));
        Self { settings, models, ledger, limiter, cancel }
    }

    pub(crate) async fn respond(&self, request: Request<Incoming>) -> Result<Response<ReplyBody>, NoAnswer> {
        let (head, incoming) = request.into_parts();
        let path = head.uri.path();
        let endpoint = if head.method == Method::POST { Endpoint::at(path) } else { None };
        let Some(endpoint) = endpoint else { return Ok(self.look_up(&head.method, path, &head.headers)) };

        let body = match Limited::new(incoming, MOST_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                return Ok(self.refuse(endpoint.dialect(), &Failure::TooLarge, None));
            }
            Err(_) => return Err(NoAnswer),
        };
        let dialect = endpoint.dialect();
        let number = self.ledger.request();
        if !self.admits(&head.headers) {
            self.ledger.error(false);
            return Ok(self.refuse(dialect, &Failure::WrongKey, None));
        }
        let (fate, latency) = fate(&self.settings, number);
        let standing = self.limiter.as_ref().map(|limiter| limiter.ask(Instant::now()));
        if fate == Fate::Throttle || standing.is_some_and(|standing| !standing.passes) {
            self.ledger.error(true);
            return Ok(self.refuse(dialect, &Failure::Throttled, standing.as_ref()));
        }
        if fate == Fate::Hang {
            self.cancel.cancelled().await;
            return Err(NoAnswer);
        }
        let call = Call { models: &self.models, body: &body, number };
        let reply = match fate {
            Fate::Error => Err(Failure::Server),
            _ => endpoint.answer(&call),
        };
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let mut response = match reply {
            Err(failure) => {
                self.ledger.error(false);
                self.refuse(dialect, &failure, None)
            }
            Ok(reply) if fate == Fate::Answer => {
                self.ledger.answered(number, path, &body);
                whole(reply)
            }
            Ok(reply) => {
                self.ledger.error(false);
                spoiled(reply, fate)
            }
        };
        if let Some(standing) = standing.as_ref().filter(|_| self.settings.tells_limits) {
            rate_headers(response.headers_mut(), dialect, standing);
        }
        Ok(response)
    }

    /// What is not a call of a model: lists, statistics, and everything unknown.
    fn look_up(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<ReplyBody> {
        let is_anthropic = headers.contains_key("anthropic-version");
        let found = if method == Method::GET {
            match path {
                "/__simulator/stats" => {
                    self.ledger.flush();
                    Some(json(&self.ledger.stats()))
                }
                "/v1/models" | "/models" if is_anthropic => Some(anthropic::models(self.models.all())),
                "/v1/models" | "/models" => Some(openai::models(self.models.all())),
                "/api/tags" => Some(ollama::tags(self.models.all())),
                _ => None,
            }
        } else {
            None
        };
        match found {
            Some(_) if path != "/__simulator/stats" && !self.admits(headers) => {
                let dialect = if is_anthropic { Dialect::Anthropic } else { Dialect::OpenAi };
                response(
                    StatusCode::UNAUTHORIZED,
                    APPLICATION_JSON,
                    ReplyBody::whole(Failure::WrongKey.body(dialect, "")),
                )
            }
            Some(body) => response(StatusCode::OK, APPLICATION_JSON, ReplyBody::whole(body)),
            None => {
                let failure = Failure::NotFound(format!("{method} {path}"));
                let dialect = if is_anthropic { Dialect::Anthropic } else { Dialect::OpenAi };
                response(failure.status(), APPLICATION_JSON, ReplyBody::whole(failure.body(dialect, "")))
            }
        }
    }

    /// Whether the request brings the key that is asked for, if one is.
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(key) = &self.settings.key else { return true };
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(&AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        bearer.or_else(|| text(&HeaderName::from_static("x-api-key"))) == Some(key)
    }

    fn refuse(&self, dialect: Dialect, failure: &Failure, standing: Option<&Standing>) -> Response<ReplyBody> {
        let body = failure.body(dialect, "req-simulated");
        let mut response = response(failure.status(), APPLICATION_JSON, ReplyBody::whole(body));
        let headers = response.headers_mut();
        if *failure == Failure::Throttled && self.settings.tells_limits {
            let pause = standing.map_or(THROTTLE_PAUSE, |standing| standing.retry_after);
            headers.insert(RETRY_AFTER, number(pause.as_secs_f64().ceil().max(1.0) as u64));
            headers.insert("retry-after-ms", number((pause.as_secs_f64() * 1000.0).ceil() as u64));
        }
        if let Some(standing) = standing.filter(|_| self.settings.tells_limits) {
            rate_headers(headers, dialect, standing);
        }
        response
    }
}

const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");
const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

fn response(status: StatusCode, content_type: HeaderValue, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(SIMULATED, YES);
    response
}

fn whole(reply: Reply) -> Response<ReplyBody> {
    let (content_type, body) = match reply {
        Reply::Json(body) => (APPLICATION_JSON, ReplyBody::whole(body)),
        Reply::Events(events) => (EVENT_STREAM, ReplyBody::stream(events)),
        Reply::Lines(lines) => (NDJSON, ReplyBody::stream(lines)),
    };
    response(StatusCode::OK, content_type, body)
}

/// A proper answer made useless.
fn spoiled(reply: Reply, fate: Fate) -> Response<ReplyBody> {
    match (fate, reply) {
        (Fate::Html, _) => {
            let page = "<!doctype html><html><head><title>Welcome</title></head><body><h1>Please sign in to the network</h1>\
                        <p>This page is simulated.</p></body></html>";
            response(StatusCode::OK, HTML, ReplyBody::whole(page))
        }
        (Fate::Malformed, Reply::Json(mut body)) => {
            body.truncate(body.len() * 2 / 3);
            whole(Reply::Json(body))
        }
        (Fate::Malformed, Reply::Events(events)) => {
            whole(Reply::Events(broken_pieces(events, b"data: {\"broken\": \n\n")))
        }
        (Fate::Malformed, Reply::Lines(lines)) => whole(Reply::Lines(broken_pieces(lines, b"{\"broken\": \n"))),
        (_, reply) => {
            let (head, body) = whole(reply).into_parts();
            Response::from_parts(head, body.halved())
        }
    }
}

fn broken_pieces(mut pieces: Vec<Bytes>, broken: &'static [u8]) -> Vec<Bytes> {
    let middle = pieces.len() / 2;
    pieces.truncate(middle);
    pieces.push(Bytes::from_static(broken));
    pieces
}

/// The limit's standing in the headers of each vendor: pages "Rate limits" of OpenAI's and Anthropic's API references.
fn rate_headers(headers: &mut HeaderMap, dialect: Dialect, standing: &Standing) {
    match dialect {
        Dialect::OpenAi => {
            headers.insert("x-ratelimit-limit-requests", number(standing.limit));
            headers.insert("x-ratelimit-remaining-requests", number(standing.remaining));
            headers.insert("x-ratelimit-reset-requests", text(&span(standing.reset)));
        }
        Dialect::Anthropic => {
            headers.insert("anthropic-ratelimit-requests-limit", number(standing.limit));
            headers.insert("anthropic-ratelimit-requests-remaining", number(standing.remaining));
            let reset = jiff::Timestamp::now().checked_add(standing.reset).unwrap_or_else(|_| jiff::Timestamp::now());
            let mut stamp = String::new();
            if write!(stamp, "{reset:.0}").is_ok() {
                headers.insert("anthropic-ratelimit-requests-reset", text(&stamp));
            }
        }
        Dialect::Ollama => {}
    }
}

/// A time span as OpenAI writes it: `20ms`, `1.5s`, `1m30s`.
fn span(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if ms < 1000.0 {
        format!("{}ms", ms.ceil())
    } else if ms < 60_000.0 {
        format!("{}s", (ms / 100.0).ceil() / 10.0)
    } else {
        let seconds = (ms / 1000.0).ceil() as u64;
        format!("{}m{}s", seconds / 60, seconds % 60)
    }
}

fn number(n: u64) -> HeaderValue {
    HeaderValue::from(n)
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_openai_does() {
        for (ms, expected) in
            [(0, "0ms"), (20, "20ms"), (999, "999ms"), (1000, "1s"), (1500, "1.5s"), (90_000, "1m30s")]
        {
            assert_eq!(span(Duration::from_millis(ms)), expected);
        }
    }
}
