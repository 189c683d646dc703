use crate::{Ended, Limit, Limits, SandboxError, last_words};

/// How much of a traceback or of a program's last words a record holds, in characters.
const WORDS: usize = 600;

/// Why a call brought no value. All but [`CallError::Sandbox`] are results of the trial, not of the machine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The function raised an error.
    #[error("call the function: {message}")]
    Failed {
        /// The error in one line.
        message: String,
        /// Where it came from.
        trace: String,
    },
    /// It went over a limit and was ended.
    #[error("call the function: it was ended: it went over its limit `{}`", .0.name())]
    Limit(Limit),
    /// Its process ended before it returned.
    #[error("call the function: its process {} before it returned: {said}", .ended.words())]
    Died {
        /// How it ended.
        ended: Ended,
        /// The last that it said on standard error.
        said: String,
    },
    /// It asked a model with more than one request may have.
    #[error(
        "call the function: it asked a model with more than {most} bytes at once, which is the most; ask with less, or in several requests"
    )]
    Request {
        /// The most.
        most: usize,
    },
    /// It sent what is no message.
    #[error("call the function: it wrote to the host's channel {0}")]
    Channel(String),
    /// It was not called: earlier calls in the sandbox have taken a file away, or changed it.
    #[error("call the function: earlier calls in its sandbox have changed the file `{0}`, or taken it away")]
    Changed(String),
    /// The host gave it up.
    #[error("call the function: the host gave it up")]
    GivenUp,
    /// Each sandbox that it was called in went away, and others do not.
    #[error(
        "call the function: its sandbox went away {times} times while it was at work ({detail}), and one in which nothing is at work stays"
    )]
    Lost {
        /// How often it was tried.
        times: usize,
        /// What was seen the last time.
        detail: String,
    },
    /// The sandbox could not be made or is gone.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl CallError {
    /// The limit that it went over, or that it seems to have met: what the kernel refused is known by its last words.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        match self {
            Self::Limit(limit) | Self::Died { ended: Ended::Limit(limit), .. } => Some(*limit),
            Self::Failed { message, trace } => Limit::met(message).or_else(|| Limit::met(trace)),
            Self::Died { said, .. } => Limit::met(said),
            _ => None,
        }
    }

    /// What the record of a trial says of it, under these limits: what failed, what to do where a limit was the reason, and the last words.
    #[must_use]
    pub fn explain(&self, limits: &Limits) -> String {
        let over = |limit: &Limit| format!("it was ended: it went over {}", limit.advice(limits));
        let seems = || self.limit().map_or(String::new(), |limit| limit.seems(limits));
        let (what, words) = match self {
            Self::Limit(limit) => (over(limit), ""),
            Self::Died { ended: Ended::Limit(limit), said } => (over(limit), said.as_str()),
            Self::Failed { message, trace } => (format!("{message}{}", seems()), trace.as_str()),
            Self::Died { ended: Ended::Exited(0), said } => (
                "it ended with exit code 0 before it returned; let it return instead of exiting".to_owned(),
                said.as_str(),
            ),
            Self::Died { ended, said } if ended.is_a_crash() && self.limit().is_none() => {
                let crashed = format!("it {}; interpreters crash so where they get no memory", ended.words());
                (format!("{crashed}: perhaps it met {}", Limit::Memory.advice(limits)), said.as_str())
            }
            Self::Died { ended, said } => (format!("it {}{}", ended.words(), seems()), said.as_str()),
            Self::Request { .. }
            | Self::Channel(_)
            | Self::Changed(_)
            | Self::GivenUp
            | Self::Lost { .. }
            | Self::Sandbox(_) => {
                return self.to_string();
            }
        };
        format!("{what}\n{}", last_words(words, WORDS)).trim_end().to_owned()
    }

    /// Whether the runner can take another call. One that met what a sandbox holds may be left with a full disk, or without room for
    /// another process.
    #[must_use]
    pub fn leaves_the_runner(&self) -> bool {
        matches!(self, Self::Failed { .. }) && self.limit().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_without_words_is_explained_by_what_it_may_be() {
        let died = |signal, said: &str| CallError::Died { ended: Ended::by_signal(signal), said: said.to_owned() };
        let limits = Limits { memory_mb: 256, ..Limits::default() };
        let told = died(11, "").explain(&limits);
        assert!(
            told.contains("signal 11") && told.contains("perhaps it met its limit `memory_mb`, which is 256"),
            "{told}"
        );
        let told = died(6, "FATAL ERROR: JavaScript heap out of memory").explain(&limits);
        assert!(told.contains("it seems to have met its limit `memory_mb`"), "{told}");
        let told = died(15, "").explain(&limits);
        assert!(told.contains("signal 15") && !told.contains("memory_mb"), "{told}");
    }
}
