use crate::{BadPath, Ended, Isolation};

/// Why a sandbox could not do what it was asked. What the code inside does wrong is no error: it is an [`Ended`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The machine or the backend cannot isolate as well as is asked for.
    #[error("isolate code here: {missing}; {fix}")]
    CannotIsolate {
        /// What is missing.
        missing: String,
        /// What to do about it.
        fix: String,
    },
    /// A wish that this backend cannot fulfil.
    #[error("give a sandbox {what} with the backend `{backend}`: {fix}")]
    Unsupported {
        /// The backend.
        backend: &'static str,
        /// What was wished for.
        what: String,
        /// What to do about it.
        fix: String,
    },
    /// The specification itself is wrong.
    #[error("make a sandbox of this specification: {0}")]
    BadSpec(String),
    /// A step of making a sandbox failed.
    #[error("make a sandbox: {step}: {detail}; `clade sandbox doctor` says what this machine can do")]
    Create {
        /// The step.
        step: String,
        /// The system's words.
        detail: String,
    },
    /// A program runs in it already.
    #[error("run `{program}`: the sandbox runs another program; wait for its end or take another sandbox")]
    Busy {
        /// The program that was not run.
        program: String,
    },
    /// The program is not in the sandbox.
    #[error(
        "run `{program}` in the sandbox: {detail}; it must be in the system's folders or put into the sandbox first"
    )]
    NotRunnable {
        /// The program.
        program: String,
        /// Why not.
        detail: String,
    },
    /// An interpreter is not on this machine.
    #[error("find `{name}`: {detail}; install it, or name its path")]
    NoInterpreter {
        /// The interpreter.
        name: String,
        /// What was seen.
        detail: String,
    },
    /// The path cannot name a file inside.
    #[error(transparent)]
    BadPath(#[from] BadPath),
    /// A file could not be written or read.
    #[error("{doing} `{path}` in the sandbox: {detail}")]
    File {
        /// `put` or `get`.
        doing: &'static str,
        /// The path inside.
        path: String,
        /// Why not.
        detail: String,
    },
    /// No such snapshot.
    #[error(
        "find snapshot `{0}`: it was deleted or belongs to another backend; take the run up again, and its sandboxes start empty"
    )]
    NoSnapshot(String),
    /// A snapshot could not be made or unpacked.
    #[error("{doing} a snapshot: {detail}")]
    Snapshot {
        /// `make`, `unpack`, `look for` or `delete`.
        doing: &'static str,
        /// Why not.
        detail: String,
    },
    /// The run was put down while the sandbox was waited for.
    #[error("wait for a sandbox: the run was put down meanwhile")]
    PutDown,
    /// The sandbox is not there any more.
    #[error("reach the sandbox: it is gone ({0}); make another one and repeat the trial")]
    Gone(String),
}

impl SandboxError {
    /// Whether another sandbox may do what this one could not.
    #[must_use]
    pub fn worth_another_sandbox(&self) -> bool {
        matches!(self, Self::Gone(_))
    }

    /// Isolation below what is accepted.
    #[cfg(target_os = "linux")]
    pub(crate) fn too_weak(has: Isolation, wanted: Isolation) -> Self {
        Self::CannotIsolate {
            missing: format!("this backend reaches `{}`, and `{}` is asked for", has.name(), wanted.name()),
            fix: format!("use another backend, or accept `isolation: {}`", has.name()),
        }
    }
}

impl Ended {
    /// What a record says of it, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exited(code) => format!("ended with exit code {code}"),
            Self::Signalled(signal) => format!("was ended by signal {signal}"),
            Self::Limit(limit) => format!("was ended: it went over its limit `{}`", limit.name()),
            Self::Cancelled => "was ended because nobody waited for it any more".to_owned(),
        }
    }
}
