use clade_domain::{RunEvent, Timestamp};

/// The running time of a run: what ended sessions state, and for a session without an end, which a kill leaves, the time
/// from its start to its last entry.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Clock {
    /// Seconds of earlier sessions.
    before: f64,
    /// The first and the last entry of the session at hand.
    session: Option<(Timestamp, Timestamp)>,
}

impl Clock {
    /// Takes an entry in.
    pub fn apply(&mut self, at: Timestamp, event: &RunEvent) {
        match (event, &mut self.session) {
            (RunEvent::SessionStarted { .. }, _) => *self = Self { before: self.seconds(), session: Some((at, at)) },
            (RunEvent::SessionEnded { spent, .. }, _) => *self = Self { before: spent.seconds, session: None },
            // limits may change between sessions, long after the one before was killed
            (RunEvent::BudgetChanged { .. } | RunEvent::Steered { .. }, _) | (_, None) => {}
            // the clock of the day may be set back
            (_, Some((_, last))) => *last = at.max(*last),
        }
    }

    /// Seconds until the last entry.
    #[expect(clippy::cast_precision_loss, reason = "sessions last less than 2^53 milliseconds")]
    pub fn seconds(&self) -> f64 {
        self.before + self.session.map_or(0.0, |(first, last)| (last.0 - first.0).max(0) as f64 / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::{Budget, CandidateId, Spent};

    use super::*;

    #[test]
    fn sessions_without_an_end_count_up_to_their_last_entry() {
        let started = || RunEvent::SessionStarted { version: String::new(), isolation: None };
        let ended =
            |seconds| RunEvent::SessionEnded { reason: String::new(), spent: Spent { seconds, ..Spent::default() } };
        let work = || RunEvent::CandidateChosen { candidate: CandidateId(0) };
        let budget = || RunEvent::BudgetChanged { budget: Budget::default() };
        // milliseconds, the entry, and the seconds of running time after it
        let story = [
            (500, work(), 0.0),
            (1_000, started(), 0.0),
            (3_500, work(), 2.5),
            (3_400, work(), 2.5),
            (4_000, work(), 3.0),
            // killed; a day later the limits change, and the run is taken up again
            (86_400_000, budget(), 3.0),
            (86_401_000, started(), 3.0),
            (86_403_000, work(), 5.0),
            (86_404_000, ended(6.25), 6.25),
            (99_000_000, budget(), 6.25),
            (99_000_000, started(), 6.25),
            (98_000_000, work(), 6.25),
            (99_001_000, budget(), 6.25),
            (99_002_000, work(), 8.25),
        ];
        let mut clock = Clock::default();
        for (at, event, expected) in story {
            clock.apply(Timestamp(at), &event);
            assert_eq!(clock.seconds(), expected, "{at}: {event:?}");
        }
    }
}
