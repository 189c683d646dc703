use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use clade_domain::{
    Bill, Candidate, CellRef, Constraints, Demonstration, Judgement, ModelRole, Prompt, RejectReason, Relation,
    RunEvent, RunId, RunSpec, Step, TrialOutcome,
};
use clade_evolve::{
    ProposeCommand, RunState,
    operators::{self, Operator, ProposalContext, Rejection, Rollout},
};
use clade_models::ModelError;
use clade_store::{Store, StoreError};

use crate::{
    Clients, EngineError,
    ask::{Asker, Gathered, fulfil},
    outcome::Done,
};

/// Most rounds of questions of one proposal.
const ROUNDS: usize = 6;

/// Everything one proposal needs, taken from the state at the time of the command.
pub(crate) struct ProposalJob {
    pub command: ProposeCommand,
    pub parents: Vec<Prompt>,
    pub scores: Vec<f64>,
    /// Journal entries of the trials that the operator looks at.
    pub entries: HashMap<CellRef, u64>,
    /// Data set of the run.
    pub dataset: clade_domain::ContentHash,
    pub run: RunId,
    pub spec: Arc<RunSpec>,
    /// What people want heeded.
    pub notes: Vec<String>,
}

impl ProposalJob {
    pub(crate) fn new(state: &RunState, spec: Arc<RunSpec>, command: ProposeCommand) -> Self {
        let found = command.parents.iter().filter_map(|id| state.candidate(*id));
        let parents: Vec<Prompt> = found.map(|candidate| candidate.prompt.clone()).collect();
        let score = |id: &clade_domain::CandidateId| state.score(*id, clade_domain::Split::Train).unwrap_or(0.0);
        let scores = command.parents.iter().map(score).collect();
        let cells = command.failures.iter().chain(&command.successes).chain(&command.demonstrations);
        let entries = cells
            .filter_map(|cell| {
                let found = state.cells(cell.candidate)?.get(cell.example, cell.sample, state.repeat())?;
                Some((*cell, u64::from(found.seq)))
            })
            .collect();
        let (dataset, run) = (state.dataset().hash, state.run().clone());
        let notes = state.hand().feedback().to_vec();
        Self { command, parents, scores, entries, dataset, run, spec, notes }
    }
}

/// Carries a proposal out: show the operator what it wants to see, fetch what it asks for, admit what it makes.
pub(crate) async fn carry_out(job: ProposalJob, clients: &Clients, store: &Arc<dyn Store>) -> Done {
    let mut gathered = Gathered::default();
    let result = match operators::by_name(&job.command.operator.0) {
        Some(operator) => propose(&job, operator, clients, store, &mut gathered).await,
        None => Ok(Err(rejection(RejectReason::NotApplicable, "there is no operator of this name"))),
    };
    let (command, bill) = (job.command, gathered.bill);
    match result {
        Ok(Ok((prompt, note, brief))) => {
            let relation = if command.parents.len() > 1 { Relation::DerivedFrom } else { Relation::MutatedFrom };
            Done::Event(RunEvent::CandidateAdmitted {
                candidate: Box::new(Candidate {
                    id: command.candidate,
                    prompt,
                    model: None,
                    parents: command.parents,
                    relation,
                    operator: Some(command.operator),
                    generation: command.generation,
                    slot: Some(command.slot),
                    note,
                    targets: command.targets,
                    brief: brief.or(command.brief),
                }),
                bill,
            })
        }
        Ok(Err(Rejection { reason, detail })) => Done::Event(rejected(&command, reason, detail, bill)),
        Err(EngineError::Model(ModelError::BudgetSpent { limit })) => Done::Limit(limit),
        Err(EngineError::Model(ModelError::Stopped { .. })) => Done::Stopped,
        Err(error) => Done::Fatal(Box::new(error)),
    }
}

/// The event of a proposal that was turned away.
pub(crate) fn rejected(command: &ProposeCommand, reason: RejectReason, detail: String, bill: Bill) -> RunEvent {
    RunEvent::ProposalRejected {
        slot: command.slot,
        generation: command.generation,
        operator: command.operator.clone(),
        parents: command.parents.clone(),
        reason,
        detail,
        same_as: None,
        bill,
    }
}

async fn propose(
    job: &ProposalJob,
    operator: &'static dyn Operator,
    clients: &Clients,
    store: &Arc<dyn Store>,
    gathered: &mut Gathered,
) -> Result<Result<(Prompt, String, Option<String>), Rejection>, EngineError> {
    let failures = rollouts(job, &job.command.failures, store).await?;
    let successes = rollouts(job, &job.command.successes, store).await?;
    let shown = rollouts(job, &job.command.demonstrations, store).await?;
    let demonstrations = shown.into_iter().map(|rollout| demonstration(&job.parents, rollout)).collect::<Vec<_>>();
    let Some(first) = job.spec.prompts.first() else {
        return Ok(Err(rejection(RejectReason::NotApplicable, "the run has no prompt")));
    };
    let constraints: &Constraints = &job.spec.optimize.constraints;
    let context = ProposalContext {
        parents: &job.parents,
        scores: &job.scores,
        seed_prompt: &first.prompt,
        task: &job.spec.description,
        notes: &job.notes,
        failures: &failures,
        successes: &successes,
        demonstrations: &demonstrations,
        brief: job.command.brief.as_deref(),
        constraints,
    };
    let mut answers = Vec::new();
    for _ in 0..ROUNDS {
        let requests = match operator.step(&context, job.command.seed, &answers) {
            Ok(Step::Done(proposal)) => {
                let (note, brief) = (proposal.note, proposal.brief);
                return Ok(operators::admit(&context, proposal.prompt).map(|prompt| (prompt, note, brief)));
            }
            Ok(Step::Ask(requests)) => requests,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let asker = Asker {
            clients,
            models: &job.spec.models,
            role: ModelRole::Reflection,
            generation: job.command.generation,
            // each place draws its own sample, so that equal requests of two places are two real answers
            sample: job.command.slot.0,
            candidate: None,
            bound: None,
            named: None,
        };
        match fulfil(asker, requests, gathered).await {
            Ok(more) => answers.extend(more),
            Err(EngineError::Model(error @ (ModelError::Request { .. } | ModelError::Temporary { .. }))) => {
                return Ok(Err(rejection(RejectReason::ModelFailed, &error.to_string())));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Err(rejection(RejectReason::Unreadable, "the operator still asks after all its rounds of answers")))
}

/// Reads trials with their texts. A trial that has no answer shows its error as feedback.
async fn rollouts(job: &ProposalJob, cells: &[CellRef], store: &Arc<dyn Store>) -> Result<Vec<Rollout>, StoreError> {
    let seqs: Vec<u64> = cells.iter().filter_map(|cell| job.entries.get(cell)).copied().collect();
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let trials = store.entries(job.run.clone(), seqs).await?;
    let mut rollouts = Vec::with_capacity(trials.len());
    for entry in trials {
        let RunEvent::TrialFinished(trial) = entry.event else { continue };
        let example = store.examples(job.dataset, vec![trial.cell.example]).await?.pop();
        let score = trial.score();
        let (answer, mut judgements) = match trial.outcome {
            TrialOutcome::Scored { answer, judgements, .. } => {
                (store.texts(vec![answer]).await?.pop().unwrap_or_default(), judgements)
            }
            TrialOutcome::Failed { error, .. } => {
                (String::new(), vec![failed("error", format!("no score: {}", error.message))])
            }
        };
        if trial.cut && judgements.iter().any(|judgement| !judgement.pass) {
            judgements.push(failed("length", "the answer was cut off at the model's length limit".to_owned()));
        }
        rollouts.push(Rollout { vars: example.map(|e| e.vars).unwrap_or_default(), answer, score, judgements });
    }
    Ok(rollouts)
}

fn failed(metric: &str, reason: String) -> Judgement {
    Judgement { metric: metric.into(), score: 0.0, pass: false, reason, weight: 1.0 }
}

/// A worked example with the variables that prompts fill in, and no others: the data's right answers stay out of it.
fn demonstration(parents: &[Prompt], rollout: Rollout) -> Demonstration {
    let components = parents.iter().flat_map(|parent| &parent.components);
    let used: BTreeSet<String> =
        components.filter_map(|component| clade_text::template::variables(&component.text).ok()).flatten().collect();
    let vars = rollout.vars.into_iter().filter(|(name, _)| used.contains(name)).collect();
    Demonstration { vars, answer: rollout.answer }
}

fn rejection(reason: RejectReason, detail: &str) -> Rejection {
    Rejection { reason, detail: detail.to_owned() }
}
