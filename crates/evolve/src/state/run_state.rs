mod reading;

use std::collections::{BTreeMap, HashMap};

use clade_domain::{
    Budget, Candidate, CandidateId, ContentHash, DatasetSummary, Evidence, ExampleId, Headroom, ModelRole, Objective,
    OperatorName, Purpose, Recorded, RejectReason, RunEvent, RunId, RunSpec, SlotId, Spent, StopReason, Trial,
    TrialOutcome, Verdict, VerdictReason,
};

use super::{Apart, BY_HAND, Cells, Hand, KeptAt, Outlays, Sandboxes, UnitCosts, clock::Clock};

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Searching, or evaluating in `clade eval`.
    Search,
    /// Finalists meet validation.
    Selection,
    /// The chosen and the first prompt meet the test split.
    Evidence,
    /// Complete.
    Finished,
}

/// A generation that is complete.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedGeneration {
    /// Its number.
    pub generation: u32,
    /// Who lived on, best first.
    pub survivors: Vec<CandidateId>,
    /// Their fitness in the same order; those at the end without one were not evaluated yet.
    pub fitness: Vec<f64>,
    /// Answered calls accounted when it closed.
    pub calls: u64,
    /// US dollars accounted when it closed.
    pub usd: f64,
    /// Input and output tokens accounted when it closed.
    pub tokens: u64,
    /// Seconds of running time when it closed; pauses do not count.
    pub seconds: f64,
}

/// What a search decided on a candidate, and on what.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What became of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: VerdictReason,
    /// The reason in words.
    pub detail: String,
    /// Whom it was compared with.
    pub against: CandidateId,
    /// Trials bought to decide.
    pub trials: u32,
    /// Expected gain in mean train score, in [-1, 1].
    pub gain: f64,
    /// Standard deviation of that expectation.
    pub gain_sd: f64,
}

/// Why a journal cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The first entry is something else than the start of a run.
    #[error("the journal does not begin with `run_started`")]
    NoStart,
    /// Written by a newer version.
    #[error("the journal has format {found}, this version reads up to {known}; update `clade`")]
    Newer {
        /// Its format.
        found: u32,
        /// The newest known.
        known: u32,
    },
}

/// Everything that follows from a run's events.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    run: RunId,
    format: u32,
    spec: RunSpec,
    dataset: DatasetSummary,
    branch_of: Option<(RunId, u64, Option<CandidateId>)>,
    candidates: BTreeMap<CandidateId, Candidate>,
    by_prompt: HashMap<ContentHash, CandidateId>,
    cells: HashMap<CandidateId, Cells>,
    admitted: HashMap<SlotId, CandidateId>,
    rejected: BTreeMap<(OperatorName, RejectReason), u32>,
    proposed: BTreeMap<OperatorName, u32>,
    rejected_total: u32,
    decisions: BTreeMap<CandidateId, Decision>,
    headroom: Option<Headroom>,
    /// Scores of further answers of the first prompt, by example: what the noise between repeats is estimated from.
    second_scores: BTreeMap<ExampleId, f64>,
    unit_costs: UnitCosts,
    outlays: Outlays,
    generations: Vec<ClosedGeneration>,
    phase: Phase,
    finalists: Vec<CandidateId>,
    chosen: Option<CandidateId>,
    evidence: Option<Evidence>,
    stop: Option<StopReason>,
    budget: Budget,
    accounted: Spent,
    stated_calls: u64,
    clock: Clock,
    hand: Hand,
    sandboxes: Sandboxes,
    trials: u64,
    apart: Apart,
    failed: u64,
    empty: u64,
    cut: u64,
    bought: u64,
    length: u64,
}

impl RunState {
    /// The state after the first entry.
    ///
    /// # Errors
    /// Where the entry does not start a run, or a newer version wrote it.
    pub fn start(first: &Recorded) -> Result<Self, ReplayError> {
        let RunEvent::RunStarted { format, run, spec, dataset, branch_of } = &first.event else {
            return Err(ReplayError::NoStart);
        };
        if *format > clade_domain::FORMAT_VERSION {
            return Err(ReplayError::Newer { found: *format, known: clade_domain::FORMAT_VERSION });
        }
        Ok(Self {
            run: run.clone(),
            format: *format,
            budget: spec.optimize.budget,
            spec: (**spec).clone(),
            dataset: (**dataset).clone(),
            branch_of: branch_of.clone(),
            candidates: BTreeMap::new(),
            by_prompt: HashMap::new(),
            cells: HashMap::new(),
            admitted: HashMap::new(),
            rejected: BTreeMap::new(),
            proposed: BTreeMap::new(),
            rejected_total: 0,
            decisions: BTreeMap::new(),
            headroom: None,
            second_scores: BTreeMap::new(),
            unit_costs: UnitCosts::default(),
            outlays: Outlays::default(),
            generations: Vec::new(),
            phase: Phase::Search,
            finalists: Vec::new(),
            chosen: None,
            evidence: None,
            stop: None,
            accounted: Spent::default(),
            stated_calls: 0,
            clock: Clock::default(),
            hand: Hand::default(),
            sandboxes: Sandboxes::default(),
            trials: 0,
            apart: Apart::default(),
            failed: 0,
            empty: 0,
            cut: 0,
            bought: 0,
            length: first.seq + 1,
        })
    }

    /// Takes an event in. Events must come in order; one whose number was applied already changes nothing.
    pub fn apply(&mut self, recorded: &Recorded) {
        if recorded.seq < self.length {
            return;
        }
        self.length = recorded.seq + 1;
        self.clock.apply(recorded.at, &recorded.event);
        self.accounted.seconds = self.clock.seconds();
        match &recorded.event {
            // after a failure the ledger may hold answers that could not be stored
            RunEvent::SessionEnded { reason, spent } if reason.is_empty() => self.stated_calls = spent.calls,
            RunEvent::SessionStarted { isolation, .. } => self.sandboxes.session(*isolation),
            RunEvent::SandboxesKept { snapshot, states, without, detail } => self.sandboxes.kept(KeptAt {
                seq: recorded.seq,
                snapshot: snapshot.clone(),
                states: states.clone(),
                without: without.clone(),
                detail: detail.clone(),
            }),
            RunEvent::RunStarted { .. } | RunEvent::SessionEnded { .. } => {}
            RunEvent::CandidateAdmitted { candidate, bill } => {
                self.accounted.add(ModelRole::Reflection, *bill);
                self.unit_costs.add_written(candidate.id, *bill);
                if let Some(operator) = &candidate.operator {
                    *self.proposed.entry(operator.clone()).or_default() += 1;
                    self.outlays.add(operator, *bill);
                }
                if let Some(slot) = candidate.slot {
                    self.admitted.insert(slot, candidate.id);
                }
                if candidate.id.0 >= BY_HAND {
                    self.hand.wrote(candidate.id);
                }
                self.by_prompt.entry(candidate.prompt.hash()).or_insert(candidate.id);
                self.candidates.insert(candidate.id, (**candidate).clone());
            }
            RunEvent::ProposalRejected { operator, reason, bill, .. } => {
                self.accounted.add(ModelRole::Reflection, *bill);
                self.unit_costs.add_proposal(*bill);
                self.outlays.add(operator, *bill);
                *self.proposed.entry(operator.clone()).or_default() += 1;
                *self.rejected.entry((operator.clone(), *reason)).or_default() += 1;
                self.rejected_total += 1;
            }
            RunEvent::TrialFinished(trial) => self.take_trial(trial, recorded.seq),
            RunEvent::HeadroomMeasured { headroom } => self.headroom = Some((**headroom).clone()),
            RunEvent::CandidateDecided { candidate, verdict, reason, detail, against, trials, gain, gain_sd } => {
                let decision = Decision {
                    verdict: *verdict,
                    reason: *reason,
                    detail: detail.clone(),
                    against: *against,
                    trials: *trials,
                    gain: *gain,
                    gain_sd: *gain_sd,
                };
                self.decisions.insert(*candidate, decision);
            }
            RunEvent::GenerationClosed { generation, survivors, fitness, spent } => {
                if let Some(spent) = spent {
                    self.stated_calls = spent.calls;
                    let Spent { seconds, cache_hits, .. } = self.accounted;
                    self.accounted = Spent { seconds, cache_hits, ..*spent };
                }
                self.generations.push(ClosedGeneration {
                    generation: *generation,
                    survivors: survivors.clone(),
                    fitness: fitness.clone(),
                    calls: self.accounted.calls,
                    usd: self.accounted.usd.0,
                    tokens: self.accounted.tokens_in + self.accounted.tokens_out,
                    seconds: self.accounted.seconds,
                });
            }
            RunEvent::SearchEnded { reason, finalists } => {
                self.stop = Some(*reason);
                self.finalists.clone_from(finalists);
                self.phase = Phase::Selection;
            }
            RunEvent::CandidateChosen { candidate } => {
                self.chosen = Some(*candidate);
                self.phase = Phase::Evidence;
            }
            RunEvent::EvidenceMeasured { evidence } => self.evidence = Some((**evidence).clone()),
            RunEvent::BudgetChanged { budget } => self.budget = *budget,
            RunEvent::Steered { wish, .. } => self.hand.apply(wish, &mut self.spec),
            RunEvent::RunFinished { reason } => {
                self.stop = Some(*reason);
                self.phase = Phase::Finished;
            }
        }
    }

    fn take_trial(&mut self, trial: &Trial, seq: u64) {
        self.sandboxes.ran(trial);
        self.accounted.add(ModelRole::Task, trial.task_bill());
        self.accounted.add(ModelRole::Judge, trial.judge);
        self.accounted.cache_hits += u64::from(trial.cached);
        self.unit_costs.add_trial(trial);
        if trial.purpose == Purpose::Search
            && let Some(operator) = self.maker(trial.cell.candidate).cloned()
        {
            self.outlays.add(&operator, trial.task_bill());
            self.outlays.add(&operator, trial.judge);
        }
        if trial.purpose == Purpose::Search && self.phase > Phase::Search {
            // paid for, but too late to count: it may be of a model that no longer serves, and must not push out later scores
            self.apart.late(trial);
            return;
        }
        let score = trial.score_in(Objective::primary(&self.spec.optimize.objectives));
        if trial.purpose == Purpose::Repeat {
            self.apart.repeat(trial);
            self.second_scores.insert(trial.cell.example, score);
            return;
        }
        let seq = u32::try_from(seq).unwrap_or(u32::MAX);
        let cells = self.cells.entry(trial.cell.candidate).or_default();
        if cells.insert(trial, score, seq, self.spec.options.repeat.max(1)) {
            self.trials += 1;
            self.cut += u64::from(trial.cut);
            self.bought += u64::from(trial.is_bought());
            match &trial.outcome {
                TrialOutcome::Failed { .. } => self.failed += 1,
                TrialOutcome::Scored { answer, .. } => self.empty += u64::from(*answer == ContentHash::of(&[])),
            }
        } else {
            self.apart.late(trial);
        }
    }
}
