use std::{pin::pin, time::Duration};

use clade_domain::RunId;
use clade_store::{Carried, Projector, StoreError};
use tokio::time::{MissedTickBehavior, interval};

use super::Role;
use crate::{exit, failure::Failure, output::Output};

/// How often it is said how much is left.
const EVERY: Duration = Duration::from_secs(5);

/// Carries journal entries over by `work`, and says now and then how many are still to go.
pub async fn told<T>(role: Role, projector: &Projector, output: &Output, work: impl Future<Output = T>) -> T {
    let (mut work, mut pulse) = (pin!(work), interval(EVERY));
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pulse.tick().await;
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = pulse.tick() => {}
        }
        // whether the server answers is what the work itself will say
        let Ok(behind) = projector.behind().await else { continue };
        let left: u64 = behind.iter().map(|(_, behind)| behind).sum();
        output.note(format!(
            "{}: {left} journal entries to go; Ctrl-C ends it, and nothing that was carried over is lost",
            role.name()
        ));
    }
}

/// Says of each run that was left out why it was.
///
/// # Errors
/// Where there is one.
pub fn told_of(held: Vec<(RunId, StoreError)>, output: &Output) -> Result<(), Failure> {
    if held.is_empty() {
        return Ok(());
    }
    for run in held {
        Failure::from(Carried::error(run)).tell(output);
    }
    Err(Failure::Exit(exit::ERROR))
}
