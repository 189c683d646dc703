use std::sync::Arc;

use clade_domain::{
    Bill, ChatMessage, ChatRequest, ContentHash, Example, ModelRole, Models, RunEvent, Split, Trial, TrialError,
    TrialErrorKind, TrialOutcome, Usage,
};
use clade_evolve::EvaluateCommand;
use clade_metrics::{EvaluatorError, Judged, Judging};
use clade_models::{CallContext, ModelError};

use crate::{
    Clients, EngineError,
    ask::{Asker, fulfil},
    outcome::Done,
    shelf::Ready,
};

/// Most rounds of questions that the checks of one trial may need.
const ROUNDS: usize = 8;

/// Everything one trial needs.
pub(crate) struct TrialJob {
    pub command: EvaluateCommand,
    pub split: Split,
    pub ready: Arc<Ready>,
    pub example: Arc<Example>,
    /// The task model where it is not the run's first one.
    pub model: Option<String>,
}

/// Carries a trial out: fill the prompt, ask the model, judge the answer.
pub(crate) async fn carry_out(job: TrialJob, clients: &Clients, models: &Models) -> Done {
    match evaluate(&job, clients, models).await {
        Ok(trial) => Done::Event(RunEvent::TrialFinished(Box::new(trial))),
        Err(EngineError::Model(ModelError::BudgetSpent { limit })) => Done::Limit(limit),
        Err(EngineError::Model(ModelError::Stopped { .. })) => Done::Stopped,
        Err(error) => Done::Fatal(Box::new(error)),
    }
}

async fn evaluate(job: &TrialJob, clients: &Clients, models: &Models) -> Result<Trial, EngineError> {
    let messages = match job.ready.template.as_ref().map_err(ToString::to_string) {
        Ok(template) => template.render(&job.example.vars).map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    let request = match messages {
        Ok(messages) => ChatRequest::messages(messages),
        Err(message) => return Ok(failed(job, TrialErrorKind::Template, message)),
    };
    let command = job.command;
    let context = CallContext { role: ModelRole::Task, sample: command.cell.sample };
    let client = clients.of(models, ModelRole::Task, command.generation, job.ready.model.as_deref())?;
    let answer = match client.chat(&request, context).await {
        Ok(answer) => answer,
        Err(ModelError::Request { message, .. }) => return Ok(failed(job, TrialErrorKind::Refused, message)),
        Err(error @ ModelError::Temporary { .. }) => {
            return Ok(failed(job, TrialErrorKind::Provider, error.to_string()));
        }
        Err(error) => return Err(error.into()),
    };
    let prompt = flat(&request.messages);
    let judging = Judging {
        asserts: &job.example.asserts,
        threshold: job.example.threshold,
        output: &answer.text,
        prompt: &prompt,
        vars: &job.example.vars,
        latency_ms: answer.latency_ms,
        cost: answer.cost,
        prompt_tokens: job.ready.prompt_tokens,
    };
    let mut judge = Bill::default();
    let outcome = match judged(&judging, job, clients, models, &mut judge).await? {
        Ok(verdict) => TrialOutcome::Scored {
            answer: ContentHash::of(answer.text.as_bytes()),
            score: verdict.score,
            pass: verdict.pass,
            judgements: verdict.judgements,
        },
        Err(error) => TrialOutcome::Failed { error },
    };
    Ok(Trial {
        cell: command.cell,
        split: job.split,
        purpose: command.purpose,
        model: job.model.clone(),
        outcome,
        usage: answer.usage,
        cost: answer.cost,
        judge,
        latency_ms: answer.latency_ms,
        cached: answer.cached,
    })
}

/// Judges the answer, fetching what the checks ask for.
async fn judged(
    judging: &Judging<'_>,
    job: &TrialJob,
    clients: &Clients,
    models: &Models,
    bill: &mut Bill,
) -> Result<Result<clade_metrics::ExampleVerdict, TrialError>, EngineError> {
    let mut answers = vec![Vec::new(); job.example.asserts.len()];
    for _ in 0..ROUNDS {
        let asked = match judging.step(&answers) {
            Ok(Judged::Done(verdict)) => return Ok(Ok(verdict)),
            Ok(Judged::Ask(asked)) => asked,
            Err(error) => return Ok(Err(evaluator_error(&error))),
        };
        for (index, requests) in asked.into_iter().enumerate().filter(|(_, requests)| !requests.is_empty()) {
            let asker = Asker {
                clients,
                models,
                role: ModelRole::Judge,
                generation: job.command.generation,
                sample: job.command.cell.sample,
                candidate: Some(job.command.cell.candidate),
                named: job.example.asserts[index].provider.as_deref(),
            };
            match fulfil(asker, requests, bill).await {
                Ok(more) => answers[index].extend(more),
                Err(EngineError::Model(ModelError::Request { message, .. })) => {
                    return Ok(Err(TrialError { kind: TrialErrorKind::Judge, message }));
                }
                Err(EngineError::Model(error @ ModelError::Temporary { .. })) => {
                    return Ok(Err(TrialError { kind: TrialErrorKind::Judge, message: error.to_string() }));
                }
                Err(EngineError::Code(message)) => {
                    return Ok(Err(TrialError {
                        kind: TrialErrorKind::Evaluator,
                        message: format!("{}: {message}", job.example.asserts[index].kind),
                    }));
                }
                Err(error) => return Err(error),
            }
        }
    }
    let message = format!("the checks still ask for more after {ROUNDS} rounds of answers");
    Ok(Err(TrialError { kind: TrialErrorKind::Evaluator, message }))
}

fn evaluator_error(error: &EvaluatorError) -> TrialError {
    let kind = match error {
        EvaluatorError::UnreadableJudge(_) => TrialErrorKind::Judge,
        EvaluatorError::Failed(_) => TrialErrorKind::Evaluator,
    };
    TrialError { kind, message: error.to_string() }
}

fn failed(job: &TrialJob, kind: TrialErrorKind, message: String) -> Trial {
    Trial {
        cell: job.command.cell,
        split: job.split,
        purpose: job.command.purpose,
        model: job.model.clone(),
        outcome: TrialOutcome::Failed { error: TrialError { kind, message } },
        usage: Usage::default(),
        cost: None,
        judge: Bill::default(),
        latency_ms: 0,
        cached: false,
    }
}

fn flat(messages: &[ChatMessage]) -> String {
    messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n\n")
}
