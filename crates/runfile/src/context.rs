use std::collections::BTreeMap;

use clade_domain::{ModelSpec, OperatorName, RunMode};

use crate::{
    library::Library,
    paths::Folder,
    problem::Problem,
    schema::Finding,
    source::Sources,
    yaml::{KeyPath, Node},
};

/// What a run file is loaded for, and what the loader has to ask others about.
pub struct LoadOptions<'a> {
    /// Search, or only evaluate.
    pub mode: RunMode,
    /// Values of the command line that win over the file's.
    pub overrides: Overrides,
    /// The environment, `.env` files included.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The full name of a model, the same for every spelling of it; or what is wrong with it: an unknown provider, a setting it does not have.
    pub check_model: &'a dyn Fn(&ModelSpec) -> Result<String, String>,
    /// Names of the operators with the least number of parents that they take.
    pub operators: &'a [(OperatorName, usize)],
    /// Which files it may name.
    pub reach: Reach,
    /// What it names of its workspace.
    pub library: &'a Library,
}

/// Which files a run file may name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Any that the process can read.
    #[default]
    Anywhere,
    /// Those below its own folder: it came from somebody else than the owner of this machine.
    Folder,
}

/// Values of the command line.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--set path=value` in order; the path is of keys with dots, the value is YAML.
    pub set: Vec<(String, String)>,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--concurrency`.
    pub concurrency: Option<u32>,
    /// `--budget-calls`.
    pub budget_calls: Option<u64>,
    /// `--budget-usd`.
    pub budget_usd: Option<f64>,
    /// `--budget-tokens`.
    pub budget_tokens: Option<u64>,
    /// `--budget-minutes`.
    pub budget_minutes: Option<f64>,
}

/// Everything the parts of the loader share.
pub(crate) struct Context<'a> {
    pub options: &'a LoadOptions<'a>,
    pub sources: Sources,
    pub root: Node,
    /// The run file's folder; empty for the current one.
    pub folder: Folder,
    /// The `env` block.
    pub env: BTreeMap<String, String>,
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Context<'_> {
    /// Adds a problem at a path of keys.
    pub(crate) fn problem(&mut self, path: &KeyPath, message: impl Into<String>, fix: impl Into<String>) {
        let problem = self.at(path, message, fix);
        self.problems.push(problem);
    }

    /// Adds a warning at a path of keys.
    pub(crate) fn warn(&mut self, path: &KeyPath, message: impl Into<String>, fix: impl Into<String>) {
        let problem = self.at(path, message, fix);
        self.warnings.push(problem);
    }

    /// A problem at a path of keys.
    pub(crate) fn at(&self, path: &KeyPath, message: impl Into<String>, fix: impl Into<String>) -> Problem {
        self.sources.problem(self.root.place(path), path.to_string(), message, fix)
    }

    /// Takes over what a check found; whether nothing was wrong.
    pub(crate) fn take(&mut self, findings: Vec<Finding>) -> bool {
        let before = self.problems.len();
        for finding in findings {
            let problem = self.sources.problem(finding.span, finding.path.to_string(), finding.message, finding.fix);
            if finding.note { self.warnings.push(problem) } else { self.problems.push(problem) }
        }
        self.problems.len() == before
    }

    /// The value of an environment variable: of the `env` block, else of the environment.
    pub(crate) fn env(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned().or_else(|| (self.options.env)(name))
    }
}
