use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hasher, RandomState},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use clade_domain::{CandidateId, CodeAnswer, CodeRequest, FunctionSource, Language, RunId, SandboxMode, SandboxSpec};
use clade_sandbox::{
    Command, GeneratedCode, InsidePath, Network, Sandbox, SandboxBackend, SandboxError,
    channel::{Call, CallError, NoModels, Pool, RunnerSpec, Source},
};
use clade_store::Store;
use tokio::{sync::Semaphore, time::Instant};

use super::known::KnownAnswers;
use crate::EngineError;

/// How often something is executed anew because its sandbox went away.
const TRIES: usize = 3;
/// How much of a program's last words is shown, in characters.
const WORDS: usize = 600;

/// What the code of a run needs around it.
pub struct CodeSettings {
    /// The run's settings and files.
    pub spec: SandboxSpec,
    /// Who makes the sandboxes. It has to show the folders that the interpreters need.
    pub backend: Arc<dyn SandboxBackend>,
    /// Where the interpreters of the needed languages are.
    pub interpreters: BTreeMap<Language, PathBuf>,
    /// Most sandboxes at work at once, at least 1.
    pub places: usize,
    /// Where answers are kept.
    pub store: Arc<dyn Store>,
    /// The run that they belong to.
    pub run: RunId,
    /// Whether answers that other runs got are used.
    pub shared: bool,
}

/// Executes the code of a run in sandboxes. Functions run in warm interpreters; programs, and tests of what a model wrote, in a fresh
/// sandbox each.
pub struct CodeHost {
    spec: SandboxSpec,
    sandbox: clade_sandbox::SandboxSpec,
    files: Vec<(InsidePath, Bytes)>,
    backend: Arc<dyn SandboxBackend>,
    interpreters: BTreeMap<Language, PathBuf>,
    known: KnownAnswers,
    most: usize,
    places: Semaphore,
    /// Pools of warm interpreters by language and, where each candidate has sandboxes of its own, by candidate; used last comes last.
    pools: Mutex<Vec<(PoolKey, Arc<Pool>)>>,
}

type PoolKey = (Language, Option<CandidateId>);

impl CodeHost {
    /// A host that has made no sandbox yet.
    ///
    /// # Errors
    /// Where a file's path cannot be one inside a sandbox.
    pub fn new(settings: CodeSettings) -> Result<Self, EngineError> {
        let CodeSettings { spec, backend, interpreters, places, store, run, shared } = settings;
        let files = spec
            .files
            .iter()
            .map(|(path, text)| Ok((InsidePath::new(path)?, Bytes::copy_from_slice(text.as_bytes()))))
            .collect::<Result<_, SandboxError>>()?;
        let sandbox = clade_sandbox::SandboxSpec {
            limits: spec.limits,
            network: Network::None,
            image: None,
            isolation: spec.isolation,
        };
        let known = KnownAnswers::new(store, run, &spec, backend.name(), shared);
        let most = places.max(1);
        let places = Semaphore::new(most);
        Ok(Self { spec, sandbox, files, backend, interpreters, known, most, places, pools: Mutex::default() })
    }

    /// The answer to a request: the one that is known, or what executing it gives. `candidate` is whose output it is about.
    ///
    /// # Errors
    /// [`EngineError::Code`] where this code fails, which says nothing of other requests; everything else ends the run.
    pub(crate) async fn answer(
        &self,
        request: &CodeRequest,
        candidate: Option<CandidateId>,
    ) -> Result<CodeAnswer, EngineError> {
        let key = self.known.key(request);
        if let Some(answer) = self.known.get(key).await? {
            return Ok(answer);
        }
        let gone = || EngineError::Sandbox(SandboxError::Gone("the run ends".to_owned()));
        let _place = self.places.acquire().await.map_err(|_| gone())?;
        let started = Instant::now();
        let mut tries = 1;
        let answer = loop {
            match self.execute(request, candidate).await {
                Err(CallError::Sandbox(error)) if error.worth_another_sandbox() && tries < TRIES => tries += 1,
                result => break result.map_err(fault)?,
            }
        };
        self.known.put(key, &answer, started.elapsed()).await?;
        Ok(answer)
    }

    async fn execute(&self, request: &CodeRequest, candidate: Option<CandidateId>) -> Result<CodeAnswer, CallError> {
        match request {
            CodeRequest::Function { language, source, args } => {
                let call = Call { source: inside(source)?, args: args.clone() };
                let returned = self.pool(*language, candidate)?.call(&call, &NoModels).await?;
                Ok(CodeAnswer::Function { value: returned.value, said: returned.said })
            }
            CodeRequest::Program { command, stdin } => {
                let sandbox = self.fresh().await?;
                let execution = sandbox.start(&Command::new(command)).await?;
                let finished = execution.finish(stdin.as_bytes()).await?;
                sandbox.destroy().await?;
                if finished.is_success() {
                    return Ok(CodeAnswer::Program { stdout: String::from_utf8_lossy(&finished.stdout).into_owned() });
                }
                let said = last_words(&String::from_utf8_lossy(&finished.stderr));
                Err(CallError::Died { ended: finished.ended, said })
            }
            CodeRequest::Tests { code, tests } => {
                let python = self.interpreter(Language::Python)?;
                let sandbox = self.fresh().await?;
                let code = GeneratedCode { code: code.clone(), tests: tests.clone() };
                let verdict = code.judge(&*sandbox, python, self.spec.limits.wall(), &unguessable()).await?;
                sandbox.destroy().await?;
                Ok(CodeAnswer::Tests { passed: verdict.passed, feedback: verdict.feedback })
            }
        }
    }

    /// A sandbox with the run's files in it.
    async fn fresh(&self) -> Result<Box<dyn Sandbox>, SandboxError> {
        let sandbox = self.backend.create(&self.sandbox, None).await?;
        for (path, content) in &self.files {
            sandbox.put(path, content.clone()).await?;
        }
        Ok(sandbox)
    }

    fn interpreter(&self, language: Language) -> Result<&PathBuf, SandboxError> {
        self.interpreters.get(&language).ok_or_else(|| SandboxError::NoInterpreter {
            name: self.spec.interpreter(language).to_owned(),
            detail: "it was not looked for when the run was set up".to_owned(),
        })
    }

    /// The pool of a language, or of a candidate in it. Those that were not used for longest make way.
    fn pool(&self, language: Language, candidate: Option<CandidateId>) -> Result<Arc<Pool>, SandboxError> {
        let own = candidate.filter(|_| self.spec.mode == SandboxMode::Always);
        let key = (language, own);
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = match pools.iter().position(|(known, _)| *known == key) {
            Some(at) => pools.remove(at).1,
            None => {
                let spec = RunnerSpec {
                    sandbox: self.sandbox.clone(),
                    from: None,
                    language,
                    program: self.interpreter(language)?.clone(),
                    files: self.files.clone(),
                };
                Arc::new(Pool::new(self.backend.clone(), spec, self.most))
            }
        };
        // a pool that is at work is held by its calls, and ends with the last of them
        let spare = (pools.len() + 1).saturating_sub(2 * self.most);
        let spare = spare.min(pools.len());
        pools.drain(..spare);
        pools.push((key, pool.clone()));
        Ok(pool)
    }
}

fn inside(source: &FunctionSource) -> Result<Source, SandboxError> {
    Ok(match source {
        FunctionSource::File { path, function } => {
            Source::File { path: InsidePath::new(path)?, function: function.clone() }
        }
        FunctionSource::Inline { code, names } => Source::Inline { code: code.clone(), names: names.clone() },
    })
}

/// What the run makes of a failed call: all but a missing sandbox is the code's own doing.
fn fault(error: CallError) -> EngineError {
    match error {
        CallError::Sandbox(error) => EngineError::Sandbox(error),
        CallError::Failed { message, trace } => EngineError::Code(format!("{message}\n{}", last_words(&trace))),
        CallError::Died { ended, said } => EngineError::Code(format!("it {}: {said}", ended.words())),
        other => EngineError::Code(other.to_string()),
    }
}

fn last_words(text: &str) -> String {
    let text = text.trim();
    let from = text.char_indices().rev().nth(WORDS - 1).map_or(0, |(at, _)| at);
    text[from..].to_owned()
}

/// A text that code under test cannot guess: of the keys with which this process hashes.
fn unguessable() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}
