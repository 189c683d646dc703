use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Command, Ended, Finished, Limit, Limits, Sandbox, SandboxError, last_words};

/// Code that a model wrote in Python, and the tests that it must pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedCode {
    /// The whole code, such as a given head and the body that was generated for it.
    pub code: String,
    /// What runs after it, in the same module, and raises an error where it is wrong: statements, and beside them functions and classes of tests as
    /// pytest and unittest find them.
    pub tests: String,
}

/// What tests say of generated code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether all of them ran and none failed.
    pub passed: bool,
    /// How it ended and its last words, for whoever writes the next prompt.
    pub feedback: String,
    /// Why nothing was tested, which says nothing of the code.
    pub untested: Option<String>,
}

/// Runs both. Its source says how.
const HARNESS: &str = include_str!("generated_code.py");

/// How many characters of the last words are kept.
const WORDS: usize = 1000;

impl GeneratedCode {
    /// Runs the code and its tests in a fresh interpreter of a sandbox with these limits.
    ///
    /// `mark` is printed when the end is reached, since code may well leave early with exit code 0; it should be a text that code
    /// cannot guess. Both share a process, so this holds against mistakes and not against malice.
    ///
    /// # Errors
    /// [`SandboxError`] where it could not be run. Whatever the code does is a verdict.
    pub async fn judge(
        &self,
        sandbox: &dyn Sandbox,
        python: &Path,
        limits: &Limits,
        mark: &str,
    ) -> Result<Verdict, SandboxError> {
        let input = serde_json::json!([self.code, self.tests, mark]).to_string();
        let command = Command::new([python.to_string_lossy().as_ref(), "-I", "-c", HARNESS]);
        let finished = sandbox.start(&command).await?.finish(input.as_bytes()).await?;
        Ok(verdict(&finished, mark, limits))
    }
}

fn verdict(finished: &Finished, mark: &str, limits: &Limits) -> Verdict {
    let stdout = String::from_utf8_lossy(&finished.stdout);
    let reached_the_end = stdout.lines().any(|line| line.ends_with(mark));
    let untested = stdout.lines().find_map(|line| line.strip_prefix(mark)?.strip_prefix(" untested "));
    let feedback = match (finished.ended, reached_the_end) {
        (Ended::Exited(0), true) => "all tests passed".to_owned(),
        (Ended::Exited(0), false) => "the code ended the program before the tests were through".to_owned(),
        (ended, _) => {
            let said = String::from_utf8_lossy(&finished.stderr);
            let how = match ended {
                Ended::Limit(limit) => format!("was ended: it went over {}", limit.advice(limits)),
                _ => ended.words() + &Limit::met(&said).map_or(String::new(), |limit| limit.seems(limits)),
            };
            format!("the program {how}\n{}", last_words(&said, WORDS)).trim_end().to_owned()
        }
    };
    let passed = finished.is_success() && reached_the_end && untested.is_none();
    Verdict { passed, feedback, untested: untested.map(str::to_owned) }
}
