//! Connections that wait for whoever is at their other end: a server that goes down does not wait for those.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};

/// How often is looked whether somebody still waits.
const LOOK: Duration = Duration::from_millis(200);

/// Since when a connection waits for its client, in one direction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<Option<Instant>>>);

impl Waits {
    /// One that begins to wait.
    pub fn begun() -> Self {
        Self(Arc::new(Mutex::new(Some(Instant::now()))))
    }

    /// It waits no more.
    pub fn over(&self) {
        self.set(None);
    }

    /// Takes note of how a step ended: one that is pending waits for the client.
    fn saw<T>(&self, step: &Poll<T>) {
        let since = self.since();
        match step {
            Poll::Ready(_) if since.is_some() => self.set(None),
            Poll::Pending if since.is_none() => self.set(Some(Instant::now())),
            _ => {}
        }
    }

    /// The same step, taken note of.
    pub fn noted<T>(&self, step: Poll<T>) -> Poll<T> {
        self.saw(&step);
        step
    }

    fn since(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// Ready when one of them has waited for longer than this.
pub(crate) async fn in_vain(all: [&Waits; 2], patience: Duration) {
    while !all.iter().any(|waits| waits.since().is_some_and(|since| since.elapsed() > patience)) {
        tokio::time::sleep(LOOK).await;
    }
}

/// A connection that tells when it waits for its client to take something.
pub(crate) struct Watched {
    /// The connection.
    pub stream: TcpStream,
    /// Since when it waits.
    pub sending: Waits,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.sending.noted(step)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.sending.noted(step)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
