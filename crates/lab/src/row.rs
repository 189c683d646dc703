use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Counting, Job};

/// What came of one experiment. Everything but the times is the same for the same job, on every machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The world's name.
    pub world: String,
    /// The strategy's name.
    pub strategy: String,
    /// Its settings beside the defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Value>,
    /// The budget in calls.
    pub budget: u32,
    /// What counted against it.
    pub counting: Counting,
    /// The seed.
    pub seed: u64,
    /// The first prompt's score on the test split; null where the run could not be finished within its budget.
    pub first: Option<f64>,
    /// The chosen prompt's score on the test split; null where the run could not be finished within its budget.
    pub score: Option<f64>,
    /// Whether an improvement was claimed.
    pub improved: bool,
    /// Why the search ended, or why the run could not be finished.
    pub ended: String,
    /// Task calls of the search and of the choice on validation.
    pub task_calls: u64,
    /// Task calls of the final comparison, outside of the budget.
    pub test_calls: u64,
    /// Calls for writing proposals.
    pub reflection_calls: u64,
    /// Calls to judges.
    pub judge_calls: u64,
    /// Candidates, the first prompt included.
    pub candidates: u32,
    /// Proposals made, those turned away included.
    pub proposals: u32,
    /// Estimated tokens of the chosen prompt.
    pub prompt_tokens: u32,
    /// Seconds from start to end.
    pub wall_s: f64,
    /// Seconds of CPU time of the thread; null where the system does not tell.
    pub cpu_s: Option<f64>,
}

impl Row {
    /// Whether this row is what came of this job.
    #[must_use]
    pub fn is_of(&self, job: &Job) -> bool {
        self.key() == job.key()
    }

    /// What the row's job is known by, as [`Job::key`] says it.
    #[must_use]
    pub fn key(&self) -> String {
        key(&self.world, &self.label(), self.budget, self.counting, self.seed)
    }

    /// The strategy with its settings, as tables name it.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.strategy, &self.settings)
    }
}

impl Job {
    /// What tells the job from every other one.
    #[must_use]
    pub fn key(&self) -> String {
        let label = label(&self.searcher.strategy, &self.searcher.settings);
        key(self.world.name, &label, self.budget, self.counting, self.seed)
    }
}

fn key(world: &str, label: &str, budget: u32, counting: Counting, seed: u64) -> String {
    format!("{world} {counting} {budget} {seed} {label}")
}

fn label(strategy: &str, settings: &BTreeMap<String, Value>) -> String {
    let mut label = strategy.to_owned();
    for (name, value) in settings {
        label.push_str(&format!(" {name}={value}"));
    }
    label
}
