use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The body of a response: one piece, a stream of pieces, or something that breaks off.
#[derive(Debug)]
pub(crate) struct ReplyBody {
    pieces: VecDeque<Bytes>,
    /// The length to announce, where it is known.
    length: Option<u64>,
    breaks: bool,
}

/// What ends a response on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the answer breaks off here (simulated)")]
pub(crate) struct BrokenOff;

impl ReplyBody {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { length: Some(bytes.len() as u64), pieces: VecDeque::from([bytes]), breaks: false }
    }

    pub(crate) fn stream(pieces: Vec<Bytes>) -> Self {
        Self { pieces: pieces.into(), length: None, breaks: false }
    }

    /// The first half, under the promise of the whole.
    pub(crate) fn halved(mut self) -> Self {
        if self.pieces.len() > 1 {
            self.pieces.truncate(self.pieces.len() / 2);
        } else if let Some(piece) = self.pieces.front_mut() {
            piece.truncate(piece.len() / 2);
        }
        self.breaks = true;
        self
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match self.pieces.pop_front() {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            None if self.breaks => {
                self.breaks = false;
                Poll::Ready(Some(Err(BrokenOff)))
            }
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
