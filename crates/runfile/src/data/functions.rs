use clade_domain::{Assertion, FunctionSource, Language};

/// Most functions that are looked for before a run.
const MOST: usize = 100;

/// The functions that checks call, each once, where it is named first.
#[derive(Debug, Default)]
pub(crate) struct Functions(pub Vec<NamedFunction>);

/// A function that a check calls.
#[derive(Debug)]
pub(crate) struct NamedFunction {
    pub language: Language,
    pub source: FunctionSource,
    pub place: NamedIn,
}

/// Where a function or a judge is named first.
#[derive(Debug, Clone)]
pub(crate) enum NamedIn {
    /// The check of that number in `defaultTest`.
    Defaults(usize),
    /// An example's file and line.
    Example(String, usize),
}

impl Functions {
    /// Takes in the function of a check, where it has one that does not depend on the example.
    pub(super) fn take(&mut self, check: &Assertion, place: impl FnOnce() -> NamedIn) {
        let Some((language, source)) = clade_metrics::function_of(check) else { return };
        let known = self.0.iter().any(|known| (known.language, &known.source) == (language, &source));
        if !known && self.0.len() < MOST {
            self.0.push(NamedFunction { language, source, place: place() });
        }
    }
}
