use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{ContentHash, Example, Prompt, Split};
use clade_metrics::Needs;
use clade_text::template::TemplateError;

use super::{
    functions::{Functions, NamedIn},
    profile::DataProfile,
};
use crate::problem::Problem;

/// What the rest of the run file asks of the data.
pub(crate) struct ScanNeeds<'a> {
    /// The prompts with their labels.
    pub prompts: Vec<(&'a str, &'a Prompt)>,
    /// Whether examples are parted into splits.
    pub parted: bool,
    /// Whether they are told apart by what the prompts show of them. Not where a program sees them whole.
    pub questions: bool,
    /// The metric that a search goes by.
    pub goes_by: &'a str,
}

/// What one pass over the data finds out.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The identity of the whole set.
    pub hash: Option<ContentHash>,
    /// Each example's content.
    pub hashes: Vec<ContentHash>,
    /// What each example asks: the variables that the prompts show. Empty where contents say it.
    pub questions: Vec<ContentHash>,
    /// What each example asks and wants. Empty where nothing is parted.
    pub keys: Vec<ContentHash>,
    /// The user's split of each example; empty where none has one.
    pub own_splits: Vec<Split>,
    /// Variables that every example has.
    pub columns: Vec<String>,
    /// Variables that some example has.
    pub all_columns: BTreeSet<String>,
    /// Names that objectives may use.
    pub metrics: BTreeSet<String>,
    /// Examples without a check of the metric that a search goes by, where others have one. Code may name a metric itself, so what is
    /// checked by code lacks none.
    pub lacking: Vec<u32>,
    /// Judges that checks name, with the first place of each.
    pub judges: BTreeMap<String, NamedIn>,
    /// The most judge calls of one example.
    pub judge_calls: u32,
    /// What the checks need.
    pub needs: Needs,
    /// Who embeds texts: the judges that checks name which need it, `None` for checks that name none, with the first place of each.
    pub embedding: BTreeMap<Option<String>, NamedIn>,
    /// Who moderates, likewise.
    pub moderation: BTreeMap<Option<String>, NamedIn>,
    /// Paths of the files that checks execute.
    pub files: BTreeSet<String>,
    /// Functions that checks call.
    pub functions: Functions,
    /// Examples without any check, and the place of the first.
    pub unchecked: Option<(usize, String, usize)>,
    /// Checks that want an empty answer, and the place of the first.
    pub empty_answers: Option<(usize, String, usize)>,
    /// Examples with a prefix or suffix.
    pub affixed: usize,
    /// Variables that a prompt needs and no example has: prompt and variable.
    pub never: Vec<(usize, String)>,
    /// Prompts whose template errs on an example: the prompt, the first such example's place, how many, and the error.
    pub unfilled: Vec<(usize, String, usize, TemplateError)>,
    /// Variables that the checks of `defaultTest` need and no example has.
    pub never_checked: Vec<String>,
    /// Variables that the checks of `defaultTest` read: most likely answers, not questions.
    pub checked: BTreeSet<String>,
    pub profile: DataProfile,
    pub problems: Vec<Problem>,
    /// All examples, where they are few.
    pub kept: Option<Vec<Example>>,
}
