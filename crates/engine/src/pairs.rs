use clade_domain::{ModelSpec, Objective, RunId, Split};
use clade_evolve::{RunState, statistics};
use clade_models::answers_alike;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Side,
    answered_by::{judge, model_called, task_model},
    side::SideWithState,
};

/// The level of every interval here.
const CONFIDENCE: f64 = 0.95;

/// The chosen prompts of two runs on the test examples that both met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// The one run.
    pub a: RunId,
    /// The other run.
    pub b: RunId,
    /// Examples that both prompts met.
    pub n: usize,
    /// Mean of the second's score minus the first's, in [-1, 1].
    pub difference: f64,
    /// Lower end of its 95 % interval.
    pub ci_low: f64,
    /// Upper end of its 95 % interval.
    pub ci_high: f64,
    /// Two-sided p-value of this pair alone.
    pub p_value: f64,
    /// The same corrected for the number of pairs (Holm).
    pub p_holm: f64,
}

/// Every pair of runs that can be paired, and a sentence for each that cannot.
#[must_use]
pub fn pairs(sides: &[SideWithState]) -> (Vec<Pair>, Vec<String>) {
    let (mut pairs, mut refused) = (Vec::new(), Vec::new());
    for (place, (a, of_a)) in sides.iter().enumerate() {
        for (b, of_b) in &sides[place + 1..] {
            match pair((a, of_a), (b, of_b)) {
                Ok(pair) => pairs.push(pair),
                Err(why) => refused.push(format!("{} and {} cannot be paired: {why}", a.run, b.run)),
            }
        }
    }
    let raw: Vec<f64> = pairs.iter().map(|pair| pair.p_value).collect();
    for (pair, p) in pairs.iter_mut().zip(statistics::holm(&raw)) {
        pair.p_holm = p;
    }
    (pairs, refused)
}

fn pair((a, of_a): (&Side, &RunState), (b, of_b): (&Side, &RunState)) -> Result<Pair, String> {
    for side in [a, b] {
        if side.evidence.is_none() {
            return Err(format!("{} has not met its test examples yet", side.run));
        }
    }
    if of_a.dataset().hash != of_b.dataset().hash {
        return Err("they have different data".to_owned());
    }
    let metric = |state: &RunState| Objective::primary(&state.spec().optimize.objectives).to_owned();
    if metric(of_a) != metric(of_b) {
        return Err("their evidence is about different metrics".to_owned());
    }
    if let Some(why) = other_models((a, of_a), (b, of_b)) {
        return Err(format!("{why}, and a difference would be one of models too"));
    }
    let (first, second) = shared(of_a, of_b);
    if first.is_empty() {
        return Err("they have no test example in common".to_owned());
    }
    let found = statistics::difference_ci(&first, &second, CONFIDENCE, 0);
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| b - a).collect();
    Ok(Pair {
        a: a.run.clone(),
        b: b.run.clone(),
        n: first.len(),
        difference: found.estimate,
        ci_low: found.low,
        ci_high: found.high,
        p_value: statistics::permutation_two_sided(&differences, 0),
        p_holm: 1.0,
    })
}

/// What is told of two chosen prompts that other task models answered, or other judges judged.
fn other_models((a, of_a): (&Side, &RunState), (b, of_b): (&Side, &RunState)) -> Option<String> {
    let (first, second) = (of_a.best(), of_b.best());
    let unlike = |pair: (Option<&ModelSpec>, Option<&ModelSpec>)| match pair {
        (Some(one), Some(other)) => !answers_alike(one, other),
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    };
    let told = |role: &str, did: &str, one: &str, other: &str| match one == other {
        true => format!("their {role} {one} has other settings in each"),
        false => format!("other {role}s {did} ({}: {one}, {}: {other})", a.run, b.run),
    };
    if unlike((task_model(of_a, first), task_model(of_b, second))) {
        return Some(told("task model", "answered", &model_called(of_a, first), &model_called(of_b, second)));
    }
    let judges = (judge(of_a, first), judge(of_b, second));
    let name = |judge: Option<&ModelSpec>| judge.map_or_else(|| "none".to_owned(), |model| model.name().to_owned());
    unlike(judges).then(|| told("judge", "judged", &name(judges.0), &name(judges.1)))
}

/// The scores of both chosen prompts on the examples that are test in both runs and that both met.
fn shared(a: &RunState, b: &RunState) -> (Vec<f64>, Vec<f64>) {
    let score = |state: &RunState, example| {
        if state.dataset().split(example) != Some(Split::Test) {
            return None;
        }
        state.cells(state.best())?.mean(example, state.repeat())
    };
    let examples = a.dataset().examples(Split::Test).into_iter();
    examples.filter_map(|example| Some((score(a, example)?, score(b, example)?))).unzip()
}
