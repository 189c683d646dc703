use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// How a run is told to stop.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// Command nothing more, and wait for what is under way. Clients that were built with this token as `stopping` end their
    /// waits between tries.
    pub drain: CancellationToken,
    /// Give up what is under way too.
    pub abandon: CancellationToken,
    /// Somebody wants it to rest; without it whatever drains it means that it goes on later.
    rests: CancellationToken,
    /// Why it is put down, where that is not simply wished.
    why: Arc<OnceLock<String>>,
}

impl Control {
    /// How a run is told that builds its clients with `drain` as their `stopping`.
    #[must_use]
    pub fn draining(drain: CancellationToken) -> Self {
        Self { drain, ..Self::default() }
    }

    /// Why it is put down; nothing where that is simply wished.
    pub(crate) fn why(&self) -> Option<String> {
        self.why.get().cloned()
    }

    /// Whether somebody wants it to rest.
    pub(crate) fn rests(&self) -> bool {
        self.rests.is_cancelled()
    }

    /// Has calls in flight end, and then puts the run down. Of several reasons the first one is told.
    pub fn put_down(&self, why: Option<String>) {
        if let Some(why) = why {
            self.why.get_or_init(|| why);
        }
        self.rests.cancel();
        self.drain.cancel();
    }
}
