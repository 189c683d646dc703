use std::{collections::BTreeMap, fmt, str::FromStr};

use clade_domain::StrategySpec;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{StrategyError, World, strategy};

/// What counts against the budget of an experiment. Judges are free in both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counting {
    /// Task calls alone, as the literature counts.
    Task,
    /// All in: a task call counts 1, a model-written proposal 5.
    AllIn,
}

impl fmt::Display for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Task => "task",
            Self::AllIn => "all-in",
        })
    }
}

impl FromStr for Counting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "task" => Ok(Self::Task),
            "all-in" => Ok(Self::AllIn),
            _ => Err(format!("there is no way of counting `{text}`; it is `task` or `all-in`")),
        }
    }
}

/// A strategy with its settings, and what it is called in tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Searcher {
    /// Its name as in a run file.
    pub strategy: String,
    /// Settings that are not the default.
    pub settings: BTreeMap<String, Value>,
    /// Both together.
    pub spec: StrategySpec,
}

impl Searcher {
    /// A strategy by name with settings over its defaults.
    ///
    /// # Errors
    /// As [`strategy`].
    pub fn new(name: &str, settings: BTreeMap<String, Value>) -> Result<Self, StrategyError> {
        let spec = strategy(name, &settings)?;
        Ok(Self { strategy: name.to_owned(), settings, spec })
    }
}

/// One experiment.
#[derive(Debug, Clone)]
pub struct Job {
    /// Where.
    pub world: World,
    /// Who.
    pub searcher: Searcher,
    /// The budget in calls, by `counting`. It covers the search and the choice on validation; the final comparison on the
    /// test split comes on top, for every strategy alike.
    pub budget: u32,
    /// What counts against it.
    pub counting: Counting,
    /// The source of all randomness: of the questions, of the simulated model and of the search. Every strategy meets the
    /// same questions and the same model under one seed.
    pub seed: u64,
}
