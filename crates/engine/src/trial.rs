use std::sync::Arc;

use clade_domain::{
    ChatMessage, ChatRequest, ContentHash, Example, FinishReason, ModelRequest, ModelRole, ProgramCalls, ProgramSpec,
    Ran, RunEvent, RunSpec, Split, Trial, TrialError, TrialErrorKind, TrialOutcome, Usage, Usd,
};
use clade_evolve::EvaluateCommand;
use clade_metrics::{EvaluatorError, Judged, Judging};
use clade_models::{CallContext, ModelError};
use clade_sandbox::SandboxError;

use crate::{
    Clients, EngineError,
    ask::{Asker, Gathered, fulfil},
    code::ProgramCall,
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
pub(crate) async fn carry_out(job: TrialJob, clients: &Clients, spec: &RunSpec) -> Done {
    match evaluate(&job, clients, spec).await {
        Ok(trial) => Done::Event(RunEvent::TrialFinished(Box::new(trial))),
        Err(EngineError::Model(ModelError::BudgetSpent { limit })) => Done::Limit(limit),
        Err(EngineError::Model(ModelError::Stopped { .. }) | EngineError::Sandbox(SandboxError::PutDown)) => {
            Done::Stopped
        }
        Err(error) => Done::Fatal(Box::new(error)),
    }
}

/// What came of asking for an answer to an example: of the model itself, or of a program that asks it.
struct Answered {
    text: Result<String, TrialError>,
    usage: Usage,
    cost: Option<Usd>,
    latency_ms: u32,
    cached: bool,
    shared: bool,
    cut: bool,
    program: Option<ProgramCalls>,
    ran: Option<Ran>,
}

async fn evaluate(job: &TrialJob, clients: &Clients, spec: &RunSpec) -> Result<Trial, EngineError> {
    let messages = match job.ready.template.as_ref().map_err(ToString::to_string) {
        Ok(template) => template.render(&job.example.vars).map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    let (prompt, answer) = match messages {
        Err(message) => (String::new(), unanswered(TrialErrorKind::Template, message)),
        Ok(messages) => {
            let prompt = flat(&messages);
            let answer = match &spec.program {
                None => of_model(job, messages, clients, spec).await?,
                Some(program) => of_program(job, program, &messages, clients, spec).await?,
            };
            (prompt, answer)
        }
    };
    let mut gathered = Gathered { ran: answer.ran.into_iter().collect(), ..Gathered::default() };
    let of_checks = || Some(clade_metrics::metrics(&job.example.asserts, &job.example.vars));
    let outcome = match answer.text {
        Err(error) => TrialOutcome::Failed { answer: None, error, metrics: of_checks() },
        Ok(text) => {
            let judging = Judging {
                asserts: &job.example.asserts,
                threshold: job.example.threshold,
                output: &text,
                prompt: &prompt,
                vars: &job.example.vars,
                latency_ms: answer.latency_ms,
                cost: answer.cost,
                prompt_tokens: job.ready.prompt_tokens,
            };
            match judged(&judging, job, clients, spec, &mut gathered).await? {
                Ok(verdict) => TrialOutcome::Scored {
                    answer: ContentHash::of(text.as_bytes()),
                    score: verdict.score,
                    pass: verdict.pass,
                    judgements: verdict.judgements,
                },
                // it was paid for, and whoever mends the check wants to see it
                Err(error) => {
                    let answer = Some(ContentHash::of(text.as_bytes()));
                    TrialOutcome::Failed { answer, error, metrics: of_checks() }
                }
            }
        }
    };
    // what is known already was executed in another candidate's sandbox, or another run's
    if gathered.ran.iter().all(|ran| ran.known)
        && let Some(host) = clients.code_if_any()
    {
        gathered.ran.extend(host.home(job.command.cell.candidate, &job.ready.prompt).await?);
    }
    Ok(Trial {
        cell: job.command.cell,
        split: job.split,
        purpose: job.command.purpose,
        model: job.model.clone(),
        outcome,
        usage: answer.usage,
        cost: answer.cost,
        judge: gathered.bill,
        latency_ms: answer.latency_ms,
        cached: answer.cached,
        shared: answer.shared,
        cut: answer.cut,
        program: answer.program,
        ran: gathered.ran,
    })
}

async fn of_model(
    job: &TrialJob,
    messages: Vec<ChatMessage>,
    clients: &Clients,
    spec: &RunSpec,
) -> Result<Answered, EngineError> {
    let command = job.command;
    let context = CallContext { role: ModelRole::Task, sample: command.cell.sample };
    let client = clients.of(&spec.models, ModelRole::Task, command.generation, job.ready.model.as_deref())?;
    match client.chat(&ChatRequest::messages(messages), context).await {
        Ok(answer) => Ok(Answered {
            text: Ok(answer.text),
            usage: answer.usage,
            cost: answer.cost,
            latency_ms: answer.latency_ms,
            cached: answer.cached,
            shared: answer.shared,
            cut: answer.finish == FinishReason::Length,
            program: None,
            ran: None,
        }),
        Err(ModelError::Request { message, .. }) => Ok(unanswered(TrialErrorKind::Refused, message)),
        Err(error @ ModelError::Temporary { .. }) => Ok(unanswered(TrialErrorKind::Provider, error.to_string())),
        Err(error) => Err(error.into()),
    }
}

async fn of_program(
    job: &TrialJob,
    program: &ProgramSpec,
    messages: &[ChatMessage],
    clients: &Clients,
    spec: &RunSpec,
) -> Result<Answered, EngineError> {
    let command = job.command;
    let call = ProgramCall {
        program,
        clients,
        models: &spec.models,
        candidate: command.cell.candidate,
        generation: command.generation,
        sample: command.cell.sample,
        bound: job.ready.model.as_deref(),
        messages,
        names: job.ready.template.as_ref().map(|template| template.names().collect()).unwrap_or_default(),
        vars: &job.example.vars,
    };
    let answer = clients.code()?.program(&call).await?;
    Ok(Answered {
        text: answer.error.map_or(Ok(answer.text), Err),
        usage: answer.usage,
        cost: answer.cost,
        latency_ms: answer.latency_ms,
        cached: answer.cached,
        shared: false,
        cut: false,
        program: Some(answer.calls),
        ran: answer.ran,
    })
}

fn unanswered(kind: TrialErrorKind, message: String) -> Answered {
    Answered {
        text: Err(TrialError { kind, message }),
        usage: Usage::default(),
        cost: None,
        latency_ms: 0,
        cached: false,
        shared: false,
        cut: false,
        program: None,
        ran: None,
    }
}

/// Judges the answer, fetching what the checks ask for.
async fn judged(
    judging: &Judging<'_>,
    job: &TrialJob,
    clients: &Clients,
    spec: &RunSpec,
    gathered: &mut Gathered,
) -> Result<Result<clade_metrics::ExampleVerdict, TrialError>, EngineError> {
    let mut answers = vec![Vec::new(); job.example.asserts.len()];
    for _ in 0..ROUNDS {
        let asked = match judging.step(&answers) {
            Ok(Judged::Done(verdict)) => return Ok(Ok(verdict)),
            Ok(Judged::Ask(asked)) => asked,
            Err(error) => return Ok(Err(evaluator_error(&error))),
        };
        for (index, requests) in asked.into_iter().enumerate().filter(|(_, requests)| !requests.is_empty()) {
            let named = match &job.example.asserts[index].provider {
                Some(name) if requests.iter().any(|request| !matches!(request, ModelRequest::Code(_))) => {
                    let judge = spec.models.judge_named(name);
                    Some(judge.ok_or_else(|| EngineError::NoJudge { name: name.clone() })?)
                }
                _ => None,
            };
            let asker = Asker {
                clients,
                models: &spec.models,
                role: ModelRole::Judge,
                generation: job.command.generation,
                sample: job.command.cell.sample,
                candidate: Some(job.command.cell.candidate),
                bound: None,
                named,
            };
            match fulfil(asker, requests, gathered).await {
                Ok(more) => answers[index].extend(more),
                Err(EngineError::Model(ModelError::Request { message, .. })) => {
                    return Ok(Err(TrialError { kind: TrialErrorKind::Judge, message }));
                }
                Err(EngineError::Model(error @ ModelError::Temporary { .. })) => {
                    return Ok(Err(TrialError { kind: TrialErrorKind::Judge, message: error.to_string() }));
                }
                Err(EngineError::Code { message, ran }) => {
                    gathered.ran.extend(ran.map(|ran| *ran));
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

fn flat(messages: &[ChatMessage]) -> String {
    messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n\n")
}
