use clade_domain::RunId;

/// The keys of a run, in the order in which scripts take them. The run's name is their hash tag.
pub(crate) struct Keys(pub [String; 6]);

impl Keys {
    pub fn of(prefix: &str, run: &RunId) -> Self {
        let names = ["run", "candidates", "prompts", "fitness", "generations", "events"];
        Self(names.map(|name| format!("{prefix}:{{{run}}}:{name}")))
    }
}

/// The set of all runs' names. It is on another node of a cluster than they are, so it is written before them and only a hint.
pub(crate) fn runs(prefix: &str) -> String {
    format!("{prefix}:runs")
}
