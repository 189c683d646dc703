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
    ending: Ending,
}

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Properly.
    Whole,
    /// It breaks off, once what was said has been sent.
    Breaks,
    /// It breaks off now.
    Broken,
}

/// What ends a response on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the answer breaks off here (simulated)")]
pub(crate) struct BrokenOff;

impl ReplyBody {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { length: Some(bytes.len() as u64), pieces: VecDeque::from([bytes]), ending: Ending::Whole }
    }

    pub(crate) fn stream(pieces: Vec<Bytes>) -> Self {
        Self { pieces: pieces.into(), length: None, ending: Ending::Whole }
    }

    /// The first half, under the promise of the whole.
    pub(crate) fn halved(mut self) -> Self {
        if self.pieces.len() > 1 {
            self.pieces.truncate(self.pieces.len() / 2);
        } else if let Some(piece) = self.pieces.front_mut() {
            piece.truncate(piece.len() / 2);
        }
        self.ending = Ending::Breaks;
        self
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.ending {
            Ending::Whole => Poll::Ready(None),
            Ending::Breaks => {
                // a pause lets the server send what it has, which an error would make it forget
                self.ending = Ending::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ending::Broken => {
                self.ending = Ending::Whole;
                Poll::Ready(Some(Err(BrokenOff)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.ending == Ending::Whole
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
