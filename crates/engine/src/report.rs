use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use clade_domain::{
    CandidateId, Evidence, ExampleId, Headroom, Isolation, KeptState, RejectReason, RunId, RunMode, Spent, Split,
    StopReason,
};
use clade_evolve::{
    RunState,
    state::{Cells, comparable, trade_offs},
    statistics,
};
use clade_store::{RunStatus, RunSummary, Store, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    answered_by::{evidence, model_called, model_id, task_models},
    ended_early,
    operators::{self, GainShown, OperatorReport},
};

/// A run's result: what `--json` ends with and `clade show --json` prints. Fields are only ever added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunReport {
    /// The run.
    pub run: RunId,
    /// Where it stands.
    pub status: RunStatus,
    /// Whether any of its models is simulated: then no figure here says anything about a real model.
    pub simulated: bool,
    /// The first prompt as text; null for evaluations.
    pub seed_prompt: Option<String>,
    /// The chosen prompt, or the best so far; null for evaluations.
    pub best: Option<BestPrompt>,
    /// What the search handed on to be chosen from, the best score first; empty before it has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finalists: Vec<Finalist>,
    /// Where there are several objectives: the finalists that no other one beats in all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub front: Vec<FrontPrompt>,
    /// The comparison on the test split; null before it is measured.
    pub evidence: Option<Evidence>,
    /// The task models by what people call them, in the order in which they serve; empty where one serves all generations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_models: Vec<String>,
    /// The run that this one branches from: its comparison met the same test examples. Whoever branched because of its test score should take a gain
    /// with care.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_of: Option<RunId>,
    /// What its code was executed in; null where the run has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<SandboxReport>,
    /// What there was to gain, estimated before the search began; null where the strategy estimates nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headroom: Option<Headroom>,
    /// What each operator earned, in order of name; empty where the strategy records no verdicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<OperatorReport>,
    /// What the best prompt gained over the one that it descends from, which the operators' gains are shares of; null where it is a first prompt, or
    /// was not compared yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_shown: Option<GainShown>,
    /// Each prompt of `clade eval`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<EvaluatedPrompt>,
    /// How much it tried.
    pub counts: Counts,
    /// What was bought.
    pub spent: Spent,
    /// Why the search ended; null while it has not.
    pub finish_reason: Option<String>,
    /// The same in words that follow "the search ended because".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_detail: Option<String>,
    /// Why it is paused or failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What the code of a run was executed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SandboxReport {
    /// The weakest isolation that any of its sessions had; null before the first, and where an older version wrote it.
    pub isolation: Option<Isolation>,
    /// The kept state that its sandboxes started from, or are to start from where it has no trial yet; null where that is an empty folder.
    pub from: Option<String>,
    /// The newest states that were kept of candidates' own sandboxes, in order of candidate: `clade branch` starts from them.
    pub kept: Vec<KeptState>,
    /// Leading candidates that had no sandbox when states were kept last, and of which none was kept before.
    #[serde(default)]
    pub without: Vec<CandidateId>,
    /// Why others could not be kept then; empty where all could.
    #[serde(default)]
    pub not_kept: String,
}

/// How much a run tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Candidates, the user's prompts included.
    pub candidates: u64,
    /// Generations that were closed after the first one, which holds the user's prompts.
    pub generations: u64,
    /// Proposals turned away before anything was spent on evaluating them.
    pub turned_away: u32,
    /// Of those, proposals that the reflection model's length limit cut off.
    #[serde(default)]
    pub proposals_cut: u32,
    /// Trials, with or without a score: as many as the journal has, and as exports have rows.
    pub trials: u64,
    /// Of those, second answers of the first prompt, which the noise between repeats is estimated from; they are part of no score.
    #[serde(default)]
    pub repeats: u64,
    /// Of those, answers that came when they counted no more, as of a search that had ended; they are part of no score.
    #[serde(default)]
    pub late: u64,
    /// Trials without a score; they count as 0.
    pub failed: u64,
    /// Trials whose answer had no text.
    #[serde(default)]
    pub empty: u64,
    /// Trials whose answer was cut off at the model's length limit.
    #[serde(default)]
    pub cut: u64,
    /// Trials whose answer was bought by an equal call of the same run: the account has it once.
    #[serde(default)]
    pub shared: u64,
}

/// The prompt that a run hands back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BestPrompt {
    /// Its name in the run, such as `c12`.
    pub candidate: String,
    /// As text.
    pub prompt: String,
    /// The generation it came from.
    pub generation: u32,
    /// Whether validation chose it, or it only leads so far.
    pub chosen: bool,
    /// Mean score on each split it met.
    pub scores: BTreeMap<Split, f64>,
    /// Those of these splits whose scores chose it, so that they flatter it: the best of many is the luckiest too. Only the test split is a claim.
    #[serde(default)]
    pub biased: Vec<Split>,
}

/// A prompt among which one is chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finalist {
    /// Its name in the run, such as `c12`.
    pub candidate: String,
    /// The split that finalists are compared on: validation, or train where none met that.
    pub split: Split,
    /// How many different examples of it this one met: a race gives those up early that fall behind.
    pub examples: u32,
    /// Mean score on them; null where it met none.
    pub score: Option<f64>,
}

/// A finalist on the Pareto front of the run's objectives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrontPrompt {
    /// Its name in the run, such as `c12`.
    pub candidate: String,
    /// As text.
    pub prompt: String,
    /// The split that its values are of: validation, or train without one.
    pub split: Split,
    /// How many different examples of it this one met.
    #[serde(default)]
    pub examples: u32,
    /// Its value of each objective by metric: scores in [0, 1], `prompt_tokens` in tokens, `cost` in USD and `latency` in milliseconds
    /// for each trial.
    pub values: BTreeMap<String, f64>,
}

/// One prompt of `clade eval`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvaluatedPrompt {
    /// Its name in the run, such as `c0`.
    pub candidate: String,
    /// The user's label.
    pub label: String,
    /// As text.
    pub prompt: String,
    /// The model that answered: its label, where it has one of its own.
    pub model: String,
    /// The id of that model, such as `openai:chat:gpt-5-mini`.
    #[serde(default)]
    pub model_id: String,
    /// Trials with or without a score.
    pub trials: u32,
    /// Trials without a score; they count as 0.
    pub errors: u32,
    /// Mean score in [0, 1]; nothing where there is no trial.
    pub score: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end of its 95 % interval.
    pub ci_high: Option<f64>,
    /// Share of examples that pass; nothing where there is no trial.
    pub pass_rate: Option<f64>,
    /// Means of the named scores.
    pub named_scores: BTreeMap<String, f64>,
    /// Where examples are repeated: for k from 1 to the number of repeats, the unbiased estimate of the share of examples that at
    /// least one of k outputs solves, with a score of 1. Over the examples that have all their repeats.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pass_at: BTreeMap<u32, f64>,
}

impl RunReport {
    /// A run's result as its journal and its answer log have it, so that it is the same whenever it is asked for.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub async fn read(store: &Arc<dyn Store>, state: &RunState, row: &RunSummary) -> Result<Self, StoreError> {
        Ok(Self::new(state, row, account(store.as_ref(), state).await?))
    }

    /// The report of a run from its state, its row and what the ledger or the store says was paid.
    #[must_use]
    pub fn new(state: &RunState, row: &RunSummary, spent: Spent) -> Self {
        let optimize = state.spec().mode == RunMode::Optimize;
        let text = |id| state.candidate(id).map(|candidate| candidate.prompt.to_text());
        Self {
            run: state.run().clone(),
            status: row.status,
            simulated: row.simulated,
            seed_prompt: optimize.then(|| text(CandidateId(0))).flatten(),
            best: if optimize { best(state) } else { None },
            finalists: finalists(state),
            front: front(state),
            evidence: evidence(state),
            task_models: task_models(state),
            branch_of: state.branch_of().map(|(run, ..)| run.clone()),
            sandbox: sandbox(state),
            headroom: state.headroom().cloned(),
            operators: operators::account(state),
            gain_shown: operators::shown(state),
            prompts: if optimize { Vec::new() } else { evaluated(state) },
            counts: Counts {
                candidates: state.candidates().len() as u64,
                generations: state.generations().len().saturating_sub(1) as u64,
                turned_away: state.rejected_total(),
                proposals_cut: turned_away(state, RejectReason::Cut),
                trials: state.trials() + state.apart().trials(),
                repeats: state.apart().repeats,
                late: state.apart().late,
                failed: state.failed() + state.apart().failed,
                empty: state.empty() + state.apart().empty,
                cut: state.cut() + state.apart().cut,
                shared: (state.bought() + state.apart().bought).saturating_sub(spent.task_calls),
            },
            finish_detail: state.stop().map(|reason| ended_early::why(reason, state.budget(), &spent)),
            spent,
            finish_reason: state.stop().map(finish_reason),
            detail: row.detail.clone(),
        }
    }
}

/// Proposals that were turned away for a reason.
fn turned_away(state: &RunState, reason: RejectReason) -> u32 {
    state.rejected().iter().filter(|((_, why), _)| *why == reason).map(|(_, n)| n).sum()
}

/// What a run has paid: the sum of its rows in the answer log. Where its ledger once stated more, the log's rows belong to another run, as after an
/// import into a store that had the answers already; then the journal's account counts. The bills of events say nothing of that: equal
/// requests are bought once and billed to each event.
///
/// # Errors
/// Where the log cannot be read.
pub async fn account(store: &dyn Store, state: &RunState) -> Result<Spent, StoreError> {
    Ok(settled(store.paid(state.run().clone()).await?, state))
}

/// As [`account`], where the sum of the log's rows is at hand.
#[must_use]
pub fn settled(paid: Spent, state: &RunState) -> Spent {
    let accounted = *state.accounted();
    if state.stated_calls() > paid.calls {
        return accounted;
    }
    Spent { seconds: accounted.seconds, cache_hits: accounted.cache_hits, ..paid }
}

fn sandbox(state: &RunState) -> Option<SandboxReport> {
    let spec = state.spec().sandbox.as_ref()?;
    let sandboxes = state.sandboxes();
    let newest: BTreeMap<CandidateId, &KeptState> =
        sandboxes.all().iter().flat_map(|kept| &kept.states).map(|kept| (kept.candidate, kept)).collect();
    let last = sandboxes.all().last();
    let without = last.map(|kept| kept.without.as_slice()).unwrap_or_default();
    Some(SandboxReport {
        isolation: sandboxes.weakest(),
        from: if state.trials() == 0 { spec.from.clone() } else { sandboxes.started_from().map(str::to_owned) },
        without: without.iter().copied().filter(|id| !newest.contains_key(id)).collect(),
        not_kept: last.map(|kept| kept.detail.clone()).unwrap_or_default(),
        kept: newest.into_values().cloned().collect(),
    })
}

fn best(state: &RunState) -> Option<BestPrompt> {
    let candidate = state.candidate(state.best())?;
    let splits = [Split::Train, Split::Validation, Split::Test];
    let scores: BTreeMap<Split, f64> =
        splits.into_iter().filter_map(|s| Some((s, state.score(candidate.id, s)?))).collect();
    Some(BestPrompt {
        candidate: candidate.id.to_string(),
        prompt: candidate.prompt.to_text(),
        generation: candidate.generation,
        chosen: state.chosen() == Some(candidate.id),
        biased: scores.keys().copied().filter(|split| *split != Split::Test).collect(),
        scores,
    })
}

/// How many different examples of a split a candidate met.
fn met(state: &RunState, id: CandidateId, split: Split) -> u32 {
    state.cells(id).map_or(0, |cells| cells.examples(split))
}

fn finalists(state: &RunState) -> Vec<Finalist> {
    let (split, _) = comparable(state);
    let ids: BTreeSet<CandidateId> = state.finalists().iter().copied().collect();
    let finalist = |id: CandidateId| Finalist {
        candidate: id.to_string(),
        split,
        examples: met(state, id, split),
        score: state.score(id, split),
    };
    let mut finalists: Vec<Finalist> = ids.into_iter().map(finalist).collect();
    finalists.sort_by(|a, b| b.score.unwrap_or(-1.0).total_cmp(&a.score.unwrap_or(-1.0)));
    finalists
}

fn front(state: &RunState) -> Vec<FrontPrompt> {
    let objectives = &state.spec().optimize.objectives;
    if objectives.len() < 2 {
        return Vec::new();
    }
    let (split, _) = comparable(state);
    let member = |(id, values): (CandidateId, Vec<f64>)| {
        Some(FrontPrompt {
            candidate: id.to_string(),
            prompt: state.candidate(id)?.prompt.to_text(),
            split,
            examples: met(state, id, split),
            values: objectives.iter().map(|o| o.metric.clone()).zip(values).collect(),
        })
    };
    trade_offs(state).into_iter().filter_map(member).collect()
}

fn evaluated(state: &RunState) -> Vec<EvaluatedPrompt> {
    state
        .candidates()
        .map(|candidate| {
            let cells = state.cells(candidate.id);
            let scores = cells.map_or_else(Vec::new, |cells| by_example(cells, candidate.id, state.repeat()));
            let tried = !scores.is_empty();
            let trials_of_all: f64 = scores.iter().map(|(_, trials)| f64::from(*trials)).sum();
            let score = scores.iter().fold(0.0, |sum, (score, _)| sum + score) / trials_of_all.max(1.0);
            // repeats of an example say nothing of other examples
            let means: Vec<f64> = scores.iter().map(|(score, trials)| score / f64::from(*trials)).collect();
            let interval = statistics::mean_ci(&means, 0.95, state.spec().seed);
            let trials = cells.map_or(0, |c| c.trials(Split::Test));
            let passed = cells.map_or(0, |c| c.passed(Split::Test));
            EvaluatedPrompt {
                candidate: candidate.id.to_string(),
                label: candidate.note.clone(),
                prompt: candidate.prompt.to_text(),
                model: model_called(state, candidate.id),
                model_id: model_id(state, candidate.id),
                trials,
                errors: cells.map_or(0, |c| c.failed(Split::Test)),
                score: tried.then_some(score),
                ci_low: tried.then_some(interval.low),
                ci_high: tried.then_some(interval.high),
                pass_rate: (trials > 0).then(|| f64::from(passed) / f64::from(trials)),
                named_scores: cells.map(|c| c.named_scores(Split::Test)).unwrap_or_default(),
                pass_at: pass_at(state, candidate.id),
            }
        })
        .collect()
}

/// The sum of the scores on each example that was met, with how often.
fn by_example(cells: &Cells, candidate: CandidateId, repeat: u32) -> Vec<(f64, u32)> {
    let mut scores: Vec<(f64, u32)> = Vec::with_capacity(cells.len() / repeat.max(1) as usize);
    let mut before = None;
    for (cell, found) in cells.iter(candidate, repeat) {
        match scores.last_mut() {
            Some((sum, trials)) if before == Some(cell.example) => (*sum, *trials) = (*sum + found.score, *trials + 1),
            _ => scores.push((found.score, 1)),
        }
        before = Some(cell.example);
    }
    scores
}

/// pass@k of a prompt whose examples are repeated; empty where they are not.
fn pass_at(state: &RunState, candidate: CandidateId) -> BTreeMap<u32, f64> {
    let repeat = state.repeat();
    let Some(cells) = state.cells(candidate).filter(|_| repeat > 1) else { return BTreeMap::new() };
    let mut solved: BTreeMap<ExampleId, (u32, u32)> = BTreeMap::new();
    for (cell, outcome) in cells.iter(candidate, repeat) {
        let (outputs, right) = solved.entry(cell.example).or_default();
        *outputs += 1;
        *right += u32::from(outcome.score >= 1.0 - f64::EPSILON);
    }
    let whole: Vec<u32> = solved.into_values().filter(|(n, _)| *n == repeat).map(|(_, right)| right).collect();
    let mean = |k| {
        let estimates: Vec<f64> = whole.iter().filter_map(|c| statistics::pass_at_k(repeat, *c, k)).collect();
        (!estimates.is_empty()).then(|| (k, estimates.iter().sum::<f64>() / estimates.len() as f64))
    };
    (1..=repeat).filter_map(mean).collect()
}

/// A reason as one word for machines, with the limit where it has one.
fn finish_reason(reason: StopReason) -> String {
    match reason {
        StopReason::Evaluated => "evaluated".into(),
        StopReason::BudgetSpent { limit } => format!("budget_spent_{}", limit.to_string().to_lowercase()),
        StopReason::MaxGenerations => "max_generations".into(),
        StopReason::NoImprovement => "no_improvement".into(),
        StopReason::TargetReached => "target_reached".into(),
        StopReason::NothingToGain => "nothing_to_gain".into(),
        StopReason::NothingNew => "nothing_new".into(),
        StopReason::Stopped => "stopped".into(),
    }
}
