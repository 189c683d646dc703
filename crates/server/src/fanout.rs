use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use clade_domain::RunId;
use clade_engine::LiveLog;
use tokio::{sync::watch, time::Instant};

/// Most entries sent in one piece.
pub(crate) const PART: usize = 500;
/// Pieces are cut so far apart at least: what comes meanwhile goes along, so that hundreds of listeners cost one write each and not one for
/// every entry.
const APART: Duration = Duration::from_millis(20);
/// Pieces kept for listeners that are a little behind the others.
const PIECES: usize = 16;
/// Bytes of them; the last one is kept whatever its size.
const BYTES: usize = 2 << 20;

/// What the listeners of each run that goes on here have in common.
#[derive(Debug, Default)]
pub(crate) struct Fanouts(Mutex<HashMap<RunId, Weak<Fanout>>>);

impl Fanouts {
    /// What the listeners of a run share; there as long as one of them holds it.
    pub fn of(&self, run: &RunId, live: &Arc<LiveLog>) -> Arc<Fanout> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // a run that was put down and started again has another log
        let known = all.get(run).and_then(Weak::upgrade).filter(|known| known.follows(live));
        known.unwrap_or_else(|| {
            all.retain(|_, fanout| fanout.strong_count() > 0);
            let new = Arc::new(Fanout::new(live.clone()));
            all.insert(run.clone(), Arc::downgrade(&new));
            new
        })
    }
}

/// A run's new entries, cut into pieces as they are sent. Whoever comes first cuts one, and all others send the same bytes: an entry is
/// written out once, however many listen.
#[derive(Debug)]
pub(crate) struct Fanout {
    live: Arc<LiveLog>,
    length: watch::Receiver<u64>,
    cut: Mutex<Cut>,
}

#[derive(Debug)]
struct Cut {
    /// In order, most of them each behind the one before.
    pieces: VecDeque<Piece>,
    /// When the next may be cut.
    due: Instant,
}

/// Entries as server-sent events.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    first: u64,
    /// The number of the first entry behind it.
    pub end: u64,
    pub bytes: Bytes,
}

/// What a listener finds.
#[derive(Debug)]
pub(crate) enum Found {
    /// What it sends next.
    Piece(Piece),
    /// There is more, and it is sent from then on.
    Later(Instant),
    /// Nothing new.
    Nothing,
    /// What it has not seen is in the journal alone.
    Behind,
}

impl Fanout {
    fn new(live: Arc<LiveLog>) -> Self {
        let cut = Mutex::new(Cut { pieces: VecDeque::new(), due: Instant::now() });
        Self { length: live.length(), live, cut }
    }

    /// Whether it shows what grows in this log.
    pub fn follows(&self, live: &Arc<LiveLog>) -> bool {
        Arc::ptr_eq(&self.live, live)
    }

    /// Changes whenever the journal grows.
    pub fn length(&self) -> watch::Receiver<u64> {
        self.length.clone()
    }

    /// What comes next for a listener that has seen all entries before `from`.
    pub fn next(&self, from: u64, now: Instant) -> Found {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(piece) = cut.pieces.iter().find(|piece| piece.first == from) {
            return Found::Piece(piece.clone());
        }
        let ends = cut.pieces.iter().map(|piece| if piece.first > from { piece.first } else { piece.end });
        // one that begins within a piece, or before them all, goes to an end of the others' pieces and is with them from there on
        if let Some(end) = ends.filter(|end| *end > from).min() {
            let most = usize::try_from(end - from).unwrap_or(PART).min(PART);
            return self.piece(from, most).map_or(Found::Behind, |piece| piece.map_or(Found::Nothing, Found::Piece));
        }
        if now < cut.due {
            return Found::Later(cut.due);
        }
        match self.piece(from, PART) {
            None => Found::Behind,
            Some(None) => Found::Nothing,
            Some(Some(piece)) => {
                if piece.end - piece.first < PART as u64 {
                    cut.due = now + APART;
                }
                cut.keep(piece.clone());
                Found::Piece(piece)
            }
        }
    }

    /// At most so many entries as they are sent: `None` where they are not at hand, and none where there are none.
    fn piece(&self, first: u64, most: usize) -> Option<Option<Piece>> {
        let lines = self.live.lines(first, most)?;
        let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 64).sum());
        let mut end = first;
        for line in &lines {
            event(&mut text, end, line);
            end += 1;
        }
        Some((end > first).then(|| Piece { first, end, bytes: text.into() }))
    }
}

impl Cut {
    fn keep(&mut self, piece: Piece) {
        self.pieces.push_back(piece);
        let size = |pieces: &VecDeque<Piece>| pieces.iter().map(|piece| piece.bytes.len()).sum::<usize>();
        while self.pieces.len() > PIECES || (self.pieces.len() > 1 && size(&self.pieces) > BYTES) {
            self.pieces.pop_front();
        }
    }
}

/// Adds an entry as a server-sent event.
pub(crate) fn event(text: &mut String, seq: u64, line: &str) {
    text.push_str("id: ");
    text.push_str(&seq.to_string());
    text.push_str("\nevent: entry\ndata: ");
    text.push_str(line);
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use clade_domain::{Recorded, RunEvent, Timestamp};

    use super::*;

    fn publish(live: &LiveLog, from: u64, to: u64) {
        let event = |seq: u64| RunEvent::SessionStarted { version: seq.to_string(), isolation: None };
        let entries: Vec<Recorded> =
            (from..to).map(|seq| Recorded { seq, at: Timestamp(1), event: event(seq) }).collect();
        live.publish(&entries);
    }

    fn fanout(length: u64) -> (Arc<LiveLog>, Arc<Fanout>) {
        let live = Arc::new(LiveLog::new(length));
        let fanout = Fanouts::default().of(&"aaaa1111".parse().unwrap(), &live);
        (live, fanout)
    }

    fn piece(found: Found) -> Piece {
        match found {
            Found::Piece(piece) => piece,
            other => panic!("no piece: {other:?}"),
        }
    }

    fn numbers(piece: &Piece) -> Vec<u64> {
        let text = std::str::from_utf8(&piece.bytes).unwrap();
        let numbers = text.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap());
        numbers.collect()
    }

    #[test]
    fn all_listeners_send_the_same_bytes_and_what_comes_soon_after_goes_together() {
        let (live, fanout) = fanout(7);
        let now = Instant::now();
        assert!(matches!(fanout.next(7, now), Found::Nothing));
        assert!(matches!(fanout.next(6, now), Found::Behind), "that was before anybody listened");
        publish(&live, 7, 9);
        let (a, b) = (piece(fanout.next(7, now)), piece(fanout.next(7, now)));
        assert_eq!(numbers(&a), [7, 8]);
        assert_eq!(a.bytes.as_ptr(), b.bytes.as_ptr());
        assert!(a.bytes.starts_with(b"id: 7\nevent: entry\ndata: {\"seq\":7,"), "{a:?}");
        publish(&live, 9, 10);
        let Found::Later(due) = fanout.next(9, now) else { panic!("it was sent at once") };
        publish(&live, 10, 12);
        assert_eq!(numbers(&piece(fanout.next(9, due))), [9, 10, 11]);
    }

    #[test]
    fn whoever_comes_in_between_or_is_slow_loses_nothing_and_is_soon_with_the_others() {
        let (live, fanout) = fanout(0);
        let mut now = Instant::now();
        publish(&live, 0, 10);
        assert_eq!(piece(fanout.next(0, now)).end, 10);
        assert_eq!(numbers(&piece(fanout.next(4, now))), [4, 5, 6, 7, 8, 9]);
        let mut ends = vec![10];
        for part in 1..=2 * PIECES as u64 {
            now += APART;
            publish(&live, part * 10, part * 10 + 10);
            ends.push(piece(fanout.next(part * 10, now)).end);
        }
        for start in 0..330 {
            let (mut at, mut seen) = (start, Vec::new());
            while let Found::Piece(piece) = fanout.next(at, now) {
                seen.extend(numbers(&piece));
                at = piece.end;
            }
            assert_eq!(seen, (start..330).collect::<Vec<_>>());
        }
        assert_eq!(ends.len(), 33);
        assert!(matches!(fanout.next(330, now), Found::Later(_)));
    }

    #[test]
    fn a_crowd_of_entries_is_sent_without_waiting() {
        let (live, fanout) = fanout(0);
        let now = Instant::now();
        publish(&live, 0, 2 * PART as u64 + 1);
        let ends: Vec<u64> = [0, 1, 2].map(|n| piece(fanout.next(n * PART as u64, now)).end).into();
        assert_eq!(ends, [500, 1_000, 1_001]);
    }

    #[test]
    fn a_run_that_goes_on_again_has_listeners_of_its_own() {
        let (all, run) = (Fanouts::default(), "aaaa1111".parse().unwrap());
        let [first, second] = [0, 5].map(|length| Arc::new(LiveLog::new(length)));
        let held = all.of(&run, &first);
        assert!(Arc::ptr_eq(&held, &all.of(&run, &first)));
        assert!(all.of(&run, &second).follows(&second));
    }
}
