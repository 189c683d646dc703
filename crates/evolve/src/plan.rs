use clade_domain::{CandidateId, ExampleId, Limit, RunMode, Split};

use crate::{RunState, child_seed, first_look::FirstLook};

/// How a run's budget is laid out before anything is spent, and anew where its limits change while it searches: which examples each stage
/// may meet. It depends on the run's specification, data and limits alone.
///
/// Choosing and proving are reserved first, so that a search can never eat its own evidence. Where the limit on calls is
/// small against the data, each of the two takes at most a quarter of it and meets a fixed random part of its split. What limits in
/// USD and tokens buy is known once the first prompt met some examples: of those a quarter is kept for proving, which meets what is affordable
/// when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Train examples in the order in which a search meets them.
    pub train: Vec<ExampleId>,
    /// Validation examples that finalists may meet, in order.
    pub validation: Vec<ExampleId>,
    /// Test examples that the first and the chosen prompt meet.
    pub test: Vec<ExampleId>,
}

/// What is left for a search, counted in trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// Trials that can still be paid for, choosing and proving left out; infinite without a limit that binds.
    pub trials: f64,
    /// Trials that could be paid for at the very beginning, choosing and proving included; infinite as above.
    pub total: f64,
    /// What one model-written proposal costs, in trials.
    pub proposal: f64,
}

/// The share that choosing may take of what proving leaves.
const SELECTION_SHARE: f64 = 0.1;
/// What a model-written proposal is taken to cost, in trials, where cost or tokens are limited and none was written yet.
const PROPOSAL_TRIALS: f64 = 5.0;

/// How much dearer than those so far a trial of choosing and proving is taken to be, where cost or tokens are limited; but no dearer than
/// the dearest one so far.
const MARGIN: f64 = 1.1;

/// The most that proving may take of a limit in USD or tokens.
const PROOF_SHARE: f64 = 0.25;

/// An answer that cannot be read is paid for twice. Where there was none among `n` calls, the share of such answers is below this over `n`
/// (the rule of three: an upper 95 % bound).
const UNSEEN: f64 = 3.0;
/// So many calls are taken to have shown none before anything was bought.
const UNTRIED: f64 = 100.0;

impl Plan {
    /// Most candidates that meet validation by what the search thinks of them, the first prompt included.
    pub const FINALISTS: usize = 6;

    /// Fewer examples can prove nothing: where no more are affordable, the limit has to be raised.
    pub const LEAST_PROOF: usize = 5;

    /// What a limit on calls is to what proving may take of it.
    pub const CALLS_SHARE: f64 = 4.0;

    /// Most candidates that meet validation: those that people pinned or wrote come on top.
    #[must_use]
    pub fn finalists(state: &RunState) -> usize {
        Self::FINALISTS + state.hand().pinned().count()
    }

    /// Lays a run out.
    #[must_use]
    pub fn of(state: &RunState) -> Self {
        if state.spec().mode == RunMode::Evaluate {
            // every example in order: no stage has a part of its own
            return Self { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
        }
        let train = shuffled(state, Split::Train, 1);
        let mut validation = shuffled(state, Split::Validation, 2);
        let mut test = Self::in_order_of_proof(state);
        if let Some(calls) = state.budget().calls {
            let per_example =
                f64::from(state.spec().task_calls() + state.dataset().judge_calls) * f64::from(state.repeat());
            let quarter = calls as f64 / Self::CALLS_SHARE / per_example;
            cut(&mut validation, quarter / 2.0);
            cut(&mut test, quarter / 2.0);
        }
        Self { train, validation, test }
    }

    /// All test examples in the order in which proving meets them, of which limits leave the first ones.
    #[must_use]
    pub fn in_order_of_proof(state: &RunState) -> Vec<ExampleId> {
        shuffled(state, Split::Test, 3)
    }

    /// What the search can still pay for.
    #[must_use]
    pub fn allowance(&self, state: &RunState) -> Allowance {
        let (choosing, proving) = self.most_trials(state);
        let unlimited = Allowance { trials: f64::INFINITY, total: f64::INFINITY, proposal: 1.0 };
        self.limits(state).into_iter().fold(unlimited, |least, (_, limit)| {
            let total = limit.most / limit.trial;
            let proving = (limit.ending * proving).min(limit.proof);
            let choosing = (limit.ending * choosing).min(SELECTION_SHARE * (limit.most - proving).max(0.0));
            let trials = (limit.most - limit.spent - proving - choosing) / limit.trial;
            let proposal = limit.proposal / limit.trial;
            if trials < least.trials { Allowance { trials, total, proposal } } else { least }
        })
    }

    /// How many trials choosing and proving take, as far as limits let them be bought: what is to be kept of a limit on time.
    #[must_use]
    pub fn closing_trials(&self, state: &RunState) -> (f64, f64) {
        let (choosing, proving) = self.most_trials(state);
        let affordable = |limit: &LimitUse| {
            SELECTION_SHARE * (limit.most / limit.ending - proving.min(limit.proof / limit.ending)).max(0.0)
        };
        (self.limits(state).iter().map(|(_, limit)| affordable(limit)).fold(choosing, f64::min), proving)
    }

    /// The trials of choosing where every finalist meets every validation example, and those of proving.
    fn most_trials(&self, state: &RunState) -> (f64, f64) {
        let trials =
            |prompts: usize, examples: &[ExampleId]| (prompts * examples.len()) as f64 * f64::from(state.repeat());
        (trials(Self::finalists(state), &self.validation), trials(2, &self.test))
    }

    /// How many trials choosing among finalists may take now, so that proving stays paid for.
    #[must_use]
    pub fn selection_trials(&self, state: &RunState) -> f64 {
        let (_, proving) = self.most_trials(state);
        let left =
            |limit: &LimitUse| (limit.most - limit.spent) / limit.ending - proving.min(limit.proof / limit.ending);
        self.limits(state).iter().map(|(_, limit)| left(limit)).fold(f64::INFINITY, f64::min).max(0.0)
    }

    /// How many trials the limits pay for that are not on the account yet, judges and all.
    #[must_use]
    pub fn payable_trials(&self, state: &RunState) -> f64 {
        let left = |limit: &LimitUse| ((limit.most - limit.spent) / limit.trial).max(0.0);
        self.limits(state).iter().map(|(_, limit)| left(limit)).fold(f64::INFINITY, f64::min)
    }

    /// Leaves proving as many test examples as what is left in USD and tokens pays for.
    pub(crate) fn cut_proof(&mut self, state: &RunState) {
        let left = |limit: &LimitUse| (limit.most - limit.spent) / limit.ending / 2.0 / f64::from(state.repeat());
        let dear = self.limits(state).into_iter().filter(|(kind, _)| *kind != Limit::Calls);
        let affordable = dear.map(|(_, limit)| left(&limit)).fold(f64::INFINITY, f64::min);
        if affordable >= Self::LEAST_PROOF as f64 {
            cut(&mut self.test, affordable);
        }
    }

    /// Which limit binds first; [`Limit::Calls`] where none is near.
    #[must_use]
    pub fn binding_limit(&self, state: &RunState) -> Limit {
        let share = |limit: &LimitUse| limit.spent / limit.most.max(f64::MIN_POSITIVE);
        let first = (Limit::Calls, 0.0);
        let shares = self.limits(state).into_iter().map(|(kind, limit)| (kind, share(&limit)));
        shares.fold(first, |a, b| if b.1 > a.1 { b } else { a }).0
    }

    /// The limits whose unit is known: all but USD and tokens before the first trial.
    fn limits(&self, state: &RunState) -> Vec<(Limit, LimitUse)> {
        let budget = state.budget();
        let spent = state.accounted();
        let costs = state.unit_costs();
        let judged = f64::from(state.spec().task_calls() + state.dataset().judge_calls);
        // kept back for what is paid twice: twice the share so far and what may be unseen, since it falls on few calls and so varies
        let wasted = costs.wasted(spent.calls);
        let spare = 1.0 + 2.0 * (wasted + UNSEEN / (UNTRIED + spent.calls as f64));
        let mut leaders = state.generations().last().map(|last| last.survivors.clone()).unwrap_or_default();
        leaders.push(CandidateId(0));
        // searches of earlier journals went by what was paid alone
        let (trial_usd, trial_tokens) = match state.format() >= FirstLook::SINCE {
            true => (costs.likely_usd(), costs.likely_tokens()),
            false => (costs.trial_usd(), costs.trial_tokens()),
        };
        let mut limits = Vec::new();
        if let Some(calls) = budget.calls {
            let proposal = costs.proposal_calls().unwrap_or(1.0);
            limits.push((
                Limit::Calls,
                LimitUse {
                    most: calls as f64,
                    spent: spent.calls as f64,
                    trial: (1.0 + wasted) * judged,
                    ending: spare * judged,
                    proposal,
                    proof: f64::INFINITY,
                },
            ));
        }
        if let (Some(most), Some(trial)) = (budget.usd, trial_usd) {
            let proposal = costs.proposal_usd().unwrap_or(PROPOSAL_TRIALS * trial);
            let dearest = costs.dearest_usd(&leaders).unwrap_or(trial);
            let ending = spare * (MARGIN * dearest).min(costs.most_usd()).max(trial);
            let proof = PROOF_SHARE * most;
            limits.push((Limit::Usd, LimitUse { most, spent: spent.usd.0, trial, ending, proposal, proof }));
        }
        if let (Some(most), Some(trial)) = (budget.tokens, trial_tokens) {
            let proposal = costs.proposal_tokens().unwrap_or(PROPOSAL_TRIALS * trial);
            let spent = (spent.tokens_in + spent.tokens_out) as f64;
            let dearest = costs.dearest_tokens(&leaders).unwrap_or(trial);
            let ending = spare * (MARGIN * dearest).min(costs.most_tokens()).max(trial);
            let (most, proof) = (most as f64, PROOF_SHARE * most as f64);
            limits.push((Limit::Tokens, LimitUse { most, spent, trial, ending, proposal, proof }));
        }
        limits.retain(|(_, limit)| limit.trial > 0.0);
        limits
    }
}

/// A limit with what uses it up, in its own unit.
struct LimitUse {
    most: f64,
    spent: f64,
    trial: f64,
    /// A trial of choosing and proving: of the prompts that lead, which are often the longest.
    ending: f64,
    proposal: f64,
    /// The most that proving may take; without bound where its examples were cut in advance.
    proof: f64,
}

fn shuffled(state: &RunState, split: Split, salt: u64) -> Vec<ExampleId> {
    let seed = state.spec().optimize.splits.seed;
    let mut examples = state.dataset().examples(split);
    examples.sort_by_cached_key(|id| (child_seed(seed, &[salt, u64::from(id.0)]), *id));
    examples
}

fn cut(examples: &mut Vec<ExampleId>, most: f64) {
    examples.truncate((most as usize).max(1));
}
