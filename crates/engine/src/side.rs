use std::sync::Arc;

use clade_domain::{Assertion, Budget, CandidateId, ContentHash, Evidence, ExampleId, RunId, Spent, Split};
use clade_evolve::RunState;
use clade_store::{Estimate, RunStatus, RunSummary, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EngineError, RunReport, estimate, replay_state};

/// A run as one side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// The run.
    pub run: RunId,
    /// Where it stands.
    pub status: RunStatus,
    /// The user's words for it.
    pub description: String,
    /// The strategy.
    pub strategy: String,
    /// The task model.
    pub model: String,
    /// Whether any of its models is simulated.
    pub simulated: bool,
    /// The identity of its data: of the examples and their checks in order. Null from a server that does not tell.
    #[serde(default)]
    pub data: Option<ContentHash>,
    /// Where its data came from, for people.
    #[serde(default)]
    pub source: String,
    /// The checks of its first example by name: what its scores mean.
    #[serde(default)]
    pub checks: Vec<String>,
    /// The seed of all its randomness.
    pub seed: u64,
    /// Its limits.
    pub budget: Budget,
    /// What it bought.
    pub spent: Spent,
    /// Candidates, the user's prompts included.
    pub candidates: usize,
    /// Proposals turned away.
    pub rejected: u32,
    /// The comparison with its first prompt on the test split; null before it is measured.
    pub evidence: Option<Evidence>,
    /// The best on train so far, as each generation closed.
    pub curve: Vec<Step>,
}

/// A side with the state of its run, for what needs single examples.
pub type SideWithState = (Side, RunState);

/// How a run stood at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Answered calls so far.
    pub calls: u64,
    /// US dollars so far.
    pub usd: f64,
    /// The highest fitness on train examples so far.
    pub best: f64,
    /// The candidate that reached it. Null from a server that does not tell.
    #[serde(default)]
    pub candidate: Option<CandidateId>,
    /// Its own answers on train examples, with their interval.
    #[serde(default)]
    pub own: Option<Estimate>,
}

impl Side {
    /// Reads a run from its journal.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn read(store: &Arc<dyn Store>, row: &RunSummary) -> Result<SideWithState, EngineError> {
        let state = replay_state(store, &row.run).await?;
        let (candidates, curve) = (state.candidates().len(), Self::curve(&state));
        let report = RunReport::read(store, &state, row).await?;
        let dataset = state.dataset();
        let first = store.examples(dataset.hash, vec![ExampleId(0)]).await?;
        let checks = first.iter().flat_map(|example| example.asserts.iter()).map(named).collect();
        let side = Self {
            run: row.run.clone(),
            status: row.status,
            description: row.description.clone(),
            strategy: row.strategy.clone(),
            model: row.model.clone(),
            simulated: row.simulated,
            data: Some(dataset.hash),
            source: dataset.source.clone(),
            checks,
            seed: state.spec().seed,
            budget: *state.budget(),
            spent: report.spent,
            candidates,
            rejected: state.rejected_total(),
            evidence: report.evidence.filter(|evidence| evidence.n > 0),
            curve,
        };
        Ok((side, state))
    }

    /// The best on train so far, as each generation of a run closed.
    fn curve(state: &RunState) -> Vec<Step> {
        let mut best: Option<(f64, CandidateId)> = None;
        let step = |closed: &clade_evolve::state::ClosedGeneration| {
            for (fitness, candidate) in closed.fitness.iter().copied().zip(closed.survivors.iter().copied()) {
                if best.is_none_or(|(before, _)| fitness > before) {
                    best = Some((fitness, candidate));
                }
            }
            let (best, candidate) = best?;
            let own = estimate(state, candidate, Split::Train);
            Some(Step { calls: closed.calls, usd: closed.usd, best, candidate: Some(candidate), own })
        };
        state.generations().iter().filter_map(step).collect()
    }
}

/// A check as people name it: its metric's name with what judges it.
fn named(check: &Assertion) -> String {
    let not = if check.negated { "not-" } else { "" };
    match &check.metric {
        Some(metric) if *metric != check.kind => format!("{metric} ({not}{})", check.kind),
        _ => format!("{not}{}", check.kind),
    }
}
