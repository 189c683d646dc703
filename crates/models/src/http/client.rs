use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Method, Request, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};

use super::{
    here::{Here, Place},
    names::{HostNames, Unreachable},
};
use crate::prices::is_this_machine;

/// The largest answer that is read; more is a broken or hostile server.
pub(super) const LARGEST_BODY: usize = 32 << 20;
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a connection may lie idle.
pub(super) const IDLE: Duration = Duration::from_secs(50);
pub(super) const AGENT: &str = concat!("promptclade/", env!("CARGO_PKG_VERSION"));

/// Pooled connections to all providers. One is enough for a process; cloning is cheap.
#[derive(Debug, Clone)]
pub struct Http {
    clients: Arc<Clients>,
}

#[derive(Debug, Default)]
struct Clients {
    /// Honours the proxy variables of the environment. Set up when first needed: reading the machine's certificates takes longer
    /// than a short run does.
    outside: OnceLock<Result<Client, HttpError>>,
    /// The same for this machine's own addresses, which no proxy reaches.
    inside: OnceLock<Result<Client, HttpError>>,
    here: Here,
    /// Who looks names up; the machine itself where nobody is named.
    names: Option<HostNames>,
}

/// Why a request brought no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The client cannot be set up: no certificates, a proxy address that is none.
    #[error("the HTTP client cannot be set up: {0}")]
    Setup(String),
    /// The base URL is none.
    #[error("`{0}` is no address; write it as https://HOST/PATH")]
    Address(String),
    /// A header's name or value is none.
    #[error("the header `{0}` cannot be sent")]
    Header(String),
    /// Nobody listens there, or the way is blocked.
    #[error("no connection: {0}")]
    Connect(String),
    /// Nobody knows the host's name.
    #[error("no such host: {0}")]
    Resolve(String),
    /// Its name leads to where nobody may connect to.
    #[error("{0}")]
    Unreachable(Unreachable),
    /// No whole reply in time.
    #[error("no answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The reply broke off, or was none.
    #[error("the answer broke off: {0}")]
    Broken(String),
    /// The reply broke off after it had said that all went well.
    #[error("the answer broke off: {0}")]
    CutOff(String),
    /// More than 32 MiB.
    #[error("the answer is larger than {} MiB", LARGEST_BODY >> 20)]
    TooLarge,
}

/// A place to send requests to, parsed once.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    headers: HeaderMap,
    way: Way,
}

/// Who asks there.
#[derive(Debug, Clone)]
enum Way {
    /// A plain http address of this machine.
    Here(Place),
    /// An address of this machine with more in it.
    Inside(Url),
    /// Any other address.
    Outside(Url),
}

/// A whole reply.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Target {
    /// An address with its headers. Values marked as secret never show in debug output.
    pub(crate) fn new<'a>(
        address: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        secret: Option<(&str, String)>,
    ) -> Result<Self, HttpError> {
        let url = Url::parse(address).map_err(|_| HttpError::Address(address.to_owned()))?;
        let mut map = HeaderMap::new();
        map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let header = |name: &str, value: &str| {
            let wrong = || HttpError::Header(name.to_owned());
            let parsed = HeaderName::try_from(name).map_err(|_| wrong())?;
            Ok((parsed, HeaderValue::try_from(value).map_err(|_| wrong())?))
        };
        if let Some((name, value)) = secret {
            let (name, mut value) = header(name, &value)?;
            value.set_sensitive(true);
            map.insert(name, value);
        }
        for (name, value) in headers {
            let (name, mut value) = header(name, value)?;
            // the user's own headers may hold keys of gateways
            value.set_sensitive(true);
            map.insert(name, value);
        }
        let inside = url.scheme() == "http" && is_this_machine(address);
        let way = match Place::of(&url) {
            Some(place) if inside => Way::Here(place),
            _ if inside => Way::Inside(url),
            _ => Way::Outside(url),
        };
        Ok(Self { headers: map, way })
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Http {
    /// Sets nothing up yet; connections are opened when first needed.
    #[must_use]
    pub fn new() -> Self {
        Self { clients: Arc::default() }
    }

    /// Connects to where somebody says that a name leads, each time anew, and so through no proxy, which would look it up by itself.
    #[must_use]
    pub fn by(names: HostNames) -> Self {
        Self { clients: Arc::new(Clients { names: Some(names), ..Clients::default() }) }
    }

    fn outside(&self) -> Result<&Client, HttpError> {
        let builder = || match &self.clients.names {
            Some(names) => Client::builder().no_proxy().dns_resolver(names.0.clone()),
            None => Client::builder(),
        };
        self.clients.outside.get_or_init(|| build(builder())).as_ref().map_err(Clone::clone)
    }

    fn inside(&self) -> Result<&Client, HttpError> {
        let builder = || Client::builder().no_proxy().http1_only().tls_certs_only([]);
        self.clients.inside.get_or_init(|| build(builder())).as_ref().map_err(Clone::clone)
    }

    /// Sends a JSON body and reads the whole reply, whatever its status, within `timeout`.
    pub(crate) async fn post(&self, target: &Target, body: Vec<u8>, timeout: Duration) -> Result<Reply, HttpError> {
        match tokio::time::timeout(timeout, self.exchange(target, body)).await {
            Ok(reply) => reply,
            Err(_) => Err(HttpError::Timeout(timeout)),
        }
    }

    async fn exchange(&self, target: &Target, body: Vec<u8>) -> Result<Reply, HttpError> {
        let (client, url) = match &target.way {
            Way::Here(place) => return self.clients.here.post(place, &target.headers, body).await,
            Way::Inside(url) => (self.inside()?, url),
            Way::Outside(url) => (self.outside()?, url),
        };
        let mut request = Request::new(Method::POST, url.clone());
        *request.headers_mut() = target.headers.clone();
        *request.body_mut() = Some(body.into());
        let mut response = client.execute(request).await.map_err(|error| {
            if let Some(unreachable) = unreachable(&error) {
                return HttpError::Unreachable(unreachable);
            }
            let words = chain(&error);
            // says no more than that the connection failed
            let words = words.strip_prefix("client error (Connect): ").unwrap_or(&words).to_owned();
            match error.is_connect() {
                // the connector's own word; it has no type that could be asked for
                true if words.contains("dns error") => HttpError::Resolve(words),
                true => HttpError::Connect(words),
                false => HttpError::Broken(words),
            }
        })?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = read(&mut response).await.map_err(|error| match error {
            HttpError::Broken(words) if status.is_success() => HttpError::CutOff(words),
            error => error,
        })?;
        Ok(Reply { status, headers, body })
    }
}

fn build(builder: reqwest::ClientBuilder) -> Result<Client, HttpError> {
    let builder = builder
        .tcp_nodelay(true)
        .pool_max_idle_per_host(usize::MAX)
        .pool_idle_timeout(IDLE)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .user_agent(AGENT);
    builder.build().map_err(|error| HttpError::Setup(chain(&error)))
}

/// Reads the body. A single chunk, which small answers are, is not copied.
async fn read(response: &mut reqwest::Response) -> Result<Bytes, HttpError> {
    let broken = |error: reqwest::Error| HttpError::Broken(chain(&error));
    let Some(first) = response.chunk().await.map_err(broken)? else { return Ok(Bytes::new()) };
    let Some(second) = response.chunk().await.map_err(broken)? else { return Ok(first) };
    let mut body = BytesMut::with_capacity((first.len() + second.len()) * 2);
    body.extend_from_slice(&first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await.map_err(broken)?;
    }
    Ok(body.freeze())
}

/// What whoever looks names up says against where one leads.
fn unreachable(error: &reqwest::Error) -> Option<Unreachable> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(unreachable) = error.downcast_ref::<Unreachable>() {
            return Some(unreachable.clone());
        }
        cause = error.source();
    }
    None
}

/// An error with its causes, without the address (which may hold a key in its query).
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if text.is_empty() { "the connection failed".to_owned() } else { text }
}
