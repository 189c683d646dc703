use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::try_join_all;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::runner::Returned;
use super::{Call, CallError, ModelHost, Runner, Source};
use crate::{InsidePath, Language, SandboxBackend, SandboxError, SandboxSpec, SnapshotId};

/// What the sandboxes of a pool are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerSpec {
    /// The sandbox.
    pub sandbox: SandboxSpec,
    /// The state to start from, instead of an empty folder.
    pub from: Option<SnapshotId>,
    /// The language of the functions.
    pub language: Language,
    /// Its interpreter, as [`find_interpreter`](crate::find_interpreter) names it.
    pub program: PathBuf,
    /// What is put into the working folder, such as the file of the function.
    pub files: Vec<(InsidePath, Bytes)>,
}

/// Warm runners that are alike. A call takes one, or makes one where there is a place, and gives it back; one that a call has
/// used up is replaced by the next call.
pub struct Pool {
    backend: Arc<dyn SandboxBackend>,
    spec: RunnerSpec,
    idle: Mutex<Vec<Runner>>,
    places: Semaphore,
    most: u32,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("spec", &self.spec).field("places", &self.places).finish_non_exhaustive()
    }
}

/// Which runner a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// One that is warm, where there is one.
    Any,
    /// A new one.
    Fresh,
}

/// Where a call went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Went {
    /// The sandbox's name, as soon as there is one.
    pub sandbox: Option<String>,
    /// Whether its runner had served other calls.
    pub warm: bool,
}

impl Went {
    /// Whether the call may have ended for what earlier calls left in the sandbox: files that fill it, memory, processes, threads that go on
    /// and end the interpreter, print without end or keep it busy; or was not made, for what they took away or changed. Then it is worth another try with [`Take::Fresh`].
    #[must_use]
    pub fn may_suffer_for_others(&self, error: &CallError) -> bool {
        let ended = matches!(error, CallError::Died { .. } | CallError::Channel(_) | CallError::Changed(_));
        self.warm && (ended || error.limit().is_some())
    }
}

impl Pool {
    /// A pool of at most `places` runners; at least 1. None is made yet.
    #[must_use]
    pub fn new(backend: Arc<dyn SandboxBackend>, spec: RunnerSpec, places: usize) -> Self {
        let most = u32::try_from(places).unwrap_or(u32::MAX).max(1);
        Self { backend, spec, idle: Mutex::new(Vec::new()), places: Semaphore::new(most as usize), most }
    }

    /// Makes runners ahead, at most one for each free place.
    ///
    /// # Errors
    /// As [`Runner::start`].
    pub async fn warm(&self, count: usize) -> Result<(), CallError> {
        let missing = count.min(self.places.available_permits()).saturating_sub(self.idle().len());
        let made = try_join_all((0..missing).map(|_| self.make())).await?;
        self.idle().extend(made);
        Ok(())
    }

    /// Calls a function in one of the runners. Dropping the future ends that runner.
    ///
    /// # Errors
    /// As [`Runner::start`] and [`Runner::call`]. A call that failed for want of a sandbox may be made again
    /// ([`SandboxError::worth_another_sandbox`]).
    pub async fn call(&self, call: &Call, host: &dyn ModelHost) -> Result<Returned, CallError> {
        self.call_in(call, host, Take::Any, &mut Went::default()).await
    }

    /// The same in a certain kind of runner, and says in which sandbox.
    ///
    /// # Errors
    /// As [`Pool::call`].
    pub async fn call_in(
        &self,
        call: &Call,
        host: &dyn ModelHost,
        take: Take,
        went: &mut Went,
    ) -> Result<Returned, CallError> {
        let _place = self.place().await?;
        let warm = if take == Take::Any { self.idle().pop() } else { None };
        went.warm = warm.is_some();
        let mut runner = match warm {
            Some(runner) => runner,
            None => self.make().await?,
        };
        went.sandbox = Some(runner.sandbox().id().to_owned());
        let returned = runner.call(call, host).await;
        self.give_back(runner, returned)
    }

    /// Finds a function without calling it, in one of the runners.
    ///
    /// # Errors
    /// As [`Runner::start`] and [`Runner::find`].
    pub async fn find(&self, source: &Source) -> Result<(), CallError> {
        let _place = self.place().await?;
        let mut warm = self.idle().pop();
        loop {
            let is_warm = warm.is_some();
            let mut runner = match warm.take() {
                Some(runner) => runner,
                None => self.make().await?,
            };
            let found = runner.find(source).await;
            if !(is_warm && matches!(found, Err(CallError::Changed(_)))) {
                return self.give_back(runner, found);
            }
        }
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>, SandboxError> {
        self.places.acquire().await.map_err(|_| SandboxError::Gone("the pool is closed".to_owned()))
    }

    fn give_back<T>(&self, runner: Runner, done: Result<T, CallError>) -> Result<T, CallError> {
        if done.as_ref().err().is_none_or(CallError::leaves_the_runner) && runner.is_good() {
            self.idle().push(runner);
        }
        done
    }

    /// How many runners wait for calls.
    #[must_use]
    pub fn idle_runners(&self) -> usize {
        self.idle().len()
    }

    /// Ends the runners that wait for calls but for the one that was used last, and says how many those were.
    #[must_use]
    pub fn shrink(&self) -> usize {
        let mut idle = self.idle();
        let spare = idle.len().saturating_sub(1);
        let ended: Vec<Runner> = idle.drain(..spare).collect();
        // ending them takes a moment, in which others may be given back
        drop(idle);
        ended.len()
    }

    /// Keeps the state of the sandbox that was used last, with its name; `None` where there is no runner. Calls under way end first, and
    /// further ones wait.
    ///
    /// # Errors
    /// As [`crate::Sandbox::snapshot`].
    pub async fn keep(&self) -> Result<Option<(String, SnapshotId)>, SandboxError> {
        let closed = |_| SandboxError::Gone("the pool is closed".to_owned());
        let _all = self.places.acquire_many(self.most).await.map_err(closed)?;
        let last = self.idle().pop();
        let Some(runner) = last else { return Ok(None) };
        let kept = runner.sandbox().snapshot().await;
        let id = runner.sandbox().id().to_owned();
        self.idle().push(runner);
        Ok(Some((id, kept?)))
    }

    /// Ends all runners that are idle, and refuses further calls.
    ///
    /// # Errors
    /// As [`crate::Sandbox::destroy`].
    pub async fn close(&self) -> Result<(), SandboxError> {
        self.places.close();
        self.empty().await
    }

    /// Ends all runners that are idle; further calls make new ones.
    ///
    /// # Errors
    /// As [`crate::Sandbox::destroy`].
    pub async fn empty(&self) -> Result<(), SandboxError> {
        let idle = std::mem::take(&mut *self.idle());
        try_join_all(idle.into_iter().map(Runner::destroy)).await.map(|_| ())
    }

    async fn make(&self) -> Result<Runner, CallError> {
        let RunnerSpec { sandbox: spec, from, language, program, files } = &self.spec;
        let sandbox = self.backend.create(spec, from.as_ref()).await?;
        for (path, content) in files {
            sandbox.put(path, content.clone()).await?;
        }
        let mut runner = Runner::start(sandbox, *language, program, spec.limits).await?;
        if !files.is_empty() {
            runner.guard(files.iter().map(|(path, _)| path.clone()).collect()).await?;
        }
        Ok(runner)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Runner>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
