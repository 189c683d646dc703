//! Who answers: `providers`, `optimize.models` and the judge of `defaultTest`.

use std::collections::BTreeMap;

use clade_domain::{GenerationModels, ModelSpec, Models, ProgramSpec, is_of_the_connection};
use clade_text::environment;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{
    context::Context,
    program::{self, LoadedProgram},
    schema::{GraderInput, ModelsInput, ProviderInput, ProvidersInput, RunFile},
    secret::{is_secret, is_secret_header, secret_in_address},
    settings::{advice, faults, said_at},
    yaml::KeyPath,
};

/// Models with what must not be stored.
#[derive(Debug, Default)]
pub(crate) struct LoadedModels {
    pub models: Option<Models>,
    /// Keys by the model's label, or its id where it has none.
    pub secrets: BTreeMap<String, SecretString>,
    /// Where each id is named first.
    pub places: BTreeMap<String, KeyPath>,
    /// The program that answers with calls of the task model.
    pub program: Option<ProgramSpec>,
    /// The longest `delay` of a provider, in milliseconds.
    pub delay_ms: u64,
}

/// The models of the run file. Problems go to the context.
pub(crate) fn load(context: &mut Context<'_>, file: &RunFile, judge: Option<&GraderInput>) -> LoadedModels {
    let found = LoadedModels::default();
    let mut loader =
        Loader { context, found, task: Vec::new(), program: Vec::new(), labelled: Vec::new(), reached: Vec::new() };
    let none = ModelsInput::default();
    let input = file.optimize.as_ref().and_then(|o| o.models.as_ref()).unwrap_or(&none);
    loader.labels(input, judge);
    loader.task_models(file);
    let root = KeyPath::of("optimize.models");
    let mut role = |name: &str, input: &Option<ProviderInput>| {
        input.as_ref().and_then(|input| loader.of_role(input, &root.name(name)))
    };
    let reflection = role("reflection", &input.reflection);
    let mut own_judge = role("judge", &input.judge);
    let mut embedding = role("embedding", &input.embedding);
    let mut moderation = role("moderation", &input.moderation);
    let mut generations = Vec::new();
    for (i, generation) in input.generations.iter().enumerate() {
        let path = root.name("generations").index(i);
        let mut own = |name: &str, input: &Option<ProviderInput>| {
            input.as_ref().and_then(|input| loader.of_role(input, &path.name(name)))
        };
        let models = GenerationModels {
            from: generation.from,
            task: own("task", &generation.task),
            reflection: own("reflection", &generation.reflection),
            judge: own("judge", &generation.judge),
        };
        if generation.task.is_none() && generation.reflection.is_none() && generation.judge.is_none() {
            let fix = "name a model for `task`, `reflection` or `judge`";
            loader.context.problem(&path, format!("`{path}` names no model"), fix);
        }
        if generations.iter().any(|g: &GenerationModels| g.from == models.from) {
            let message = format!("two entries begin with generation {}", models.from);
            loader.context.problem(&path.name("from"), message, "make one entry of the two");
        }
        generations.push(models);
    }
    generations.sort_by_key(|g| g.from);
    let path = KeyPath::of("defaultTest.options.provider");
    match judge {
        Some(GraderInput::Name(name)) => {
            let named = loader.of_role(&ProviderInput::Name(name.clone()), &path);
            own_judge = own_judge.or(named);
        }
        Some(GraderInput::Object(object)) => {
            let named = loader.of_role(&ProviderInput::Object(object.clone()), &path);
            own_judge = own_judge.or(named);
        }
        Some(GraderInput::Kinds(kinds)) => {
            let mut kind = |name: &str, input: &Option<ProviderInput>| {
                input.as_ref().and_then(|input| loader.of_role(input, &path.name(name)))
            };
            let (text, embeds, moderates) =
                (kind("text", &kinds.text), kind("embedding", &kinds.embedding), kind("moderation", &kinds.moderation));
            own_judge = own_judge.or(text);
            embedding = embedding.or(embeds);
            moderation = moderation.or(moderates);
        }
        None => {}
    }
    loader.one_address_for_each_key();
    let Loader { mut found, task, program, .. } = loader;
    let judges = BTreeMap::new();
    found.models =
        Some(Models { task, reflection, judge: own_judge, embedding, moderation, program, judges, generations })
            .filter(|m| !m.task.is_empty());
    found
}

pub(crate) struct Loader<'a, 'b> {
    pub context: &'a mut Context<'b>,
    found: LoadedModels,
    task: Vec<ModelSpec>,
    /// Further models that a program may ask.
    program: Vec<ModelSpec>,
    /// Entries of roles that have a label, by which any other entry may name them, and what was read there.
    labelled: Vec<(KeyPath, Option<ModelSpec>)>,
    /// The name of each entry that was read, where its requests go, and the entry.
    reached: Vec<(String, [Option<String>; 2], KeyPath)>,
}

impl Loader<'_, '_> {
    fn task_models(&mut self, file: &RunFile) {
        let (input, root) = match (&file.providers, &file.targets) {
            (Some(_), Some(_)) => {
                let fix = "keep `providers`, and move what is missing there into it";
                self.context.problem(
                    &KeyPath::of("targets"),
                    "`targets` is another name for `providers`; both are here",
                    fix,
                );
                return;
            }
            (Some(input), None) => (input, KeyPath::of("providers")),
            (None, Some(input)) => (input, KeyPath::of("targets")),
            (None, None) => {
                let fix = "add `providers: [openai:gpt-5-mini]`, or `simulated:rough` to try it without a key";
                self.context.problem(&KeyPath::default(), "the file has no `providers`", fix);
                return;
            }
        };
        match input {
            ProvidersInput::One(name) => {
                let input = ProviderInput::Name(name.clone());
                if !self.program(std::slice::from_ref(&input), &root) {
                    let model = self.model(&input, &root);
                    self.task.extend(model);
                }
            }
            ProvidersInput::Many(inputs) if self.program(inputs, &root) => {}
            ProvidersInput::Many(inputs) => {
                if inputs.is_empty() {
                    let fix = "add a model such as `openai:gpt-5-mini`";
                    self.context.problem(&root, format!("`{root}` is an empty list"), fix);
                }
                for (i, input) in inputs.iter().enumerate() {
                    let path = root.index(i);
                    let Some(model) = self.model(input, &path) else { continue };
                    if self.task.contains(&model) {
                        let message = format!("the model `{}` is listed twice", model.id);
                        self.context.problem(&path, message, "remove one, or give them different settings and labels");
                    }
                    self.task.push(model);
                }
            }
        }
    }

    /// Whether the providers are a program; it is read then.
    fn program(&mut self, inputs: &[ProviderInput], root: &KeyPath) -> bool {
        let Some(place) = inputs.iter().position(|input| input.id().is_some_and(program::is_program)) else {
            return false;
        };
        let path = root.index(place);
        if inputs.len() > 1 {
            let fix = "keep the program alone, and name the models that it asks in its `config`: `model`, `models`";
            self.context.problem(&path, "a program is the only provider of its run", fix);
            return true;
        }
        let Some((id, options)) = inputs[place].parts() else { return true };
        if let Some(LoadedProgram { program, model, models }) = program::load(self, &id, options, &path) {
            self.found.program = Some(program);
            self.task.push(model);
            self.program = models;
        }
        true
    }

    /// Reads the models of roles that have a label before those that may be named by it.
    fn labels(&mut self, input: &ModelsInput, judge: Option<&GraderInput>) {
        for (input, path) in roles(input, judge) {
            if input.parts().is_some_and(|(_, options)| options.label.is_some()) {
                let model = self.model(&input, &path);
                self.labelled.push((path, model));
            }
        }
    }

    /// The model that has this label, where one has.
    fn labelled(&mut self, label: &str, path: &KeyPath) -> Option<ModelSpec> {
        let all = self.task.iter().chain(self.labelled.iter().filter_map(|(_, model)| model.as_ref()));
        let mut called = all.filter(|model| !model.label.is_empty() && model.label == label);
        let first = called.next()?.clone();
        if called.any(|other| *other != first) {
            let message = format!("several models are called `{label}`");
            self.context.problem(path, message, "give each a `label` of its own");
        }
        Some(first)
    }

    /// A model for a role. A name in any spelling of a provider's is that provider with its settings, as where no model is named.
    fn of_role(&mut self, input: &ProviderInput, path: &KeyPath) -> Option<ModelSpec> {
        if let ProviderInput::Name(name) = input
            && !self.labelled.iter().any(|(_, model)| model.as_ref().is_some_and(|model| model.label == *name))
        {
            let full = |spec: &ModelSpec| (self.context.options.check_model)(spec).ok();
            let meant = full(&ModelSpec::named(name.clone()));
            let same = self.task.iter().find(|model| model.id == *name || meant.is_some() && full(model) == meant);
            if let Some(same) = same {
                return Some(same.clone());
            }
        }
        self.model(input, path)
    }

    /// A key is for the address beside which it stands: it is found by the model's name, so that one name has one address.
    fn one_address_for_each_key(&mut self) {
        let keyed = self.reached.iter().filter(|(name, ..)| self.found.secrets.contains_key(name));
        let mut first: BTreeMap<&str, &[Option<String>; 2]> = BTreeMap::new();
        let mut elsewhere = Vec::new();
        for (name, address, path) in keyed {
            if *first.entry(name).or_insert(address) != address {
                elsewhere.push((name.clone(), path.clone()));
            }
        }
        for (name, path) in elsewhere {
            let message =
                format!("two models called `{name}` have different addresses, and the key is for one of them");
            let fix = "name the model by its id or label alone to mean the other one, or give this one `apiBaseUrl`, `apiKey` and a `label` of its own";
            self.context.problem(&path, message, fix);
        }
    }

    /// A model of one entry; a name may also be the label of another one.
    pub(crate) fn model(&mut self, input: &ProviderInput, path: &KeyPath) -> Option<ModelSpec> {
        if let Some((_, read)) = self.labelled.iter().find(|(at, _)| at == path) {
            return read.clone();
        }
        if let ProviderInput::Name(name) = input
            && let Some(labelled) = self.labelled(name, path)
        {
            return Some(labelled);
        }
        let Some((id, options)) = input.parts() else {
            let message = format!("`{path}` has several names as keys");
            self.context.problem(path, message, "make one list entry of each model");
            return None;
        };
        let keyed = matches!(input, ProviderInput::Keyed(_));
        let settings = match (&input, keyed) {
            (ProviderInput::Keyed(map), true) => map.keys().next().map_or_else(|| path.clone(), |name| path.name(name)),
            _ => path.clone(),
        };
        if id.trim().is_empty() {
            self.context.problem(path, "the model's name is empty", "write a name such as `openai:gpt-5-mini`");
            return None;
        }
        if program::is_program(&id) {
            let fix = "name a model here, and the program as the only entry of `providers`";
            self.context.problem(path, "a program answers examples, and nothing else", fix);
            return None;
        }
        if id.starts_with("file://") {
            let fix = "write the models into the run file";
            self.context.problem(path, "models from files are promptfoo's and not supported yet", fix);
            return None;
        }
        let id = self.text(&id, path)?;
        let mut config = BTreeMap::new();
        for (key, value) in options.config.unwrap_or_default() {
            let filled = self.value(value.clone(), &settings.name("config").name(&key))?;
            // headers keep their references: what the environment holds may be a secret, and is filled in for each session
            config.insert(key.clone(), if key == "headers" { value } else { filled });
        }
        let mut spec = ModelSpec { id, label: options.label.unwrap_or_default(), config };
        if let Some(delay) = options.delay {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be 0 or more; saturates"
            )]
            let delay = delay as u64;
            self.found.delay_ms = self.found.delay_ms.max(delay);
        }
        self.found.places.entry(spec.id.clone()).or_insert_with(|| path.clone());
        self.secret(&mut spec, &settings.name("config"));
        self.check(&spec, path, &settings.name("config"));
        Some(spec)
    }

    /// Says what is wrong with a model, and of a setting where it stands.
    fn check(&mut self, spec: &ModelSpec, path: &KeyPath, config: &KeyPath) {
        let check = self.context.options.check_model;
        let faults = faults(spec.config.clone(), |config| {
            check(&ModelSpec { config: config.clone(), ..spec.clone() }).map(|_| ())
        });
        for (key, message) in faults {
            let fix = "mend the model's name or settings; docs/run-file.md lists them";
            match key.map(|key| config.name(key)) {
                Some(place) => {
                    let (message, fix) = advice(&message, fix);
                    self.context.problem(&place, said_at(&place, &message), fix);
                }
                None => self.context.problem(path, message, fix),
            }
        }
    }

    /// Takes the key out of the settings; refuses keys in places where they would be stored.
    fn secret(&mut self, spec: &mut ModelSpec, path: &KeyPath) {
        let name = spec.name().to_owned();
        match spec.config.remove("apiKey") {
            Some(Value::String(key)) if !key.is_empty() => {
                let key = SecretString::from(key);
                let other = self.found.secrets.get(&name).is_some_and(|k| k.expose_secret() != key.expose_secret());
                if other {
                    let message = format!("two models called `{name}` have different keys");
                    self.context.problem(&path.name("apiKey"), message, "give each a `label` of its own");
                }
                self.found.secrets.insert(name, key);
            }
            None | Some(Value::Null) => {}
            Some(_) => {
                let fix = "write the key as `'${NAME}'`, or remove `apiKey` and set the provider's usual variable";
                self.context.problem(&path.name("apiKey"), "the key is empty or no text", fix);
            }
        }
        let fix = "use `apiKey: '${NAME}'` or `apiKeyEnvar: NAME`: these are never stored";
        for key in spec.config.keys().filter(|k| is_secret(k)) {
            self.context.problem(
                &path.name(key),
                format!("`{key}` looks like a secret and would be stored with the run"),
                fix,
            );
        }
        let addresses =
            ["apiBaseUrl", "apiHost"].map(|key| (spec.config.get(key).and_then(Value::as_str), path.name(key)));
        let reached = addresses.each_ref().map(|(address, _)| address.map(str::to_owned));
        self.reached.push((spec.name().to_owned(), reached, path.clone()));
        let id = (Some(spec.id.as_str()), path.clone());
        for (address, place) in addresses.into_iter().chain([id]) {
            if let Some(part) = address.and_then(secret_in_address) {
                let message = format!("the address holds a {part}, which would be stored with the run");
                let fix = "take it out of the address; `apiKey: '${NAME}'` is never stored";
                self.context.problem(&place, message, fix);
            }
        }
        if let Some(Value::Object(headers)) = spec.config.get_mut("headers") {
            headers.retain(|key, _| {
                if is_of_the_connection(key) {
                    let message = format!("the header `{key}` belongs to the connection");
                    let fix = "take it out: whoever connects sets it; where a model is asked is `apiBaseUrl`";
                    self.context.problem(&path.name("headers").name(key), message, fix);
                }
                !is_of_the_connection(key)
            });
            for (key, value) in headers {
                // a reference is stored as it is written
                let refers = value.as_str().is_some_and(|text| text.contains("${") || text.contains("{{"));
                if is_secret_header(key) && !refers {
                    let message = format!("the header `{key}` would be stored with the run");
                    let fix = format!("write its value as `'${{NAME}}'`: what {key} holds is then never stored");
                    self.context.problem(&path.name("headers").name(key), message, fix);
                }
            }
        }
    }

    fn text(&mut self, text: &str, path: &KeyPath) -> Option<String> {
        match environment::expand(text, &|name| self.context.env(name)) {
            Ok(text) => Some(text),
            Err(environment::Unset(name)) => {
                let fix = format!("set it, for example by `export {name}=...` or in a `.env` file");
                self.context.problem(path, format!("the environment variable `{name}` is not set"), fix);
                None
            }
        }
    }

    pub(crate) fn value(&mut self, value: Value, path: &KeyPath) -> Option<Value> {
        Some(match value {
            Value::String(text) => Value::String(self.text(&text, path)?),
            Value::Array(items) => {
                let items = items.into_iter().enumerate().map(|(i, item)| self.value(item, &path.index(i)));
                Value::Array(items.collect::<Option<_>>()?)
            }
            Value::Object(map) => {
                let map = map.into_iter().map(|(key, item)| {
                    let item = self.value(item, &path.name(&key))?;
                    Some((key, item))
                });
                Value::Object(map.collect::<Option<_>>()?)
            }
            other => other,
        })
    }
}

/// The entries of all roles beside the task, with their places.
fn roles(input: &ModelsInput, judge: Option<&GraderInput>) -> Vec<(ProviderInput, KeyPath)> {
    let root = KeyPath::of("optimize.models");
    let mut found = Vec::new();
    let mut take =
        |input: &Option<ProviderInput>, path: KeyPath| found.extend(input.clone().map(|input| (input, path)));
    take(&input.reflection, root.name("reflection"));
    take(&input.judge, root.name("judge"));
    take(&input.embedding, root.name("embedding"));
    take(&input.moderation, root.name("moderation"));
    for (i, generation) in input.generations.iter().enumerate() {
        let path = root.name("generations").index(i);
        take(&generation.task, path.name("task"));
        take(&generation.reflection, path.name("reflection"));
        take(&generation.judge, path.name("judge"));
    }
    let path = KeyPath::of("defaultTest.options.provider");
    match judge {
        Some(GraderInput::Object(object)) => take(&Some(ProviderInput::Object(object.clone())), path),
        Some(GraderInput::Kinds(kinds)) => {
            take(&kinds.text, path.name("text"));
            take(&kinds.embedding, path.name("embedding"));
            take(&kinds.moderation, path.name("moderation"));
        }
        Some(GraderInput::Name(_)) | None => {}
    }
    found
}
