use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use clade_domain::{
    ContentHash, DatasetSummary, EvalOptions, FunctionSource, Language, ModelSpec, Models, Objective, RunMode, RunSpec,
};
use clade_text::environment;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    checks,
    context::{Context, LoadOptions},
    data::{self, DataProfile, DataSource, Defaults, Files, Inputs, NamedIn, Scan, ScanNeeds},
    models, optimize, overrides,
    paths::{self, Folder},
    places::{Places, Wish},
    problem::{Problem, Problems},
    prompts::{self, LoadedPrompt},
    sandbox,
    schema::{Checker, DefaultTestInput, EnvValue, GraderInput, RunFile, TestCase, TestsInput, unsupported},
    source::{MAX_RUN_FILE, Sources, Span, read_text},
    yaml::{self, Entry, KeyPath, Node, NodeValue},
};

/// A run file with its data, ready to run.
#[derive(Debug)]
pub struct Loaded {
    /// Everything resolved, without data and without keys: fit to be stored.
    pub spec: RunSpec,
    /// Keys written in the run file, by the model's label, or its id where it has none. Never to be stored or printed.
    pub secrets: BTreeMap<String, SecretString>,
    /// The `env` block: it wins over the environment where a provider looks for its key. Never to be stored or printed.
    pub env: BTreeMap<String, SecretString>,
    /// The examples.
    pub data: DataSource,
    /// What a run knows of them.
    pub dataset: DatasetSummary,
    /// What a sample says of their size, for estimates.
    pub profile: DataProfile,
    /// Where things stand, without words: whoever finds one that cannot be has them to say.
    pub places: Places,
    /// The functions that checks call, as far as their code does not depend on the example, and the program.
    pub functions: Vec<CalledFunction>,
    /// The files that were read beside the run file, as paths of this process.
    pub files: Vec<PathBuf>,
    /// What is worth knowing and stops nothing.
    pub warnings: Vec<Problem>,
}

impl Loaded {
    /// What is wrong with functions that cannot be called, by their positions, each with the reason.
    #[must_use]
    pub fn unfit(&self, found: &[(usize, String)]) -> Vec<Problem> {
        found.iter().filter_map(|(at, reason)| Some(self.functions.get(*at)?.problem(reason))).collect()
    }
}

/// A function that is called: by checks, or as the program.
#[derive(Debug, Clone)]
pub struct CalledFunction {
    /// Its language.
    pub language: Language,
    /// Where it comes from.
    pub source: FunctionSource,
    /// Who calls it.
    caller: &'static str,
    place: Problem,
}

impl CalledFunction {
    /// What is wrong where it is first named: it cannot be called, for this reason.
    fn problem(&self, reason: &str) -> Problem {
        // the last line of an interpreter's words says what, those before where in its own text; Node.js tells where behind
        let mut lines = reason.trim().lines();
        let absent = lines.clone().find(|line| line.contains("Cannot find module") || line.contains("No module named"));
        let what = absent.or_else(|| lines.next_back()).unwrap_or_default();
        let (message, fix) = match &self.source {
            FunctionSource::Inline { code, .. } => {
                let first = code.trim().lines().next().unwrap_or_default();
                (format!("the code of a check, `{first}`, cannot be used: {what}"), "mend the code")
            }
            FunctionSource::File { path, function } => (
                format!("{} cannot use `{function}` of {path}: {what}", self.caller),
                match absent {
                    Some(_) => {
                        "list the module's file under `optimize.sandbox.files`; packages are those of the interpreter that runs it"
                    }
                    None => "mend that file, or name another function",
                },
            ),
        };
        self.place.saying(message, fix)
    }
}

/// Reads and checks a run file and all its data. Nothing is called and nothing is written.
///
/// # Errors
/// Everything that is wrong, each with file, line and fix; later checks are left out where earlier ones make them moot.
pub fn load(path: &Path, options: &LoadOptions<'_>) -> Result<Loaded, Problems> {
    if !path.exists() {
        let fix = "check the path; `clade init` writes an example";
        return Err(Problem::of_file(path.display().to_string(), "there is no such run file", fix).into());
    }
    if ["jsonl", "csv", "tsv"].contains(&paths::extension(&path.to_string_lossy()).as_str()) {
        let fix = "name it in a run file: `tests: file://...`; `clade init` writes an example";
        return Err(Problem::of_file(path.display().to_string(), "this is a data file, not a run file", fix).into());
    }
    let text = read_text(path, MAX_RUN_FILE, "keep data in files of their own: `tests: file://data.jsonl`")?;
    let mut sources = Sources::default();
    let source = sources.add(path.display().to_string(), text);
    let mut root = parse(&sources, source, path).map_err(Problems)?;
    let mut problems = Vec::new();
    overrides::apply(&mut root, &options.overrides, &mut sources, &mut problems);
    let folder = Folder::new(path.parent().map(Path::to_owned).unwrap_or_default(), options.reach);
    let env = BTreeMap::new();
    let mut context = Context { options, sources, root, folder, env, problems, warnings: Vec::new() };
    // promptfoo's own files have some of its keys without anything in them
    context.root.drop_entries(|entry| unsupported("RunFile", &entry.key).is_some() && entry.value.says_nothing());
    // a place for what anchors share
    context.root.drop_entries(|entry| entry.key.starts_with("x-"));
    let findings = Checker::run_file().check(&context.root);
    context.take(findings);
    stop(&mut context)?;
    let file = decode(&context)?;
    resolve(&mut context, file, path)
}

fn stop(context: &mut Context<'_>) -> Result<(), Problems> {
    let mut problems = std::mem::take(&mut context.problems);
    if problems.is_empty() {
        return Ok(());
    }
    let run_file = context.sources.name(context.root.span.source);
    problems.sort_by(|a, b| {
        let key = |p: &Problem| (p.file != run_file, p.line, p.column);
        key(a).0.cmp(&key(b).0).then_with(|| a.file.cmp(&b.file)).then_with(|| key(a).cmp(&key(b)))
    });
    // a file of one line would say the same of each of its examples
    let mut said = BTreeSet::new();
    problems.retain(|p| p.line == 0 || said.insert((p.file.clone(), p.line, p.message.clone(), p.fix.clone())));
    Err(Problems(problems))
}

fn parse(sources: &Sources, source: usize, path: &Path) -> Result<Node, Vec<Problem>> {
    let parsed = yaml::read(sources, source);
    if parsed.is_ok() || paths::extension(&path.to_string_lossy()) != "json" {
        return parsed;
    }
    // JSON has a few things that YAML lacks (tabs, surrogate pairs); then its places are lost, not its values
    match serde_json::from_str(sources.text(source)) {
        Ok(value) => Ok(Node::of_json(&value, Span { source, line: 1, column: 0, length: 0 })),
        Err(_) => parsed,
    }
}

fn decode(context: &Context<'_>) -> Result<RunFile, Problems> {
    // tests that are written out are most of such a file, and as one value they would be in memory several times over
    let written_out = |entry: &Entry| entry.key == "tests" && matches!(entry.value.value, NodeValue::List(_));
    let mut file: RunFile = decoded(context, context.root.to_json_but(written_out), &KeyPath::default())?;
    if let Some(NodeValue::List(items)) = context.root.entry("tests").map(|tests| &tests.value.value) {
        let tests = KeyPath::of("tests");
        let item = |(i, item): (usize, &Node)| decoded(context, item.to_json(), &tests.index(i));
        file.tests = Some(TestsInput::Many(items.iter().enumerate().map(item).collect::<Result<_, _>>()?));
    }
    Ok(file)
}

fn decoded<T: DeserializeOwned>(context: &Context<'_>, value: Value, at: &KeyPath) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut path = at.clone();
        path.0.extend(KeyPath::of(&error.path().to_string()).0);
        context.at(&path, error.inner().to_string(), "compare it with docs/run-file.md")
    })
}

fn resolve(context: &mut Context<'_>, mut file: RunFile, path: &Path) -> Result<Loaded, Problems> {
    for (name, value) in file.env.take().unwrap_or_default() {
        let value = match value {
            EnvValue::Text(text) => text,
            EnvValue::Number(n) => n.to_string(),
            EnvValue::Bool(b) => b.to_string(),
        };
        let expanded = environment::expand(&value, context.options.env);
        match expanded {
            Ok(value) => {
                context.env.insert(name, value);
            }
            Err(unset) => {
                let key = KeyPath::of("env").name(&name);
                let fix = format!("set it, for example by `export {}=...` or in a `.env` file", unset.0);
                context.problem(&key, format!("the environment variable `{}` is not set", unset.0), fix);
            }
        }
    }
    let (defaults, judge) = defaults(context, &mut file);
    let found = models::load(context, &file, judge.as_ref());
    let mut prompts = prompts::load(context, file.prompts.as_ref());
    let mut spec = optimize::resolve(context, &file, prompts.len());
    checks::constraints(context, &file, &mut prompts);
    let keep_split = prompts.iter().any(|p| p.variables.contains("split"));
    let source = data::sources(context, Inputs { tests: file.tests.take(), defaults, keep_split });
    stop(context)?;
    let (Some(mut source), Some(mut models)) = (source, found.models) else {
        let fix = "compare it with docs/run-file.md";
        return Err(Problem::of_file(path.display().to_string(), "the run file is not complete", fix).into());
    };

    let told_by = (context.options.mode == RunMode::Optimize, found.program.is_none());
    let goes_by = Objective::primary(&spec.objectives).to_owned();
    let mut scan = scan(&source, &prompts, &goes_by, told_by);
    if scan.affixed > 0 {
        prompts.iter_mut().for_each(prompts::affix_placeholders);
        source = source.with_affixes();
        scan = self::scan(&source, &prompts, &goes_by, told_by);
    }
    context.problems.append(&mut scan.problems);
    checks::placeholders(context, &prompts, &scan);
    checks::objectives(context, &mut spec.objectives, &scan);
    let sandbox = sandbox::resolve(context, &file, scan.needs, found.program.as_ref(), scan.files.iter());
    models.judges = judges(context, &models, &scan);
    let helpers = checks::helpers(context, &mut models, &scan);
    asked(context, &mut models);
    checks::unchecked(context, &scan);
    checks::empty_answers(context, &scan);
    let marks = checks::split(context, &scan, &spec.splits, &spec.objectives);
    stop(context)?;
    source = source.keeping(scan.kept.take());

    let dataset = DatasetSummary {
        hash: scan.hash.unwrap_or_else(|| ContentHash::of(&[])),
        source: source.name(),
        splits: marks.marks,
        columns: scan.columns,
        duplicates: marks.duplicates,
        judge_calls: scan.judge_calls,
    };
    let seed = file.optimize.as_ref().and_then(|o| o.seed).unwrap_or(0);
    let spec = RunSpec {
        mode: context.options.mode,
        description: file.description.clone().unwrap_or_default(),
        // whole, so that the run goes on from any folder
        source: Some(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()),
        seed,
        prompts: prompts.into_iter().map(|p| p.seed).collect(),
        models,
        options: eval_options(&file, found.delay_ms),
        optimize: spec,
        program: found.program,
        sandbox,
        library: context.options.library.pinned(),
    };
    let env = std::mem::take(&mut context.env).into_iter().map(|(k, v)| (k, SecretString::from(v))).collect();
    let warnings = std::mem::take(&mut context.warnings);
    let limit = |name: &str| context.at(&KeyPath::of("optimize.budget").name(name), "", "");
    let named = found.places.into_iter().map(|(id, path)| (id, (Wish::Role, context.at(&path, "", ""))));
    let mut models: BTreeMap<String, (Wish, Problem)> = named.collect();
    for (judge, place) in &scan.judges {
        let model = spec.models.judges.get(judge).map_or(judge, |model| &model.id);
        models.entry(model.clone()).or_insert_with(|| (Wish::Check, judge_at(context, judge, place)));
    }
    for (model, role, place) in helpers {
        models.entry(model).or_insert_with(|| (Wish::Usual(role), check_at(context, &place)));
    }
    let places = Places { calls: limit("calls"), tokens: limit("tokens"), usd: limit("usd"), models };
    let files = context.folder.files();
    let functions = scan.functions.0.into_iter().map(|function| {
        let place = check_at(context, &function.place);
        CalledFunction { language: function.language, source: function.source, caller: "a check", place }
    });
    let program = spec.program.as_ref().map(|program| CalledFunction {
        language: program.language,
        source: FunctionSource::File { path: program.path.clone(), function: program.function.clone() },
        caller: "the provider",
        place: context.at(&KeyPath::of("providers").index(0), "", ""),
    });
    let functions = program.into_iter().chain(functions).collect();
    Ok(Loaded {
        spec,
        secrets: found.secrets,
        env,
        data: source,
        dataset,
        profile: scan.profile,
        places,
        functions,
        files,
        warnings,
    })
}

fn scan(source: &DataSource, prompts: &[LoadedPrompt], goes_by: &str, (parted, questions): (bool, bool)) -> Scan {
    let prompts = prompts.iter().map(|p| (p.seed.label.as_str(), &p.seed.prompt)).collect();
    data::scan(source, &ScanNeeds { prompts, parted, questions, goes_by })
}

/// The judges that single checks name: by label or in any spelling a model of the run, else one more.
fn judges(context: &mut Context<'_>, models: &Models, scan: &Scan) -> BTreeMap<String, ModelSpec> {
    let check = context.options.check_model;
    let known = models.all();
    let full: Vec<Option<String>> = known.iter().map(|model| check(model).ok()).collect();
    let mut found = BTreeMap::new();
    for (judge, place) in &scan.judges {
        let meant = known.iter().find(|model| !model.label.is_empty() && model.label == *judge);
        if let Some(meant) = meant.or_else(|| known.iter().find(|model| model.id == *judge)) {
            found.insert(judge.clone(), (*meant).clone());
            continue;
        }
        let named = environment::expand(judge, &|name| context.env(name))
            .map_err(|unset| format!("the environment variable `{}` is not set", unset.0))
            .map(ModelSpec::named);
        match named.and_then(|named| Ok((check(&named)?, named))) {
            Ok((name, named)) => {
                let same = full.iter().position(|full| full.as_ref() == Some(&name));
                found.insert(judge.clone(), same.map_or(named, |at| known[at].clone()));
            }
            Err(message) => {
                let fix = "name a model as in `providers`, or the label of one";
                let problem = judge_at(context, judge, place).saying(message, fix);
                context.problems.push(problem);
            }
        }
    }
    found
}

/// Where a judge is named first.
fn judge_at(context: &Context<'_>, judge: &str, place: &NamedIn) -> Problem {
    match place {
        // a test of the run file begins above
        NamedIn::Example(name, _) if *name == context.sources.name(context.root.span.source) => {
            let span = context.root.get("tests").and_then(|tests| tests.span_of("provider", judge));
            span.map_or_else(|| check_at(context, place), |span| context.sources.problem(span, "provider", "", ""))
        }
        NamedIn::Example(..) => check_at(context, place),
        NamedIn::Defaults(at) => context.at(&KeyPath::of("defaultTest.assert").index(*at).name("provider"), "", ""),
    }
}

/// Where a check stands; that of an example is known by the line of the example.
pub(crate) fn check_at(context: &Context<'_>, place: &NamedIn) -> Problem {
    match place {
        NamedIn::Example(name, line) => Problem::of_line(name, *line, None, "", ""),
        NamedIn::Defaults(at) => context.at(&KeyPath::of("defaultTest.assert").index(*at), "", ""),
    }
}

/// Leaves out the task models that a search never asks, and says so.
fn asked(context: &mut Context<'_>, models: &mut Models) {
    if context.options.mode == RunMode::Evaluate || models.task.len() < 2 {
        return;
    }
    let others = models.task.split_off(1);
    let name = |model: &ModelSpec| format!("`{}`", model.name());
    let used = models.all();
    let unused: Vec<String> = others.iter().filter(|model| !used.contains(model)).map(name).collect();
    let first = models.task.first().map(name).unwrap_or_default();
    let path = KeyPath::of(if context.root.entry("targets").is_some() { "targets" } else { "providers" });
    let not = match unused.as_slice() {
        [] => String::new(),
        [one] => format!("; {one} is not asked"),
        _ => format!("; {} are not asked", unused.join(", ")),
    };
    let fix = "put the model first that the prompt is for; `clade eval` evaluates with all of them";
    context.warn(&path, format!("a search is for the first model, {first}{not}"), fix);
}

/// What `defaultTest` gives to every test, and the judge that it names for all.
fn defaults(context: &mut Context<'_>, file: &mut RunFile) -> (Defaults, Option<GraderInput>) {
    let root = KeyPath::of("defaultTest");
    let everything = Defaults {
        case: data::Case { expand: true, default_asserts: true, ..data::Case::default() },
        rubric_prompt: None,
    };
    let mut test = match file.default_test.take() {
        None => return (everything, None),
        Some(DefaultTestInput::Test(test)) => test,
        Some(DefaultTestInput::File(written)) => match default_file(context, &root, &written) {
            Some(test) => test,
            None => return (everything, None),
        },
    };
    let options = test.options.get_or_insert_default();
    // the judge of all checks is the run's; its settings and key belong there
    let judge = options.provider.take();
    let rubric_prompt = options.rubric_prompt.clone();
    match data::case(test, &Files::new(context.folder.clone()), rubric_prompt.as_deref(), &root) {
        Ok(case) => (Defaults { case, rubric_prompt }, judge),
        Err(misfits) => {
            for misfit in misfits {
                context.problem(&misfit.path, misfit.message, misfit.fix);
            }
            (everything, judge)
        }
    }
}

fn default_file(context: &mut Context<'_>, root: &KeyPath, written: &str) -> Option<TestCase> {
    if !written.starts_with("file://") {
        let fix = "write `file://` and a path, or the defaults themselves";
        context.problem(root, format!("`{written}` is neither a path nor a map of defaults"), fix);
        return None;
    }
    let path = context.folder.join(written);
    let text = match read_text(&path, MAX_RUN_FILE, "keep it smaller") {
        Ok(text) => text,
        Err(problem) => {
            context.problem(root, format!("{}: {}", problem.file, problem.message), problem.fix);
            return None;
        }
    };
    let source = context.sources.add(path.display().to_string(), text);
    let node = match yaml::read(&context.sources, source) {
        Ok(node) => node,
        Err(problems) => {
            context.problems.extend(problems);
            return None;
        }
    };
    let findings = Checker::test_case().check_at(&node, root);
    if !context.take(findings) {
        return None;
    }
    let test = serde_json::from_value(node.to_json());
    // what is said of it later is said of its lines
    context.root.put("defaultTest", node);
    match test {
        Ok(test) => Some(test),
        Err(error) => {
            context.problem(root, format!("{written}: {error}"), "compare it with docs/run-file.md");
            None
        }
    }
}

fn eval_options(file: &RunFile, delay_ms: u64) -> EvalOptions {
    let usual = EvalOptions::default();
    let Some(input) = &file.evaluate_options else { return EvalOptions { delay_ms, ..usual } };
    EvalOptions {
        max_concurrency: input.max_concurrency,
        repeat: input.repeat.unwrap_or(usual.repeat),
        delay_ms: input.delay.map_or(delay_ms, |ms| whole(ms).max(delay_ms)),
        cache: input.cache.unwrap_or(usual.cache),
        timeout_ms: input.timeout_ms.filter(|ms| *ms > 0.0).map_or(usual.timeout_ms, whole),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be 0 or more; saturates")]
fn whole(ms: f64) -> u64 {
    ms.ceil() as u64
}
