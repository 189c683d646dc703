//! Races in which all candidates are there from the start.

use super::pool::Draw;
use crate::racing::{PolicyKind, Race, board::best};

/// The candidate that a policy names after a share of the draw's cells.
#[must_use]
pub fn race_closed(draw: &Draw<'_>, kind: PolicyKind, fraction: f64) -> usize {
    let total = draw.cells(fraction);
    let mut race = Race::new(kind, draw.prompts.len(), draw.pool.examples(), Some(total), draw.seed);
    run(&mut race, draw);
    race.leader().unwrap_or_default()
}

/// The candidate with the highest mean over every cell: what no policy can know for less than the whole price.
#[must_use]
pub fn all_known(draw: &Draw<'_>) -> usize {
    let examples = 0..draw.pool.examples();
    let sum = |&prompt: &usize| examples.clone().map(|example| draw.pool.outcome(prompt, example)).sum::<f64>();
    best(&draw.prompts.iter().map(sum).collect::<Vec<f64>>()).unwrap_or_default()
}

/// Buys what the race asks for until it is over.
pub(super) fn run(race: &mut Race, draw: &Draw<'_>) {
    loop {
        let cells = race.next(usize::MAX);
        if cells.is_empty() {
            return;
        }
        for cell in cells {
            let score = draw.pool.outcome(draw.prompts[cell.candidate], cell.example);
            race.observe(cell.candidate, cell.example, Some(score));
        }
    }
}
