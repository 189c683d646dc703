use std::{
    collections::HashMap,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Mutex, PoisonError},
    task::Poll,
};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, Uri,
    body::Incoming,
    client::conn::http1::{self, Connection, SendRequest},
    header::{ACCEPT, HOST, HeaderMap, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use reqwest::Url;
use tokio::{
    net::{TcpStream, lookup_host},
    time::{Instant, timeout},
};

use super::client::{AGENT, CONNECT_TIMEOUT, HttpError, IDLE, LARGEST_BODY, Reply};

/// An http address of this machine, ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct Place {
    host: String,
    port: u16,
    authority: HeaderValue,
    path: Uri,
}

impl Place {
    /// `None` where the address has more in it than a place: a user's name, or what only a whole client understands.
    pub fn of(url: &Url) -> Option<Self> {
        if url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host_str()?;
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Some(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port_or_known_default()?,
            authority: authority.parse().ok()?,
            path: path.parse().ok()?,
        })
    }
}

/// Keep-alive connections to servers of this machine, which no proxy and no certificate stands before.
///
/// A model on the same machine answers within a millisecond, where a whole client with its layers costs as much as everything else
/// that a trial does. Here a connection is driven by the call that uses it: no task of its own, and no message from one to the other.
#[derive(Debug, Default)]
pub(super) struct Here {
    idle: Mutex<HashMap<HeaderValue, Vec<Line>>>,
}

/// One connection.
#[derive(Debug)]
struct Line {
    sender: SendRequest<Full<Bytes>>,
    /// Gone once it has ended.
    connection: Option<Connection<TokioIo<TcpStream>, Full<Bytes>>>,
    since: Instant,
}

impl Here {
    /// Sends a JSON body and reads the whole reply, on a connection that is there or a new one.
    pub async fn post(&self, place: &Place, headers: &HeaderMap, body: Vec<u8>) -> Result<Reply, HttpError> {
        let body = Bytes::from(body);
        while let Some(mut line) = self.take(place) {
            // the server may have closed it meanwhile, which is seen here or when the first byte is sent
            if line.ready().await.is_err() {
                continue;
            }
            match line.exchange(request(place, headers, body.clone())).await {
                Err(Trouble::Unsent) => {}
                done => return self.ended(place, line, done),
            }
        }
        let mut line = Line::open(place).await?;
        line.ready().await.map_err(|error| HttpError::Broken(chain(&error)))?;
        let done = line.exchange(request(place, headers, body)).await;
        self.ended(place, line, done)
    }

    fn ended(&self, place: &Place, mut line: Line, done: Result<Reply, Trouble>) -> Result<Reply, HttpError> {
        if done.is_ok() && line.connection.is_some() {
            line.since = Instant::now();
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            match idle.get_mut(&place.authority) {
                Some(lines) => lines.push(line),
                None => drop(idle.insert(place.authority.clone(), vec![line])),
            }
        }
        done.map_err(|trouble| match trouble {
            Trouble::Unsent => HttpError::Broken("the connection was closed".to_owned()),
            Trouble::Told(error) => error,
        })
    }

    /// The connection that was used last, if any is young enough.
    fn take(&self, place: &Place) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = idle.get_mut(&place.authority)?;
        let line = lines.pop()?;
        if line.since.elapsed() < IDLE {
            return Some(line);
        }
        // all below it are older
        lines.clear();
        None
    }
}

/// Why a request brought no reply.
enum Trouble {
    /// Nothing of it has left.
    Unsent,
    Told(HttpError),
}

impl Line {
    async fn open(place: &Place) -> Result<Self, HttpError> {
        let refused = |error: io::Error| HttpError::Connect(format!("tcp connect error: {error}"));
        let connect = async {
            let found = lookup_host((place.host.as_str(), place.port)).await;
            let found: Vec<SocketAddr> = found.map_err(|e| HttpError::Resolve(format!("dns error: {e}")))?.collect();
            let mut last = HttpError::Resolve(format!("dns error: no address for {}", place.host));
            for address in found {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = refused(error),
                }
            }
            Err(last)
        };
        let late = |_| HttpError::Connect("tcp connect error: deadline has elapsed".to_owned());
        let stream = timeout(CONNECT_TIMEOUT, connect).await.map_err(late)??;
        stream.set_nodelay(true).map_err(refused)?;
        let made = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = made.map_err(|error| HttpError::Connect(chain(&error)))?;
        Ok(Self { sender, connection: Some(connection), since: Instant::now() })
    }

    async fn ready(&mut self) -> Result<(), hyper::Error> {
        let Self { sender, connection, .. } = self;
        driven(connection, sender.ready()).await
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Reply, Trouble> {
        let Self { sender, connection, .. } = self;
        let exchange = async {
            let sent = sender.try_send_request(request).await;
            let response = sent.map_err(|error| match error.message() {
                Some(_) => Trouble::Unsent,
                None => Trouble::Told(HttpError::Broken(chain(error.error()))),
            })?;
            read(response).await.map_err(Trouble::Told)
        };
        driven(connection, exchange).await
    }
}

/// Lets a connection work while something waits for it.
async fn driven<T>(
    connection: &mut Option<Connection<TokioIo<TcpStream>, Full<Bytes>>>,
    waiting: impl Future<Output = T>,
) -> T {
    let mut waiting = pin!(waiting);
    poll_fn(|context| {
        if let Poll::Ready(done) = waiting.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        if let Some(working) = connection {
            // how it ended is told to who waits for it
            if Pin::new(working).poll(context).is_ready() {
                *connection = None;
            }
            return waiting.as_mut().poll(context);
        }
        Poll::Pending
    })
    .await
}

fn request(place: &Place, headers: &HeaderMap, body: Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = hyper::Method::POST;
    request.uri_mut().clone_from(&place.path);
    let all = request.headers_mut();
    all.clone_from(headers);
    // the user's own win
    all.entry(HOST).or_insert_with(|| place.authority.clone());
    all.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    all.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    request
}

/// Reads the body. A single chunk, which small answers are, is not copied.
async fn read(response: Response<Incoming>) -> Result<Reply, HttpError> {
    let (parts, mut body) = response.into_parts();
    let broken = |error: hyper::Error| match parts.status.is_success() {
        true => HttpError::CutOff(chain(&error)),
        false => HttpError::Broken(chain(&error)),
    };
    let mut whole = Bytes::new();
    let mut many = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // trailers say nothing of interest
        let Ok(chunk) = frame.map_err(broken)?.into_data() else { continue };
        if whole.len() + many.len() + chunk.len() > LARGEST_BODY {
            return Err(HttpError::TooLarge);
        }
        if whole.is_empty() && many.is_empty() {
            whole = chunk;
        } else {
            many.extend_from_slice(&std::mem::take(&mut whole));
            many.extend_from_slice(&chunk);
        }
    }
    let body = if many.is_empty() { whole } else { many.freeze() };
    Ok(Reply { status: parts.status, headers: parts.headers, body })
}

/// An error with its causes.
fn chain(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
