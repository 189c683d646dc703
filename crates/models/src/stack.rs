use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clade_domain::{ContentHash, EvalOptions, ModelSpec, Models};
use clade_text::environment::{Unset, expand};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use crate::{
    address::{base_url, requests_go_to, unusual_address},
    client::ModelClient,
    config::ModelConfig,
    hosts::{Host, SharedLimits, account},
    http::{HostNames, Http, HttpError, Target},
    keys::{Environment, find_key},
    layers::{
        AnswerCache, BudgetLayer, CacheLayer, ConcurrencyLayer, Counters, ForeignAnswers, Ledger, Limiter,
        ModelIdentity, Pacer, RateLayer, RecordLayer, Recording, RetryLayer, RetryPolicy, StopLayer, TelemetryLayer,
        Turn, UNSEEN_ANSWER,
    },
    name::{Endpoint, ModelName},
    prices::{Price, PriceTable, price},
    providers::{
        Anthropic, Connection, EmbeddingWire, Embeddings, Gemini, Moderation, Ollama, OpenAiChat, OpenAiResponses,
        Parameter, Refusals, Setup,
    },
    redact::Redactor,
    setup_error::ModelSetupError,
    vendors::{Vendor, Wire},
};

/// Makes the client of a `simulated:NAME` model; says what is wrong with its name or settings.
pub type SimulatedFactory = Arc<dyn Fn(&ModelSpec) -> Result<Arc<dyn ModelClient>, String> + Send + Sync>;

/// What all models of a run share.
#[derive(Clone)]
pub struct StackSettings {
    /// Keys and addresses.
    pub env: Environment,
    /// `apiKey`s of the run file by the model's name (its label, or its id where it has none), which a stored run never holds.
    pub keys: BTreeMap<String, SecretString>,
    /// The account of the run.
    pub ledger: Arc<Ledger>,
    /// Where answers are kept; without one every call is bought and nothing is durable.
    pub cache: Option<Arc<dyn AnswerCache>>,
    /// Whether answers of other runs are used.
    pub foreign: ForeignAnswers,
    /// Most calls at once to one provider; `None` finds it out.
    pub max_concurrency: Option<u32>,
    /// Least time between two calls to one provider.
    pub delay: Duration,
    /// Longest wait for one answer, where a model's config has no `timeoutMs`.
    pub timeout: Duration,
    /// How long temporary failures are waited out.
    pub retry: RetryPolicy,
    /// Cancelled when the run is put down: calls in flight end, queued ones are not begun, failed ones are not tried again.
    pub stopping: CancellationToken,
    /// The source of the retries' jitter.
    pub seed: u64,
    /// Records calls, or replays them.
    pub recording: Option<Arc<Recording>>,
    /// What goes on right now.
    pub counters: Arc<Counters>,
    /// Limits that the runs of a process share; without them the run has limits of its own.
    pub shared: Option<Arc<SharedLimits>>,
    /// Makes simulated models; without it their names are refused.
    pub simulated: Option<SimulatedFactory>,
    /// The data that simulated models know: under other data they give other answers.
    pub data: Option<ContentHash>,
    /// The span of which calls are parts, for traces.
    pub span: tracing::Span,
    /// Who looks up the hosts of addresses that are no known provider's ([`unusual_address`]); the machine itself where nobody is named.
    pub names: Option<HostNames>,
}

impl StackSettings {
    /// Settings with the defaults of [`EvalOptions`]: no cache, no recording, no simulated models.
    #[must_use]
    pub fn new(env: Environment, ledger: Arc<Ledger>) -> Self {
        let defaults = EvalOptions::default();
        Self {
            env,
            keys: BTreeMap::new(),
            ledger,
            cache: None,
            foreign: ForeignAnswers::default(),
            max_concurrency: defaults.max_concurrency,
            delay: Duration::from_millis(defaults.delay_ms),
            timeout: Duration::from_millis(defaults.timeout_ms),
            retry: RetryPolicy::default(),
            stopping: CancellationToken::new(),
            seed: 0,
            recording: None,
            counters: Arc::default(),
            shared: None,
            simulated: None,
            data: None,
            span: tracing::Span::none(),
            names: None,
        }
    }
}

/// Builds clients: one HTTP client, and one limiter and one pacer for each key at a provider host, shared by all its models.
pub struct Stack {
    settings: StackSettings,
    http: Http,
    /// The way to addresses that are no known provider's.
    unusual: Http,
    hosts: Arc<SharedLimits>,
    turns: Mutex<BTreeMap<String, [Turn; 2]>>,
    /// The user's own limits on calls a minute and the time between two.
    paces: Mutex<BTreeMap<String, Arc<Pacer>>>,
    /// The user's own limit on calls at once, where the host's is shared.
    own: Option<Arc<Limiter>>,
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").field("env", &self.settings.env).finish_non_exhaustive()
    }
}

/// Sees that the models for embeddings and for moderation are named as such.
///
/// # Errors
/// [`ModelSetupError::Ability`] with the model's id.
pub fn able(models: &Models) -> Result<(), (String, ModelSetupError)> {
    let roles = [
        (&models.embedding, Endpoint::Embedding, "embeddings", "openai:embedding:text-embedding-3-small"),
        (&models.moderation, Endpoint::Moderation, "moderation", "openai:moderation:omni-moderation-latest"),
    ];
    for (model, endpoint, ability, example) in roles {
        let Some(ModelSpec { id, .. }) = model else { continue };
        if ModelName::parse(id).is_ok_and(|name| name.endpoint != endpoint && !name.is_simulated()) {
            return Err((id.clone(), ModelSetupError::Ability { model: id.clone(), ability, example }));
        }
    }
    Ok(())
}

impl Stack {
    /// What all models share. Nothing is opened yet.
    #[must_use]
    pub fn new(settings: StackSettings) -> Self {
        let own = settings.max_concurrency.filter(|_| settings.shared.is_some());
        let own = own.map(|most| Arc::new(Limiter::new(Some(most))));
        let hosts = settings.shared.clone().unwrap_or_default();
        let http = Http::new();
        let unusual = settings.names.clone().map_or_else(|| http.clone(), Http::by);
        Self { settings, http, unusual, hosts, turns: Mutex::default(), paces: Mutex::default(), own }
    }

    /// The client of a model with all layers around it. Asks nothing of the provider.
    ///
    /// # Errors
    /// [`ModelSetupError`]: everything that is wrong with the model and can be known before the first call.
    pub fn build(&self, spec: &ModelSpec) -> Result<Arc<dyn ModelClient>, ModelSetupError> {
        let settings = &self.settings;
        let name = ModelName::parse(&spec.id)?;
        let config = ModelConfig::read(&spec.id, &spec.config).map_err(ModelSetupError::Config)?;
        let price = price(&name, &config);
        if price == Price::Unknown && settings.ledger.limits_usd() && name.endpoint != Endpoint::Moderation {
            return Err(ModelSetupError::UnknownPrice(spec.id.clone()));
        }
        let base_url = base_url(&name, &config, &settings.env);
        let config = self.filled(spec, &name, config)?;
        let key = find_key(&spec.id, name.vendor, &config, &settings.env).ok().flatten();
        let account = account(spec, &name, &config, &base_url, key.as_ref());
        let (host, [rate_turn, call_turn]) = self.host(&account);
        let client = self.provider(spec, &name, &config, &base_url, price, &host)?;
        let shown = config.model.clone().unwrap_or_else(|| name.model.clone());
        let counters = &settings.counters;
        let client: Arc<dyn ModelClient> = Arc::new(
            TelemetryLayer::new(client, name.vendor.name, shown, counters.clone()).below(settings.span.clone()),
        );
        let identity = identity(spec, &name, &config, &base_url, settings);
        let client: Arc<dyn ModelClient> = match &settings.recording {
            Some(recording) => Arc::new(RecordLayer::new(client, recording.clone(), identity.clone())),
            None => client,
        };
        let client = Arc::new(StopLayer::new(client, settings.stopping.clone(), settings.ledger.clone()));
        let client = RateLayer::new(client, host.pacer.clone()).in_turn(rate_turn);
        let client = client.stopped_by(settings.stopping.clone());
        // what a call takes is set aside once it has a place: by then it is known what those before it took
        let limit = config.sampling.max_tokens;
        let client = BudgetLayer::new(Arc::new(client), settings.ledger.clone(), price, limit);
        let client = ConcurrencyLayer::new(Arc::new(client), host.limiter.clone()).in_turn(call_turn);
        let mut client: Arc<dyn ModelClient> = Arc::new(client);
        // a run waits for its own limits before it takes a place that others could have
        for pace in self.paces(&account, &config) {
            let paced = RateLayer::new(client, pace).as_set();
            client = Arc::new(paced.stopped_by(settings.stopping.clone()));
        }
        if let Some(own) = &self.own {
            client = Arc::new(ConcurrencyLayer::new(client, own.clone()));
        }
        let policy = match config.max_retries {
            Some(most) => settings.retry.at_most(most.saturating_add(1)),
            None => settings.retry,
        };
        let mut retry = RetryLayer::new(client, policy, settings.seed, counters.clone());
        retry = retry.stopped_by(settings.stopping.clone());
        if let Some(log) = &settings.cache {
            retry = retry.booking_in(log.clone());
        }
        let client: Arc<dyn ModelClient> = Arc::new(retry);
        Ok(match &settings.cache {
            Some(cache) => {
                let (cache, ledger) = (cache.clone(), settings.ledger.clone());
                Arc::new(CacheLayer::new(client, cache, identity, ledger, counters.clone()))
            }
            None => client,
        })
    }

    /// The limits of whom a provider counts as one, and this run's places in their two queues.
    fn host(&self, account: &str) -> (Arc<Host>, [Turn; 2]) {
        let shared = self.settings.shared.is_some();
        let host = self.hosts.host(account, self.settings.max_concurrency.filter(|_| !shared));
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = || if shared { Turn::shared() } else { Turn::default() };
        (host, turns.entry(account.to_owned()).or_insert_with(|| [turn(), turn()]).clone())
    }

    /// What the user allows: the least time between two calls there, and the requests and tokens a minute of models with these limits.
    fn paces(&self, account: &str, config: &ModelConfig) -> Vec<Arc<Pacer>> {
        let (requests, tokens, delay) = (config.requests_per_minute, config.tokens_per_minute, self.settings.delay);
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        if !delay.is_zero() {
            let pacer = || Arc::new(Pacer::new(None, None, delay));
            found.push(paces.entry(account.to_owned()).or_insert_with(pacer).clone());
        }
        if requests.is_some() || tokens.is_some() {
            let pacer = || Arc::new(Pacer::new(requests, tokens, Duration::ZERO));
            found.push(paces.entry(format!("{account} {requests:?} {tokens:?}")).or_insert_with(pacer).clone());
        }
        found
    }

    /// A model's settings with the key of its run and what its headers stand for.
    fn filled(
        &self,
        spec: &ModelSpec,
        name: &ModelName,
        mut config: ModelConfig,
    ) -> Result<ModelConfig, ModelSetupError> {
        let settings = &self.settings;
        if name.is_simulated() {
            return Ok(config);
        }
        for (header, value) in &mut config.headers {
            *value = expand(value, &|name| settings.env.get(name)).map_err(|Unset(variable)| {
                let (model, header) = (name.to_string(), header.clone());
                ModelSetupError::Header { model, header, variable }
            })?;
        }
        if let Some(key) = settings.keys.get(spec.name()) {
            config.api_key = Some(key.clone());
        }
        Ok(config)
    }

    fn provider(
        &self,
        spec: &ModelSpec,
        name: &ModelName,
        config: &ModelConfig,
        base_url: &str,
        price: Price,
        host: &Host,
    ) -> Result<Arc<dyn ModelClient>, ModelSetupError> {
        let settings = &self.settings;
        let full_name = name.to_string();
        if name.is_simulated() {
            let refuse = |detail: String| ModelSetupError::Simulated { model: full_name.clone(), detail };
            let factory = settings.simulated.as_ref();
            let factory = factory.ok_or_else(|| refuse("this program has no simulated models".to_owned()))?;
            return factory(spec).map_err(refuse);
        }
        let model = config.model.clone().unwrap_or_else(|| name.model.clone());
        if model.is_empty() {
            return Err(ModelSetupError::NoModel(spec.id.clone()));
        }
        let key = find_key(&full_name, name.vendor, config, &settings.env)?;
        let target = target(name, config, base_url, &model, key.as_ref())
            .map_err(|source| ModelSetupError::Http { model: full_name.clone(), source })?;
        let credentials: Vec<SecretString> = key.iter().cloned().chain(credentials(config)).collect();
        let secrets = key.into_iter().chain(
            config.headers.values().filter(|value| value.len() >= 12).map(|value| SecretString::from(value.clone())),
        );
        let facts = PriceTable::built_in().find(name.vendor.name, &model);
        let connection = Connection::new(
            Setup {
                http: if unusual_address(spec).is_some() { self.unusual.clone() } else { self.http.clone() },
                full_name,
                base_url: base_url.to_owned(),
                key_fix: key_fix(name.vendor, config),
                redactor: Redactor::new(secrets).with_credentials(credentials),
                pacer: host.pacer.clone(),
                counters: settings.counters.clone(),
                timeout: config.timeout.unwrap_or(settings.timeout),
                price,
                refusals: refusals(name, base_url, &model, facts.is_some_and(|facts| !facts.sampling)),
                model,
            },
            target,
        );
        let config = config.clone();
        Ok(match (name.endpoint, name.vendor.wire) {
            (Endpoint::Embedding, Wire::Ollama) => Arc::new(Embeddings::new(connection, config, EmbeddingWire::Ollama)),
            (Endpoint::Embedding, _) => Arc::new(Embeddings::new(connection, config, EmbeddingWire::OpenAi)),
            (Endpoint::Moderation, _) => Arc::new(Moderation::new(connection, config)),
            (Endpoint::Responses, _) => Arc::new(OpenAiResponses::new(connection, config)),
            (Endpoint::Chat, Wire::Anthropic) => {
                Arc::new(Anthropic::new(connection, config, facts.and_then(|facts| facts.cache_min)))
            }
            (Endpoint::Chat, Wire::Gemini) => Arc::new(Gemini::new(connection, config)),
            (Endpoint::Chat, Wire::Ollama) => Arc::new(Ollama::new(connection, config)),
            (Endpoint::Chat, Wire::OpenAi | Wire::Simulated) => Arc::new(OpenAiChat::new(connection, config)),
        })
    }
}

fn target(
    name: &ModelName,
    config: &ModelConfig,
    base: &str,
    model: &str,
    key: Option<&SecretString>,
) -> Result<Target, HttpError> {
    let address = requests_go_to(name, base, model);
    let secret = key.map(|key| match name.vendor.wire {
        Wire::Anthropic => ("x-api-key", key.expose_secret().to_owned()),
        Wire::Gemini => ("x-goog-api-key", key.expose_secret().to_owned()),
        _ => ("authorization", format!("Bearer {}", key.expose_secret())),
    });
    let mut headers: Vec<(&str, &str)> = Vec::new();
    if name.vendor.wire == Wire::Anthropic {
        headers.push(("anthropic-version", "2023-06-01"));
    }
    if let Some(organization) = config.placed_text("organization") {
        headers.push(("openai-organization", organization));
    }
    if let Some(project) = config.placed_text("project") {
        headers.push(("openai-project", project));
    }
    headers.extend(config.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Target::new(&address, headers, secret)
}

/// What headers of the run file show who asks by: the words after `Bearer` and the like, where the header's name says that it is a secret.
/// Other headers may say what an answer says too.
fn credentials(config: &ModelConfig) -> impl Iterator<Item = SecretString> {
    let secret = |name: &str| {
        let plain = name.to_lowercase().replace(['-', '_'], "");
        ["authorization", "cookie", "token", "secret", "key", "password"].iter().any(|end| plain.ends_with(end))
    };
    let headers = config.headers.iter().filter(move |(name, _)| secret(name));
    headers
        .filter_map(|(_, value)| value.split_whitespace().next_back())
        .map(|word| SecretString::from(word.to_owned()))
}

fn key_fix(vendor: &Vendor, config: &ModelConfig) -> String {
    if config.api_key.is_some() {
        return "check `apiKey` in the provider's config, and what that key may do".to_owned();
    }
    let variable = match &config.api_key_envar {
        Some(name) => name.clone(),
        None => vendor.key_vars.join(" or "),
    };
    format!("check the key in {variable} and what it may do")
}

/// What a model is known to refuse: by the price table for sampling, by its family for limits on answers. OpenAI's own API
/// takes `max_completion_tokens` for every model and its reasoning models take nothing else; servers that are compatible
/// know `max_tokens` best. As of 2026-11; what is missing here is learned from the first refusal.
fn refusals(name: &ModelName, base_url: &str, model: &str, no_sampling: bool) -> Refusals {
    let mut refused = Vec::new();
    let family = model.rsplit('/').next().unwrap_or(model);
    let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| family.starts_with(beginning));
    let openai_reasons = starts(&["o1", "o3", "o4", "gpt-5", "gpt-6"]) && !family.contains("chat");
    if no_sampling {
        refused.extend([Parameter::Temperature, Parameter::TopP]);
    }
    if name.vendor.wire == Wire::OpenAi {
        if openai_reasons && name.vendor.name == "openai" {
            refused.extend([Parameter::Temperature, Parameter::TopP, Parameter::Stop]);
        }
        if openai_reasons || base_url.contains("//api.openai.com") {
            refused.push(Parameter::MaxTokens);
        }
    }
    Refusals::of(&refused)
}

/// How many tokens of a first answer a budget sets aside, by the model's settings.
#[must_use]
pub fn answer_reserve(spec: &ModelSpec) -> u64 {
    let config = ModelConfig::read(&spec.id, &spec.config).ok();
    config.and_then(|config| config.sampling.max_tokens).map_or(UNSEEN_ANSWER, u64::from)
}

fn identity(
    spec: &ModelSpec,
    name: &ModelName,
    config: &ModelConfig,
    base_url: &str,
    around: &StackSettings,
) -> ModelIdentity {
    let model = config.model.as_deref().unwrap_or_default();
    // a simulated model without a seed of its own draws from the run's, and so is another model under another seed
    let simulated = name.vendor.wire == Wire::Simulated;
    let drawn = (simulated && !spec.config.contains_key("seed")).then_some(around.seed);
    // maps are sorted by key, so the same settings are the same text
    let settings = if simulated {
        serde_json::to_string(&(model, &config.body, &config.placed, drawn, around.data))
    } else {
        serde_json::to_string(&(model, &config.body, &config.placed))
    };
    let settings = settings.unwrap_or_default();
    ModelIdentity::new(&name.to_string(), base_url, &settings, config.sampling.clone(), &around.foreign)
}
