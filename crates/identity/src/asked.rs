//! Asking a provider over HTTP: no redirects, bounded time and size, and every failure sorted.

use std::time::Duration;

use clade_domain::Timestamp;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, header, redirect::Policy};
use serde_json::Value;

use crate::IdentityError;

/// For how long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const MOST: usize = 1 << 20;

/// A client that follows no redirect: where a provider sends people is the browser's business.
pub(crate) fn client() -> Result<Client, IdentityError> {
    let built = Client::builder().timeout(PATIENCE).connect_timeout(PATIENCE / 2).redirect(Policy::none());
    let built = built.user_agent("Promptclade").build();
    built.map_err(|error| IdentityError::Setting(format!("no HTTP client can be made: {error}")))
}

/// An address of a provider: https, or http on this machine.
pub(crate) fn address(what: &str, text: &str) -> Result<Url, IdentityError> {
    let wrong = |why: &str| IdentityError::Setting(format!("the {what} `{text}` {why}"));
    let url = Url::parse(text).map_err(|_| wrong("is no address; write it with https://"))?;
    let here = url.host_str().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    });
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => Err(wrong("holds a password")),
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err(wrong("is not reached by https, so whoever is between could sign in as anybody")),
    }
}

/// An answer of a provider.
pub(crate) struct Answer {
    pub status: StatusCode,
    /// Null where it is no JSON.
    pub body: Value,
    /// What time it is there.
    pub time: Option<Timestamp>,
    at: String,
}

/// Sends a request. A provider that is in trouble itself (5xx) is away.
pub(crate) async fn ask(request: RequestBuilder) -> Result<Answer, IdentityError> {
    let (client, request) = request.build_split();
    let request = request.map_err(|error| IdentityError::Setting(error.to_string()))?;
    let at = shown(request.url());
    let away = |error: reqwest::Error| IdentityError::Away { at: at.clone(), why: reason(error) };
    let response = client.execute(request).await.map_err(away)?;
    let status = response.status();
    let time = time_of(&response);
    let text = whole(response).await.map_err(away)?;
    let text = text.ok_or_else(|| IdentityError::Wrong { at: at.clone(), why: format!("more than {MOST} bytes") })?;
    if status.is_server_error() {
        return Err(IdentityError::Away { at, why: format!("it answers with {status}") });
    }
    Ok(Answer { status, body: serde_json::from_slice(&text).unwrap_or_default(), time, at })
}

impl Answer {
    /// The body of an answer that has to be good JSON.
    pub fn good(self) -> Result<Value, IdentityError> {
        if self.status.is_success() && !self.body.is_null() {
            return Ok(self.body);
        }
        let what = if self.status.is_success() { "no JSON".to_owned() } else { self.status.to_string() };
        Err(self.wrong(&format!("it answers with {what}")))
    }

    /// That the answer is not what it should be.
    pub fn wrong(&self, why: &str) -> IdentityError {
        IdentityError::Wrong { at: self.at.clone(), why: why.to_owned() }
    }
}

fn time_of(response: &Response) -> Option<Timestamp> {
    let date = response.headers().get(header::DATE)?.to_str().ok()?;
    let since = httpdate::parse_http_date(date).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(Timestamp)
}

/// An answer's bytes; none where there are too many.
async fn whole(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let told =
        response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > MOST) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await? {
        if bytes.len() + part.len() > MOST {
            return Ok(None);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(Some(bytes))
}

/// An address without what is behind its question mark, which may be a secret.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// Why a request failed, down to its root.
fn reason(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("nothing came within {} s", PATIENCE.as_secs());
    }
    let error = error.without_url();
    let mut why: &dyn std::error::Error = &error;
    while let Some(source) = why.source() {
        why = source;
    }
    why.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_reached_by_https_or_on_this_machine() {
        let table = [
            ("https://id.example.org/realm", true),
            ("http://127.0.0.1:9999", true),
            ("http://localhost:9999", true),
            ("http://[::1]:9999", true),
            ("http://id.example.org", false),
            ("http://localhost.example.org", false),
            ("https://me:secret@id.example.org", false),
            ("id.example.org", false),
            ("file:///etc/passwd", false),
        ];
        for (text, good) in table {
            assert_eq!(address("issuer", text).is_ok(), good, "{text}");
        }
    }
}
