//! Bodies that nobody reads, because the answer does not depend on them: a connection with the rest of one on it cannot carry another
//! request, and a client that is not told loses that one.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

use crate::waits::Waits;

/// So much is read and thrown away, so that the connection can go on.
const MOST: u64 = 64 << 10;
/// For how long that may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// A request's body, which is put back where it is given up before its end.
pub(crate) struct Kept {
    body: Option<Incoming>,
    rest: Rest,
    receiving: Waits,
}

/// What is left of a body.
#[derive(Clone, Default)]
pub(crate) struct Rest(Arc<Mutex<Option<Incoming>>>);

/// A request whose body is watched, and where its rest will be. `receiving` tells since when more of it is waited for.
pub(crate) fn watch(request: Request<Incoming>, receiving: Waits) -> (Request<Kept>, Rest) {
    let rest = Rest::default();
    let watched = request.map(|body| Kept { body: Some(body), rest: rest.clone(), receiving });
    (watched, rest)
}

impl Rest {
    /// Before the answer goes out: a short rest is read, of a longer one the client is told that the connection ends.
    pub(crate) async fn settle<B>(self, response: &mut Response<B>) {
        let Some(mut body) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let short = body.size_hint().upper().is_some_and(|bytes| bytes <= MOST);
        let read = async {
            while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
                if frame.is_err() {
                    return false;
                }
            }
            true
        };
        if !short || tokio::time::timeout(PATIENCE, read).await != Ok(true) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl Body for Kept {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let step = self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(context));
        self.receiving.noted(step)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::new, Body::size_hint)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.receiving.over();
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            *self.rest.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
