use std::{borrow::Cow, collections::BTreeMap};

use clade_domain::{Candidate, CandidateId, OperatorName, Prompt, Split};
use clade_evolve::{RunState, statistics};
use clade_text::diff::{RunKind, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answered_by::model_called;

/// What changed between two candidates of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CandidateDiff {
    /// The old one.
    pub a: CandidateId,
    /// The new one.
    pub b: CandidateId,
    /// What is known of the old one.
    pub before: DiffSide,
    /// What is known of the new one.
    pub after: DiffSide,
    /// Paired differences on each split that both met. For looking at, not a claim.
    pub scores: Vec<SplitDifference>,
    /// Those of these splits whose scores took part in choosing, so that they flatter whoever was chosen.
    #[serde(default)]
    pub biased: Vec<Split>,
    /// Why no difference is given: their scores are of different models. Null where they are of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_paired: Option<String>,
    /// The texts, component by component; demonstrations last, as one.
    pub components: Vec<ComponentDiff>,
}

/// One of two candidates that are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffSide {
    /// The generation it came from.
    pub generation: u32,
    /// What made it; null for a first prompt.
    pub operator: Option<OperatorName>,
    /// The task model whose answers its scores are of, by its label where it has one.
    #[serde(default)]
    pub model: String,
    /// Mean score on each split it met.
    pub scores: BTreeMap<Split, f64>,
}

/// The second candidate's mean score minus the first's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SplitDifference {
    /// On which examples.
    pub split: Split,
    /// How many of them both met.
    pub examples: usize,
    /// The mean, in [-1, 1].
    pub difference: f64,
    /// Lower end of its 95 % interval.
    pub ci_low: f64,
    /// Upper end of its 95 % interval.
    pub ci_high: f64,
}

/// What changed in one component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComponentDiff {
    /// Its name.
    pub component: String,
    /// The text in stretches.
    pub runs: Vec<DiffRun>,
}

/// A stretch of a word diff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffRun {
    /// `equal`, `insert` or `delete`.
    #[schemars(extend("enum" = ["equal", "insert", "delete"]))]
    pub kind: Cow<'static, str>,
    /// The text, with its spaces.
    pub text: String,
}

const SPLITS: [Split; 3] = [Split::Train, Split::Validation, Split::Test];

/// Compares two candidates of a run.
#[must_use]
pub fn diff(state: &RunState, a: &Candidate, b: &Candidate) -> CandidateDiff {
    let stretches = |old: &str, new: &str| {
        words(old, new).into_iter().map(|run| DiffRun { kind: Cow::Borrowed(word(run.kind)), text: run.text }).collect()
    };
    let components = sides(&a.prompt, &b.prompt)
        .into_iter()
        .map(|(component, old, new)| ComponentDiff { component, runs: stretches(&old, &new) })
        .collect();
    let side = |candidate: &Candidate| DiffSide {
        generation: candidate.generation,
        operator: candidate.operator.clone(),
        model: model_called(state, candidate.id),
        scores: SPLITS.into_iter().filter_map(|split| Some((split, state.score(candidate.id, split)?))).collect(),
    };
    let (scores, not_paired) = match not_paired(state, a.id, b.id) {
        Some(why) => (Vec::new(), Some(why)),
        None => (scores(state, a.id, b.id), None),
    };
    let biased = scores.iter().map(|of| of.split).filter(|split| *split != Split::Test).collect();
    CandidateDiff { a: a.id, b: b.id, before: side(a), after: side(b), scores, biased, not_paired, components }
}

fn word(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Equal => "equal",
        RunKind::Insert => "insert",
        RunKind::Delete => "delete",
    }
}

/// Why answers of two candidates are not paired: other models answered or judged them, so that a difference would be one of models too. `None`
/// where the same did.
#[must_use]
pub fn not_paired(state: &RunState, a: CandidateId, b: CandidateId) -> Option<String> {
    let scorer = |id| state.cells(id).map(|cells| (id, cells.model()));
    let (old, new) = scorer(a).zip(scorer(b)).filter(|(old, new)| old.1 != new.1)?;
    let named = |(id, scorer): (CandidateId, Option<&str>)| {
        let judge = scorer.and_then(|scorer| scorer.split_once(", judged by "));
        let judge = judge.map(|(_, judge)| format!(", judged by {judge}")).unwrap_or_default();
        format!("{id} by {}{judge}", model_called(state, id))
    };
    Some(format!("their scores are of different models and not paired: {}, {}", named(old), named(new)))
}

fn scores(state: &RunState, a: CandidateId, b: CandidateId) -> Vec<SplitDifference> {
    let (Some(old), Some(new)) = (state.cells(a), state.cells(b)) else { return Vec::new() };
    SPLITS
        .into_iter()
        .filter_map(|split| {
            let examples = state.dataset().examples(split);
            let pairs = examples
                .into_iter()
                .filter_map(|id| Some((old.mean(id, state.repeat())?, new.mean(id, state.repeat())?)));
            let (old, new): (Vec<f64>, Vec<f64>) = pairs.unzip();
            let examples = old.len();
            let difference = (new.iter().sum::<f64>() - old.iter().sum::<f64>()) / examples.max(1) as f64;
            let interval = statistics::difference_ci(&old, &new, 0.95, state.spec().seed);
            let (ci_low, ci_high) = (interval.low, interval.high);
            (examples > 0).then_some(SplitDifference { split, examples, difference, ci_low, ci_high })
        })
        .collect()
}

/// The texts of both prompts by component.
fn sides(old: &Prompt, new: &Prompt) -> Vec<(String, String, String)> {
    let mut sides = Vec::new();
    for component in &old.components {
        let other = new.components.iter().find(|c| c.name == component.name);
        sides.push((
            component.name.clone(),
            component.text.clone(),
            other.map_or_else(String::new, |c| c.text.clone()),
        ));
    }
    for component in new.components.iter().filter(|c| old.components.iter().all(|o| o.name != c.name)) {
        sides.push((component.name.clone(), String::new(), component.text.clone()));
    }
    let shown = |prompt: &Prompt| {
        let lines = prompt.demonstrations.iter().map(|demonstration| {
            format!("{} -> {}", serde_json::to_string(&demonstration.vars).unwrap_or_default(), demonstration.answer)
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    if !old.demonstrations.is_empty() || !new.demonstrations.is_empty() {
        sides.push(("demonstrations".into(), shown(old), shown(new)));
    }
    sides
}
