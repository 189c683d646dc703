//! Things to store, made from numbers.

use std::{collections::BTreeMap, sync::Arc};

use clade_domain::{
    AuditEntry, Bill, Budget, Candidate, CandidateId, CellRef, ContentHash, DatasetHasher, DatasetSummary, Example,
    ExampleId, Headroom, IdError, Isolation, Judgement, KeptState, ModelRole, OperatorName, PowerRow, ProgramCalls,
    Prompt, Purpose, Ran, Relation, RunEvent, RunId, RunMode, SlotId, Spent, Split, StopReason, Timestamp, Trial,
    TrialError, TrialErrorKind, TrialOutcome, Usage, Usd, User, UserId, Verdict, VerdictReason, WorkspaceId,
};

use crate::{
    Estimate, Generations, Journal, Lineage, MemoryStore, PaidAnswer, RunStatus, RunSummary, StoreError, Worth,
};

/// A run's id out of its text.
///
/// # Errors
/// `Backend` where the text is none.
pub fn run(id: &str) -> Result<RunId, StoreError> {
    id.parse().map_err(wrong)
}

pub(super) fn wrong(error: IdError) -> StoreError {
    StoreError::Backend { doing: "make a sample", detail: error.to_string() }
}

/// A run's row.
#[must_use]
pub fn summary(run: &RunId, created: i64) -> RunSummary {
    RunSummary {
        run: run.clone(),
        mode: RunMode::Optimize,
        status: RunStatus::Running,
        created: Timestamp(created),
        updated: Timestamp(created + 5),
        description: format!("grade school sums, run {run}"),
        strategy: "genetic".into(),
        model: "simulated:rough".into(),
        candidates: 3,
        generation: 1,
        seed_score: Some(0.5),
        best_score: Some(0.625),
        improved: None,
        spent: Spent { usd: Usd(0.25), calls: 40, task_calls: 38, reflection_calls: 2, ..Spent::default() },
        brought: Spent::default(),
        simulated: true,
        branch_of: None,
        branch_from: Some(CandidateId(12)),
        budget: Some(Budget { calls: Some(400), usd: Some(0.5), ..Budget::default() }),
        worth: Some(Worth {
            split: Split::Train,
            seed: Estimate { mean: 0.5, low: 0.25, high: 0.75, trials: 16, examples: 8 },
            candidate: CandidateId(2),
            best: Estimate { mean: 0.625, low: 0.375, high: 0.8125, trials: 16, examples: 8 },
        }),
        detail: String::new(),
        workspace: Default::default(),
        by: Default::default(),
        wanted: false,
        deleted: false,
    }
}

/// The first entry of a run, with where it branched from.
///
/// # Errors
/// Never; the settings are read from JSON, which could fail.
pub fn started(run: &RunId, branch_of: Option<(RunId, u64, Option<CandidateId>)>) -> Result<RunEvent, StoreError> {
    let spec = serde_json::json!({
        "mode": "optimize",
        "seed": 1,
        "prompts": [{ "label": "first", "prompt": Prompt::user("{{question}}") }],
        "models": { "task": [{ "id": "simulated:rough" }] },
        "options": { "repeat": 1, "delay_ms": 0, "cache": true, "timeout_ms": 1000 },
        "optimize": {
            "budget": {}, "strategy": { "name": "genetic" }, "objectives": [], "constraints": {}, "stop": {},
            "splits": { "train": 1.0, "validation": 0.0, "test": 0.0, "seed": 1 },
        },
    });
    let spec = serde_json::from_value(spec)
        .map_err(|error| StoreError::Backend { doing: "make a sample", detail: error.to_string() })?;
    let dataset = Box::new(dataset("sums", 100));
    Ok(RunEvent::RunStarted {
        format: clade_domain::FORMAT_VERSION,
        run: run.clone(),
        spec: Box::new(spec),
        dataset,
        branch_of,
    })
}

/// A scored trial of about 350 bytes of JSON.
#[must_use]
pub fn trial(n: u32) -> RunEvent {
    let judgement = Judgement {
        metric: "numeric".into(),
        score: f64::from(n % 2),
        pass: n % 2 == 1,
        reason: format!("the last number is {n}, {} was expected", n + 1 - n % 2),
        weight: 1.0,
    };
    let outcome = TrialOutcome::Scored {
        answer: ContentHash::of(format!("answer {n}").as_bytes()),
        score: f64::from(n % 2),
        pass: n % 2 == 1,
        judgements: vec![judgement],
    };
    RunEvent::TrialFinished(Box::new(cell(n, outcome)))
}

/// A trial that failed for good.
#[must_use]
pub fn failed_trial(n: u32) -> RunEvent {
    let error =
        TrialError { kind: TrialErrorKind::Refused, message: "content refused: «политика» 🙅".into() };
    RunEvent::TrialFinished(Box::new(cell(n, TrialOutcome::Failed { answer: None, error, metrics: None })))
}

fn cell(n: u32, outcome: TrialOutcome) -> Trial {
    Trial {
        cell: CellRef { candidate: CandidateId(n / 100), example: ExampleId(n % 100), sample: 0 },
        split: Split::Train,
        purpose: Purpose::Search,
        model: None,
        outcome,
        usage: Usage { input: 180, output: 60, ..Usage::default() },
        cost: Some(Usd(0.000_061)),
        judge: Default::default(),
        latency_ms: 412,
        cached: n.is_multiple_of(7),
        shared: n.is_multiple_of(11),
        cut: n.is_multiple_of(11),
        program: n.is_multiple_of(3).then(|| ProgramCalls { answers: 3, bought: Bill::of(Usage::default(), None) }),
        ran: if n.is_multiple_of(3) { vec![ran(n)] } else { Vec::new() },
    }
}

/// Where code of a trial was executed.
fn ran(n: u32) -> Ran {
    Ran {
        backend: "local".into(),
        sandbox: format!("local-7-{n}"),
        isolation: Isolation::Namespaces,
        from: n.is_multiple_of(2).then(|| "9f86d081".into()),
        took_ms: 31,
        said: "warning: 'plan' is empty — 空\n".into(),
        known: n.is_multiple_of(5),
        replaced: if n.is_multiple_of(9) { vec![format!("local-6-{n}")] } else { Vec::new() },
    }
}

/// A candidate that joined.
#[must_use]
pub fn admitted(id: u32) -> RunEvent {
    RunEvent::CandidateAdmitted { candidate: Box::new(candidate(id)), bill: Default::default() }
}

/// A candidate; the first is a seed, each other one comes from the one before.
#[must_use]
pub fn candidate(id: u32) -> Candidate {
    Candidate {
        id: CandidateId(id),
        prompt: Prompt::user(format!("Question {id}: {{{{question}}}}\nDenk nach — 考えて 🤔\u{0}\"'\\")),
        model: None,
        parents: id.checked_sub(1).map(CandidateId).into_iter().collect(),
        relation: if id == 0 { Relation::Seed } else { Relation::MutatedFrom },
        operator: (id > 0).then(|| OperatorName::from("word-insertion")),
        generation: id,
        slot: (id > 0).then_some(SlotId(id)),
        note: String::new(),
        targets: (0..id % 3).map(ExampleId).collect(),
        brief: (id % 2 == 1).then(|| "work \"backwards\"\n".into()),
    }
}

/// Entries of several kinds.
#[must_use]
pub fn several_kinds() -> Vec<RunEvent> {
    vec![
        RunEvent::SessionStarted { version: "0.1.0".into(), isolation: Some(Isolation::Namespaces) },
        admitted(0),
        trial(1),
        failed_trial(2),
        RunEvent::HeadroomMeasured {
            headroom: Box::new(Headroom {
                n: 20,
                score: 0.1 + 0.2,
                ci_low: 0.1,
                ci_high: 0.5,
                repeats: 5,
                noise: Some(0.2),
                ceiling: Some(0.9),
                power: vec![PowerRow { gain: 0.05, examples: 400, calls: 800 }],
            }),
        },
        RunEvent::CandidateDecided {
            candidate: CandidateId(1),
            verdict: Verdict::Dropped,
            reason: VerdictReason::MissedTarget,
            detail: "solves none of 1 targets".into(),
            against: CandidateId(0),
            trials: 2,
            gain: -0.01,
            gain_sd: 0.02,
        },
        RunEvent::GenerationClosed {
            generation: 0,
            survivors: vec![CandidateId(0)],
            fitness: vec![0.1 + 0.2],
            spent: Some(Spent { usd: Usd(0.25), calls: 40, ..Spent::default() }),
        },
        RunEvent::BudgetChanged { budget: Budget { calls: Some(u64::from(u32::MAX) * 9), ..Budget::default() } },
        RunEvent::SearchEnded { reason: StopReason::MaxGenerations, finalists: vec![CandidateId(0)] },
        RunEvent::CandidateChosen { candidate: CandidateId(0) },
        RunEvent::SandboxesKept {
            snapshot: "before — 前".into(),
            states: vec![KeptState {
                candidate: CandidateId(0),
                sandbox: "local-7-0".into(),
                state: "9f86d081".into(),
            }],
            without: vec![CandidateId(1)],
            detail: String::new(),
        },
        RunEvent::SessionEnded { reason: "done\r\n\ttab".into(), spent: Spent::default() },
        RunEvent::RunFinished { reason: StopReason::Stopped },
    ]
}

/// An answer; odd ones have no known price.
#[must_use]
pub fn answer(run: &RunId, n: u32, role: ModelRole) -> PaidAnswer {
    PaidAnswer {
        key: ContentHash::of(format!("key {n}").as_bytes()),
        run: run.clone(),
        role: Some(role),
        model: "simulated:rough".into(),
        body: format!("answer {n}"),
        usage: Usage { input: u64::from(n) + 10, output: 2, cache_read: u64::from(n % 3), cache_write: 1 },
        cost: n.is_multiple_of(2).then_some(Usd(0.25)),
        latency_ms: 400 + n,
        finish: "stop".into(),
        at: Timestamp(1_790_000_000_000 + i64::from(n)),
    }
}

/// An example.
#[must_use]
pub fn example(id: u32) -> Example {
    Example {
        id: ExampleId(id),
        vars: BTreeMap::from([
            ("question".to_owned(), format!("What is {id} + {id}? — 几?").into()),
            ("n".to_owned(), id.into()),
        ]),
        asserts: [].into(),
        threshold: None,
        description: String::new(),
        metadata: BTreeMap::new(),
    }
}

/// A data set of so many examples, all of train.
#[must_use]
pub fn dataset(name: &str, examples: u32) -> DatasetSummary {
    let mut hasher = DatasetHasher::default();
    for n in 0..examples {
        hasher.take(&example(n));
    }
    DatasetSummary {
        hash: hasher.finish(),
        source: name.to_owned(),
        splits: "t".repeat(examples as usize),
        columns: vec!["n".into(), "question".into()],
        duplicates: 0,
        judge_calls: Default::default(),
    }
}

/// A person.
///
/// # Errors
/// `Backend` where the id is none.
pub fn user(id: &str, login: &str) -> Result<User, StoreError> {
    Ok(User {
        id: id.parse().map_err(wrong)?,
        login: login.to_owned(),
        name: "Zoë 'quoted' 🧬".into(),
        password: None,
        instance_admin: false,
        disabled: false,
    })
}

/// An entry of the audit log.
#[must_use]
pub fn audit(id: &str) -> AuditEntry {
    AuditEntry {
        id: id.into(),
        at: Timestamp(1),
        workspace: Some(WorkspaceId::default()),
        by: UserId::default(),
        action: "member.role".into(),
        target: "zoe".into(),
        before: Some(serde_json::json!({ "role": "viewer" })),
        after: None,
    }
}

/// Journals in memory with one run, of which nothing is there yet but its first entry: what [`grow`] goes on with.
///
/// # Errors
/// Never, as [`started`].
pub async fn journals() -> Result<(Arc<MemoryStore>, RunId), StoreError> {
    let (store, run) = (Arc::new(MemoryStore::new()), run("faulty")?);
    store.create(summary(&run, 1), Timestamp(1), vec![started(&run, None)?]).await?;
    Ok((store, run))
}

/// Appends these candidates to a run, each with two trials: three entries for each.
///
/// # Errors
/// Where the run is not there.
pub async fn grow(store: &MemoryStore, run: &RunId, candidates: std::ops::Range<u32>) -> Result<(), StoreError> {
    let next = store.length(run.clone()).await?;
    let events = candidates.flat_map(|id| [admitted(id), trial(id * 100), trial(id * 100 + 1)]);
    store.append(run.clone(), next, Timestamp(2), events.collect()).await.map(drop)
}

/// The digest of the generations that memory makes of these journals: what every other backend must come to.
///
/// # Errors
/// Never, in memory.
pub async fn generations_of(store: &Arc<MemoryStore>) -> Result<ContentHash, StoreError> {
    let generations = Generations::new(Arc::<MemoryStore>::clone(store), Arc::<MemoryStore>::clone(store));
    generations.projector().catch_up().await?;
    generations.digest().await
}

/// The digest of the family tree that memory makes of these journals.
///
/// # Errors
/// Never, in memory.
pub async fn lineage_of(store: &Arc<MemoryStore>) -> Result<ContentHash, StoreError> {
    let lineage = Lineage::new(Arc::<MemoryStore>::clone(store), Arc::<MemoryStore>::clone(store));
    lineage.catch_up().await?;
    lineage.digest().await
}
