use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde_json::json;
use tempfile::TempDir;

const PROMPT: &str = "Solve the problem. Give the final answer after ####.\n\nQuestion: {{question}}\nAnswer:";

/// A run file with generated examples in a folder of its own, which goes when this value goes.
#[derive(Debug)]
pub struct Workload {
    folder: TempDir,
    examples: usize,
}

impl Workload {
    /// Writes the prompt and so many examples, all different, about as long as a word problem.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn new(examples: usize) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("could not make a folder: {error}"))?;
        let workload = Self { folder, examples };
        workload.write("prompt.txt", PROMPT)?;
        let path = workload.folder().join("data.jsonl");
        let full = |error: std::io::Error| format!("could not write {}: {error}", path.display());
        let mut file = BufWriter::new(File::create(&path).map_err(full)?);
        for n in 0..examples {
            let (question, target) = example(n);
            let row = json!({"vars": {"question": question, "target": target}});
            writeln!(file, "{row}").map_err(full)?;
        }
        file.flush().map_err(full)?;
        Ok(workload)
    }

    /// The folder that holds everything.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How many examples there are.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// The data file.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder().join("data.jsonl")
    }

    /// Writes a run file that asks the model served at `address`, with a block for `clade run` where given, and gives
    /// its name in the folder.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn run_file(&self, address: SocketAddr, model: &str, optimize: &str) -> Result<String, String> {
        let provider =
            format!("  - id: openai:chat:{model}\n    config: {{apiBaseUrl: 'http://{address}/v1', apiKey: bench}}\n");
        self.run_file_of(&provider, optimize)
    }

    /// Writes a run file whose model is simulated within `clade` itself.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn run_file_in_process(&self, model: &str) -> Result<String, String> {
        self.run_file_of(&format!("  - simulated:{model}\n"), "")
    }

    /// The same for `clade run`: a search that goes on until it has bought so many calls, each of which takes so long.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn search_file_in_process(&self, model: &str, calls: u32, latency_ms: u32) -> Result<String, String> {
        let provider = format!("  - id: simulated:{model}\n    config: {{latency_ms: {latency_ms}}}\n");
        let optimize = format!(
            "optimize: {{budget: {{calls: {calls}}}, strategy: {{name: genetic, population: 100, generations: 10000}}, stop: {{no_improvement: 10000}}}}\n"
        );
        self.run_file_of(&provider, &optimize)
    }

    fn run_file_of(&self, provider: &str, optimize: &str) -> Result<String, String> {
        let mut text = String::from("prompts: [file://prompt.txt]\nproviders:\n");
        text.push_str(provider);
        text.push_str("tests: file://data.jsonl\ndefaultTest:\n  assert: [{type: numeric, value: '{{target}}'}]\n");
        let _ = write!(text, "{optimize}");
        self.write("promptclade.yaml", &text)?;
        Ok("promptclade.yaml".to_owned())
    }

    /// The requests that the examples lead to, as the OpenAI wire format has them, for the bare client.
    #[must_use]
    pub fn bodies(&self, model: &str) -> Vec<String> {
        let body = |n| {
            let content = PROMPT.replace("{{question}}", &example(n).0);
            json!({"model": model, "messages": [{"role": "user", "content": content}]}).to_string()
        };
        (0..self.examples).map(body).collect()
    }

    /// A fresh empty folder below this one.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn fresh(&self) -> Result<TempDir, String> {
        tempfile::tempdir_in(self.folder()).map_err(|error| format!("could not make a folder: {error}"))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        std::fs::write(self.folder().join(name), text).map_err(|error| format!("could not write {name}: {error}"))
    }
}

/// A question and its answer. The serial number keeps every question different from all others.
fn example(n: usize) -> (String, String) {
    let (a, b, c) = (n % 89 + 3, n % 31 + 2, n % 7 + 2);
    let question = format!(
        "Order {n}: a baker fills {a} trays with {b} rolls each and sells them at {c} dollars a roll. On the way to the \
         market {c} rolls are dropped and cannot be sold. How many dollars does the baker take if all others are sold?"
    );
    (question, ((a * b - c) * c).to_string())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    #[test]
    fn examples_differ_and_requests_hold_them() {
        let workload = Workload::new(1_000).unwrap();
        let data = fs::read_to_string(workload.data()).unwrap();
        assert_eq!(data.lines().collect::<BTreeSet<_>>().len(), 1_000);
        let bodies = workload.bodies("gentle");
        assert_eq!(bodies.iter().collect::<BTreeSet<_>>().len(), 1_000);
        assert!(bodies[7].contains("Order 7: a baker fills 10 trays with 9 rolls"), "{}", bodies[7]);
        assert!(data.lines().nth(7).unwrap().contains(r#""target":"176""#));
    }
}
