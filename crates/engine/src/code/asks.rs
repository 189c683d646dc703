use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use clade_domain::{
    Bill, ChatMessage, ChatRequest, ContentHash, MessageRole, ModelAnswer, ModelRequest, ModelSpec, ProgramCalls,
    Sampling, Usage, Usd,
};
use clade_models::ModelError;
use clade_sandbox::channel::{Ask, ModelHost};
use futures::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{
    EngineError,
    ask::{Asker, fetch},
};

/// Repeats of a trial draw the samples below this; the second, third, ... equal request of one call those above.
const AGAIN: u32 = 1 << 16;

/// Answers the model calls of one call of a program, with the run's clients: so they count in budget, cache and account. What is
/// asked comes out of a sandbox and may be anything.
pub(super) struct Asks<'a> {
    asker: Asker<'a>,
    most: u32,
    tally: Mutex<Tally>,
    /// Cancelled once the call cannot be carried out.
    stopped: CancellationToken,
}

/// What came of the calls so far.
#[derive(Default)]
pub(super) struct Tally {
    pub calls: ProgramCalls,
    pub usage: Usage,
    /// Cost of all answers; what has no known price is counted in `unpriced`.
    pub cost: Usd,
    pub unpriced: bool,
    pub latency_ms: u32,
    /// Answers that the run did not have to buy.
    pub cached: u32,
    /// How often each request was made.
    seen: HashMap<ContentHash, u32>,
    /// A model refused one of the requests.
    pub refused: bool,
    /// What ends the trial whatever the program makes of it.
    pub halt: Option<EngineError>,
}

impl<'a> Asks<'a> {
    pub(super) fn new(asker: Asker<'a>, most: u32) -> Self {
        Self { asker, most, tally: Mutex::default(), stopped: CancellationToken::new() }
    }

    pub(super) fn into_tally(self) -> Tally {
        self.tally.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, ask: Ask) -> Result<String, String> {
        let (request, named) = read(ask)?;
        let named = match named {
            None => None,
            Some(name) => Some(self.model(&name)?),
        };
        let again = {
            let key = serde_json::to_vec(&(&request, named.map(|model| &model.id))).unwrap_or_default();
            let mut tally = self.tally();
            let seen = tally.seen.entry(ContentHash::of(&key)).or_insert(0);
            *seen += 1;
            *seen - 1
        };
        let sample = self.asker.sample.saturating_add(AGAIN.saturating_mul(again));
        let asker = Asker { sample, named, ..self.asker };
        match fetch(asker, &ModelRequest::Chat(request)).await {
            Ok(fetched) => {
                let ModelAnswer::Chat(answer) = fetched.answer else {
                    return Err("the model gave no chat answer".to_owned());
                };
                let mut tally = self.tally();
                tally.calls.answers += 1;
                tally.calls.bought += fetched.bill;
                tally.usage += answer.usage;
                tally.cost += answer.cost.unwrap_or_default();
                tally.unpriced |= answer.cost.is_none();
                tally.latency_ms = tally.latency_ms.saturating_add(answer.latency_ms);
                tally.cached += u32::from(answer.cached);
                Ok(answer.text)
            }
            Err(EngineError::Model(ModelError::Request { message, .. })) => {
                self.tally().refused = true;
                Err(message)
            }
            Err(error) => {
                let words = error.to_string();
                let mut tally = self.tally();
                // what stops the run counts before what only this request meets
                if tally.halt.as_ref().is_none_or(EngineError::is_of_one_request) {
                    tally.halt = Some(error);
                }
                drop(tally);
                self.stopped.cancel();
                Err(words)
            }
        }
    }

    /// A model that the run file lets the program name.
    fn model(&self, name: &str) -> Result<&'a ModelSpec, String> {
        let allowed = self.asker.models.task.iter().chain(&self.asker.models.program);
        let found = allowed.clone().find(|model| model.id == name || (!model.label.is_empty() && model.label == name));
        found.ok_or_else(|| {
            let names: Vec<&str> = allowed.map(ModelSpec::name).collect();
            format!("the run file names no model `{name}` for this program; it may ask {}", names.join(", "))
        })
    }
}

impl ModelHost for Asks<'_> {
    fn chat(&self, ask: Ask) -> BoxFuture<'_, Result<String, String>> {
        Box::pin(self.answer(ask))
    }

    fn given_up(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.stopped.cancelled())
    }

    fn most_asks(&self) -> u32 {
        self.most
    }
}

impl Tally {
    /// Cost of all answers; `None` where a price is unknown.
    pub(super) fn cost(&self) -> Option<Usd> {
        (!self.unpriced).then_some(self.cost)
    }

    /// Whether nothing had to be bought, though something was asked.
    pub(super) fn is_cached(&self) -> bool {
        self.calls.answers > 0 && self.cached == self.calls.answers && self.calls.bought == Bill::default()
    }
}

/// The request that code inside makes, and the model it names.
fn read(ask: Ask) -> Result<(ChatRequest, Option<String>), String> {
    if ask.messages.is_empty() {
        return Err("a model is asked with at least one message".to_owned());
    }
    let messages = ask.messages.into_iter().map(|message| {
        let role = match message.role.as_str() {
            "system" => MessageRole::System,
            "user" => MessageRole::User,
            "assistant" => MessageRole::Assistant,
            other => return Err(format!("no message has the role `{other}`; write system, user or assistant")),
        };
        Ok(ChatMessage::new(role, message.content))
    });
    let messages = messages.collect::<Result<Vec<_>, String>>()?;
    let (sampling, json_schema, model) = options(ask.options)?;
    Ok((ChatRequest { messages, sampling, json_schema }, model))
}

type Options = (Sampling, Option<Value>, Option<String>);

fn options(options: Map<String, Value>) -> Result<Options, String> {
    let mut sampling = Sampling::default();
    let (mut schema, mut model) = (None, None);
    for (name, value) in options.into_iter().filter(|(_, value)| !value.is_null()) {
        let wrong = |wanted: &str| format!("the option `{name}` is no {wanted}");
        let within = |low: f64, high: f64| value.as_f64().filter(|number| (low..=high).contains(number));
        match name.as_str() {
            "temperature" => {
                sampling.temperature = Some(within(0.0, 2.0).ok_or_else(|| wrong("number from 0 to 2"))?);
            }
            "top_p" => sampling.top_p = Some(within(0.0, 1.0).ok_or_else(|| wrong("number from 0 to 1"))?),
            "max_tokens" => {
                let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
                sampling.max_tokens = Some(number.ok_or_else(|| wrong("whole number from 1 to 4294967295"))?);
            }
            "seed" => sampling.seed = Some(value.as_u64().ok_or_else(|| wrong("whole number"))?),
            "stop" => {
                let one = value.as_str().map(|text| vec![text.to_owned()]);
                let many = || serde_json::from_value::<Vec<String>>(value.clone()).ok();
                sampling.stop = one.or_else(many).ok_or_else(|| wrong("text or list of texts"))?;
            }
            "json_schema" => schema = Some(value),
            "model" => model = Some(value.as_str().ok_or_else(|| wrong("model's name"))?.to_owned()),
            _ => {
                return Err(format!(
                    "there is no option `{name}`; known are model, temperature, top_p, max_tokens, stop, seed and json_schema"
                ));
            }
        }
    }
    Ok((sampling, schema, model))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(value: Value) -> Ask {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn reads_what_code_asks_and_says_what_is_wrong_with_it() {
        let message = |role: &str| json!([{"role": role, "content": "2 + 2?"}]);
        let options = json!({"temperature": 0.5, "stop": "\n", "model": "big", "seed": null, "max_tokens": 9});
        let (request, model) = read(ask(json!({"messages": message("user"), "options": options}))).unwrap();
        assert_eq!(request.messages, [ChatMessage::new(MessageRole::User, "2 + 2?")]);
        assert_eq!((request.sampling.temperature, request.sampling.max_tokens), (Some(0.5), Some(9)));
        assert_eq!((request.sampling.stop, model.as_deref()), (vec!["\n".to_owned()], Some("big")));
        for (asked, words) in [
            (json!({"messages": []}), "at least one message"),
            (json!({"messages": message("root")}), "role `root`"),
            (json!({"messages": message("user"), "options": {"temperature": 3}}), "from 0 to 2"),
            (json!({"messages": message("user"), "options": {"max_tokens": 0}}), "whole number from 1"),
            (json!({"messages": message("user"), "options": {"stop": [1]}}), "list of texts"),
            (json!({"messages": message("user"), "options": {"apiKey": "x"}}), "no option `apiKey`"),
        ] {
            let why = read(ask(asked.clone())).unwrap_err();
            assert!(why.contains(words), "{asked}: {why}");
        }
    }
}
