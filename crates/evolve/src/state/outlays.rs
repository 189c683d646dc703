use std::collections::BTreeMap;

use clade_domain::{Bill, OperatorName};

use super::sum::Sum;

/// What each operator's proposals, and the search's trials of what they became, cost by the bills of events. Independent of the order of events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outlays(BTreeMap<OperatorName, Outlay>);

/// What an operator cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outlay {
    /// Answered calls.
    pub calls: u64,
    /// Of those, whose price is unknown.
    pub unpriced: u64,
    usd: Sum,
}

impl Outlay {
    /// US dollars, as far as prices are known.
    #[must_use]
    pub fn usd(&self) -> f64 {
        self.usd.get()
    }
}

impl Outlays {
    pub(super) fn add(&mut self, operator: &OperatorName, bill: Bill) {
        if bill.is_empty() {
            return;
        }
        let outlay = self.0.entry(operator.clone()).or_default();
        outlay.calls += u64::from(bill.calls);
        outlay.unpriced += u64::from(bill.unpriced);
        outlay.usd.add(bill.cost.0);
    }

    /// What an operator cost so far.
    #[must_use]
    pub fn of(&self, operator: &OperatorName) -> Outlay {
        self.0.get(operator).copied().unwrap_or_default()
    }
}
