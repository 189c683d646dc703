use std::collections::BTreeMap;

use crate::problem::Problem;

/// Places of the run file and its data.
#[derive(Debug, Clone)]
pub struct Places {
    /// Of the limit on calls.
    pub calls: Problem,
    /// Of that on tokens.
    pub tokens: Problem,
    /// Of that on US dollars.
    pub usd: Problem,
    pub(crate) models: BTreeMap<String, (Wish, Problem)>,
}

/// How a model came to be one of the run, at the place where it did first.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    /// The run file names it for a role.
    Role,
    /// A check names it as its `provider`.
    Check,
    /// A check needs a model for this role, and nobody names one.
    Usual(&'static str),
}

impl Places {
    /// Where the model of an id is named first, or wished for; the limit in US dollars where that is nowhere.
    #[must_use]
    pub fn model(&self, id: &str) -> &Problem {
        self.models.get(id).map_or(&self.usd, |(_, place)| place)
    }

    /// A model that cannot be used, where it is wished for: the other ways out beside the one that is known.
    #[must_use]
    pub fn unusable(&self, id: &str, (message, fix): (String, String)) -> Problem {
        let (message, fix) = match self.models.get(id).map(|(wish, _)| wish) {
            Some(Wish::Role) | None => (message, fix),
            Some(Wish::Check) => (message, format!("{fix}, or name another model as `provider` of this check")),
            Some(Wish::Usual(role)) => (
                format!("a check here needs a model for {role}, none is named, and {message}"),
                format!("name one as `optimize.models.{role}`, or {fix}"),
            ),
        };
        self.model(id).saying(message, fix)
    }
}
