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
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("spec", &self.spec).field("places", &self.places).finish_non_exhaustive()
    }
}

/// A runner that is taken out of its pool for one call.
#[derive(Debug)]
pub struct Lease<'a> {
    pool: &'a Pool,
    runner: Runner,
    _place: SemaphorePermit<'a>,
}

impl Lease<'_> {
    /// The name of its sandbox.
    #[must_use]
    pub fn sandbox(&self) -> &str {
        self.runner.sandbox().id()
    }

    /// Calls a function, and gives the runner back where it can take another call. Dropping the future ends the runner.
    ///
    /// # Errors
    /// As [`Runner::call`].
    pub async fn call(mut self, call: &Call, host: &dyn ModelHost) -> Result<Returned, CallError> {
        let returned = self.runner.call(call, host).await;
        self.give_back(returned)
    }

    /// Finds a function without calling it, as [`Lease::call`].
    ///
    /// # Errors
    /// As [`Runner::find`].
    pub async fn find(mut self, source: &Source) -> Result<(), CallError> {
        let found = self.runner.find(source).await;
        self.give_back(found)
    }

    fn give_back<T>(self, done: Result<T, CallError>) -> Result<T, CallError> {
        if done.as_ref().err().is_none_or(CallError::leaves_the_runner) && self.runner.is_good() {
            self.pool.idle().push(self.runner);
        }
        done
    }
}

impl Pool {
    /// A pool of at most `places` runners; at least 1. None is made yet.
    #[must_use]
    pub fn new(backend: Arc<dyn SandboxBackend>, spec: RunnerSpec, places: usize) -> Self {
        Self { backend, spec, idle: Mutex::new(Vec::new()), places: Semaphore::new(places.max(1)) }
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
        self.take().await?.call(call, host).await
    }

    /// Takes one of the runners for a single call, once there is a place.
    ///
    /// # Errors
    /// As [`Runner::start`].
    pub async fn take(&self) -> Result<Lease<'_>, CallError> {
        let place = self.places.acquire().await.map_err(|_| SandboxError::Gone("the pool is closed".to_owned()))?;
        let warm = self.idle().pop();
        let runner = match warm {
            Some(runner) => runner,
            None => self.make().await?,
        };
        Ok(Lease { pool: self, runner, _place: place })
    }

    /// How many runners wait for calls.
    #[must_use]
    pub fn idle_runners(&self) -> usize {
        self.idle().len()
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
        Runner::start(sandbox, *language, program, spec.limits).await
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Runner>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
