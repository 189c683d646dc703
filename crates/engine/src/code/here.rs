use std::{collections::BTreeMap, num::NonZero, path::PathBuf, sync::Arc};

use clade_domain::{RunId, RunSpec, SandboxSpec};
use clade_sandbox::{LocalBackend, LocalSettings, SandboxBackend, SandboxError, find_interpreter};
use clade_store::Store;

use super::{CodeHost, CodeSettings};
use crate::EngineError;

/// Calls of a program at once where the run file does not say: each holds an interpreter, of some ten megabytes, while it waits.
const PROGRAMS: usize = 32;
/// Most calls of a program at once.
const MOST_PROGRAMS: usize = 128;

/// Who executes the code of runs on this machine: the local backend, with its files below a folder.
#[derive(Debug, Clone)]
pub struct CodeHere {
    folder: PathBuf,
}

impl CodeHere {
    /// Below a folder of data.
    #[must_use]
    pub fn new(data: &std::path::Path) -> Self {
        Self { folder: data.join("sandboxes") }
    }

    /// Where the local backend finds and keeps things.
    #[must_use]
    pub fn settings(&self) -> LocalSettings {
        LocalSettings::new(self.folder.clone())
    }

    /// The host of a run's code; `None` where it has none.
    ///
    /// # Errors
    /// Where an interpreter is missing.
    pub fn host(
        &self,
        run: &RunId,
        spec: &RunSpec,
        store: &Arc<dyn Store>,
    ) -> Result<Option<Arc<CodeHost>>, EngineError> {
        let Some(sandbox) = &spec.sandbox else { return Ok(None) };
        let mut settings = self.settings();
        let mut interpreters = BTreeMap::new();
        for language in &sandbox.languages {
            let found = find_interpreter(*language, sandbox.interpreter(*language))?;
            settings.read_only.extend(found.read_only);
            interpreters.insert(*language, found.program);
        }
        settings.read_only.sort();
        settings.read_only.dedup();
        let host = CodeHost::new(CodeSettings {
            spec: sandbox.clone(),
            backend: Arc::new(LocalBackend::new(settings)),
            interpreters,
            places: std::thread::available_parallelism().map_or(1, NonZero::get),
            program_places: spec.options.max_concurrency.map_or(PROGRAMS, |most| most as usize).min(MOST_PROGRAMS),
            store: store.clone(),
            run: run.clone(),
            shared: spec.options.cache,
        })?;
        Ok(Some(Arc::new(host)))
    }

    /// Makes a sandbox as a run file wants it and finds the interpreters, so that what is missing is said before anything is spent.
    ///
    /// # Errors
    /// What is missing, and what to do.
    pub async fn check(&self, sandbox: &SandboxSpec) -> Result<(), SandboxError> {
        for language in &sandbox.languages {
            find_interpreter(*language, sandbox.interpreter(*language))?;
        }
        let wanted = clade_sandbox::SandboxSpec {
            limits: sandbox.limits,
            isolation: sandbox.isolation,
            ..clade_sandbox::SandboxSpec::default()
        };
        let made = LocalBackend::new(self.settings()).create(&wanted, None).await?;
        made.destroy().await
    }
}
