use clade_domain::{Budget, Limit, Spent, StopReason};

/// Below this share of a limit, an end for its sake needs a word.
const NEARLY_ALL: f64 = 0.75;

/// Why a search ended, in words that follow "the search ended because"; where it left much of the limit that ended it, how much.
pub(crate) fn why(reason: StopReason, budget: &Budget, spent: &Spent) -> String {
    let StopReason::BudgetSpent { limit } = reason else { return reason.to_string() };
    let share = match limit {
        Limit::Calls => budget.calls.map(|most| spent.calls as f64 / most as f64),
        Limit::Usd => budget.usd.map(|most| spent.usd.0 / most),
        Limit::Tokens => budget.tokens.map(|most| (spent.tokens_in + spent.tokens_out) as f64 / most as f64),
        // time runs on by itself
        Limit::Minutes => None,
    };
    match share.filter(|share| *share < NEARLY_ALL) {
        Some(share) => format!(
            "{reason}; {:.0} % of that limit is spent in all: a further step of this search was reckoned to take more than was left beside it, and \
             what choosing and proving did not need is left over",
            100.0 * share
        ),
        None => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::Usd;

    use super::*;

    #[test]
    fn an_end_far_from_the_limit_says_so() {
        let reason = StopReason::BudgetSpent { limit: Limit::Usd };
        let budget = Budget { usd: Some(2.0), ..Budget::default() };
        let spent = |usd: f64| Spent { usd: Usd(usd), ..Spent::default() };
        assert!(why(reason, &budget, &spent(0.5)).contains("; 25 % of that limit is spent in all"));
        assert_eq!(why(reason, &budget, &spent(1.9)), reason.to_string());
        assert_eq!(why(StopReason::TargetReached, &budget, &spent(0.1)), StopReason::TargetReached.to_string());
    }
}
