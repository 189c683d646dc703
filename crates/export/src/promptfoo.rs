use clade_domain::{Example, ExampleId, Prompt};
use clade_evolve::RunState;
use clade_store::Store;
use serde_json::{Value, json};

use crate::{
    ExportError,
    prompt::{as_file, is_text},
};

/// Examples read in one step.
const PAGE: u32 = 1_000;

/// A promptfoo config in JSON, which promptfoo reads as well as YAML: the best prompt, the task models and all examples.
///
/// # Errors
/// Where the run has no prompt yet, or its examples cannot be read.
pub async fn promptfoo(state: &RunState, store: &dyn Store) -> Result<Value, ExportError> {
    let missing = || ExportError::NoCandidate { run: state.run().clone() };
    let prompt = &state.candidate(state.best()).ok_or_else(missing)?.prompt;
    let model = |model: &clade_domain::ModelSpec| match model.config.is_empty() {
        true => json!(model.id),
        false => json!({ "id": model.id, "config": model.config }),
    };
    let providers: Vec<Value> = state.spec().models.task.iter().map(model).collect();
    let count = u32::try_from(state.dataset().len()).unwrap_or(u32::MAX);
    let mut tests = Vec::new();
    for first in (0..count).step_by(PAGE as usize) {
        let ids = (first..count.min(first + PAGE)).map(ExampleId).collect();
        tests.extend(store.examples(state.dataset().hash, ids).await?.iter().map(test));
    }
    let description = format!("{} (best prompt of Promptclade run {})", state.spec().description, state.run());
    Ok(
        json!({ "description": description.trim(), "prompts": [as_promptfoo(prompt)?], "providers": providers, "tests": tests }),
    )
}

fn as_promptfoo(prompt: &Prompt) -> Result<Value, ExportError> {
    let text = as_file(prompt)?;
    Ok(if is_text(prompt) { json!(text) } else { json!({ "raw": text, "label": "best" }) })
}

fn test(example: &Example) -> Value {
    let asserts: Vec<Value> = example
        .asserts
        .iter()
        .map(|assertion| {
            let mut value = json!(assertion);
            if let Value::Object(fields) = &mut value {
                fields.remove("negated");
                let not = if assertion.negated { "not-" } else { "" };
                fields.insert("type".into(), json!(format!("{not}{}", assertion.kind)));
            }
            value
        })
        .collect();
    let mut value = json!({ "vars": example.vars, "assert": asserts });
    if let (Value::Object(fields), Some(threshold)) = (&mut value, example.threshold) {
        fields.insert("threshold".into(), json!(threshold));
    }
    value
}
