//! Races in which candidates join one after another, as a search makes them.

use super::{pool::Draw, regret::run};
use crate::racing::{PolicyKind, Race};

/// The candidate that a policy names after a share of the draw's cells, where the candidates join at even steps during the first
/// `arriving` (0 to 1) of the purse, in the draw's order. Where nothing is worth buying before the next is due, it joins at once.
#[must_use]
pub fn race_open(draw: &Draw<'_>, kind: PolicyKind, fraction: f64, arriving: f64) -> usize {
    let total = draw.cells(fraction);
    let all = draw.prompts.len();
    let mut race = Race::new(kind, 1, draw.pool.examples(), Some(total), draw.seed);
    let mut joined = 1;
    while joined < all {
        let due = (total as f64 * arriving * joined as f64 / all as f64) as usize;
        if race.spent() >= due || race.is_over() {
            race.add();
            joined += 1;
            continue;
        }
        for cell in race.next(usize::MAX) {
            let score = draw.pool.outcome(draw.prompts[cell.candidate], cell.example);
            race.observe(cell.candidate, cell.example, Some(score));
        }
    }
    run(&mut race, draw);
    race.leader().unwrap_or_default()
}
