use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
};

use serde_json::Value;

use crate::{Clade, get_json};

/// How `clade simulate` is to behave.
#[derive(Debug, Clone, Copy, Default)]
pub struct Simulated<'a> {
    /// Milliseconds that each answer takes.
    pub latency_ms: u64,
    /// Share of the requests answered with a server error, in [0, 1].
    pub error_rate: f64,
    /// Share of the requests turned away with 429 whatever the rate, without a word for how long, in [0, 1].
    pub throttle_rate: f64,
    /// Most requests in a second; more are answered with 429. `None` is no limit.
    pub rate_limit: Option<u32>,
    /// The data whose questions it can answer rightly; without them it answers with numbers of its own.
    pub answers: Option<&'a Path>,
    /// Where every request is logged.
    pub log: Option<&'a Path>,
}

/// A running `clade simulate`, ended when this value goes.
#[derive(Debug)]
pub struct Simulator {
    child: Child,
    address: SocketAddr,
}

impl Simulator {
    /// Starts it on a free port of this machine and waits until it listens.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(clade: &Clade, folder: &Path, behaviour: Simulated<'_>) -> Result<Self, String> {
        let mut arguments: Vec<String> = ["simulate", "--port", "0", "--latency-ms"].map(str::to_owned).to_vec();
        arguments.push(behaviour.latency_ms.to_string());
        arguments.extend(["--error-rate".to_owned(), behaviour.error_rate.to_string()]);
        if behaviour.throttle_rate > 0.0 {
            let rate = behaviour.throttle_rate.to_string();
            arguments.extend(["--throttle-rate".to_owned(), rate, "--no-retry-after".to_owned()]);
        }
        if let Some(limit) = behaviour.rate_limit {
            arguments.extend(["--rate-limit".to_owned(), limit.to_string()]);
        }
        for (name, path) in [("--answers", behaviour.answers), ("--log", behaviour.log)] {
            if let Some(path) = path {
                arguments.extend([name.to_owned(), path.display().to_string()]);
            }
        }
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = clade.command(folder, &words);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("could not start `clade simulate`: {error}"))?;
        let stdout = child.stdout.take().ok_or("`clade simulate` has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| address_in(&line));
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            return Err("`clade simulate` ended before it listened".to_owned());
        };
        // what it says later is read, so that it never waits for a reader
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has counted so far.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn stats(&self) -> Result<Value, String> {
        get_json(self.address, "/__simulator/stats")
    }

    /// The bodies of all requests answered so far, as hashes, in the order of the answers. `log` is the file it logs to.
    ///
    /// # Errors
    /// Where it does not answer, or its log cannot be read.
    pub fn answered(&self, log: &Path) -> Result<Vec<String>, String> {
        // asking for the counts brings all lines to the file
        self.stats()?;
        let text = fs::read_to_string(log).map_err(|error| format!("could not read {}: {error}", log.display()))?;
        text.lines().map(body_of).collect()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || ".:[]".contains(c))).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn body_of(line: &str) -> Result<String, String> {
    let body = serde_json::from_str::<Value>(line).ok().and_then(|line| line["body"].as_str().map(str::to_owned));
    body.ok_or_else(|| format!("the simulator's log has a line without the body's hash: {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_both_forms() {
        let expected = "127.0.0.1:4321".parse().ok();
        assert_eq!(address_in("listening on http://127.0.0.1:4321"), expected);
        assert_eq!(address_in(r#"{"url":"http://127.0.0.1:4321/v1"}"#), expected);
        assert_eq!(address_in("starting"), None);
    }

    #[test]
    fn log_lines_are_read() {
        assert_eq!(body_of(r#"{"n": 12, "path": "/v1/chat/completions", "body": "ab"}"#), Ok("ab".to_owned()));
        assert!(body_of(r#"{"n": 12}"#).is_err());
    }
}
