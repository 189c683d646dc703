use std::{collections::BTreeMap, num::NonZero, path::PathBuf, sync::Arc};

use clade_domain::{BackendChoice, FunctionSource, Language, RunId, RunSpec, SandboxSpec};
use clade_sandbox::{
    DaytonaBackend, DaytonaSettings, Interpreter, Isolation, LocalBackend, LocalSettings, SandboxBackend, SandboxError,
    SnapshotId,
    channel::{CallError, Pool, RunnerSpec},
    check_daytona, find_interpreter, find_interpreter_at,
};
use clade_store::Store;
use tokio_util::sync::CancellationToken;

use super::{
    CodeHost, CodeSettings,
    host::{files, inside},
};
use crate::EngineError;

/// Calls of a program at once where the run file does not say: each holds an interpreter, of some ten megabytes, while it waits.
const PROGRAMS: usize = 32;
/// Most calls of a program at once.
const MOST_PROGRAMS: usize = 128;

/// The interpreters of languages.
type Interpreters = BTreeMap<Language, Interpreter>;

/// What was found out before anything is spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Who makes the sandboxes.
    pub backend: BackendChoice,
    /// The isolation that is reached.
    pub isolation: Isolation,
    /// The functions that cannot be called, by their position, each with the reason.
    pub unfit: Vec<(usize, String)>,
}

/// Who executes the code of runs of this machine: the local backend, with its files below a folder, or Daytona, where there is a key.
#[derive(Debug, Clone)]
pub struct CodeHere {
    folder: PathBuf,
    daytona: Option<DaytonaSettings>,
    /// Whether it executes the code of those who send runs, and so spends no key for them.
    serves: bool,
}

/// What a run file may say instead, where this machine gives less to those who accept it.
const ACCEPT: &str = if cfg!(target_os = "linux") {
    "; or, for code that you trust, accept less by the line `isolation: minimum-process` below `optimize.sandbox`"
} else {
    ""
};

/// A sandbox that cannot be made, with what would be accepted.
fn refused(error: SandboxError, wanted: Isolation) -> SandboxError {
    match error {
        SandboxError::Create { step, detail } if wanted > Isolation::MinimumProcess => SandboxError::CannotIsolate {
            missing: format!("a jail could not be made: {step}: {detail}"),
            fix: format!("`clade sandbox doctor` says what this machine can do{ACCEPT}"),
        },
        error => error,
    }
}

impl CodeHere {
    /// Below a folder of data.
    #[must_use]
    pub fn new(data: &std::path::Path) -> Self {
        Self { folder: data.join("sandboxes"), daytona: None, serves: false }
    }

    /// The same for a server, which has no Daytona.
    #[must_use]
    pub fn of_a_server(self) -> Self {
        Self { daytona: None, serves: true, ..self }
    }

    /// The same, with Daytona where there are settings.
    #[must_use]
    pub fn with_daytona(self, daytona: Option<DaytonaSettings>) -> Self {
        Self { daytona, ..self }
    }

    /// How Daytona is reached; `None` without a key.
    #[must_use]
    pub fn daytona(&self) -> Option<&DaytonaSettings> {
        self.daytona.as_ref()
    }

    fn needed_daytona(&self) -> Result<&DaytonaSettings, SandboxError> {
        let (missing, fix) = if self.serves {
            (
                "a server has no Daytona: whoever sends it a run does not spend its key",
                "write `backend: local`, or carry the run out without the server, with DAYTONA_API_KEY set there",
            )
        } else {
            ("there is no key for Daytona", "set DAYTONA_API_KEY, or write `backend: local`")
        };
        self.daytona
            .as_ref()
            .ok_or_else(|| SandboxError::CannotIsolate { missing: missing.to_owned(), fix: fix.to_owned() })
    }

    /// Who makes the sandboxes of a run: the one that it names. Where it leaves that open it is this machine where that makes jails, otherwise Daytona
    /// where there is a key, otherwise this machine again where the run accepts what it gives without a jail.
    ///
    /// # Errors
    /// Where there is nobody; both ways are named.
    pub async fn choose(&self, sandbox: &SandboxSpec) -> Result<BackendChoice, SandboxError> {
        if sandbox.backend != BackendChoice::Auto {
            return Ok(sandbox.backend);
        }
        let here = LocalBackend::new(self.settings()).isolation(Isolation::MinimumProcess).await;
        if here >= Isolation::Namespaces {
            Ok(BackendChoice::Local)
        } else if self.daytona.is_some() {
            Ok(BackendChoice::Daytona)
        } else if sandbox.isolation <= here {
            Ok(BackendChoice::Local)
        } else {
            let (daytona, or) = if self.serves {
                ("a server has no Daytona", "")
            } else {
                ("there is no key for Daytona", ", or set DAYTONA_API_KEY")
            };
            Err(SandboxError::CannotIsolate {
                missing: format!("this machine made no jail out of namespaces in three tries, and {daytona}"),
                fix: format!("have it make some (`clade sandbox doctor` says what is missing){or}{ACCEPT}"),
            })
        }
    }

    /// Where the local backend finds and keeps things.
    #[must_use]
    pub fn settings(&self) -> LocalSettings {
        LocalSettings::new(self.folder.clone())
    }

    /// The host of a run's code; `None` where it has none. It begins nothing more once `stopping` is cancelled. Where the state that sandboxes are to
    /// start from is not there, they start empty, which the host [says](CodeHost::lacks).
    ///
    /// # Errors
    /// Where an interpreter is missing, or nobody makes sandboxes.
    pub async fn host(
        &self,
        run: &RunId,
        spec: &RunSpec,
        store: &Arc<dyn Store>,
        stopping: &CancellationToken,
    ) -> Result<Option<Arc<CodeHost>>, EngineError> {
        let Some(sandbox) = &spec.sandbox else { return Ok(None) };
        let (backend, interpreters) = self.backend(sandbox, self.choose(sandbox).await?, stopping).await?;
        let (mut sandbox, mut lacks) = (sandbox.clone(), None);
        if let Some(from) = sandbox.from.take() {
            if backend.has_snapshot(&SnapshotId(from.clone())).await? {
                sandbox.from = Some(from);
            } else {
                tracing::warn!(run.id = %run, state = from, "a kept sandbox state is not here; the run's sandboxes start empty");
                lacks = Some(from);
            }
        }
        let host = CodeHost::new(CodeSettings {
            spec: sandbox,
            lacks,
            backend,
            interpreters,
            places: std::thread::available_parallelism().map_or(1, NonZero::get),
            program_places: spec.options.max_concurrency.map_or(PROGRAMS, |most| most as usize).min(MOST_PROGRAMS),
            store: store.clone(),
            run: run.clone(),
            shared: spec.options.cache,
            stopping: stopping.clone(),
        })?;
        Ok(Some(Arc::new(host)))
    }

    /// Who makes the sandboxes, and where the interpreters are that the code needs.
    async fn backend(
        &self,
        sandbox: &SandboxSpec,
        chosen: BackendChoice,
        stopping: &CancellationToken,
    ) -> Result<(Arc<dyn SandboxBackend>, Interpreters), SandboxError> {
        let mut interpreters = BTreeMap::new();
        if chosen == BackendChoice::Daytona {
            // they are those of the image, by their names
            let named = |language| {
                let program = PathBuf::from(sandbox.interpreter(language));
                (language, Interpreter { program, read_only: Vec::new(), version: String::new() })
            };
            interpreters.extend(sandbox.languages.iter().copied().map(named));
            let backend = DaytonaBackend::new(self.needed_daytona()?.clone()).stopped_by(stopping.clone());
            return Ok((Arc::new(backend), interpreters));
        }
        let mut settings = self.settings();
        for language in &sandbox.languages {
            let name = sandbox.interpreter(*language);
            let found = if name.contains('/') {
                find_interpreter_at(&self.settings(), sandbox.isolation, *language, name).await?
            } else {
                find_interpreter(*language, name)?
            };
            settings.read_only.extend(found.read_only.iter().cloned());
            interpreters.insert(*language, found);
        }
        settings.read_only.sort();
        settings.read_only.dedup();
        Ok((Arc::new(LocalBackend::new(settings)), interpreters))
    }

    /// Whether a kept state is there for sandboxes to start from.
    ///
    /// # Errors
    /// Where nobody can tell.
    pub async fn has_state(&self, sandbox: &SandboxSpec, state: &str) -> Result<bool, SandboxError> {
        let state = SnapshotId(state.to_owned());
        if self.choose(sandbox).await? == BackendChoice::Daytona {
            return DaytonaBackend::new(self.needed_daytona()?.clone()).has_snapshot(&state).await;
        }
        LocalBackend::new(self.settings()).has_snapshot(&state).await
    }

    /// Makes a sandbox as a run file wants it, or asks Daytona whether it lets one in, so that what is missing is said before anything is
    /// spent; on this machine it also finds the functions there.
    ///
    /// # Errors
    /// What is missing, and what to do.
    pub async fn check(
        &self,
        sandbox: &SandboxSpec,
        functions: &[(Language, &FunctionSource)],
    ) -> Result<Checked, SandboxError> {
        let chosen = self.choose(sandbox).await?;
        if chosen == BackendChoice::Daytona {
            let settings = self.needed_daytona()?;
            check_daytona(settings).await.map_err(|error| SandboxError::CannotIsolate {
                missing: format!("Daytona does not answer as it should: {error}"),
                fix: "check DAYTONA_API_KEY and DAYTONA_API_URL".to_owned(),
            })?;
            return Ok(Checked { backend: chosen, isolation: Isolation::Machine, unfit: Vec::new() });
        }
        let made = self.backend(sandbox, chosen, &CancellationToken::new()).await;
        let (backend, interpreters) = made.map_err(|error| refused(error, sandbox.isolation))?;
        let wanted = clade_sandbox::SandboxSpec {
            limits: sandbox.limits,
            isolation: sandbox.isolation,
            ..clade_sandbox::SandboxSpec::default()
        };
        let made = backend.create(&wanted, None).await.map_err(|error| refused(error, sandbox.isolation))?;
        made.destroy().await?;
        let mut unfit = Vec::new();
        for (language, Interpreter { program, .. }) in interpreters {
            let spec = RunnerSpec { sandbox: wanted.clone(), from: None, language, program, files: files(sandbox)? };
            let pool = Pool::new(backend.clone(), spec, 1);
            for (at, (_, source)) in functions.iter().enumerate().filter(|(_, (own, _))| *own == language) {
                match pool.find(&inside(source)?).await {
                    Ok(()) => {}
                    Err(CallError::Sandbox(error)) => return Err(error),
                    Err(CallError::Failed { message, .. }) => unfit.push((at, message)),
                    Err(other) => unfit.push((at, other.explain(&sandbox.limits))),
                }
            }
            pool.close().await?;
        }
        unfit.sort();
        Ok(Checked { backend: chosen, isolation: backend.capabilities().isolation, unfit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_has_no_daytona_says_why() {
        let sandbox = SandboxSpec { backend: BackendChoice::Daytona, ..SandboxSpec::default() };
        let here = CodeHere::new(std::path::Path::new("data"));
        for (here, words) in [
            (here.clone(), "there is no key for Daytona; set DAYTONA_API_KEY"),
            (here.of_a_server(), "a server has no Daytona: whoever sends it a run does not spend its key"),
        ] {
            let error = here.check(&sandbox, &[]).await.unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
