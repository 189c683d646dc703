use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header},
};
use futures::future::BoxFuture;
use serde_json::Value;
use tower::ServiceExt;

use crate::BASE;

/// Most bytes of an answer that an agent is given.
const MOST: usize = 16 << 20;

/// A request of the HTTP API.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// How.
    pub method: Method,
    /// The parts of its path behind `/api/v1`, as they are. `{workspace}` stands for the caller's usual one.
    pub path: Vec<String>,
    /// What stands behind the question mark.
    pub query: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Option<Value>,
}

impl Ask {
    /// A request that reads.
    #[must_use]
    pub fn get(path: &[&str]) -> Self {
        Self::new(Method::GET, path)
    }

    /// A request that does something.
    #[must_use]
    pub fn new(method: Method, path: &[&str]) -> Self {
        Self { method, path: path.iter().map(|part| (*part).to_owned()).collect(), query: Vec::new(), body: None }
    }
}

/// Whoever answers requests of the HTTP API: routes in this process, or a server elsewhere.
pub trait Api: Send + Sync {
    /// The status and the JSON of an answer; null where it has none. A status of 0 is one that nobody gave, with a text.
    fn ask(&self, ask: Ask) -> BoxFuture<'_, (u16, Value)>;
}

/// The routes of this process, asked as somebody.
pub struct RouterApi {
    router: Router,
    headers: HeaderMap,
    extensions: Extensions,
}

/// What of an agent's request says who it is and where it comes from.
const WHO: [&str; 6] = ["authorization", "cookie", "host", "origin", "sec-fetch-site", crate::gate::CSRF];

impl RouterApi {
    /// As whoever sent a request with these headers.
    pub(crate) fn of(router: Router, headers: &HeaderMap, extensions: Extensions) -> Self {
        let pairs =
            WHO.iter().filter_map(|name| Some((header::HeaderName::from_static(name), headers.get(*name)?.clone())));
        Self { router, headers: pairs.collect(), extensions }
    }

    /// As the person at this machine, where the server lets everybody in as them.
    #[must_use]
    pub fn local(app: &crate::App) -> Self {
        let headers = [(header::HOST, HeaderValue::from_static("localhost"))].into_iter().collect();
        Self { router: crate::serve::api(app), headers, extensions: Extensions::new() }
    }
}

impl Api for RouterApi {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, (u16, Value)> {
        Box::pin(async move {
            let mut uri = BASE.to_owned();
            for part in &ask.path {
                uri.push('/');
                uri.push_str(&encoded(part));
            }
            for (place, (name, value)) in ask.query.iter().enumerate() {
                uri.push(if place == 0 { '?' } else { '&' });
                uri.push_str(&format!("{name}={}", encoded(value)));
            }
            let body = ask.body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string()));
            let Ok(mut request) = Request::builder().method(ask.method).uri(uri).body(body) else {
                return (0, Value::from("this is no request"));
            };
            *request.headers_mut() = self.headers.clone();
            *request.extensions_mut() = self.extensions.clone();
            if ask.body.is_some() {
                request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            let Ok(response) = self.router.clone().oneshot(request).await;
            let status: StatusCode = response.status();
            match to_bytes(response.into_body(), MOST).await {
                Ok(bytes) => (status.as_u16(), serde_json::from_slice(&bytes).unwrap_or_default()),
                Err(_) => (0, Value::from("the answer is too large; ask for less at once")),
            }
        })
    }
}

/// A part of an address, in which only what means nothing there stays as it is (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            // two dots alone would mean the part above
            b'.' if text.bytes().any(|other| other != b'.') => out.push('.'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_part_leads_elsewhere() {
        for (text, expected) in [
            ("c3", "c3"),
            ("../x", "..%2Fx"),
            ("..", "%2E%2E"),
            ("a b?c=d&e#f", "a%20b%3Fc%3Dd%26e%23f"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(encoded(text), expected);
        }
    }
}
