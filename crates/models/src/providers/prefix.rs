use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use clade_domain::{ChatMessage, ContentHash};
use tokio::time::Instant;

/// How long Anthropic keeps a prefix after its last use (`ttl: 5m`), less some seconds.
const KEPT: Duration = Duration::from_secs(290);
/// How many prefixes are remembered.
const MOST: usize = 64;

/// Which beginnings of requests are worth a breakpoint of the provider's prompt cache.
///
/// Writing a prefix costs more than sending it, reading it far less, and calls that are under way together all write. So a
/// prefix is marked from its second use on, and while the call that writes it is under way the others go without.
#[derive(Debug, Default)]
pub(crate) struct Prefixes(Mutex<BTreeMap<ContentHash, Known>>);

#[derive(Debug, Clone, Copy)]
struct Known {
    state: State,
    used: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Seen,
    Writing,
    Written,
}

/// What to do with a prefix in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Send it plain.
    Plain,
    /// Mark it; this call writes it, and tells how it went.
    Write(ContentHash),
    /// Mark it; it is read.
    Read,
}

impl Prefixes {
    /// What to do with the beginning of a request: all messages before the last.
    pub(crate) fn mark(&self, prefix: &[ChatMessage], now: Instant) -> Mark {
        let key = ContentHash::of_parts(prefix.iter().map(|message| message.content.as_bytes()));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(&key) {
            let oldest = known.iter().min_by_key(|(_, known)| known.used).map(|(key, _)| *key);
            if let Some(oldest) = oldest {
                known.remove(&oldest);
            }
        }
        let state =
            known.get(&key).filter(|known| now.saturating_duration_since(known.used) < KEPT).map(|known| known.state);
        let (next, mark) = match state {
            None => (State::Seen, Mark::Plain),
            Some(State::Seen) => (State::Writing, Mark::Write(key)),
            Some(State::Writing) => (State::Writing, Mark::Plain),
            Some(State::Written) => (State::Written, Mark::Read),
        };
        known.insert(key, Known { state: next, used: now });
        mark
    }

    /// The call that was to write a prefix has ended, well or not.
    pub(crate) fn ended(&self, key: ContentHash, well: Written) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get_mut(&key) {
            known.state = if well == Written::Yes { State::Written } else { State::Seen };
        }
    }
}

/// How a call that was to write a prefix went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// It was answered.
    Yes,
    /// It failed or was abandoned.
    No,
}

/// Reports the end of a writing call, abandoned ones too.
pub(crate) struct Writing<'a> {
    prefixes: &'a Prefixes,
    key: ContentHash,
    well: Written,
}

impl<'a> Writing<'a> {
    /// Watches a call; `None` where it writes nothing.
    pub(crate) fn watch(prefixes: &'a Prefixes, mark: Mark) -> Option<Self> {
        match mark {
            Mark::Write(key) => Some(Self { prefixes, key, well: Written::No }),
            _ => None,
        }
    }

    /// The call was answered.
    pub(crate) fn done(&mut self) {
        self.well = Written::Yes;
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.prefixes.ended(self.key, self.well);
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::MessageRole;

    use super::*;

    #[test]
    fn a_prefix_is_written_once_and_then_read() {
        let prefixes = Prefixes::default();
        let system = [ChatMessage::new(MessageRole::System, "rules")];
        let now = Instant::now();
        assert_eq!(prefixes.mark(&system, now), Mark::Plain, "nobody knows yet whether it comes again");
        let write = prefixes.mark(&system, now);
        assert!(matches!(write, Mark::Write(_)));
        assert_eq!(prefixes.mark(&system, now), Mark::Plain, "one writes, the others under way do not");
        drop(Writing::watch(&prefixes, write));
        let write = prefixes.mark(&system, now);
        assert!(matches!(write, Mark::Write(_)), "the writer failed: another one writes");
        let mut writing = Writing::watch(&prefixes, write).unwrap();
        writing.done();
        drop(writing);
        assert_eq!(prefixes.mark(&system, now), Mark::Read);
        assert_eq!(prefixes.mark(&system, now + KEPT), Mark::Plain, "forgotten by the provider");
        let other = [ChatMessage::new(MessageRole::System, "others")];
        assert_eq!(prefixes.mark(&other, now), Mark::Plain);
    }

    #[test]
    fn remembers_only_so_many() {
        let prefixes = Prefixes::default();
        for i in 0..200 {
            prefixes.mark(&[ChatMessage::new(MessageRole::System, i.to_string())], Instant::now());
        }
        assert!(prefixes.0.lock().unwrap().len() <= MOST);
    }
}
