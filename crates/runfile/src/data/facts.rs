use std::collections::BTreeSet;

use clade_domain::{Assertion, Vars};
use clade_metrics::{Needs, registry};
use clade_text::template;

/// What is known of some checks.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub metrics: Vec<String>,
    pub judges: Vec<String>,
    pub calls: u32,
    pub needs: Needs,
    /// Who embeds texts and who moderates: the judges that checks name which need it, `None` for checks that name none.
    pub embedding: BTreeSet<Option<String>>,
    pub moderation: BTreeSet<Option<String>>,
    pub files: BTreeSet<String>,
}

impl Facts {
    pub(super) fn of(asserts: &[Assertion]) -> Self {
        let mut facts = Self::default();
        for assertion in asserts {
            let name = match (&assertion.metric, assertion.negated) {
                (Some(metric), _) => metric.clone(),
                (None, false) => assertion.kind.clone(),
                (None, true) => format!("not-{}", assertion.kind),
            };
            facts.metrics.push(name);
            facts.files.extend(assertion.files.keys().cloned());
            if let Some(evaluator) = registry::by_name(&assertion.kind) {
                facts.calls += evaluator.calls();
                // a judge that is named for all checks of a test is asked by those that ask
                facts.judges.extend(assertion.provider.clone().filter(|_| evaluator.calls() > 0));
                let needs = evaluator.needs(assertion);
                if needs.embedding {
                    facts.embedding.insert(assertion.provider.clone());
                }
                if needs.moderation {
                    facts.moderation.insert(assertion.provider.clone());
                }
                facts.needs |= needs;
            }
        }
        facts
    }

    /// Whether one of them has a metric for an example with these variables. Code may name any.
    pub(super) fn may_have(&self, metric: &str, vars: &Vars) -> bool {
        let named = |own: &String| template::fill(own, vars).map_or(own == metric, |name| name == metric);
        self.needs.code || self.metrics.iter().any(named)
    }
}
