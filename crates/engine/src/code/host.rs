use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hasher, RandomState},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;
use clade_domain::{
    CandidateId, CodeAnswer, CodeRequest, FunctionSource, Language, Prompt, Ran, RunId, SandboxLimits, SandboxMode,
    SandboxSpec,
};
use clade_sandbox::{
    Command, DaytonaSettings, GeneratedCode, InsidePath, Interpreter, Isolation, Network, Sandbox, SandboxBackend,
    SandboxError, SnapshotId,
    channel::{Call, CallError, NoModels, Pool, RunnerSpec, Source, Take, Went},
};
use clade_store::Store;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    homes::Homes,
    known::KnownAnswers,
    pools::{PoolKey, Pools},
};
use crate::EngineError;

/// How often something is executed anew because its sandbox went away.
pub(super) const TRIES: usize = 3;

/// Where each candidate has sandboxes of its own, so many wait for calls at least, for the states of the leading ones.
const LEAST_IDLE: usize = 16;

/// What the code of a run needs around it.
pub struct CodeSettings {
    /// The run's settings and files.
    pub spec: SandboxSpec,
    /// The state that its sandboxes would start from, where it is not there.
    pub lacks: Option<String>,
    /// Who makes the sandboxes. It has to show the folders that the interpreters need.
    pub backend: Arc<dyn SandboxBackend>,
    /// The interpreters of the needed languages.
    pub interpreters: BTreeMap<Language, Interpreter>,
    /// Most sandboxes of checks at work at once, at least 1: they need a processor.
    pub places: usize,
    /// Most calls of a program at once, at least 1: they mostly wait for models.
    pub program_places: usize,
    /// Where answers are kept.
    pub store: Arc<dyn Store>,
    /// The run that they belong to.
    pub run: RunId,
    /// Whether answers that other runs got are used.
    pub shared: bool,
    /// Cancelled once the run is put down: nothing is begun any more, what is under way ends by itself.
    pub stopping: CancellationToken,
}

/// Executes the code of a run in sandboxes. Functions run in warm interpreters; programs that are started, and tests of what a model
/// wrote, in a fresh sandbox each.
pub struct CodeHost {
    pub(super) spec: SandboxSpec,
    /// The state that every sandbox starts from.
    pub(super) from: Option<SnapshotId>,
    lacks: Option<String>,
    sandbox: clade_sandbox::SandboxSpec,
    files: Vec<(InsidePath, Bytes)>,
    pub(super) backend: Arc<dyn SandboxBackend>,
    interpreters: BTreeMap<Language, Interpreter>,
    pub(super) known: KnownAnswers,
    most: usize,
    places: Semaphore,
    most_programs: usize,
    program_places: Semaphore,
    stopping: CancellationToken,
    pub(super) pools: Pools,
    pub(super) homes: Homes,
}

/// Whose warm interpreters are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolOf {
    pub language: Language,
    /// Those of the program under optimisation, or of checks.
    pub program: bool,
    pub candidate: Option<CandidateId>,
}

/// An answer of code, with where it was executed; nobody knows that of what older versions kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Executed {
    #[serde(flatten)]
    pub answer: CodeAnswer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran: Option<Ran>,
}

impl CodeHost {
    /// A host that has made no sandbox yet.
    ///
    /// # Errors
    /// Where a file's path cannot be one inside a sandbox.
    pub fn new(settings: CodeSettings) -> Result<Self, EngineError> {
        let CodeSettings { spec, lacks, backend, interpreters, places, program_places, store, run, shared, stopping } =
            settings;
        let files = files(&spec)?;
        let sandbox = clade_sandbox::SandboxSpec {
            limits: spec.limits,
            network: if spec.network.is_empty() { Network::None } else { Network::Hosts(spec.network.clone()) },
            image: spec.image.clone(),
            isolation: spec.isolation,
            labels: BTreeMap::from([(DaytonaSettings::RUN.to_owned(), run.to_string())]),
        };
        let known = KnownAnswers::new(store, run, &spec, &interpreters, backend.name(), shared);
        let most = places.max(1);
        let most_programs = program_places.max(1);
        let own = if spec.mode == SandboxMode::Always { LEAST_IDLE } else { 1 };
        let most_idle = most.max(most_programs).max(own);
        Ok(Self {
            from: spec.from.clone().map(SnapshotId),
            lacks,
            spec,
            sandbox,
            files,
            backend,
            interpreters,
            known,
            most,
            places: Semaphore::new(most),
            most_programs,
            program_places: Semaphore::new(most_programs),
            stopping,
            pools: Pools::new(most_idle),
            homes: Homes::default(),
        })
    }

    /// The answer to a request: the one that is known, or what executing it gives. `candidate` is whose output it is about.
    ///
    /// # Errors
    /// [`EngineError::Code`] where this code fails, which says nothing of other requests; everything else ends the run.
    pub(crate) async fn answer(
        &self,
        request: &CodeRequest,
        candidate: Option<CandidateId>,
    ) -> Result<Executed, EngineError> {
        // tests that were executed as a script, or whose executions nobody counted, were judged otherwise
        let kind = if matches!(request, CodeRequest::Tests { .. }) { "tests that are counted" } else { "code" };
        let key = self.known.key(kind, request);
        if let Some(known) = self.known.get::<Executed>(key).await? {
            let mut executed = known.answer;
            executed.ran.iter_mut().for_each(|ran| ran.known = true);
            return Ok(executed);
        }
        let _place = self.place(&self.places).await?;
        let started = Instant::now();
        let (mut tries, mut take, mut replaced) = (1, Take::Any, Vec::new());
        let executed = loop {
            let mut went = Went::default();
            let mut result = self.execute(request, candidate, take, &mut went).await;
            if tries == TRIES {
                result = self.blame(result, went.sandbox.as_deref()).await;
            }
            let sandbox = went.sandbox.take();
            match result {
                Err(CallError::Sandbox(error)) if error.worth_another_sandbox() && tries < TRIES => {
                    tries += 1;
                    replaced.extend(sandbox);
                }
                Err(error) if went.may_suffer_for_others(&error) => {
                    take = Take::Fresh;
                    replaced.extend(sandbox);
                }
                Ok(answer) => {
                    let said = if let CodeAnswer::Function { said, .. } = &answer { said.as_str() } else { "" };
                    let ran = sandbox.map(|sandbox| Ran { replaced, ..self.ran(sandbox, started.elapsed(), said) });
                    break Executed { answer, ran };
                }
                Err(error) => {
                    let ran = sandbox.map(|sandbox| Ran { replaced, ..self.ran(sandbox, started.elapsed(), "") });
                    return Err(fault(error, &self.spec.limits, ran));
                }
            }
        };
        self.known.put(key, &executed, started.elapsed()).await?;
        Ok(executed)
    }

    /// Whose fault it is that the last of several sandboxes went away: the code's, where one that executes nothing of it is there.
    pub(super) async fn blame<T>(&self, result: Result<T, CallError>, sandbox: Option<&str>) -> Result<T, CallError> {
        match (&result, sandbox) {
            (Err(CallError::Sandbox(SandboxError::Gone(detail))), Some(_)) => match self.fresh(&mut None).await {
                Ok(sound) => {
                    let lost = CallError::Lost { times: TRIES, detail: detail.clone() };
                    sound.destroy().await.map_err(CallError::Sandbox).and(Err(lost))
                }
                Err(error) => Err(CallError::Sandbox(error)),
            },
            _ => result,
        }
    }

    /// A place for something to be executed in.
    ///
    /// # Errors
    /// Where the run was put down: what is not begun is not begun any more.
    async fn place<'p>(&self, places: &'p Semaphore) -> Result<SemaphorePermit<'p>, SandboxError> {
        tokio::select! {
            biased;
            () = self.stopping.cancelled() => Err(SandboxError::PutDown),
            place = places.acquire() => place.map_err(|_| SandboxError::Gone("the run ends".to_owned())),
        }
    }

    /// A place for a call of the program.
    ///
    /// # Errors
    /// Where the run was put down.
    pub(super) async fn program_place(&self) -> Result<SemaphorePermit<'_>, SandboxError> {
        self.place(&self.program_places).await
    }

    /// Executes in a sandbox, whose name it leaves as soon as it has one.
    async fn execute(
        &self,
        request: &CodeRequest,
        candidate: Option<CandidateId>,
        take: Take,
        went: &mut Went,
    ) -> Result<CodeAnswer, CallError> {
        match request {
            CodeRequest::Function { language, source, args } => {
                let call = Call { source: inside(source)?, args: args.clone() };
                let pool = self.pool(PoolOf { language: *language, program: false, candidate })?;
                let returned = pool.call_in(&call, &NoModels, take, went).await?;
                Ok(CodeAnswer::Function { value: returned.value, said: returned.said })
            }
            CodeRequest::Program { command, stdin } => {
                let sandbox = self.fresh(&mut went.sandbox).await?;
                let ended = match sandbox.start(&Command::new(command)).await {
                    Ok(execution) => execution.finish(stdin.as_bytes()).await,
                    Err(error) => Err(error),
                };
                let finished = match ended {
                    // as where a shell does not find it: that of this check, which data may name, and not of the run
                    Err(error @ SandboxError::NotRunnable { .. }) => {
                        sandbox.destroy().await?;
                        return Err(CallError::Failed { message: format!("could not {error}"), trace: String::new() });
                    }
                    ended => ended?,
                };
                sandbox.destroy().await?;
                if finished.is_success() {
                    return Ok(CodeAnswer::Program { stdout: String::from_utf8_lossy(&finished.stdout).into_owned() });
                }
                let complains = !finished.stderr.trim_ascii().is_empty();
                let said = if complains { &finished.stderr } else { &finished.stdout };
                let said = String::from_utf8_lossy(said).into_owned();
                Err(CallError::Died { ended: finished.ended, said })
            }
            CodeRequest::Tests { code, tests } => {
                let python = self.interpreter(Language::Python)?;
                let sandbox = self.fresh(&mut went.sandbox).await?;
                let code = GeneratedCode { code: code.clone(), tests: tests.clone() };
                let verdict = code.judge(&*sandbox, python, &self.spec.limits, &unguessable()).await?;
                sandbox.destroy().await?;
                if let Some(message) = verdict.untested {
                    return Err(CallError::Failed { message, trace: String::new() });
                }
                Ok(CodeAnswer::Tests { passed: verdict.passed, feedback: verdict.feedback })
            }
        }
    }

    /// A sandbox with the run's files in it.
    pub(super) async fn fresh(&self, place: &mut Option<String>) -> Result<Box<dyn Sandbox>, SandboxError> {
        let sandbox = self.backend.create(&self.sandbox, self.from.as_ref()).await?;
        *place = Some(sandbox.id().to_owned());
        for (path, content) in &self.files {
            sandbox.put(path, content.clone()).await?;
        }
        Ok(sandbox)
    }

    /// The state that its sandboxes would start from and that is not there, as after an import: they start empty.
    #[must_use]
    pub fn lacks(&self) -> Option<&str> {
        self.lacks.as_deref()
    }

    /// How well its sandboxes separate code from the machine.
    pub(crate) async fn isolation(&self) -> Isolation {
        self.backend.isolation(self.spec.isolation).await
    }

    /// The sandbox of a candidate whose trial executes nothing; `None` where such a candidate has none, or has warm interpreters of its own.
    ///
    /// # Errors
    /// Where there is no sandbox to be had.
    pub(crate) async fn home(&self, candidate: CandidateId, prompt: &Prompt) -> Result<Option<Ran>, EngineError> {
        if self.spec.mode != SandboxMode::Always || self.pools.of(candidate).is_some() {
            return Ok(None);
        }
        let started = Instant::now();
        let sandbox = self.homes.of(self, candidate, prompt).await?;
        Ok(Some(self.ran(sandbox, started.elapsed(), "")))
    }

    /// Ends the sandboxes that nobody uses now. Those that cannot be reached end by themselves or are swept later.
    pub(crate) async fn close(&self) {
        for pool in self.pools.take() {
            if let Err(error) = pool.empty().await {
                tracing::warn!(%error, "a sandbox could not be ended");
            }
        }
        self.homes.close().await;
    }

    fn interpreter(&self, language: Language) -> Result<&PathBuf, SandboxError> {
        self.interpreters.get(&language).map(|found| &found.program).ok_or_else(|| SandboxError::NoInterpreter {
            name: self.spec.interpreter(language).to_owned(),
            detail: "it was not looked for when the run was set up".to_owned(),
        })
    }

    /// The warm interpreters that are meant; those of a candidate alone where each has sandboxes of its own.
    pub(super) fn pool(&self, of: PoolOf) -> Result<Arc<Pool>, SandboxError> {
        let PoolOf { language, program, candidate } = of;
        let candidate = candidate.filter(|_| self.spec.mode == SandboxMode::Always);
        self.pools.get(PoolKey { language, program, candidate }, || {
            let mut sandbox = self.sandbox.clone();
            if let Some(candidate) = candidate {
                sandbox.labels.insert(DaytonaSettings::CANDIDATE.to_owned(), candidate.to_string());
            }
            let spec = RunnerSpec {
                sandbox,
                from: self.from.clone(),
                language,
                program: self.interpreter(language)?.clone(),
                files: self.files.clone(),
            };
            let places = if program { self.most_programs } else { self.most };
            Ok(Pool::new(self.backend.clone(), spec, places))
        })
    }
}

/// What goes into every sandbox.
pub(super) fn files(spec: &SandboxSpec) -> Result<Vec<(InsidePath, Bytes)>, SandboxError> {
    let put = |(path, text): (&String, &String)| Ok((InsidePath::new(path)?, Bytes::copy_from_slice(text.as_bytes())));
    spec.files.iter().map(put).collect()
}

pub(super) fn inside(source: &FunctionSource) -> Result<Source, SandboxError> {
    Ok(match source {
        FunctionSource::File { path, function } => {
            Source::File { path: InsidePath::new(path)?, function: function.clone() }
        }
        FunctionSource::Inline { code, names } => Source::Inline { code: code.clone(), names: names.clone() },
    })
}

/// What the run makes of a failed call: all but a missing sandbox is the code's own doing.
pub(super) fn fault(error: CallError, limits: &SandboxLimits, ran: Option<Ran>) -> EngineError {
    match error {
        CallError::Sandbox(error) => EngineError::Sandbox(error),
        error => EngineError::Code { message: error.explain(limits), ran: ran.map(Box::new) },
    }
}

/// A text that code under test cannot guess: of the keys with which this process hashes.
fn unguessable() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}
