//! Which task model the answers of a run are of, as people call it.

use clade_domain::{CandidateId, Evidence, ModelRole, ModelSpec};
use clade_evolve::RunState;

/// A run's comparison on the test split, with the model that gave its answers.
pub(crate) fn evidence(state: &RunState) -> Option<Evidence> {
    let model = Some(model_called(state, state.best()));
    state.evidence().map(|evidence| Evidence { model, ..evidence.clone() })
}

/// What people call the task model that answers for a candidate.
pub(crate) fn model_called(state: &RunState, candidate: CandidateId) -> String {
    let models = &state.spec().models;
    let first = models.task_name(0).unwrap_or_default();
    let name = match state.model_of(candidate) {
        Some(name) if models.task_named(name).is_some() => name,
        Some(_) | None => first.as_str(),
    };
    models.task_called(name)
}

/// The task models of a run by what people call them, where generations have several.
pub(crate) fn task_models(state: &RunState) -> Vec<String> {
    let models = &state.spec().models;
    let later = models.generations.iter().filter(|generation| generation.task.is_some());
    let starts = std::iter::once(0).chain(later.map(|generation| generation.from));
    let mut all: Vec<String> = Vec::new();
    for from in starts {
        let name = models.task_override(from).or_else(|| models.task_name(0)).unwrap_or_default();
        let called = models.task_called(&name);
        if all.last() != Some(&called) {
            all.push(called);
        }
    }
    if all.len() > 1 { all } else { Vec::new() }
}

/// The id of the task model that answers for a candidate.
pub(crate) fn model_id(state: &RunState, candidate: CandidateId) -> String {
    task_model(state, candidate).map(|model| model.id.clone()).unwrap_or_default()
}

/// The task model whose answers a candidate's scores are of.
pub(crate) fn task_model(state: &RunState, candidate: CandidateId) -> Option<&ModelSpec> {
    let models = &state.spec().models;
    state.model_of(candidate).and_then(|name| models.task_named(name)).or(models.task.first())
}

/// The judge behind a candidate's scores; `None` where no check asks one.
pub(crate) fn judge(state: &RunState, candidate: CandidateId) -> Option<&ModelSpec> {
    if state.dataset().judge_calls == 0 {
        return None;
    }
    let models = &state.spec().models;
    let scorer = state.cells(candidate).and_then(|cells| cells.model());
    let later = scorer.and_then(|scorer| scorer.split_once(", judged by ")).and_then(|(_, name)| {
        let mut starts = models.generations.iter().map(|generation| generation.from);
        starts.find(|from| models.judge_override(*from).is_some_and(|own| own == name))
    });
    models.of(ModelRole::Judge, later.unwrap_or_default())
}
