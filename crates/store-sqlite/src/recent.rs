use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use clade_domain::{Recorded, RunEvent, RunId, Timestamp};

/// Runs whose last entries are kept.
const RUNS: usize = 16;
/// Most entries of all of them together: what a run at full rate appends between two looks of what is kept up with it, which are half
/// a second apart.
const ENTRIES: usize = 8_192;
/// Most bytes of them, as they are written.
const BYTES: usize = 4 << 20;

/// The last entries of the journals that grow in this process, once they are durable. Entries never change, so whoever reads on in a
/// run that goes on here need not parse what was just written.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<Tails>);

/// In order of who grew last.
#[derive(Debug, Default)]
struct Tails {
    tails: VecDeque<Tail>,
    entries: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Tail {
    run: RunId,
    entries: VecDeque<(Recorded, usize)>,
    bytes: usize,
}

impl Recent {
    /// Takes in events that are durable as the entries from `first` on, with their sizes.
    pub fn add(&self, run: &RunId, first: u64, at: Timestamp, events: Vec<RunEvent>, sizes: &[usize]) {
        let mut all = self.tails();
        let mut tail = all.take(run).unwrap_or_else(|| Tail { run: run.clone(), entries: VecDeque::new(), bytes: 0 });
        match tail.entries.back().map_or(first, |(last, _)| last.seq + 1).cmp(&first) {
            std::cmp::Ordering::Equal => {}
            // somebody else wrote between: what is kept has no gaps
            std::cmp::Ordering::Less => (tail.entries, tail.bytes) = (VecDeque::new(), 0),
            // a later batch came here first
            std::cmp::Ordering::Greater => return all.put(tail),
        }
        for ((event, seq), size) in events.into_iter().zip(first..).zip(sizes) {
            tail.bytes += size;
            tail.entries.push_back((Recorded { seq, at, event }, *size));
        }
        all.put(tail);
    }

    /// `limit` entries from `from` on; `None` where not all of them are at hand.
    pub fn read(&self, run: &RunId, from: u64, limit: u32) -> Option<Vec<Recorded>> {
        let all = self.tails();
        let tail = all.tails.iter().rev().find(|tail| tail.run == *run)?;
        let skip = usize::try_from(from.checked_sub(tail.entries.front()?.0.seq)?).ok()?;
        let end = skip.checked_add(usize::try_from(limit).ok()?)?;
        (end <= tail.entries.len()).then(|| tail.entries.range(skip..end).map(|(entry, _)| entry.clone()).collect())
    }

    fn tails(&self) -> MutexGuard<'_, Tails> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tails {
    /// What is kept of a run, taken out.
    fn take(&mut self, run: &RunId) -> Option<Tail> {
        let at = self.tails.iter().position(|tail| tail.run == *run)?;
        let tail = self.tails.remove(at)?;
        self.entries -= tail.entries.len();
        self.bytes -= tail.bytes;
        Some(tail)
    }

    /// Puts it back as the one that grew last. The oldest entries of those that did not grow for longest give way.
    fn put(&mut self, tail: Tail) {
        self.entries += tail.entries.len();
        self.bytes += tail.bytes;
        self.tails.push_back(tail);
        while self.tails.len() > RUNS || self.entries > ENTRIES || self.bytes > BYTES {
            let Some(mut oldest) = self.tails.pop_front() else { return };
            let is_only = self.tails.is_empty();
            while let Some((_, size)) = oldest.entries.pop_front() {
                (oldest.bytes, self.bytes, self.entries) = (oldest.bytes - size, self.bytes - size, self.entries - 1);
                if self.entries <= ENTRIES && self.bytes <= BYTES && self.tails.len() < RUNS {
                    break;
                }
            }
            if !oldest.entries.is_empty() || is_only {
                self.tails.push_front(oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str) -> RunId {
        format!("run-{name}").parse().unwrap()
    }

    fn add(recent: &Recent, name: &str, first: u64, count: usize, size: usize) {
        let events = (0..count)
            .map(|n| RunEvent::SessionStarted { version: format!("{}", first + n as u64), isolation: None })
            .collect();
        recent.add(&run(name), first, Timestamp(7), events, &vec![size; count]);
    }

    fn seqs(found: Option<Vec<Recorded>>) -> Option<Vec<u64>> {
        found.map(|entries| entries.iter().map(|entry| entry.seq).collect())
    }

    #[test]
    fn what_is_at_hand_whole_is_given() {
        let recent = Recent::default();
        add(&recent, "a", 10, 3, 1);
        add(&recent, "a", 13, 2, 1);
        assert_eq!(seqs(recent.read(&run("a"), 11, 3)), Some(vec![11, 12, 13]));
        assert_eq!(seqs(recent.read(&run("a"), 10, 5)), Some(vec![10, 11, 12, 13, 14]));
        assert_eq!(recent.read(&run("a"), 10, 6), None, "there may be more in the file");
        assert_eq!(recent.read(&run("a"), 9, 2), None);
        assert_eq!(recent.read(&run("b"), 10, 1), None);
        let entry = recent.read(&run("a"), 12, 1).unwrap().pop().unwrap();
        assert_eq!(
            (entry.at, entry.event),
            (Timestamp(7), RunEvent::SessionStarted { version: "12".into(), isolation: None })
        );
    }

    #[test]
    fn there_are_no_gaps() {
        let recent = Recent::default();
        add(&recent, "a", 0, 3, 1);
        add(&recent, "a", 5, 2, 1);
        assert_eq!(recent.read(&run("a"), 2, 1), None, "entries 3 and 4 were written elsewhere");
        add(&recent, "a", 3, 2, 1);
        assert_eq!(seqs(recent.read(&run("a"), 5, 2)), Some(vec![5, 6]), "a batch that comes late changes nothing");
        assert_eq!(recent.read(&run("a"), 3, 1), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let recent = Recent::default();
        add(&recent, "a", 0, 3 * ENTRIES, 1);
        assert_eq!(recent.read(&run("a"), 2 * ENTRIES as u64 - 1, 1), None);
        assert!(recent.read(&run("a"), 2 * ENTRIES as u64, ENTRIES as u32).is_some());
        // what goes on takes the room of what does not
        add(&recent, "c", 0, 5, 1);
        assert_eq!(recent.read(&run("a"), 2 * ENTRIES as u64 + 4, 1), None);
        assert!(recent.read(&run("a"), 2 * ENTRIES as u64 + 5, 1).is_some());
        add(&recent, "b", 0, 10, BYTES / 4);
        assert_eq!(recent.read(&run("b"), 5, 1), None);
        assert!(recent.read(&run("b"), 6, 4).is_some());
        (0..RUNS).for_each(|n| add(&recent, &format!("r{n}"), 0, 1, 1));
        assert_eq!(recent.read(&run("a"), 2 * ENTRIES as u64, 1), None);
        assert!(recent.read(&run("r0"), 0, 1).is_some());
    }
}
