use std::collections::BTreeMap;

use clade_domain::{Bill, CandidateId, Trial, Usd};

use super::sum::Sum;

/// What trials and proposals cost on average, as far as they were paid for: what a search needs to know to weigh one against
/// the other. Independent of the order of events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnitCosts {
    trials: Paid,
    /// The trials of each candidate: a longer prompt costs more.
    each: BTreeMap<CandidateId, Paid>,
    most: Most,
    proposals: Paid,
    /// What trials would have cost whose answers the cache had for nothing.
    cached: Paid,
    /// What writing each candidate cost.
    written: BTreeMap<CandidateId, Paid>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Paid {
    n: u64,
    calls: u64,
    /// Calls whose price is unknown.
    unpriced: u64,
    tokens: u64,
    usd: Sum,
}

/// What the dearest trial so far cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Most {
    usd: f64,
    tokens: u64,
}

impl Paid {
    fn add(&mut self, bill: Bill) {
        self.calls += u64::from(bill.calls);
        self.unpriced += u64::from(bill.unpriced);
        self.tokens += bill.usage.total();
        self.usd.add(bill.cost.0);
    }

    fn priced(&self) -> Option<Usd> {
        (self.unpriced == 0).then(|| Usd(self.usd.get()))
    }

    fn mean(&self, sum: f64) -> Option<f64> {
        (self.n > 0).then(|| sum / self.n as f64)
    }
}

impl UnitCosts {
    pub(super) fn add_trial(&mut self, trial: &Trial) {
        let bill = trial.task_bill();
        if bill.is_empty() {
            if trial.cached {
                self.cached.n += 1;
                self.cached.add(Bill::of(trial.usage, trial.cost));
                self.cached.add(trial.judge);
            }
            return;
        }
        for paid in [&mut self.trials, self.each.entry(trial.cell.candidate).or_default()] {
            paid.n += 1;
            paid.add(bill);
            paid.add(trial.judge);
        }
        self.most.usd = self.most.usd.max(bill.cost.0 + trial.judge.cost.0);
        self.most.tokens = self.most.tokens.max(bill.usage.total() + trial.judge.usage.total());
    }

    pub(super) fn add_proposal(&mut self, bill: Bill) {
        if !bill.is_empty() {
            self.proposals.n += 1;
            self.proposals.add(bill);
        }
    }

    pub(super) fn add_written(&mut self, candidate: CandidateId, bill: Bill) {
        self.add_proposal(bill);
        if !bill.is_empty() {
            self.written.entry(candidate).or_default().add(bill);
        }
    }

    /// How many trials of a candidate were paid for, on whatever split, and what they cost with their judges; `None` in the place of a sum of
    /// which a price is unknown.
    #[must_use]
    pub fn answers(&self, candidate: CandidateId) -> (u64, Option<Usd>) {
        self.each.get(&candidate).map_or((0, Some(Usd(0.0))), |paid| (paid.n, paid.priced()))
    }

    /// What writing a candidate cost; 0 where no call was paid for it, `None` where a price is unknown.
    #[must_use]
    pub fn writing(&self, candidate: CandidateId) -> Option<Usd> {
        self.written.get(&candidate).map_or(Some(Usd(0.0)), Paid::priced)
    }

    /// Mean USD of a paid trial, its judges included.
    #[must_use]
    pub fn trial_usd(&self) -> Option<f64> {
        self.trials.mean(self.trials.usd.get())
    }

    /// Mean tokens of a paid trial, its judges included.
    #[must_use]
    pub fn trial_tokens(&self) -> Option<f64> {
        self.trials.mean(self.trials.tokens as f64)
    }

    /// Mean USD of a paid trial, its judges included; before the first one, what those would have cost that the cache had.
    #[must_use]
    pub fn likely_usd(&self) -> Option<f64> {
        self.trial_usd().or_else(|| self.cached.mean(self.cached.usd.get()))
    }

    /// The same in tokens.
    #[must_use]
    pub fn likely_tokens(&self) -> Option<f64> {
        self.trial_tokens().or_else(|| self.cached.mean(self.cached.tokens as f64))
    }

    /// USD of the dearest paid trial, its judges included; 0 where none was paid.
    #[must_use]
    pub fn most_usd(&self) -> f64 {
        self.most.usd
    }

    /// The same in tokens.
    #[must_use]
    pub fn most_tokens(&self) -> f64 {
        self.most.tokens as f64
    }

    /// Mean USD of a paid trial of the dearest of these candidates, its judges included; of all trials where none of theirs was paid.
    #[must_use]
    pub fn dearest_usd(&self, candidates: &[CandidateId]) -> Option<f64> {
        self.dearest(candidates, |paid| paid.usd.get())
    }

    /// The same in tokens.
    #[must_use]
    pub fn dearest_tokens(&self, candidates: &[CandidateId]) -> Option<f64> {
        self.dearest(candidates, |paid| paid.tokens as f64)
    }

    fn dearest(&self, candidates: &[CandidateId], sum: impl Fn(&Paid) -> f64) -> Option<f64> {
        let each = candidates.iter().filter_map(|id| self.each.get(id)).filter_map(|paid| paid.mean(sum(paid)));
        each.reduce(f64::max).or_else(|| self.trials.mean(sum(&self.trials)))
    }

    /// Mean USD of a paid proposal.
    #[must_use]
    pub fn proposal_usd(&self) -> Option<f64> {
        self.proposals.mean(self.proposals.usd.get())
    }

    /// Mean tokens of a paid proposal.
    #[must_use]
    pub fn proposal_tokens(&self) -> Option<f64> {
        self.proposals.mean(self.proposals.tokens as f64)
    }

    /// The share of calls that were paid for and brought nothing, of so many in all: answers that could not be read are on the account and on
    /// no bill. A lower bound: equal requests are bought once and billed in each event, which hides some.
    #[must_use]
    pub fn wasted(&self, calls: u64) -> f64 {
        let billed = self.trials.calls + self.proposals.calls;
        calls.saturating_sub(billed) as f64 / billed.max(1) as f64
    }

    /// Mean calls of a paid proposal.
    #[must_use]
    pub fn proposal_calls(&self) -> Option<f64> {
        self.proposals.mean(self.proposals.calls as f64)
    }
}
