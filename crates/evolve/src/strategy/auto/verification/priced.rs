//! What a verification decides where something else than scores counts too.

use super::{Next, Outcome, Side, Verification};
use crate::strategy::auto::belief::Belief;

/// Least saving in points of fitness that is worth showing: for less, more examples would be needed than a verification may buy.
const LEAST_SAVING: f64 = 0.005;
/// Fewest examples on which something simpler must have held up.
const HELD_UP: usize = 6;

impl Verification {
    /// An edit that would be taken must gain more than it costs. While that is open, failures that it was not made for tell how
    /// much it mends.
    pub(super) fn weighed(&self, next: Next, belief: &Belief, price: f64) -> Next {
        let gain = self.gain(belief).0;
        if next != Next::Over(Outcome::Accept) || price <= 0.0 || gain > price {
            return next;
        }
        let failing = self.tell_most(belief.all(), |i, b| b < 0.5 && !self.knows(i), Side::Useful);
        if gain < 0.5 * price || failing.is_empty() || self.seen.len() >= self.stakes.most {
            return Next::Over(Outcome::Outweighed);
        }
        Next::Buy(failing.into_iter().take(self.stakes.batch).map(|(_, example)| example).collect())
    }

    /// Something simpler must hold up until what it is expected to break is less than what it saves.
    pub(super) fn next_of_simpler(&self, belief: &Belief, bought: usize, price: f64) -> Next {
        if self.odds.harmful >= 0.8 {
            return Next::Over(Outcome::Breaks);
        }
        if bought >= HELD_UP && self.gain(belief).0 > price {
            return Next::Over(Outcome::Accept);
        }
        // a cost or a latency is known once the child has answered
        if bought >= self.stakes.most || bought >= HELD_UP / 2 && price > -LEAST_SAVING {
            return Next::Over(Outcome::Unclear);
        }
        let found = self.tell_most(belief.all(), |i, b| b > 0.5 && !self.knows(i), Side::Harmful);
        if found.is_empty() {
            return Next::Over(Outcome::Unclear);
        }
        Next::Buy(found.into_iter().take(self.stakes.batch).map(|(_, example)| example).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Odds, Question, Stakes},
        *,
    };

    const STAKES: Stakes = Stakes { most: 30, batch: 1, information: 0.004, drop_below: 0.26, guard: true };

    /// Twenty examples that the incumbent solves, and ten that it does not.
    fn belief() -> Belief {
        let mut belief = Belief::new(30);
        belief.carry_over(|place, _| if place < 20 { 0.97 } else { 0.03 });
        belief
    }

    /// Buys what a verification asks for, until it is over; returns how it ended, and after how many examples.
    fn carried_out(mut verification: Verification, price: f64, score: impl Fn(usize) -> f64) -> (Outcome, usize) {
        let belief = belief();
        loop {
            match verification.next(&belief, price) {
                Next::Over(outcome) => return (outcome, verification.seen().len()),
                Next::Buy(places) => {
                    places.iter().for_each(|place| verification.observe(&belief, *place, score(*place)))
                }
            }
        }
    }

    #[test]
    fn an_edit_must_gain_more_than_it_costs() {
        let edit = || {
            let odds = Odds { useful: 0.33, neutral: 0.4, harmful: 0.27 };
            Verification::edit(odds, vec![25], 0.5, STAKES)
        };
        let mends = |others: f64| move |place: usize| if place < 20 || place == 25 { 1.0 } else { others };
        let (free, seen) = carried_out(edit(), 0.0, mends(0.0));
        assert_eq!(free, Outcome::Accept);
        assert_eq!(carried_out(edit(), 0.9, mends(1.0)), (Outcome::Outweighed, seen));
        // whether it is worth its price shows on failures that it was not made for
        let price = 0.045;
        assert_eq!(carried_out(edit(), price, mends(0.0)).0, Outcome::Outweighed);
        let (worth_it, more) = carried_out(edit(), price, mends(1.0));
        assert_eq!(worth_it, Outcome::Accept);
        assert!(more > seen, "{more} of {seen}");
    }

    #[test]
    fn something_simpler_must_hold_up() {
        let (outcome, seen) = carried_out(Verification::simpler(STAKES), -0.05, |_| 1.0);
        assert_eq!(outcome, Outcome::Accept);
        assert!((HELD_UP..20).contains(&seen), "{seen}");
        let (_, longer) = carried_out(Verification::simpler(STAKES), -0.01, |_| 1.0);
        assert!(longer > seen, "a smaller saving asks for more: {longer} after {seen}");
        assert_eq!(carried_out(Verification::simpler(STAKES), -0.05, |_| 0.0).0, Outcome::Breaks);
        assert_eq!(carried_out(Verification::simpler(STAKES), 0.01, |_| 1.0).0, Outcome::Unclear);
        assert_eq!(Verification::simpler(STAKES).question(), Question::Simpler);
    }
}
