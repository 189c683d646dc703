use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long one waits without a word.
pub(crate) const SILENTLY: Duration = Duration::from_secs(5);

/// Who is told that a server is waited for, and that it answers again.
pub type Told = Arc<dyn Fn(&str) + Send + Sync>;

/// How long a server has been away, for everything that waits for it: patience is for an outage as a whole, not for each operation.
#[derive(Default)]
pub(crate) struct Outage {
    told: Option<Told>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The first failure, and the last.
    span: Option<(Instant, Instant)>,
    said: bool,
}

impl fmt::Debug for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outage").finish_non_exhaustive()
    }
}

impl Outage {
    pub fn new(told: Option<Told>) -> Self {
        Self { told, state: Mutex::default() }
    }

    /// Something failed. Gives since when nothing else came; what was long ago, with nobody asking since, was another outage.
    pub fn failed(&self, server: &str, patience: Duration) -> Instant {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let since = match state.span {
            Some((since, last)) if now.duration_since(last) <= patience => since,
            Some(_) | None => now,
        };
        state.span = Some((since, now));
        drop(state);
        if now.duration_since(since) >= SILENTLY {
            self.say(server, patience);
        }
        since
    }

    /// Says once that it is waited for.
    pub fn say(&self, server: &str, patience: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut state.said, true) {
            self.tell(&format!("waiting for {server}, which does not answer: {} s at most", patience.as_secs()));
        }
    }

    /// The server was heard of.
    pub fn over(&self, server: &str) {
        let before = std::mem::take(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner));
        if before.said {
            self.tell(&format!("{server} answers again"));
        }
    }

    fn tell(&self, text: &str) {
        tracing::warn!("{text}");
        if let Some(told) = &self.told {
            told(text);
        }
    }
}
