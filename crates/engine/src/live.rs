use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clade_domain::Recorded;
use tokio::sync::watch;

/// Most entries kept at hand.
const ENTRIES: usize = 4_096;
/// Most bytes of them.
const BYTES: usize = 4 << 20;

/// The end of a running run's journal, for those who watch it.
///
/// A listener is told how long the journal is and takes what it has not seen: from here while that is at hand, from the
/// journal otherwise. So a slow listener loses nothing, and neither holds up the run nor makes anything grow. While nobody holds a
/// [`LiveLog::length`], nothing is kept at hand, and the run does no work for it.
#[derive(Debug)]
pub struct LiveLog {
    tail: Mutex<Tail>,
    length: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Tail {
    first: u64,
    lines: VecDeque<Arc<str>>,
    bytes: usize,
}

impl LiveLog {
    /// A log whose journal has so many entries already.
    #[must_use]
    pub fn new(length: u64) -> Self {
        let tail = Tail { first: length, ..Tail::default() };
        Self { tail: Mutex::new(tail), length: watch::Sender::new(length) }
    }

    /// Takes in entries that are durable, in order.
    pub fn publish(&self, entries: &[Recorded]) {
        let Some(last) = entries.last() else { return };
        let mut tail = self.tail();
        if self.length.receiver_count() == 0 {
            *tail = Tail { first: last.seq + 1, ..Tail::default() };
            drop(tail);
            self.length.send_replace(last.seq + 1);
            return;
        }
        for entry in entries {
            // a number that is not finite cannot be written, and is in no event
            let Ok(line) = serde_json::to_string(entry) else { continue };
            tail.bytes += line.len();
            tail.lines.push_back(line.into());
        }
        while tail.lines.len() > ENTRIES || tail.bytes > BYTES {
            let Some(gone) = tail.lines.pop_front() else { break };
            tail.bytes -= gone.len();
            tail.first += 1;
        }
        drop(tail);
        self.length.send_replace(last.seq + 1);
    }

    /// At most `most` entries from `from` on, each as one line of JSON; `None` where they are not at hand.
    #[must_use]
    pub fn lines(&self, from: u64, most: usize) -> Option<Vec<Arc<str>>> {
        let tail = self.tail();
        let skip = usize::try_from(from.checked_sub(tail.first)?).ok()?;
        Some(tail.lines.iter().skip(skip).take(most).cloned().collect())
    }

    /// Changes whenever the journal grows; ends when the run leaves this process. Whoever listens holds on to it.
    #[must_use]
    pub fn length(&self) -> watch::Receiver<u64> {
        self.length.subscribe()
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        // every change is a push or a pop after which the counts fit: a panic in between is not possible
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::{RunEvent, Timestamp};

    use super::*;

    fn entries(from: u64, to: u64, words: usize) -> Vec<Recorded> {
        let event = || RunEvent::SessionStarted { version: "v".repeat(words), isolation: None };
        (from..to).map(|seq| Recorded { seq, at: Timestamp(1), event: event() }).collect()
    }

    #[test]
    fn the_tail_is_at_hand_and_what_is_older_is_not() {
        let log = LiveLog::new(10);
        let length = log.length();
        assert_eq!(log.lines(10, 5), Some(Vec::new()), "nothing yet");
        assert_eq!(log.lines(9, 5), None, "that is in the journal");
        log.publish(&entries(10, 13, 1));
        assert_eq!(*length.borrow(), 13);
        let lines = log.lines(11, 5).unwrap();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with(r#"{"seq":11,"#), "{}", lines[0]);
        assert_eq!(log.lines(10, 1).unwrap().len(), 1);
    }

    #[test]
    fn nothing_is_kept_while_nobody_listens() {
        let log = LiveLog::new(0);
        log.publish(&entries(0, 5, 1));
        let length = log.length();
        assert_eq!(*length.borrow(), 5);
        assert_eq!(log.lines(4, 1), None, "that is in the journal");
        log.publish(&entries(5, 7, 1));
        assert_eq!(log.lines(5, 9).map(|lines| lines.len()), Some(2));
        drop(length);
        log.publish(&entries(7, 9, 1));
        assert_eq!((log.lines(8, 1), log.lines(9, 1)), (None, Some(Vec::new())));
    }

    #[test]
    fn what_is_kept_is_bounded_by_number_and_by_size() {
        let log = LiveLog::new(0);
        let listening = log.length();
        log.publish(&entries(0, 3 * ENTRIES as u64, 1));
        assert_eq!(log.lines(2 * ENTRIES as u64, usize::MAX).map(|lines| lines.len()), Some(ENTRIES));
        assert_eq!(log.lines(2 * ENTRIES as u64 - 1, 1), None);
        drop(listening);
        let log = LiveLog::new(0);
        let _listening = log.length();
        log.publish(&entries(0, 10, BYTES / 4));
        assert_eq!(log.lines(6, 1), None);
        assert_eq!(log.lines(7, usize::MAX).map(|lines| lines.len()), Some(3));
    }
}
