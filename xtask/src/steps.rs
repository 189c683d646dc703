//! Steps of a task: each shown with its command and its duration, stopped at the first that fails.

use std::{
    fmt::Write as _,
    process::Command,
    time::{Duration, Instant},
};

use crate::shell;

/// The steps so far.
#[derive(Debug, Default)]
pub struct Steps {
    done: Vec<(String, Duration, Outcome)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
}

impl Steps {
    /// Runs a command with its output shown.
    ///
    /// # Errors
    /// Where it cannot be started or fails, with the command that repeats it.
    pub fn run(&mut self, name: &str, command: &mut Command) -> Result<(), String> {
        let shown = shell::display(command);
        println!("\n==> {name}: {shown}");
        let start = Instant::now();
        let status = command.status().map_err(|error| format!("could not start `{shown}`: {error}"))?;
        let took = start.elapsed();
        if !status.success() {
            println!("    {name} failed after {}", seconds(took));
            self.done.push((name.to_owned(), took, Outcome::Failed));
            return Err(format!("{name} failed ({status}); repeat it with\n    {shown}"));
        }
        println!("    {name} ok in {}", seconds(took));
        self.done.push((name.to_owned(), took, Outcome::Passed));
        Ok(())
    }

    /// Runs something of our own.
    ///
    /// # Errors
    /// Those of `work`, unchanged.
    pub fn own<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        println!("\n==> {name}");
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        let (word, outcome) = match &result {
            Ok(_) => ("ok in", Outcome::Passed),
            Err(_) => ("failed after", Outcome::Failed),
        };
        println!("    {name} {word} {}", seconds(took));
        self.done.push((name.to_owned(), took, outcome));
        result
    }

    /// Every step with its duration, and their sum.
    pub fn summary(&self) -> String {
        let width = self.done.iter().map(|(name, ..)| name.len()).max().unwrap_or(0).max("total".len());
        let mut text = String::new();
        for (name, took, outcome) in &self.done {
            let failed = if *outcome == Outcome::Failed { "  failed" } else { "" };
            let _ = writeln!(text, "  {name:width$}  {:>12}{failed}", seconds(*took));
        }
        let total = self.done.iter().map(|(_, took, _)| *took).sum();
        let _ = write!(text, "  {:width$}  {:>12}", "total", seconds(total));
        text
    }
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 5 s`.
pub fn seconds(duration: Duration) -> String {
    let s = duration.as_secs_f64();
    if s < 9.95 {
        format!("{s:.1} s")
    } else if s < 59.5 {
        format!("{s:.0} s")
    } else {
        let whole = duration.as_millis().saturating_add(500) / 1000;
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let shown = [40, 9_949, 9_950, 59_499, 59_500, 185_400].map(|ms| seconds(Duration::from_millis(ms)));
        assert_eq!(shown, ["0.0 s", "9.9 s", "10 s", "59 s", "1 min 0 s", "3 min 5 s"]);
    }

    #[test]
    fn a_failed_step_names_the_command_that_repeats_it() {
        let mut steps = Steps::default();
        let failed = steps.run("versions", workspace_cargo().arg("--no-such-flag")).unwrap_err();
        assert!(failed.contains("repeat it with\n    cargo --no-such-flag"), "{failed}");
        steps.run("good", workspace_cargo().arg("--version")).unwrap();
        let summary = steps.summary();
        let failed = |line: &str| summary.lines().any(|l| l.contains(line) && l.ends_with("failed"));
        assert!(failed("versions") && !failed("good") && summary.contains("good"), "{summary}");
    }

    fn workspace_cargo() -> Command {
        let mut command = crate::workspace::cargo();
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command
    }
}
