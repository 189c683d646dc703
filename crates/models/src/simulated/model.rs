use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clade_domain::{ChatAnswer, ChatRequest, FinishReason, Usage, Usd};
use serde_json::Value;

use super::{
    answer_key::AnswerKey, embedding::embedding, judge, moderation::moderation, reflection, rules::Rules, task,
    world::World,
};
use crate::{CallContext, ClientFuture, ModelClient};

/// A stand-in for a language model with documented rules; see `docs/simulated.md`. Not a language model.
///
/// It recognises what it is asked for by the first line of the first message, so it needs no role and answers the same over
/// HTTP as in process. Cheap to share; answering takes microseconds and keeps nothing.
#[derive(Debug)]
pub struct SimulatedModel {
    name: String,
    world: World,
    key: Option<Arc<AnswerKey>>,
}

impl SimulatedModel {
    /// A model by name (with or without `simulated:`), with the user's settings over the name's rules. `key` has the right
    /// answers of the data set; without it the right answer is a number made from the question's text. `seed` counts where
    /// the settings have none.
    ///
    /// # Errors
    /// As [`super::check_config`].
    pub fn new(
        name: &str,
        config: &BTreeMap<String, Value>,
        key: Option<Arc<AnswerKey>>,
        seed: u64,
    ) -> Result<Self, String> {
        let rules = Rules::new(name, config)?;
        let seed = rules.seed.unwrap_or(seed);
        let short = name.strip_prefix("simulated:").unwrap_or(name);
        Ok(Self { name: format!("simulated:{short}"), world: World { rules, seed }, key })
    }

    /// The full name, such as `simulated:rough`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The numbers it works with.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.world.rules
    }

    /// The answer to a request, for the repeat `sample` (from 0). The same arguments give the same answer, always.
    #[must_use]
    pub fn answer(&self, request: &ChatRequest, sample: u32) -> ChatAnswer {
        let (world, key) = (&self.world, self.key.as_deref());
        let first = request.messages.first().map_or("", |message| message.content.trim_start());
        let mut text = if first.starts_with(reflection::MARKER) {
            reflection::answer(world, key, request, sample)
        } else if first.starts_with(judge::MARKER) {
            judge::answer(world, key, request, sample)
        } else {
            task::answer(world, key, request, sample)
        };
        let finish = cut(&mut text, request);
        let input = request.messages.iter().map(|message| 4 + tokens(&message.content)).sum();
        let usage = Usage { input, output: tokens(&text).max(1), ..Usage::default() };
        let cost = Some(self.cost(usage));
        ChatAnswer { text, usage, cost, latency_ms: self.world.rules.latency_ms, finish, cached: false, shared: false }
    }

    /// One vector of length 256 and norm 1 for each text, with the tokens used.
    #[must_use]
    pub fn embeddings(&self, texts: &[String]) -> (Vec<Vec<f32>>, Usage) {
        let vectors = texts.iter().map(|text| embedding(text)).collect();
        let usage = Usage { input: texts.iter().map(|text| tokens(text)).sum(), ..Usage::default() };
        (vectors, usage)
    }

    /// Category and score in [0, 1] of a small lexicon, highest first.
    #[must_use]
    pub fn moderation(&self, text: &str) -> Vec<(String, f64)> {
        moderation(text)
    }

    fn cost(&self, usage: Usage) -> Usd {
        let rules = &self.world.rules;
        Usd((usage.input as f64 * rules.price_in + usage.output as f64 * rules.price_out) / 1e6 + rules.price_call)
    }

    async fn wait(&self) {
        if self.world.rules.latency_ms > 0 {
            tokio::time::sleep(Duration::from_millis(self.world.rules.latency_ms.into())).await;
        }
    }
}

/// A cheap estimate: a token for every four bytes, rounded up.
fn tokens(text: &str) -> u64 {
    text.len().div_ceil(4) as u64
}

/// Cuts a text at the request's stop texts and at its limit on tokens.
fn cut(text: &mut String, request: &ChatRequest) -> FinishReason {
    let stops = request.sampling.stop.iter().filter(|stop| !stop.is_empty());
    if let Some(end) = stops.filter_map(|stop| text.find(stop.as_str())).min() {
        text.truncate(end);
    }
    let most = request.sampling.max_tokens.map_or(usize::MAX, |tokens| (tokens as usize).saturating_mul(4));
    if text.len() <= most {
        return FinishReason::Stop;
    }
    text.truncate(text.floor_char_boundary(most));
    FinishReason::Length
}

impl ModelClient for SimulatedModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            self.wait().await;
            Ok(self.answer(request, context.sample))
        })
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        _: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        Box::pin(async move {
            self.wait().await;
            let (vectors, usage) = self.embeddings(texts);
            Ok((vectors, usage, Some(self.cost(usage))))
        })
    }

    fn moderate<'a>(&'a self, text: &'a str, _: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(async move {
            self.wait().await;
            Ok(self.moderation(text))
        })
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
