use std::{sync::Arc, time::Instant};

use clade_domain::{
    Budget, CandidateId, Direction, EvalOptions, ModelSpec, Models, Objective, OptimizeSpec, RunId, RunMode, RunSpec,
    SeedPrompt, Spent, Split, SplitSpec, StopReason,
};
use clade_engine::{
    Clients, Control, EngineError, NewRun, Owner, RunOutcome, Runner, RunnerSettings, StoredAnswers, create_run,
};
use clade_evolve::{RunState, state::Phase};
use clade_models::{
    ModelClient,
    layers::{CacheLayer, Counters, ForeignAnswers, Ledger, ModelIdentity},
    simulated::{AnswerKey, SimulatedModel},
};
use clade_store::{MemoryStore, Store};

use crate::{Job, Row, account::CallPrices};

/// Trials and proposals under way in an experiment: what a strategy is offered as free places at once.
const CAPACITY: usize = 16;

/// Why an experiment could not be carried out: a fault of ours, never of the search.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The runtime.
    #[error("cannot start a runtime: {0}")]
    Runtime(#[from] std::io::Error),
    /// The world's model.
    #[error("world `{world}` has no model: {why}")]
    World {
        /// The world.
        world: String,
        /// Why.
        why: String,
    },
    /// The run.
    #[error("{job}: {source}")]
    Run {
        /// Which.
        job: String,
        /// Why.
        source: Box<EngineError>,
    },
}

/// A workbench: carries one experiment out after the other, on one thread.
#[derive(Debug)]
pub struct Bench {
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    /// A workbench whose clock stands still, so that no wait and no tick comes between the events of a run.
    ///
    /// # Errors
    /// Where the system refuses a runtime.
    pub fn new() -> Result<Self, LabError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        Ok(Self { runtime })
    }

    /// Carries an experiment out.
    ///
    /// # Errors
    /// Where the run fails for another reason than its budget.
    pub fn measure(&self, job: &Job) -> Result<Row, LabError> {
        let (wall, cpu) = (Instant::now(), thread_seconds());
        let mut row = self.runtime.block_on(carry_out(job))?;
        row.wall_s = wall.elapsed().as_secs_f64();
        row.cpu_s = cpu.and_then(|before| Some(thread_seconds()? - before));
        Ok(row)
    }
}

async fn carry_out(job: &Job) -> Result<Row, LabError> {
    let wrong = |source: EngineError| LabError::Run { job: name(job), source: Box::new(source) };
    let run = RunId::from_entropy(job.seed);
    let examples = job.world.questions(job.seed);
    let key = Arc::new(AnswerKey::from_examples(&examples));
    let spec = spec(job);
    let dataset = job.world.dataset(job.seed);
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let ledger = Arc::new(Ledger::new(spec.optimize.budget, Spent::default()));
    let counters: Arc<Counters> = Arc::default();
    let mut clients = Clients::default();
    for model in spec.models.all() {
        let client = client(job, model, key.clone(), &store, &run, &ledger, &counters)?;
        clients.insert(model, client);
    }
    let new = NewRun {
        run: run.clone(),
        owner: Owner::default(),
        spec,
        dataset,
        examples: Box::new(examples.into_iter().map(Ok)),
    };
    create_run(&store, new).await.map_err(wrong)?;
    let settings = RunnerSettings {
        store,
        clients,
        ledger,
        counters,
        window: CAPACITY,
        events: None,
        live: None,
        orders: None,
        progress: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let mut runner = Runner::open(&run, settings).await.map_err(wrong)?;
    let outcome = runner.run(&Control::default()).await;
    let ended = match outcome {
        RunOutcome::Finished => runner.conductor().state().stop().map_or_else(String::new, reason),
        RunOutcome::BudgetSpent { limit } => format!("unfinished: the limit on {limit} was spent before the end"),
        RunOutcome::Interrupted => "unfinished: interrupted".to_owned(),
        RunOutcome::Failed(error) => return Err(wrong(error)),
    };
    Ok(row(job, runner.conductor().state(), runner.spent(), ended))
}

/// The simulated model with what every experiment needs around it: an account, and a cache so that nothing is paid twice.
fn client(
    job: &Job,
    model: &ModelSpec,
    key: Arc<AnswerKey>,
    store: &Arc<dyn Store>,
    run: &RunId,
    ledger: &Arc<Ledger>,
    counters: &Arc<Counters>,
) -> Result<Arc<dyn ModelClient>, LabError> {
    let simulated = SimulatedModel::new(&model.id, &model.config, Some(key), job.seed)
        .map_err(|why| LabError::World { world: job.world.name.to_owned(), why })?;
    let identity = ModelIdentity::new(&model.id, "", "", Default::default(), &ForeignAnswers::default());
    let client = Arc::new(CallPrices::new(Arc::new(simulated), ledger.clone(), job.counting));
    let answers = Arc::new(StoredAnswers::new(store.clone(), run.clone()));
    Ok(Arc::new(CacheLayer::new(client, answers, identity, ledger.clone(), counters.clone())))
}

fn spec(job: &Job) -> RunSpec {
    RunSpec {
        mode: RunMode::Optimize,
        description: "Arithmetic word problems".into(),
        source: None,
        seed: job.seed,
        prompts: vec![SeedPrompt { label: "first".into(), prompt: job.world.first_prompt() }],
        models: Models {
            task: vec![job.world.model.clone()],
            reflection: None,
            judge: None,
            embedding: None,
            moderation: None,
            program: Vec::new(),
            judges: std::collections::BTreeMap::new(),
            generations: Vec::new(),
        },
        options: EvalOptions { max_concurrency: Some(CAPACITY as u32), ..EvalOptions::default() },
        program: None,
        sandbox: None,
        library: Vec::new(),
        optimize: OptimizeSpec {
            budget: Budget { usd: Some(f64::from(job.budget + proof(job))), ..Budget::default() },
            strategy: job.searcher.spec.clone(),
            objectives: vec![Objective { metric: "score".into(), direction: Direction::Maximize, weight: 1.0 }],
            splits: SplitSpec { seed: job.seed, ..SplitSpec::default() },
            constraints: Default::default(),
            stop: Default::default(),
        },
    }
}

/// What the final comparison of two prompts takes, which is outside of what is compared: all test questions for both, but no more than
/// a quarter of the whole, since a run keeps no more for it and would leave the rest to the search.
fn proof(job: &Job) -> u32 {
    (2 * job.world.test).min(job.budget / 3)
}

fn row(job: &Job, state: &RunState, spent: Spent, ended: String) -> Row {
    let finished = state.phase() == Phase::Finished;
    let evidence = state.evidence().filter(|_| finished);
    let test = |id| state.cells(id).map_or(0, |cells| cells.trials(Split::Test));
    let chosen = state.best();
    let test_calls = test(CandidateId(0)) + if chosen == CandidateId(0) { 0 } else { test(chosen) };
    let candidates = u32::try_from(state.candidates().len()).unwrap_or(u32::MAX);
    let written = state.candidates().filter(|candidate| candidate.operator.is_some()).count();
    let prompt = state.candidate(chosen).map(|candidate| clade_text::template::prompt_tokens(&candidate.prompt));
    Row {
        world: job.world.name.to_owned(),
        strategy: job.searcher.strategy.clone(),
        settings: job.searcher.settings.clone(),
        budget: job.budget,
        counting: job.counting,
        seed: job.seed,
        first: evidence.map(|evidence| evidence.seed_score),
        score: evidence.map(|evidence| evidence.best_score),
        improved: evidence.is_some_and(|evidence| evidence.improved),
        ended,
        task_calls: spent.task_calls.saturating_sub(u64::from(test_calls)),
        test_calls: u64::from(test_calls),
        reflection_calls: spent.reflection_calls,
        judge_calls: spent.judge_calls,
        candidates,
        proposals: u32::try_from(written).unwrap_or(u32::MAX) + state.rejected_total(),
        prompt_tokens: prompt.unwrap_or(0),
        wall_s: 0.0,
        cpu_s: None,
    }
}

fn reason(stop: StopReason) -> String {
    match stop {
        StopReason::BudgetSpent { .. } => "budget spent",
        StopReason::MaxGenerations => "most generations reached",
        StopReason::NoImprovement => "no improvement",
        StopReason::TargetReached => "target reached",
        StopReason::NothingToGain => "nothing to gain",
        StopReason::NothingNew => "nothing new",
        StopReason::Evaluated | StopReason::Stopped => "stopped",
    }
    .to_owned()
}

fn name(job: &Job) -> String {
    let Job { world, searcher, budget, counting, seed } = job;
    format!("{} in {} with {budget} calls ({counting}), seed {seed}", searcher.strategy, world.name)
}

/// CPU time of this thread so far, where the system tells it (Linux).
fn thread_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
