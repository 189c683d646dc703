use std::{
    collections::{BTreeMap, HashMap},
    path::{Component, Path, PathBuf},
    sync::Mutex,
};

use clade_domain::{Assertion, ContentHash, Split, Vars};
use clade_metrics::code;
use serde_json::Value;

use crate::{
    paths::{self, Folder},
    schema::{AssertInput, GraderInput, OneOrMany, TestCase, VarsInput},
    settings::{self, faults, said_at},
    source::{MAX_RUN_FILE, Sources, read_text},
    yaml::{self, KeyPath, Node, NodeValue},
};

/// One test, whatever it was written as, before the defaults and before lists are written out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub vars: Vars,
    /// Whether lists in `vars` make several examples.
    pub expand: bool,
    pub asserts: Vec<Assertion>,
    pub default_asserts: bool,
    pub threshold: Option<f64>,
    pub description: String,
    pub metadata: BTreeMap<String, Value>,
    pub prefix: Option<String>,
    pub suffix: Option<String>,
    pub split: Option<Split>,
}

/// What every test has unless it says otherwise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Defaults {
    pub case: Case,
    /// The judge's prompt for checks that have none.
    pub rubric_prompt: Option<String>,
}

/// What is wrong with a test, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub path: KeyPath,
    pub message: String,
    pub fix: String,
}

impl Misfit {
    pub(crate) fn new(path: KeyPath, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { path, message: message.into(), fix: fix.into() }
    }
}

/// Reads the small files that tests refer to, each once.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub folder: Folder,
    cache: Mutex<HashMap<String, Read>>,
    executed: Mutex<HashMap<String, String>>,
}

/// Largest file that is put into sandboxes, in bytes. It is kept in the run's journal.
const MOST_CODE: u64 = 4 << 20;

/// What a file holds, or what is wrong with it and what to do.
type Read = Result<Value, (String, String)>;

impl Files {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder, cache: Mutex::default(), executed: Mutex::default() }
    }

    /// The content of a `file://` path: a value for JSON and YAML, a text otherwise.
    fn value(&self, written: &str) -> Read {
        let mut cache = self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = cache.get(written) {
            return found.clone();
        }
        let found = self.read(written);
        // a bound, so that a data file of a million paths does not fill the memory
        if cache.len() < 1024 {
            cache.insert(written.to_owned(), found.clone());
        }
        found
    }

    /// The content of a `file://` path, or of a pattern the list of what all its files hold.
    fn values(&self, written: &str) -> Read {
        if !paths::is_glob(paths::strip(written)) {
            return self.value(written);
        }
        let found = self.folder.expand(written)?;
        let name = |path: &PathBuf| self.folder.seen(path);
        match found.as_slice() {
            // a file whose name looks like a pattern
            [one] if name(one) == paths::strip(written) => self.value(written),
            _ => found.iter().map(|path| self.value(&name(path))).collect::<Result<_, _>>().map(Value::Array),
        }
    }

    /// A file that is executed: its path inside, and its text.
    pub(crate) fn code(&self, written: &str) -> Result<(String, String), (String, String)> {
        let inside = paths::strip(written);
        let inside = inside.strip_prefix("./").unwrap_or(inside);
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        if inside.is_empty() || !Path::new(inside).components().all(plain) {
            let fix = "move it below the run file's folder, which is where its path begins";
            return Err((format!("`{written}` lies outside of the run file's folder"), fix.to_owned()));
        }
        let mut cache = self.executed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(text) = cache.get(inside) {
            return Ok((inside.to_owned(), text.clone()));
        }
        let place = self.folder.join(inside);
        if self.folder.leaves(&place) {
            let fix = "put the file itself there: who made a link may not be who may read what it leads to";
            return Err((format!("`{written}` is a link that leads out of the run file's folder"), fix.to_owned()));
        }
        let text = read_text(&place, MOST_CODE, "put into the sandbox what the code needs")
            .map_err(|p| (format!("{}: {}", p.file, p.message), p.fix))?;
        cache.insert(inside.to_owned(), text.clone());
        Ok((inside.to_owned(), text))
    }

    fn read(&self, written: &str) -> Read {
        let path = paths::strip(written);
        match paths::extension(path.split(':').next().unwrap_or_default()).as_str() {
            "js" | "cjs" | "mjs" | "ts" | "py" | "rb" => {
                let fix = "write the value out; checks of type `python`, `javascript` and `exec` execute files";
                return Err((format!("`{written}` is a program, and values are not computed here"), fix.into()));
            }
            "png" | "jpg" | "jpeg" | "gif" | "webp" | "pdf" | "mp4" | "mp3" | "wav" => {
                return Err((format!("`{written}` is no text; media are not supported yet"), "keep to text".into()));
            }
            _ => {}
        }
        let place = self.folder.join(written);
        let text = read_text(&place, MAX_RUN_FILE, "keep values of one test smaller")
            .map_err(|p| (format!("{}: {}", p.file, p.message), p.fix))?;
        match paths::extension(path).as_str() {
            "json" => serde_json::from_str(&text).map_err(|e| (format!("{path} is no JSON: {e}"), "mend it".into())),
            "yaml" | "yml" => tree(path, text).map(|node| node.to_json()),
            _ => Ok(Value::String(text.trim_end().to_owned())),
        }
    }
}

fn tree(name: &str, text: String) -> Result<Node, (String, String)> {
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    yaml::read(&sources, source).map_err(|mut problems| {
        let first = problems.swap_remove(0);
        (format!("{}:{}: {}", first.file, first.line, first.message), first.fix)
    })
}

/// Turns the test at a path into a case; everything that is wrong with it, otherwise.
pub(crate) fn case(
    test: TestCase,
    files: &Files,
    rubric_prompt: Option<&str>,
    root: &KeyPath,
) -> Result<Case, Vec<Misfit>> {
    let mut misfits = Vec::new();
    let options = test.options.unwrap_or_default();
    let mut vars = match test.vars {
        None => Vars::new(),
        Some(VarsInput::Map(map)) => map,
        Some(VarsInput::File(path)) => vars_of(&OneOrMany::One(path), files, root, &mut misfits),
        Some(VarsInput::Files(paths)) => vars_of(&OneOrMany::Many(paths), files, root, &mut misfits),
    };
    for (name, value) in &mut vars {
        if let Value::String(text) = value
            && text.starts_with("file://")
        {
            match files.values(text) {
                Ok(found) => *value = found,
                Err((message, fix)) => misfits.push(Misfit::new(root.name("vars").name(name), message, fix)),
            }
        }
    }
    let grader = options.provider.as_ref().map(|p| (p, root.name("options").name("provider")));
    let rubric = options.rubric_prompt.as_deref().or(rubric_prompt);
    let mut reader = Reader { files, rubric, misfits: &mut misfits };
    let grader = grader.and_then(|(input, path)| reader.grader(input, &path));
    let asserts = reader.asserts(test.assert.unwrap_or_default(), &root.name("assert"), grader.as_deref());
    let metadata = test.metadata.unwrap_or_default();
    let split = match metadata.get("split").and_then(Value::as_str) {
        Some(text) => {
            let split = split_name(text);
            if split.is_none() {
                let fix = "write `train`, `validation` or `test`, or call the key otherwise";
                let path = root.name("metadata").name("split");
                misfits.push(Misfit::new(path, format!("`{text}` is no split"), fix));
            }
            split
        }
        None => None,
    };
    if !misfits.is_empty() {
        return Err(misfits);
    }
    Ok(Case {
        vars,
        expand: !options.disable_var_expansion.unwrap_or(false),
        asserts,
        default_asserts: !options.disable_default_asserts.unwrap_or(false),
        threshold: test.threshold,
        description: test.description.unwrap_or_default(),
        metadata,
        prefix: options.prefix,
        suffix: options.suffix,
        split,
    })
}

/// The split that a word in the data names.
pub(crate) fn split_name(text: &str) -> Option<Split> {
    match text.trim().to_lowercase().as_str() {
        "train" | "training" => Some(Split::Train),
        "validation" | "valid" | "val" | "dev" => Some(Split::Validation),
        "test" | "held-out" | "heldout" | "holdout" => Some(Split::Test),
        _ => None,
    }
}

fn vars_of(paths: &OneOrMany, files: &Files, root: &KeyPath, misfits: &mut Vec<Misfit>) -> Vars {
    let path = root.name("vars");
    let mut vars = Vars::new();
    for written in paths.as_slice() {
        let found = match files.folder.expand(written) {
            Ok(found) => found,
            Err((message, fix)) => {
                misfits.push(Misfit::new(path.clone(), message, fix));
                continue;
            }
        };
        for file in found {
            // already joined to the folder
            match Files::default().value(&file.to_string_lossy()) {
                Ok(Value::Object(map)) => vars.extend(map),
                Ok(_) => {
                    let message = format!("`{}` holds no map of variables", file.display());
                    misfits.push(Misfit::new(path.clone(), message, "write `name: value` lines into a YAML file"));
                }
                Err((message, fix)) => misfits.push(Misfit::new(path.clone(), message, fix)),
            }
        }
    }
    vars
}

struct Reader<'a> {
    files: &'a Files,
    rubric: Option<&'a str>,
    misfits: &'a mut Vec<Misfit>,
}

impl Reader<'_> {
    /// Checks of a list; sets are written out, their weight shared by their members.
    fn asserts(&mut self, inputs: Vec<AssertInput>, path: &KeyPath, grader: Option<&str>) -> Vec<Assertion> {
        let mut asserts = Vec::new();
        for (i, input) in inputs.into_iter().enumerate() {
            let path = path.index(i);
            if input.kind == "assert-set" {
                self.set(input, &path, grader, &mut asserts);
            } else if let Some(assertion) = self.assert(input, &path, grader) {
                asserts.push(assertion);
            }
        }
        asserts
    }

    fn set(&mut self, set: AssertInput, path: &KeyPath, grader: Option<&str>, asserts: &mut Vec<Assertion>) {
        if set.threshold.is_some() {
            let message = "an `assert-set` with a `threshold` is promptfoo's and not supported yet";
            let fix = "remove its threshold (all of its checks must pass then), or give one to the test";
            self.misfits.push(Misfit::new(path.name("threshold"), message, fix));
        }
        let Some(inputs) = set.assert.filter(|inputs| !inputs.is_empty()) else {
            self.misfits.push(Misfit::new(path.clone(), "the `assert-set` holds no checks", "add `assert` to it"));
            return;
        };
        let mut inner = self.asserts(inputs, &path.name("assert"), grader);
        let total: f64 = inner.iter().map(|a| a.weight).sum();
        for assertion in &mut inner {
            if total > 0.0 {
                assertion.weight *= set.weight.unwrap_or(1.0) / total;
            }
            if assertion.metric.is_none() {
                assertion.metric.clone_from(&set.metric);
            }
        }
        for (key, value) in set.config.into_iter().flatten() {
            self.shared(&key, &value, &mut inner, &path.name("config").name(&key));
        }
        asserts.extend(inner);
    }

    /// Gives a setting of a set to those of its checks that have one of this name; there must be one.
    fn shared(&mut self, key: &str, value: &Value, inner: &mut [Assertion], path: &KeyPath) {
        let mut refused = Vec::new();
        let mut taken = inner.is_empty();
        for assertion in inner {
            if assertion.config.contains_key(key) {
                taken = true;
                continue;
            }
            let mut with = assertion.clone();
            with.config.insert(key.to_owned(), value.clone());
            match check(&with) {
                Ok(()) => (taken, *assertion) = (true, with),
                Err(message) => refused.push(message),
            }
        }
        // what is said of a value helps more than that others have no such setting, and a name nearby more than none
        let help = |message: &&String| (!message.contains(" has no setting"), message.contains("did you mean"));
        if let Some(message) = refused.iter().rev().max_by_key(help).filter(|_| !taken) {
            self.wrong_setting(path, message);
        }
    }

    fn wrong_setting(&mut self, path: &KeyPath, message: &str) {
        let (message, fix) = advice(message);
        self.misfits.push(Misfit::new(path.clone(), said_at(path, &message), fix));
    }

    fn assert(&mut self, input: AssertInput, path: &KeyPath, grader: Option<&str>) -> Option<Assertion> {
        if input.assert.is_some() {
            let message = format!("`assert` inside a check of type `{}`", input.kind);
            self.misfits.push(Misfit::new(path.name("assert"), message, "write `type: assert-set` to group checks"));
        }
        let (kind, negated) = match input.kind.strip_prefix("not-") {
            Some(kind) => (kind.to_owned(), true),
            None => (input.kind, false),
        };
        let value = match input.value {
            Some(Value::String(text)) if text.starts_with("file://") && !code::executes(&kind) => {
                match self.files.value(&text) {
                    Ok(value) => Some(value),
                    Err((message, fix)) => {
                        self.misfits.push(Misfit::new(path.name("value"), message, fix));
                        return None;
                    }
                }
            }
            Some(Value::String(text)) if matches!(kind.as_str(), "is-json" | "contains-json") => {
                Some(schema_in_yaml(&text).unwrap_or(Value::String(text)))
            }
            other => other,
        };
        let files = self.executed(&kind, value.as_ref(), &path.name("value"))?;
        let own = input.provider.as_ref().and_then(|p| self.grader(p, &path.name("provider")));
        let rubric_prompt = match input.rubric_prompt.or_else(|| self.rubric.map(str::to_owned)) {
            Some(text) if text.starts_with("file://") => match self.files.value(&text) {
                Ok(Value::String(text)) => Some(text),
                Ok(other) => Some(other.to_string()),
                Err((message, fix)) => {
                    self.misfits.push(Misfit::new(path.name("rubricPrompt"), message, fix));
                    None
                }
            },
            other => other,
        };
        let assertion = Assertion {
            kind,
            negated,
            value,
            threshold: input.threshold,
            weight: input.weight.unwrap_or(1.0),
            metric: input.metric,
            provider: own.or_else(|| grader.map(str::to_owned)),
            rubric_prompt,
            files,
            config: input.config.unwrap_or_default(),
        };
        let faults = faults(assertion.config.clone(), |config| {
            check(&Assertion { config: config.clone(), ..assertion.clone() })
        });
        let fits = faults.is_empty();
        for (key, message) in faults {
            match key {
                Some(key) => self.wrong_setting(&path.name("config").name(key), &message),
                None => {
                    let at = path.name(if message.starts_with("the weight") { "weight" } else { "type" });
                    let (message, fix) = advice(&message);
                    self.misfits.push(Misfit::new(at, message, fix));
                }
            }
        }
        fits.then_some(assertion)
    }

    /// The files that a check executes, with the hashes of their texts; `None` where one cannot be read.
    fn executed(&mut self, kind: &str, value: Option<&Value>, path: &KeyPath) -> Option<BTreeMap<String, ContentHash>> {
        let mut files = BTreeMap::new();
        for written in value.map(|value| code::file_paths(kind, value)).unwrap_or_default() {
            match self.files.code(&written) {
                Ok((path, text)) => drop(files.insert(path, ContentHash::of(text.as_bytes()))),
                Err((message, fix)) => {
                    self.misfits.push(Misfit::new(path.clone(), message, fix));
                    return None;
                }
            }
        }
        Some(files)
    }

    /// A judge of one check goes by its name; settings belong to the run's judge.
    fn grader(&mut self, input: &GraderInput, path: &KeyPath) -> Option<String> {
        match input {
            GraderInput::Name(name) => Some(name.clone()),
            GraderInput::Object(object) if object.config.is_none() => Some(object.id.clone()),
            _ => {
                let message = "a judge with settings of its own is not supported here yet";
                let fix = "name it by `id` or label alone; settings go to `providers` or `optimize.models.judge`";
                self.misfits.push(Misfit::new(path.clone(), message, fix));
                None
            }
        }
    }
}

/// A JSON schema that is written as YAML text; `None` where the text is JSON, has variables to be filled in, or is no mapping.
fn schema_in_yaml(text: &str) -> Option<Value> {
    if text.contains("{{") || serde_json::from_str::<Value>(text).is_ok() {
        return None;
    }
    let mut sources = Sources::default();
    let source = sources.add("the schema", text.to_owned());
    let schema = yaml::read(&sources, source).ok()?.to_json();
    schema.is_object().then_some(schema)
}

/// What the evaluators say of a check.
pub(crate) fn check(assertion: &Assertion) -> Result<(), String> {
    clade_metrics::check(assertion)
}

/// Parts what an evaluator says of a check into what is wrong and what to do.
pub(crate) fn advice(message: &str) -> (String, String) {
    settings::advice(message, "docs/evaluators.md says what each check takes")
}

/// Whether a value is a list that makes several examples: as in promptfoo one whose first item is a text. Other lists are values.
pub(crate) fn expands(value: &Value) -> bool {
    matches!(value, Value::Array(items) if items.first().is_some_and(Value::is_string))
}

/// The scalar children of a node that is a list of test items or one test.
pub(crate) fn items(node: &Node) -> Option<&[Node]> {
    match &node.value {
        NodeValue::List(items) => Some(items),
        _ => None,
    }
}
