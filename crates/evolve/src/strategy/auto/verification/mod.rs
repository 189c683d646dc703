mod priced;

use super::{
    belief::{Belief, ERROR, likelihood, scored_right},
    degrees::Degrees,
};

/// What an edit may be: it mends failures, it does nothing, or it breaks what worked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Odds {
    /// It mends.
    pub useful: f64,
    /// It does nothing.
    pub neutral: f64,
    /// It breaks.
    pub harmful: f64,
}

impl Odds {
    fn normal(self) -> Self {
        let sum = self.useful + self.neutral + self.harmful;
        Self { useful: self.useful / sum, neutral: self.neutral / sum, harmful: self.harmful / sum }
    }

    /// Between two opinions.
    pub(super) fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: f64, b: f64| a * (1.0 - share) + b * share;
        Self {
            useful: mix(self.useful, other.useful),
            neutral: mix(self.neutral, other.neutral),
            harmful: mix(self.harmful, other.harmful),
        }
    }
}

/// What a verification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Does the edit mend what it was made for, and break nothing?
    Edit,
    /// Did the deleted sentence do harm? Most did not: what mends no failure is given up at once.
    Review,
    /// Does less do as well?
    Simpler,
}

/// Probability of harm up to which a reviewed sentence is let go, and from which it is deleted.
const ACQUITTED: f64 = 0.08;
const CONVICTED: f64 = 0.85;

/// What a verification asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Next {
    /// Buy these examples.
    Buy(Vec<usize>),
    /// It is over.
    Over(Outcome),
}

/// How a verification ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Outcome {
    /// Take the child.
    Accept,
    /// It does not solve what it was made for.
    Missed,
    /// It breaks what its parent solved, or a deleted sentence is missed.
    Breaks,
    /// It gains less than it costs in the other objectives.
    Outweighed,
    /// Nothing was shown within the allowance.
    Unclear,
}

/// How much is bought to decide, and when it is enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stakes {
    /// Most examples bought.
    pub most: usize,
    /// Examples bought at once.
    pub batch: usize,
    /// Least information in nats for which an example is worth its price.
    pub information: f64,
    /// Probability of an improvement up to which an edit is dropped.
    pub drop_below: f64,
    /// Whether examples that the parent solves guard against harm.
    pub guard: bool,
}

/// The mean and the worth of a Beta belief.
#[derive(Debug, Clone, Copy)]
struct Rate {
    a: f64,
    b: f64,
}

impl Rate {
    fn mean(self) -> f64 {
        self.a / (self.a + self.b)
    }
}

/// The hypothesis that an example is to tell about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Useful,
    Harmful,
}

/// A sequential test of one edit: it buys the example that tells most about what is still open, until the edit is accepted,
/// rejected, or out of allowance. First whether it mends (on its targets), then whether it breaks (on what the parent solves).
#[derive(Debug, Clone)]
pub(super) struct Verification {
    question: Question,
    stakes: Stakes,
    odds: Odds,
    /// How often a useful edit mends an example that it was not made for.
    mends: Rate,
    /// How often a harmful edit breaks an example.
    breaks: Rate,
    /// Rate of a useful edit on its own targets.
    on_target: f64,
    /// Examples that come first: targets of an edit, or what a deleted sentence once mended.
    first: Vec<usize>,
    seen: Vec<(usize, f64)>,
    targets_mended: usize,
    /// Where scores are degrees: then differences decide.
    degrees: Option<Degrees>,
}

impl Verification {
    pub(super) fn edit(odds: Odds, targets: Vec<usize>, on_target: f64, stakes: Stakes) -> Self {
        let (mends, breaks) = (Rate { a: 1.0, b: 8.0 }, Rate { a: 1.5, b: 3.5 });
        Self::new(Question::Edit, odds.normal(), mends, breaks, on_target, targets, stakes)
    }

    pub(super) fn review(odds: Odds, failures: Vec<usize>, on_target: f64, stakes: Stakes) -> Self {
        let (mends, breaks) = (Rate { a: 1.0, b: 3.0 }, Rate { a: 1.0, b: 4.0 });
        Self::new(Question::Review, odds.normal(), mends, breaks, on_target, failures, stakes)
    }

    /// A prompt with less in it, of which half do harm.
    pub(super) fn simpler(stakes: Stakes) -> Self {
        let odds = Odds { useful: 0.02, neutral: 0.48, harmful: 0.5 };
        let (mends, breaks) = (Rate { a: 1.0, b: 8.0 }, Rate { a: 1.5, b: 3.5 });
        Self::new(Question::Simpler, odds, mends, breaks, 0.0, Vec::new(), stakes)
    }

    fn new(
        question: Question,
        odds: Odds,
        mends: Rate,
        breaks: Rate,
        on_target: f64,
        first: Vec<usize>,
        stakes: Stakes,
    ) -> Self {
        Self {
            question,
            stakes,
            odds,
            mends,
            breaks,
            on_target,
            first,
            seen: Vec::new(),
            targets_mended: 0,
            degrees: None,
        }
    }

    /// The same where scores are degrees, with the parent's scores by place.
    pub(super) fn by_degrees(self, before: Vec<Option<f64>>) -> Self {
        Self { degrees: Some(Degrees::new(before)), ..self }
    }

    pub(super) fn odds(&self) -> Odds {
        self.odds
    }

    pub(super) fn seen(&self) -> &[(usize, f64)] {
        &self.seen
    }

    pub(super) fn question(&self) -> Question {
        self.question
    }

    /// What the child's scores tell of its parent, which stays.
    pub(super) fn inform(&self, belief: &mut Belief) {
        if self.degrees.is_some() {
            return;
        }
        let Odds { useful, neutral, harmful } = self.odds;
        for (example, score) in &self.seen {
            let of = |[u, n, h]: [f64; 3]| useful * u + neutral * n + harmful * h;
            belief.infer(*example, *score, [of(self.solves(*example, 1.0)), of(self.solves(*example, 0.0))]);
        }
    }

    /// Of the targets that were bought, those that are solved now.
    pub(super) fn targets_mended(&self) -> usize {
        self.targets_mended
    }

    /// Expected gain in mean score over all examples, and its standard deviation over the three hypotheses.
    pub(super) fn gain(&self, belief: &Belief) -> (f64, f64) {
        if let Some(degrees) = &self.degrees {
            return degrees.effect();
        }
        let n = belief.len().max(1) as f64;
        let solved = belief.all();
        let mended = solved.iter().map(|b| (1.0 - b) * self.mends.mean()).sum::<f64>() / n;
        let broken = -solved.iter().map(|b| b * self.breaks.mean()).sum::<f64>() / n;
        let Odds { useful, harmful, .. } = self.odds;
        let mean = useful * mended + harmful * broken;
        let square = useful * mended * mended + harmful * broken * broken;
        (mean, (square - mean * mean).max(0.0).sqrt())
    }

    /// The belief about an example once the child has taken over, from the belief about its parent.
    pub(super) fn carried(&self, example: usize, b: f64) -> f64 {
        if let Some(degrees) = &self.degrees {
            return b + degrees.effect().0;
        }
        let Odds { useful, neutral, harmful } = self.odds;
        let [u, n, h] = self.solves(example, b);
        useful * u + neutral * n + harmful * h
    }

    /// Takes in the child's score on an example.
    pub(super) fn observe(&mut self, belief: &Belief, example: usize, score: f64) {
        if let Some(degrees) = &mut self.degrees {
            let better = degrees.observe(example, score).is_some_and(|difference| difference > 0.0);
            self.odds = degrees.odds();
            self.targets_mended += usize::from(better && self.first.contains(&example));
            self.seen.push((example, score));
            return;
        }
        let b = belief.solved(example);
        let [u, n, h] = self.solves(example, b);
        let own = self.odds;
        self.odds = Odds {
            useful: own.useful * likelihood(u, score),
            neutral: own.neutral * likelihood(n, score),
            harmful: own.harmful * likelihood(h, score),
        }
        .normal();
        if self.is_first(example) {
            self.targets_mended += usize::from(score > 0.5);
        } else {
            // the rates of this edit, on examples that were not chosen by it
            let (right, wrong) = (score, 1.0 - score);
            let (p_useful, p_harmful) = (scored_right(u), scored_right(h));
            self.mends.a += right * (1.0 - b) * (1.0 - ERROR / p_useful);
            self.mends.b += wrong * (1.0 - b);
            self.breaks.b += right * b;
            self.breaks.a += wrong * b * (1.0 - ERROR / (1.0 - p_harmful));
        }
        self.seen.push((example, score));
    }

    /// What to do next. `price` is what the child costs in other objectives than the score, in points of fitness; below 0 it saves.
    pub(super) fn next(&self, belief: &Belief, price: f64) -> Next {
        let bought = self.seen.len();
        let waiting: Vec<usize> =
            self.first.iter().copied().filter(|i| !self.seen.iter().any(|(seen, _)| seen == i)).collect();
        if let Some(degrees) = &self.degrees {
            return self.next_by_degrees(degrees, waiting, price);
        }
        match self.question {
            Question::Edit => self.weighed(self.next_of_edit(belief, bought, waiting), belief, price),
            Question::Review => self.next_of_review(belief, bought, waiting),
            Question::Simpler => self.next_of_simpler(belief, bought, price),
        }
    }

    fn next_of_edit(&self, belief: &Belief, bought: usize, waiting: Vec<usize>) -> Next {
        let Odds { useful, neutral, harmful } = self.odds;
        let m = belief.mean();
        // what a useful edit can still gain against what a harmful one would cost
        let ratio = (0.06 + 0.14 * m).min(0.5 * (1.0 - m)) / (0.25 * m + 0.01);
        let harm_most = (0.03 * ratio).clamp(0.003, 0.06);
        let harm_price = (3.0 / ratio).clamp(1.0, 30.0);
        let worth_it = useful - 0.3 * neutral - harm_price * harmful > 0.0;
        if useful <= self.stakes.drop_below && bought > 0 {
            let missed = !self.first.is_empty() && self.targets_mended == 0;
            return Next::Over(if missed { Outcome::Missed } else { Outcome::Breaks });
        }
        let guarded = !self.stakes.guard || harmful <= harm_most;
        // without a failure that it was made for, an edit has more to show
        let enough = if self.first.is_empty() { 0.8 } else { 0.5 };
        if useful >= enough && guarded && (waiting.is_empty() || bought >= self.first.len()) {
            return Next::Over(Outcome::Accept);
        }
        let by_value = if worth_it { Outcome::Accept } else { Outcome::Unclear };
        if bought >= self.stakes.most {
            return Next::Over(by_value);
        }
        if !waiting.is_empty() {
            return Next::Buy(waiting);
        }
        let solved = belief.all();
        let mut found = Vec::new();
        if !guarded {
            found = self.tell_most(solved, |i, b| b > 0.5 && !self.knows(i), Side::Harmful);
        }
        // with nothing to guard, a review finds the harm once there is more to lose
        if !guarded && found.is_empty() && useful >= 0.5 {
            return Next::Over(by_value);
        }
        let dull = found.first().is_none_or(|(information, _)| *information < self.stakes.information);
        if dull && (found.is_empty() || useful < 0.5) {
            found = self.tell_most(solved, |i, _| !self.knows(i), Side::Useful);
        }
        match found.first() {
            Some((information, _)) if *information >= self.stakes.information => {
                Next::Buy(found.into_iter().take(self.stakes.batch).map(|(_, example)| example).collect())
            }
            _ => Next::Over(by_value),
        }
    }

    /// One test for whatever is tried: the targets first, then whatever else the parent was seen on, until it is clear whether the effect is more than
    /// the price.
    fn next_by_degrees(&self, degrees: &Degrees, waiting: Vec<usize>, price: f64) -> Next {
        let (seen, worth_it) = (degrees.seen(), degrees.above(price));
        if (seen >= 2 && worth_it >= 0.95) || (seen >= 4 && worth_it >= 0.9) {
            return Next::Over(Outcome::Accept);
        }
        if seen >= 2 && worth_it <= 0.15 {
            return Next::Over(match self.targets_mended {
                _ if price > 0.0 && self.odds.useful > 0.5 => Outcome::Outweighed,
                0 => Outcome::Missed,
                _ => Outcome::Breaks,
            });
        }
        if self.seen.len() < self.stakes.most {
            if !waiting.is_empty() {
                return Next::Buy(waiting);
            }
            let from = self.first.first().copied().unwrap_or(0);
            let open: Vec<usize> =
                degrees.known(from).filter(|place| !self.knows(*place)).take(self.stakes.batch).collect();
            if !open.is_empty() {
                return Next::Buy(open);
            }
        }
        Next::Over(if worth_it >= 0.8 { Outcome::Accept } else { Outcome::Unclear })
    }

    fn next_of_review(&self, belief: &Belief, bought: usize, waiting: Vec<usize>) -> Next {
        let Odds { useful, harmful, .. } = self.odds;
        if harmful >= 0.9 {
            return Next::Over(Outcome::Breaks);
        }
        // only failures that the incumbent was seen on can convict: what is merely believed of it may be wrong
        if bought > 0 && useful <= ACQUITTED {
            return Next::Over(Outcome::Unclear);
        }
        if useful >= CONVICTED && harmful <= 0.05 {
            return Next::Over(Outcome::Accept);
        }
        let by_value = if useful >= 0.5 && harmful < 0.1 { Outcome::Accept } else { Outcome::Unclear };
        if bought >= self.stakes.most {
            return Next::Over(by_value);
        }
        if let Some(first) = waiting.first() {
            return Next::Buy(vec![*first]);
        }
        if useful < 0.5 {
            return Next::Over(Outcome::Unclear);
        }
        let found = self.tell_most(belief.all(), |i, b| b > 0.5 && !self.knows(i), Side::Harmful);
        match found.first() {
            Some((information, _)) if *information >= self.stakes.information => {
                Next::Buy(found.into_iter().take(self.stakes.batch).map(|(_, example)| example).collect())
            }
            _ => Next::Over(by_value),
        }
    }

    fn knows(&self, example: usize) -> bool {
        self.seen.iter().any(|(seen, _)| *seen == example)
    }

    fn is_first(&self, example: usize) -> bool {
        self.first.contains(&example)
    }

    /// The probabilities that the child truly solves an example, under each hypothesis, where its parent does with `b`.
    fn solves(&self, example: usize, b: f64) -> [f64; 3] {
        let first = self.is_first(example);
        let mends = if first { self.on_target } else { self.mends.mean() };
        [b + (1.0 - b) * mends, b, b * (1.0 - self.breaks.mean())]
    }

    /// Examples by how much their outcome tells about one hypothesis against the others, in nats, the most first.
    fn tell_most(&self, solved: &[f64], allowed: impl Fn(usize, f64) -> bool, side: Side) -> Vec<(f64, usize)> {
        let mine = match side {
            Side::Useful => self.odds.useful,
            Side::Harmful => self.odds.harmful,
        };
        let of = |own: Odds, p: [f64; 3]| own.useful * p[0] + own.neutral * p[1] + own.harmful * p[2];
        let mut found: Vec<(f64, usize)> = solved
            .iter()
            .enumerate()
            .filter(|(i, b)| allowed(*i, **b))
            .map(|(i, b)| {
                let p = self.solves(i, *b).map(scored_right);
                let all = of(self.odds, p);
                let one = if side == Side::Useful { p[0] } else { p[2] };
                let rest = (all - mine * one) / (1.0 - mine).max(1e-9);
                let information = entropy(all) - mine * entropy(one) - (1.0 - mine) * entropy(rest);
                (information, i)
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found
    }
}

/// The entropy of a coin in nats.
fn entropy(p: f64) -> f64 {
    let p = p.clamp(1e-12, 1.0 - 1e-12);
    -p * p.ln() - (1.0 - p) * (1.0 - p).ln()
}
