//! A limit on minutes: what is kept of it for the stages to come, and what happens when it is met.

use std::time::Duration;

use clade_domain::{Limit, RunMode};
use clade_evolve::state::Phase;

use crate::{Control, RunOutcome, Runner};

/// What calls under way get when a limit on minutes is met, as a share of it, and at least.
const GRACE: f64 = 0.1;
const LEAST_GRACE: Duration = Duration::from_secs(10);

/// How much slower the end of a run is taken to be than what came before.
const SLOWER: f64 = 1.25;
/// The least and the most of a limit on minutes that is kept for the end.
const KEPT: (f64, f64) = (0.05, 0.5);
/// The same before anything is known of the pace.
const KEPT_UNKNOWN: f64 = 0.2;

/// The seconds of `most` that are to be kept for `trials` at a pace of so many a second.
fn kept(trials: f64, pace: f64, most: f64) -> f64 {
    let share = if pace > 0.0 { SLOWER * trials / pace / most } else { KEPT_UNKNOWN };
    most * share.clamp(KEPT.0, KEPT.1)
}

impl Runner {
    /// Ends a search early enough for choosing and proving to have their time, a choice early enough for proving, and the run when its
    /// time is out: calls that wait for a place are not begun then, and those under way, most likely paid for, get a little longer.
    pub(crate) fn watch_the_clock(&mut self, control: &Control, stop: &mut Option<RunOutcome>) {
        let Some(minutes) = self.conductor.state().budget().minutes else { return };
        let (seconds, most) = (self.spent().seconds, minutes * 60.0);
        if seconds >= most {
            stop.get_or_insert(RunOutcome::BudgetSpent { limit: Limit::Minutes });
            control.drain.cancel();
            if seconds >= most + (most * GRACE).max(LEAST_GRACE.as_secs_f64()) {
                control.abandon.cancel();
            }
        } else if seconds > most - self.time_kept(seconds, most) {
            self.conductor.limit_spent(Limit::Minutes);
        }
    }

    /// The seconds of `most` that stages to come will take, by the pace so far.
    fn time_kept(&self, seconds: f64, most: f64) -> f64 {
        let state = self.conductor.state();
        let (choosing, proving) = self.conductor.plan().closing_trials(state);
        let to_come = match state.phase() {
            Phase::Search if self.spec.mode == RunMode::Optimize => choosing + proving,
            Phase::Selection => proving,
            _ => return 0.0,
        };
        // what the cache has takes no time
        let bought = state.trials().saturating_sub(state.accounted().cache_hits);
        kept(to_come, bought as f64 / seconds.max(f64::MIN_POSITIVE), most)
    }
}
