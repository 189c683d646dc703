//! A run with everything around it, for tests.

use std::sync::Arc;

use clade_domain::{
    Assertion, Budget, ContentHash, DatasetSummary, Direction, EvalOptions, Example, ExampleId, GeneticSpec, ModelSpec,
    Models, Objective, OptimizeSpec, Prompt, RunEvent, RunId, RunMode, RunSpec, SeedPrompt, Spent, SplitSpec,
    StrategySpec,
};
use clade_engine::{
    Clients, Control, EngineError, NewRun, Owner, RunOutcome, RunReport, Runner, RunnerSettings, StoredAnswers,
    account, create_run, replay_state,
};
use clade_evolve::RunState;
use clade_models::{
    ModelClient, Price,
    layers::{
        AnswerCache, BudgetLayer, CacheLayer, ConcurrencyLayer, Counters, ForeignAnswers, Ledger, Limiter,
        ModelIdentity, RetryLayer, RetryPolicy, StopLayer,
    },
    simulated::{AnswerKey, SimulatedModel},
};
use clade_store::{MemoryStore, PaidAnswer, Store};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::clients::{Acknowledged, Asked, Watch};

/// Wraps the simulated model of a test.
pub type Wrap = Arc<dyn Fn(Arc<dyn ModelClient>) -> Arc<dyn ModelClient> + Send + Sync>;

pub const EXAMPLES: u32 = 60;
const PRICE: Price = Price::Known { input: 0.15, output: 0.60, cache_read: 0.15, cache_write: 0.60, request: 0.0 };

pub fn assertion(kind: &str, value: &str) -> Assertion {
    serde_json::from_value(json!({ "type": kind, "value": value })).unwrap()
}

pub fn examples(checks: &[Assertion]) -> Vec<Example> {
    (0..EXAMPLES)
        .map(|n| {
            let (boxes, pens) = (n % 9 + 2, n * 7 % 31 + 3);
            let question = format!("Order {n} has {boxes} boxes with {pens} pens each. How many pens are that?");
            let vars = [("question", json!(question)), ("answer", json!((boxes * pens).to_string()))];
            Example {
                id: ExampleId(n),
                vars: vars.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                asserts: checks.into(),
                threshold: None,
                description: String::new(),
                metadata: Default::default(),
            }
        })
        .collect()
}

fn summary(examples: &[Example], mode: RunMode, judge_calls: u32) -> DatasetSummary {
    // an evaluation parts nothing
    let marks = if mode == RunMode::Evaluate { ["h"; 7] } else { ["t", "v", "t", "h", "t", "v", "h"] };
    let text = serde_json::to_vec(examples).unwrap();
    DatasetSummary {
        hash: ContentHash::of(&text),
        source: "generated".into(),
        splits: examples.iter().map(|example| marks[example.id.index() % 7]).collect(),
        columns: vec!["answer".into(), "question".into()],
        duplicates: 0,
        judge_calls,
    }
}

pub fn calls(n: u64) -> Budget {
    Budget { calls: Some(n), ..Budget::default() }
}

pub fn spec(model: &str, budget: Budget) -> RunSpec {
    RunSpec {
        mode: RunMode::Optimize,
        description: "Arithmetic word problems".into(),
        source: None,
        seed: 5,
        prompts: vec![SeedPrompt {
            label: "first".into(),
            prompt: Prompt::user("Answer the question.\n\nQuestion: {{question}}\nAnswer:"),
        }],
        models: Models {
            task: vec![ModelSpec::named(model)],
            reflection: None,
            judge: None,
            embedding: None,
            moderation: None,
            program: Vec::new(),
            judges: std::collections::BTreeMap::new(),
            generations: Vec::new(),
        },
        options: EvalOptions::default(),
        program: None,
        sandbox: None,
        library: Vec::new(),
        optimize: OptimizeSpec {
            budget,
            strategy: StrategySpec::Genetic(GeneticSpec {
                population: 5,
                elite: 1,
                examples: Some(12),
                ..GeneticSpec::default()
            }),
            objectives: vec![Objective { metric: "score".into(), direction: Direction::Maximize, weight: 1.0 }],
            splits: SplitSpec::default(),
            constraints: Default::default(),
            stop: Default::default(),
        },
    }
}

/// A store, a run in it, and what stands between the run and its simulated models.
#[derive(Clone)]
pub struct Rig {
    pub store: Arc<dyn Store>,
    pub run: RunId,
    pub wrap: Wrap,
    pub asked: Arc<Asked>,
    pub concurrency: u32,
    pub retry: RetryPolicy,
    /// The limits that the ledger starts with, where they are not the run's own.
    pub budget: Option<Budget>,
    /// Ends waits and keeps queued calls from being begun, as the command line's does; of one session.
    pub stopping: CancellationToken,
}

impl Rig {
    pub async fn new(spec: RunSpec) -> Self {
        Self::with(Arc::new(MemoryStore::new()), spec, &[assertion("numeric", "{{answer}}")], 0).await
    }

    /// With two checks, one of them by a judge.
    pub async fn judged(spec: RunSpec) -> Self {
        let checks =
            [assertion("numeric", "{{answer}}"), assertion("llm-rubric", "The answer is right and explained.")];
        Self::with(Arc::new(MemoryStore::new()), spec, &checks, 1).await
    }

    pub async fn with(store: Arc<dyn Store>, spec: RunSpec, checks: &[Assertion], judge_calls: u32) -> Self {
        let rig = Self::existing(store, "run-one");
        rig.create(spec, checks, judge_calls).await;
        rig
    }

    pub fn existing(store: Arc<dyn Store>, run: &str) -> Self {
        Self {
            store,
            run: run.parse().unwrap(),
            wrap: Arc::new(|client| client),
            asked: Arc::default(),
            concurrency: 32,
            retry: RetryPolicy::default(),
            budget: None,
            stopping: CancellationToken::new(),
        }
    }

    pub async fn create(&self, spec: RunSpec, checks: &[Assertion], judge_calls: u32) {
        let examples = examples(checks);
        let dataset = summary(&examples, spec.mode, judge_calls);
        let new = NewRun {
            run: self.run.clone(),
            owner: Owner::default(),
            spec,
            dataset,
            examples: Box::new(examples.into_iter().map(Ok)),
        };
        create_run(&self.store, new).await.unwrap();
    }

    pub fn wrapped(
        mut self,
        wrap: impl Fn(Arc<dyn ModelClient>) -> Arc<dyn ModelClient> + Send + Sync + 'static,
    ) -> Self {
        self.wrap = Arc::new(wrap);
        self
    }

    pub async fn state(&self) -> RunState {
        replay_state(&self.store, &self.run).await.unwrap()
    }

    pub async fn open(&self) -> Result<Runner, EngineError> {
        let state = self.state().await;
        let spec = state.spec().clone();
        let spent = Spent { cache_hits: 0, ..account(self.store.as_ref(), &state).await? };
        let ledger = Arc::new(Ledger::new(self.budget.unwrap_or(*state.budget()), spent));
        let counters: Arc<Counters> = Arc::default();
        let ids = (0..state.dataset().len() as u32).map(ExampleId).collect();
        let key = Arc::new(AnswerKey::from_examples(&self.store.examples(state.dataset().hash, ids).await?));
        let foreign =
            if spec.options.cache { ForeignAnswers::default() } else { ForeignAnswers::Ignore(self.run.to_string()) };
        let mut clients = Clients::default();
        for model in spec.models.all() {
            let simulated = SimulatedModel::new(&model.id, &model.config, Some(key.clone()), spec.seed).unwrap();
            let settings = serde_json::to_string(&model.config).unwrap();
            let identity = ModelIdentity::new(&model.id, "", &settings, Default::default(), &foreign);
            let client = (self.wrap)(Arc::new(simulated));
            let client = Arc::new(Watch { inner: client, identity: identity.clone(), asked: self.asked.clone() });
            let client = Arc::new(StopLayer::new(client, self.stopping.clone(), ledger.clone()));
            let client = Arc::new(BudgetLayer::new(client, ledger.clone(), PRICE, None));
            let client = Arc::new(ConcurrencyLayer::new(client, Arc::new(Limiter::new(Some(self.concurrency)))));
            let inner = Box::new(StoredAnswers::new(self.store.clone(), self.run.clone()));
            let cache: Arc<dyn AnswerCache> = Arc::new(Acknowledged { inner, asked: self.asked.clone() });
            let client = RetryLayer::new(client, self.retry, spec.seed, counters.clone()).booking_in(cache.clone());
            let client = Arc::new(client.stopped_by(self.stopping.clone()));
            let client = CacheLayer::new(client, cache, identity, ledger.clone(), counters.clone());
            clients.insert(model, Arc::new(client));
        }
        let settings = RunnerSettings {
            store: self.store.clone(),
            clients,
            ledger,
            counters,
            window: 4 * self.concurrency as usize,
            events: None,
            live: None,
            orders: None,
            progress: None,
            version: "test".into(),
        };
        Runner::open(&self.run, settings).await
    }

    /// Carries the run on until it leaves this process by itself.
    pub async fn go(&self) -> (RunOutcome, RunReport) {
        let session = Self { stopping: CancellationToken::new(), ..self.clone() };
        let mut runner = session.open().await.unwrap();
        let outcome = runner.run(&Control::draining(session.stopping.clone())).await;
        let report = self.report(&runner).await;
        (outcome, report)
    }

    pub async fn finish(&self) -> RunReport {
        let (outcome, report) = self.go().await;
        assert!(matches!(outcome, RunOutcome::Finished), "{outcome:?}");
        report
    }

    pub async fn report(&self, runner: &Runner) -> RunReport {
        let row = self.store.summary(self.run.to_string()).await.unwrap();
        RunReport::new(runner.conductor().state(), &row, runner.spent())
    }

    pub async fn events(&self) -> Vec<RunEvent> {
        let entries = self.store.read(self.run.clone(), 0, u32::MAX).await.unwrap();
        entries.into_iter().map(|entry| entry.event).collect()
    }

    pub async fn trials(&self) -> Vec<clade_domain::Trial> {
        let trial = |event| if let RunEvent::TrialFinished(trial) = event { Some(*trial) } else { None };
        self.events().await.into_iter().filter_map(trial).collect()
    }

    pub async fn answers(&self) -> Vec<PaidAnswer> {
        self.store.answers_of(self.run.clone(), None, u32::MAX).await.unwrap()
    }
}

/// What kills, the order of answers and the number of processes must not change.
pub fn result(state: &RunState) -> String {
    let candidates: Vec<_> = state
        .candidates()
        .map(|c| format!("{} g{} {:?} {:?} {}", c.id, c.generation, c.operator, c.parents, c.prompt.to_text()))
        .collect();
    let generations: Vec<_> =
        state.generations().iter().map(|g| (g.generation, &g.survivors, &g.fitness, g.calls, g.usd)).collect();
    let spent = state.accounted();
    format!(
        "{candidates:#?}\n{generations:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        state.rejected(),
        state.stop(),
        state.finalists(),
        state.chosen(),
        state.evidence(),
        (spent.task_calls, spent.reflection_calls, spent.judge_calls),
    )
}
