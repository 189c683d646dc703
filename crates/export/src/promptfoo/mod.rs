mod checks;
mod models;

use std::collections::BTreeSet;

use clade_domain::{Example, ExampleId, ModelSpec, Prompt};
use clade_evolve::RunState;
use clade_store::Store;
use clade_text::template;
use serde_json::{Value, json};

use crate::{
    ExportError,
    prompt::{is_text, without_names},
};

/// Examples read in one step.
const PAGE: u32 = 1_000;

/// A promptfoo config in JSON, which promptfoo reads as well as YAML: the best prompt, the task models and all examples. Names of models and checks
/// are promptfoo's; what it has nothing like is left out, and the description says so.
///
/// # Errors
/// Where the run has no prompt yet, or its examples cannot be read.
pub async fn promptfoo(state: &RunState, store: &dyn Store) -> Result<Value, ExportError> {
    let missing = || ExportError::NoCandidate { run: state.run().clone() };
    let best = state.candidate(state.best()).ok_or_else(missing)?;
    let prompt = &best.prompt;
    let tokens = template::prompt_tokens(prompt);
    // the model that the prompt was proven on, where people had another one serve; otherwise all of the run file
    let own = &state.spec().models;
    let proven = state.cells(best.id).and_then(|cells| cells.model()).and(state.model_of(best.id));
    let asked: Vec<&ModelSpec> = match proven.and_then(|name| own.task_named(name)) {
        Some(model) => vec![model],
        None => own.task.iter().collect(),
    };
    let providers: Vec<Value> = asked.iter().map(|model| models::provider(model)).collect();
    let count = u32::try_from(state.dataset().len()).unwrap_or(u32::MAX);
    let (mut tests, mut left_out) = (Vec::new(), BTreeSet::new());
    for first in (0..count).step_by(PAGE as usize) {
        let ids = (first..count.min(first + PAGE)).map(ExampleId).collect();
        for example in store.examples(state.dataset().hash, ids).await? {
            left_out.extend(checks::left_out(example.asserts.iter()).into_iter().map(str::to_owned));
            tests.push(test(&example, tokens));
        }
    }
    let mut description = format!("{} (best prompt of Promptclade run {})", state.spec().description, state.run());
    if !left_out.is_empty() {
        let kinds = left_out.into_iter().collect::<Vec<_>>().join(", ");
        description += &format!(" Left out, since promptfoo has nothing like it: {kinds}");
    }
    if let Some(name) = asked.iter().find_map(|model| model.id.strip_prefix("simulated:")) {
        let seed = state.spec().seed;
        description += &format!(
            " Its model is simulated: first start `clade simulate {name} --seed {seed} --answers FILE`, FILE being this one"
        );
    }
    Ok(
        json!({ "description": description.trim(), "prompts": [as_promptfoo(prompt)?], "providers": providers, "tests": tests }),
    )
}

fn as_promptfoo(prompt: &Prompt) -> Result<Value, ExportError> {
    let text = without_names(prompt)?;
    Ok(if is_text(prompt) { json!(text) } else { json!({ "raw": text, "label": "best" }) })
}

fn test(example: &Example, prompt_tokens: u32) -> Value {
    let asserts: Vec<Value> =
        example.asserts.iter().filter_map(|check| checks::check(check, &example.vars, prompt_tokens)).collect();
    let mut value = json!({ "vars": example.vars, "assert": asserts });
    if let (Value::Object(fields), Some(threshold)) = (&mut value, example.threshold) {
        fields.insert("threshold".into(), json!(threshold));
    }
    value
}
