use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clade_domain::{ChatAnswer, ChatRequest, ContentHash, FinishReason, MessageRole, ModelRole, Sampling, Usage, Usd};
use futures::future::{BoxFuture, Either, select};
use serde::{Serialize, de::DeserializeOwned};

use super::{Counters, Ledger};
use crate::{
    client::{CallContext, ClientFuture, ModelClient, ModelError},
    simulated::SIMULATED,
};

/// Where answers are kept; the engine puts its store behind it. Only answers come here, never failures.
pub trait AnswerCache: Send + Sync {
    /// The answer with this key, where there is one.
    ///
    /// # Errors
    /// A sentence: what could not be read.
    fn get(&self, key: ContentHash) -> BoxFuture<'_, Result<Option<KnownAnswer>, String>>;

    /// Keeps an answer. Durable when ready: only then is the answer used.
    ///
    /// # Errors
    /// A sentence: what could not be written.
    fn put(&self, answer: AnswerRecord) -> BoxFuture<'_, Result<(), String>>;

    /// Polled while an answer that was not there is bought; never ready. Where others could buy the same, this keeps them from it.
    fn hold(&self, key: ContentHash) -> BoxFuture<'_, ()> {
        let _ = key;
        Box::pin(std::future::pending())
    }

    /// Is told that an answer which was not there could not be bought.
    fn give_up(&self, key: ContentHash) -> BoxFuture<'_, ()> {
        let _ = key;
        Box::pin(std::future::ready(()))
    }
}

/// An answer on its way into the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRecord {
    /// The hash of the whole request, the model and the sample number.
    pub key: ContentHash,
    /// What the call was for.
    pub role: ModelRole,
    /// The model's full name, behind [`SIMULATED`] where the answer said that it is simulated.
    pub model: String,
    /// The answer: the text of a chat, or JSON of vectors or of moderation scores.
    pub body: String,
    /// Tokens.
    pub usage: Usage,
    /// Cost; `None` where the price is unknown.
    pub cost: Option<Usd>,
    /// Latency in milliseconds.
    pub latency_ms: u32,
    /// Why it ended.
    pub finish: FinishReason,
}

/// An answer from the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownAnswer {
    /// The model, as it was put.
    pub model: String,
    /// As it was put.
    pub body: String,
    /// Tokens of the call that bought it.
    pub usage: Usage,
    /// Its cost then.
    pub cost: Option<Usd>,
    /// Its latency then.
    pub latency_ms: u32,
    /// Why it ended.
    pub finish: FinishReason,
    /// Whether the same run bought it: then it is in the run's account already and is no hit.
    pub own: bool,
}

/// Whether answers that other runs bought are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignAnswers {
    /// They are, as far as they were bought under this name, which is part of every key: people who work apart neither use nor
    /// notice one another's answers.
    Of(String),
    /// They are not: this text, such as the run's id, is part of every key, so that answers of this run alone are found.
    Ignore(String),
}

impl Default for ForeignAnswers {
    /// They are, among those who have no name either.
    fn default() -> Self {
        Self::Of(String::new())
    }
}

/// Everything about a model that may change its answers, as far as it is the same for all requests.
#[derive(Debug, Clone)]
pub struct ModelIdentity {
    hash: ContentHash,
    sampling: Sampling,
}

impl ModelIdentity {
    /// From the model's full name, its base URL, the settings that go into request bodies, the sampling of requests that
    /// do not say otherwise, and whose answers count.
    #[must_use]
    pub fn new(name: &str, base_url: &str, settings: &str, sampling: Sampling, foreign: &ForeignAnswers) -> Self {
        let scope = match foreign {
            ForeignAnswers::Of(name) if name.is_empty() => String::new(),
            ForeignAnswers::Of(name) => format!("of {name}"),
            ForeignAnswers::Ignore(run) => run.clone(),
        };
        let parts = [name, base_url, settings, &scope];
        Self { hash: ContentHash::of_parts(parts.map(str::as_bytes)), sampling }
    }
}

/// The key of a chat answer: BLAKE3 over the model, every message, the sampling in force, the schema and the sample number,
/// each with its length, so that no two requests share a key by moving a boundary.
#[must_use]
pub fn cache_key(model: &ModelIdentity, request: &ChatRequest, sample: u32) -> ContentHash {
    let own = &request.sampling;
    let base = &model.sampling;
    // numbers by their bits: 0.7 has one spelling there
    let mut numbers = [0_u8; 1 + 8 + 1 + 8 + 1 + 4 + 1 + 8 + 4];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        numbers[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    let mut real = |value: Option<f64>| {
        put(&[u8::from(value.is_some())]);
        put(&value.unwrap_or(0.0).to_bits().to_le_bytes());
    };
    real(own.temperature.or(base.temperature));
    real(own.top_p.or(base.top_p));
    let most = own.max_tokens.or(base.max_tokens);
    put(&[u8::from(most.is_some())]);
    put(&most.unwrap_or(0).to_le_bytes());
    let seed = own.seed.or(base.seed);
    put(&[u8::from(seed.is_some())]);
    put(&seed.unwrap_or(0).to_le_bytes());
    put(&sample.to_le_bytes());
    let stop = if own.stop.is_empty() { &base.stop } else { &own.stop };
    let schema = request.json_schema.as_ref().map(ToString::to_string).unwrap_or_default();
    let counts = [request.messages.len() as u64, stop.len() as u64].map(u64::to_le_bytes);
    let head: [&[u8]; 6] = [b"chat", &model.hash.0, &numbers, &counts[0], &counts[1], schema.as_bytes()];
    let messages = request.messages.iter().flat_map(|message| {
        let role: &[u8] = match message.role {
            MessageRole::System => b"system",
            MessageRole::User => b"user",
            MessageRole::Assistant => b"assistant",
        };
        [role, message.content.as_bytes()]
    });
    ContentHash::of_parts(head.into_iter().chain(messages).chain(stop.iter().map(String::as_bytes)))
}

/// Looks every call up before it is made, and keeps every answer before it is used. Calls with the same key at the same time
/// are made once.
pub struct CacheLayer {
    inner: Arc<dyn ModelClient>,
    cache: Arc<dyn AnswerCache>,
    identity: ModelIdentity,
    ledger: Arc<Ledger>,
    counters: Arc<Counters>,
    flights: Mutex<HashMap<ContentHash, Arc<tokio::sync::Mutex<()>>>>,
}

impl CacheLayer {
    /// Around a client. What other runs paid for is counted in the ledger and the counters.
    #[must_use]
    pub fn new(
        inner: Arc<dyn ModelClient>,
        cache: Arc<dyn AnswerCache>,
        identity: ModelIdentity,
        ledger: Arc<Ledger>,
        counters: Arc<Counters>,
    ) -> Self {
        Self { inner, cache, identity, ledger, counters, flights: Mutex::default() }
    }

    /// The answer, and who paid for it. What this run itself bought before it was interrupted is in its
    /// account already and counts as bought.
    async fn cached(
        &self,
        key: ContentHash,
        role: ModelRole,
        buy: impl Future<Output = Result<Bought, ModelError>>,
    ) -> Result<(Bought, Payer), ModelError> {
        let flight = Flight::join(self, key);
        let (_alone, alone) = match flight.turn.try_lock() {
            Ok(turn) => (turn, true),
            Err(_) => (flight.turn.lock().await, false),
        };
        let known = self.cache.get(key).await.map_err(ModelError::NotStored)?;
        if let Some(known) = known {
            let KnownAnswer { body, usage, cost, latency_ms, finish, own, model } = known;
            if model.starts_with(SIMULATED) {
                self.counters.saw_simulated(self.inner.name());
            }
            if !own {
                Counters::add(&self.counters.cache_hits);
                self.ledger.note_cache_hit();
            }
            let payer = match (own, alone) {
                (false, _) => Payer::AnotherRun,
                (true, false) => Payer::AnotherCall,
                (true, true) => Payer::Bought,
            };
            return Ok((Bought { body, usage, cost, latency_ms, finish }, payer));
        }
        let bought = match select(pin!(buy), self.cache.hold(key)).await {
            Either::Left((bought, _)) => bought,
            Either::Right(((), buy)) => buy.await,
        };
        if bought.is_err() {
            self.cache.give_up(key).await;
        }
        let bought = bought?;
        let Bought { body, usage, cost, latency_ms, finish } = bought.clone();
        let name = self.inner.name();
        let marked = self.counters.is_simulated(name) && !name.starts_with(SIMULATED);
        let model = if marked { format!("{SIMULATED} ({name})") } else { name.to_owned() };
        let record = AnswerRecord { key, role, model, body, usage, cost, latency_ms, finish };
        self.cache.put(record).await.map_err(ModelError::NotStored)?;
        Ok((bought, Payer::Bought))
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<ContentHash, Arc<tokio::sync::Mutex<()>>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who paid for an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Payer {
    /// This call, now or before the run was interrupted.
    Bought,
    /// An equal one that was under way at the same time.
    AnotherCall,
    /// Another run.
    AnotherRun,
}

#[derive(Clone)]
struct Bought {
    body: String,
    usage: Usage,
    cost: Option<Usd>,
    latency_ms: u32,
    finish: FinishReason,
}

impl Bought {
    fn json<T: Serialize>(value: &T, usage: Usage, cost: Option<Usd>, latency_ms: u32) -> Result<Self, ModelError> {
        let body = serde_json::to_string(value).map_err(|error| ModelError::NotStored(error.to_string()))?;
        Ok(Self { body, usage, cost, latency_ms, finish: FinishReason::Stop })
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, ModelError> {
        serde_json::from_str(&self.body)
            .map_err(|error| ModelError::NotStored(format!("a stored answer is damaged: {error}")))
    }
}

/// Calls with one key take turns; the first buys, the others find its answer. Abandoning one lets the next go on.
struct Flight<'a> {
    layer: &'a CacheLayer,
    key: ContentHash,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<'a> Flight<'a> {
    fn join(layer: &'a CacheLayer, key: ContentHash) -> Self {
        let turn = layer.flights().entry(key).or_default().clone();
        Self { layer, key, turn }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut flights = self.layer.flights();
        // the map's own and ours: nobody else waits, and nobody can join while the map is locked
        if Arc::strong_count(&self.turn) == 2 {
            flights.remove(&self.key);
        }
    }
}

impl ModelClient for CacheLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let key = cache_key(&self.identity, request, context.sample);
            let buy = async {
                let ChatAnswer { text, usage, cost, latency_ms, finish, .. } =
                    self.inner.chat(request, context).await?;
                Ok(Bought { body: text, usage, cost, latency_ms, finish })
            };
            let (answer, payer) = self.cached(key, context.role, buy).await?;
            let Bought { body, usage, cost, latency_ms, finish } = answer;
            let (cached, shared) = (payer == Payer::AnotherRun, payer == Payer::AnotherCall);
            Ok(ChatAnswer { text: body, usage, cost, latency_ms, finish, cached, shared })
        })
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        Box::pin(async move {
            let head: [&[u8]; 3] = [b"embed", &self.identity.hash.0, &context.sample.to_le_bytes()];
            let key = ContentHash::of_parts(head.into_iter().chain(texts.iter().map(String::as_bytes)));
            let buy = async {
                let (vectors, usage, cost) = self.inner.embed(texts, context).await?;
                Bought::json(&vectors, usage, cost, 0)
            };
            let (answer, _) = self.cached(key, context.role, buy).await?;
            Ok((answer.read()?, answer.usage, answer.cost))
        })
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        Box::pin(async move {
            let parts: [&[u8]; 4] =
                [b"moderate", &self.identity.hash.0, &context.sample.to_le_bytes(), text.as_bytes()];
            let key = ContentHash::of_parts(parts);
            let buy = async {
                let scores = self.inner.moderate(text, context).await?;
                Bought::json(&scores, Usage::default(), Some(Usd::default()), 0)
            };
            self.cached(key, context.role, buy).await?.0.read()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::atomic::Ordering::SeqCst, time::Duration};

    use clade_domain::{Budget, ChatMessage, Spent};
    use futures::{StreamExt, stream::FuturesUnordered};
    use serde_json::json;

    use super::*;
    use crate::layers::testing::{Memory, Scripted, answer, context};

    fn identity() -> ModelIdentity {
        ModelIdentity::new("openai:chat:m", "https://x", "{}", Sampling::default(), &ForeignAnswers::default())
    }

    fn layer(client: Arc<Scripted>, memory: Memory) -> (CacheLayer, Arc<Memory>, Arc<Ledger>) {
        let memory = Arc::new(memory);
        let ledger = Arc::new(Ledger::new(Budget::default(), Spent::default()));
        let layer = CacheLayer::new(client, memory.clone(), identity(), ledger.clone(), Arc::default());
        (layer, memory, ledger)
    }

    fn slow(fails: usize) -> Arc<Scripted> {
        Arc::new(Scripted::new(move |seen| {
            let error = ModelError::Request { model: "m".into(), message: "refused".into() };
            let text = format!("answer {}", seen.number);
            (Duration::from_millis(10), if seen.number < fails { Err(error) } else { Ok(answer(&text)) })
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_call_is_bought_once_and_samples_are_real() {
        let client = slow(0);
        let (layer, memory, ledger) = layer(client.clone(), Memory::default());
        let request = ChatRequest::user("q");
        let first = layer.chat(&request, context()).await.unwrap();
        assert_eq!((first.text.as_str(), first.cached), ("answer 0", false));
        memory.foreign.store(true, SeqCst);
        let again = layer.chat(&request, context()).await.unwrap();
        assert_eq!(again, ChatAnswer { cached: true, ..first.clone() });
        memory.foreign.store(false, SeqCst);
        assert_eq!(layer.chat(&request, context()).await.unwrap(), first, "bought by the same run is no hit");
        let other = layer.chat(&request, CallContext { sample: 1, ..context() }).await.unwrap();
        assert_eq!(other.text, "answer 1");
        assert_eq!((client.calls(), memory.answers.lock().unwrap().len(), ledger.spent().cache_hits), (2, 2, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_at_the_same_time_share_one_flight() {
        let client = slow(0);
        let (layer, ..) = layer(client.clone(), Memory::default());
        let request = ChatRequest::user("q");
        let calls = (0..20).map(|_| layer.chat(&request, context()));
        let answers: Vec<ChatAnswer> =
            calls.collect::<FuturesUnordered<_>>().map(|answer| answer.unwrap()).collect().await;
        let texts: BTreeSet<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
        let shared = answers.iter().filter(|answer| answer.shared && !answer.cached).count();
        assert_eq!((client.calls(), texts.len(), shared), (1, 1, 19), "all but the one that bought it say so");
        assert!(!layer.chat(&request, context()).await.unwrap().shared, "nobody else was asking");
        assert!(layer.flights().is_empty(), "nothing is left behind");
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_flight_lets_the_next_go_on() {
        let client = slow(0);
        let (layer, ..) = layer(client.clone(), Memory::default());
        let request = ChatRequest::user("q");
        let first = tokio::time::timeout(Duration::from_millis(1), layer.chat(&request, context()));
        let (first, second) = futures::join!(first, layer.chat(&request, context()));
        assert!(first.is_err() && second.is_ok());
        assert!(layer.flights().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_never_kept() {
        let client = slow(1);
        let (layer, memory, _) = layer(client.clone(), Memory::default());
        let request = ChatRequest::user("q");
        assert!(layer.chat(&request, context()).await.is_err());
        assert!(memory.answers.lock().unwrap().is_empty());
        assert_eq!(layer.chat(&request, context()).await.unwrap().text, "answer 1");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_cannot_be_kept_is_not_used() {
        let (layer, ..) = layer(slow(0), Memory { full: true, ..Memory::default() });
        let request = ChatRequest::user("q");
        let result = layer.chat(&request, context()).await;
        assert_eq!(result, Err(ModelError::NotStored("the disk is full".into())));
    }

    #[tokio::test(start_paused = true)]
    async fn vectors_and_verdicts_are_kept_too() {
        let client = slow(0);
        let (layer, ..) = layer(client.clone(), Memory::default());
        let texts = ["a".to_owned(), "b".to_owned()];
        for _ in 0..2 {
            assert_eq!(layer.embed(&texts, context()).await.unwrap().0, vec![vec![0.5, 1.0]; 2]);
            assert_eq!(layer.moderate("a", context()).await.unwrap(), [("hate".to_owned(), 0.5)]);
        }
        assert_eq!(client.calls(), 2);
    }

    #[test]
    fn every_part_of_a_request_is_in_its_key() {
        let base = ChatRequest::messages(vec![
            ChatMessage::new(MessageRole::System, "ab"),
            ChatMessage::new(MessageRole::User, "c"),
        ]);
        let with = |change: &dyn Fn(&mut ChatRequest)| {
            let mut request = base.clone();
            change(&mut request);
            cache_key(&identity(), &request, 0)
        };
        let settings = |name: &str, url: &str, body: &str, sampling: Sampling, foreign: &ForeignAnswers| {
            cache_key(&ModelIdentity::new(name, url, body, sampling, foreign), &base, 0)
        };
        let warm = Sampling { temperature: Some(0.7), ..Sampling::default() };
        let usual = Sampling::default();
        let ignore = ForeignAnswers::Ignore("run-1".into());
        let keys = [
            with(&|_| {}),
            cache_key(&identity(), &base, 1),
            with(&|r| r.messages[0].content = "a".into()),
            with(&|r| (r.messages[0].content, r.messages[1].content) = ("a".into(), "bc".into())),
            with(&|r| r.messages[1].role = MessageRole::Assistant),
            with(&|r| r.messages.truncate(1)),
            with(&|r| r.sampling.temperature = Some(0.0)),
            with(&|r| r.sampling.temperature = Some(0.7)),
            with(&|r| r.sampling.top_p = Some(0.7)),
            with(&|r| r.sampling.max_tokens = Some(7)),
            with(&|r| r.sampling.seed = Some(7)),
            with(&|r| r.sampling.stop = vec!["x".into()]),
            with(&|r| r.sampling.stop = vec!["x".into(), "y".into()]),
            with(&|r| r.json_schema = Some(json!({"type": "object"}))),
            settings("openai:chat:n", "https://x", "{}", usual.clone(), &ForeignAnswers::default()),
            settings("openai:chat:m", "https://y", "{}", usual.clone(), &ForeignAnswers::default()),
            settings("openai:chat:m", "https://x", "{\"a\":1}", usual.clone(), &ForeignAnswers::default()),
            settings("openai:chat:m", "https://x", "{}", usual, &ignore),
        ];
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        let said = with(&|r| r.sampling.temperature = Some(0.7));
        assert_eq!(
            settings("openai:chat:m", "https://x", "{}", warm, &ForeignAnswers::default()),
            said,
            "in force is what counts"
        );
    }
}
