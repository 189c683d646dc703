use std::time::Duration;

use clade_domain::{
    CandidateId, ChatMessage, ModelRole, ModelSpec, Models, ProgramCalls, ProgramSpec, Ran, TrialError, TrialErrorKind,
    Usage, Usd, Vars,
};
use clade_models::ModelError;
use clade_sandbox::{
    InsidePath, SandboxError,
    channel::{Call, Source, Take, Went},
    last_words,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{
    asks::Asks,
    host::{CodeHost, PoolOf, TRIES, fault},
};
use crate::{Clients, EngineError, ask::Asker};

/// How much of what code printed a trial holds, in characters.
const WORDS: usize = 600;

/// One call of a program: one candidate on one example.
pub(crate) struct ProgramCall<'a> {
    pub program: &'a ProgramSpec,
    pub clients: &'a Clients,
    pub models: &'a Models,
    pub candidate: CandidateId,
    pub generation: u32,
    pub sample: u32,
    /// The task model that the candidate is bound to.
    pub bound: Option<&'a str>,
    /// The prompt for this example, and the names of the components among its messages.
    pub messages: &'a [ChatMessage],
    pub names: Vec<Option<&'a str>>,
    pub vars: &'a Vars,
}

/// What a program said, with what its model calls came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProgramAnswer {
    pub text: String,
    /// Why it said nothing. Such an answer is never kept.
    #[serde(skip)]
    pub error: Option<TrialError>,
    pub calls: ProgramCalls,
    /// Of all its answers, those that the run did not have to buy included.
    pub usage: Usage,
    pub cost: Option<Usd>,
    pub latency_ms: u32,
    /// Whether the run had to buy none of them.
    pub cached: bool,
    /// Where; `None` where there was no interpreter to call it in.
    pub ran: Option<Ran>,
}

/// Everything that may change what a program says.
#[derive(Serialize)]
struct Asked<'a> {
    path: &'a str,
    function: &'a str,
    max_calls: u32,
    args: &'a [Value],
    model: Option<&'a ModelSpec>,
    models: &'a [ModelSpec],
    sample: u32,
}

impl CodeHost {
    /// What the program says of an example: as it is known, or after calling it.
    ///
    /// # Errors
    /// What ends the run: a spent budget, a bad key, no sandbox. That a program or one of its calls fails on this example is an answer.
    pub(crate) async fn program(&self, call: &ProgramCall<'_>) -> Result<ProgramAnswer, EngineError> {
        let args = arguments(call);
        let bound = call.bound.and_then(|name| call.models.task_named(name));
        let asked = Asked {
            path: &call.program.path,
            function: &call.program.function,
            max_calls: call.program.max_calls,
            args: &args,
            model: bound.or_else(|| call.models.of(ModelRole::Task, call.generation)),
            models: &call.models.program,
            sample: call.sample,
        };
        let key = self.known.key("program", &asked);
        if let Some(known) = self.known.get::<ProgramAnswer>(key).await? {
            let mut answer = known.answer;
            answer.ran.iter_mut().for_each(|ran| ran.known = true);
            if !known.own {
                // another run bought it
                answer.cached = answer.calls.answers > 0;
                answer.calls.bought = clade_domain::Bill::default();
            }
            self.known.keep_text(&answer.text).await?;
            return Ok(answer);
        }
        let _place = self.program_place().await?;
        let source = Source::File {
            path: InsidePath::new(&call.program.path).map_err(SandboxError::from)?,
            function: call.program.function.clone(),
        };
        let inside = Call { source, args };
        let started = Instant::now();
        let (mut tries, mut take, mut replaced) = (1, Take::Any, Vec::new());
        let (mut answer, lasts) = loop {
            let (mut went, mut suffers) = (Went::default(), false);
            match self.run_program(call, &inside, take, tries < TRIES, &mut went, &mut suffers).await {
                Err(EngineError::Sandbox(error)) if error.worth_another_sandbox() && tries < TRIES => tries += 1,
                // what its calls bought is known when they are made again
                Ok(_) if suffers => take = Take::Fresh,
                result => break result?,
            }
            replaced.extend(went.sandbox);
        };
        answer.ran.iter_mut().for_each(|ran| ran.replaced = std::mem::take(&mut replaced));
        if answer.error.is_none() {
            self.known.keep_text(&answer.text).await?;
        }
        if lasts {
            self.known.put(key, &answer, started.elapsed()).await?;
        }
        Ok(answer)
    }

    /// Calls the program once. Whether its answer may be kept: it is none where a call failed, whatever the program made of that.
    /// `suffers` where it may have failed for what earlier calls left in its sandbox. `again` where it is called once more if its sandbox goes away.
    async fn run_program(
        &self,
        call: &ProgramCall<'_>,
        inside: &Call,
        take: Take,
        again: bool,
        went: &mut Went,
        suffers: &mut bool,
    ) -> Result<(ProgramAnswer, bool), EngineError> {
        let asker = Asker {
            clients: call.clients,
            models: call.models,
            role: ModelRole::Task,
            generation: call.generation,
            sample: call.sample,
            candidate: Some(call.candidate),
            bound: call.bound,
            named: None,
        };
        let asks = Asks::new(asker, call.program.max_calls);
        let pool =
            self.pool(PoolOf { language: call.program.language, program: true, candidate: Some(call.candidate) })?;
        let started = Instant::now();
        let mut result = pool.call_in(inside, &asks, take, went).await;
        if !again {
            result = self.blame(result, went.sandbox.as_deref()).await;
        }
        *suffers = result.as_ref().err().is_some_and(|error| went.may_suffer_for_others(error));
        let sandbox = went.sandbox.clone();
        let mut tally = asks.into_tally();
        let ran = |said: &str| sandbox.clone().map(|sandbox| self.ran(sandbox, started.elapsed(), said));
        let failed = |kind, message| Err(TrialError { kind, message });
        // whatever the program made of a failed call: it is no result of the program
        let (text, ran) = match (tally.halt.take(), result) {
            (Some(EngineError::Model(error @ ModelError::Temporary { .. })), _) => {
                (failed(TrialErrorKind::Provider, error.to_string()), ran(""))
            }
            (Some(halt), _) => return Err(halt),
            (None, Ok(returned)) => {
                let text = output(returned.value).or_else(|message| failed(TrialErrorKind::Program, message));
                (text, ran(&returned.said))
            }
            (None, Err(error)) => match fault(error, &self.spec.limits, ran("")) {
                EngineError::Code { message, ran } => (failed(TrialErrorKind::Program, message), ran.map(|ran| *ran)),
                error => return Err(error),
            },
        };
        let lasts = text.is_ok() && !tally.refused;
        let (text, error) = match text {
            Ok(text) => (text, None),
            Err(error) => (String::new(), Some(error)),
        };
        let answer = ProgramAnswer {
            text,
            error,
            calls: tally.calls,
            usage: tally.usage,
            cost: tally.cost(),
            latency_ms: tally.latency_ms,
            cached: tally.is_cached(),
            ran,
        };
        Ok((answer, lasts))
    }

    /// Where something was executed.
    pub(super) fn ran(&self, sandbox: String, took: Duration, said: &str) -> Ran {
        Ran {
            backend: self.backend.name().to_owned(),
            sandbox,
            isolation: self.backend.capabilities().isolation,
            from: self.spec.from.clone(),
            took_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            said: last_words(said, WORDS).to_owned(),
            known: false,
            replaced: Vec::new(),
        }
    }
}

/// promptfoo's arguments of a provider that is a function: the prompt (a chat of several messages as JSON), `options` and `context`.
/// In the context stand the single messages and the texts of the prompt's components by name too.
fn arguments(call: &ProgramCall<'_>) -> Vec<Value> {
    let messages: Value = call.messages.iter().map(|m| json!({"role": m.role, "content": m.content})).collect();
    let prompt = match call.messages {
        [only] => only.content.clone(),
        _ => messages.to_string(),
    };
    let named = call.names.iter().zip(call.messages).filter_map(|(name, message)| Some(((*name)?, message)));
    let prompts: Map<String, Value> =
        named.map(|(name, message)| (name.to_owned(), message.content.clone().into())).collect();
    let context = json!({"vars": call.vars, "prompts": prompts, "messages": messages});
    vec![prompt.into(), json!({"config": call.program.config}), context]
}

/// The output in what a program returned: a text, anything else as JSON, or promptfoo's object with `output` or `error`.
fn output(value: Value) -> Result<String, String> {
    match value {
        Value::Null => Err("the program returned nothing".to_owned()),
        Value::String(text) => Ok(text),
        Value::Object(mut fields) => match (fields.remove("error"), fields.remove("output")) {
            (Some(Value::String(error)), _) if !error.is_empty() => Err(format!("the program says: {error}")),
            (_, Some(Value::Null)) => Err("the program's `output` is empty".to_owned()),
            (_, Some(Value::String(text))) => Ok(text),
            (_, Some(other)) => Ok(other.to_string()),
            (Some(error), None) if !error.is_null() && error != json!("") => Err(format!("the program says: {error}")),
            (_, None) => Ok(Value::Object(fields).to_string()),
        },
        other => Ok(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_program_returns() {
        for (value, expected) in [
            (json!("18"), Ok("18")),
            (json!(18), Ok("18")),
            (json!({"output": "18", "tokenUsage": {"total": 3}}), Ok("18")),
            (json!({"output": {"answer": 18}}), Ok(r#"{"answer":18}"#)),
            (json!({"answer": 18}), Ok(r#"{"answer":18}"#)),
            (json!({"output": "18", "error": ""}), Ok("18")),
            (json!({"error": "no tool fits"}), Err("the program says: no tool fits")),
            (json!(null), Err("the program returned nothing")),
        ] {
            assert_eq!(output(value.clone()), expected.map(str::to_owned).map_err(str::to_owned), "{value}");
        }
    }
}
