//! A program under optimisation: `sandbox:file://app.py` as the only provider.

use std::collections::BTreeMap;

use clade_domain::{Language, ModelSpec, ProgramSpec};
use serde_json::Value;

use crate::{
    data::Files,
    models::Loader,
    schema::{Checker, ProviderInput, ProviderOptions},
    secret::is_secret,
    yaml::{KeyPath, Node},
};

/// What names of programs begin with.
const PREFIX: &str = "sandbox:";
/// Settings that are the host's; all others reach the function.
const OWN: [&str; 4] = ["model", "models", "calls", "max_calls"];

/// Whether a provider of this name is a program.
pub(crate) fn is_program(id: &str) -> bool {
    id.starts_with(PREFIX)
}

/// A program with the model that it asks where it names none, and those that it may name.
pub(crate) struct LoadedProgram {
    pub program: ProgramSpec,
    pub model: ModelSpec,
    pub models: Vec<ModelSpec>,
}

/// Reads a provider that is a program. Problems go to the context.
pub(crate) fn load(
    loader: &mut Loader<'_, '_>,
    id: &str,
    options: ProviderOptions,
    path: &KeyPath,
) -> Option<LoadedProgram> {
    let (file, function, language) = match source(id) {
        Ok(source) => source,
        Err((message, fix)) => {
            loader.context.problem(path, message, fix);
            return None;
        }
    };
    let file = match Files::new(loader.context.folder.clone()).code(&file) {
        Ok((file, _)) => file,
        Err((message, fix)) => {
            loader.context.problem(path, message, fix);
            return None;
        }
    };
    let place = path.name("config");
    let mut settings = options.config.unwrap_or_default();
    let mut own: BTreeMap<&str, Value> = BTreeMap::new();
    for name in OWN {
        own.extend(settings.remove(name).map(|value| (name, value)));
    }
    let mut config = BTreeMap::new();
    for (key, value) in settings {
        let place = place.name(&key);
        if is_secret(&key) {
            let fix = "leave keys out: the program's model calls are made by the host, which has them";
            loader.context.problem(&place, format!("`{key}` looks like a secret, and programs get none"), fix);
        }
        config.insert(key, loader.value(value, &place)?);
    }
    let mut count = |name: &str, usual: u32| match own.remove(name) {
        None => Some(usual),
        Some(value) => {
            let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=10_000).contains(n));
            if number.is_none() {
                let message = format!("`{name}` is no whole number from 1 to 10,000");
                loader.context.problem(&place.name(name), message, "write how many model calls it is, such as 3");
            }
            number
        }
    };
    let (calls, max_calls) = (count("calls", ProgramSpec::CALLS)?, count("max_calls", ProgramSpec::MAX_CALLS)?);
    if calls > max_calls {
        let message = format!("the program is said to make {calls} model calls, and may make {max_calls}");
        loader.context.problem(&place.name("calls"), message, "raise `max_calls`, or lower `calls`");
    }
    let Some(model) = own.remove("model") else {
        let fix = "add `model: openai:gpt-5-mini` to its `config`, or `simulated:rough` to try it without a key";
        loader.context.problem(path, "the program names no model that it may ask", fix);
        return None;
    };
    let model = self::model(loader, model, &place.name("model"))?;
    let mut models = Vec::new();
    match own.remove("models") {
        None => {}
        Some(Value::Array(inputs)) => {
            for (i, input) in inputs.into_iter().enumerate() {
                models.push(self::model(loader, input, &place.name("models").index(i))?);
            }
        }
        Some(_) => {
            let fix = "write a list of models; the program asks them by name or label";
            loader.context.problem(&place.name("models"), "`models` is no list", fix);
            return None;
        }
    }
    let label = options.label.unwrap_or_default();
    let program = ProgramSpec { path: file, function, language, label, config, calls, max_calls };
    Some(LoadedProgram { program, model, models })
}

fn model(loader: &mut Loader<'_, '_>, value: Value, place: &KeyPath) -> Option<ModelSpec> {
    let context = &mut *loader.context;
    let elsewhere = || Node::of_json(&value, context.root.place(place));
    let node = context.root.at(place).cloned().unwrap_or_else(elsewhere);
    if !context.take(Checker::provider().check_at(&node, place)) {
        return None;
    }
    match serde_json::from_value::<ProviderInput>(value) {
        Ok(input) => loader.model(&input, place),
        Err(_) => {
            let fix = "write a name such as `openai:gpt-5-mini`, or `{id: ..., config: {...}}`";
            loader.context.problem(place, "this is no model", fix);
            None
        }
    }
}

/// The file, the function and the language of `sandbox:file://app.py:answer`.
fn source(id: &str) -> Result<(String, String, Language), (String, String)> {
    let fix = "write `sandbox:file://app.py`, or `sandbox:file://app.py:FUNCTION`";
    let Some(path) = id.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix("file://")) else {
        return Err((format!("`{id}` names no file"), fix.to_owned()));
    };
    let (file, function) = match path.rsplit_once(':') {
        Some((file, name)) if !file.is_empty() && !name.is_empty() && !name.contains(['/', '.']) => (file, Some(name)),
        _ => (path, None),
    };
    let (language, usual) = match crate::paths::extension(file).as_str() {
        "py" => (Language::Python, "call_api"),
        "js" | "cjs" | "mjs" => (Language::JavaScript, "default"),
        _ => return Err((format!("`{file}` is neither Python nor JavaScript"), fix.to_owned())),
    };
    Ok((file.to_owned(), function.unwrap_or(usual).to_owned(), language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_file_function_and_language() {
        for (id, expected) in [
            ("sandbox:file://app.py", Ok(("app.py", "call_api", Language::Python))),
            ("sandbox:file://a/b.py:answer", Ok(("a/b.py", "answer", Language::Python))),
            ("sandbox:file://app.mjs", Ok(("app.mjs", "default", Language::JavaScript))),
            ("sandbox:app.py", Err("names no file")),
            ("sandbox:file://app.rb", Err("neither Python nor JavaScript")),
        ] {
            match (source(id), expected) {
                (Ok((file, function, language)), Ok(wanted)) => {
                    assert_eq!((file.as_str(), function.as_str(), language), wanted);
                }
                (Err((message, _)), Err(words)) => assert!(message.contains(words), "{message}"),
                (found, wanted) => panic!("{id}: {found:?} and not {wanted:?}"),
            }
        }
    }
}
