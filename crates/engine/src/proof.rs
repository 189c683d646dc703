use clade_domain::Budget;
use clade_evolve::{Plan, RunState};

/// What is to be said of limits under which a run that starts from another can prove nothing: a check refuses them in a run file, and whoever
/// branches may want a look without a proof. Tokens and US dollars are reckoned by what trials of the other run took.
#[must_use]
pub fn unprovable(from: &RunState, budget: &Budget) -> Option<String> {
    let least = Plan::LEAST_PROOF as f64;
    if f64::from(from.dataset().counts().test) < least {
        return None;
    }
    // the first prompt and another one
    let trials = 2.0 * least * f64::from(from.repeat());
    let calls = Plan::CALLS_SHARE * trials * f64::from(from.spec().task_calls() + from.dataset().judge_calls);
    let costs = from.unit_costs();
    let below = |most: Option<f64>, takes: Option<f64>| most.zip(takes).filter(|(most, takes)| most < takes);
    let said = if let Some((most, takes)) = below(budget.calls.map(|most| most as f64), Some(calls)) {
        (format!("{most} calls"), format!("{takes:.0} calls"))
    } else if let Some((most, takes)) =
        below(budget.tokens.map(|most| most as f64), costs.trial_tokens().map(|one| trials * one))
    {
        (format!("{most} tokens"), format!("{:.0} tokens", takes.ceil()))
    } else if let Some((most, takes)) = below(budget.usd, costs.trial_usd().map(|one| trials * one)) {
        (format!("{most} USD"), format!("{takes:.6} USD"))
    } else {
        return None;
    };
    let (most, takes) = said;
    Some(format!(
        "a budget of {most} does not pay for a proof: {least} test examples are the fewest that can show a gain, and that takes {takes} or more; \
         raise it before the run ends, or take its prompts without evidence"
    ))
}
