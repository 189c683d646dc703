use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use clade_domain::{Example, ExampleId, Split, Vars};
use serde_json::Value;

use super::{
    case::{Case, Defaults, Files, Misfit, case, expands},
    csv_file::CsvFile,
    json_lines::JsonLines,
    whole,
};
use crate::{
    context::Context,
    paths,
    problem::{Excerpt, Problem},
    schema::{Checker, OneOrMany, TestCase, TestItem, TestsInput},
    source::Sources,
    yaml::{self, KeyPath, Node},
};

/// Most examples that the lists of one test may make.
const MAX_EXPANSION: usize = 100_000;

/// Where the examples of a run come from. Cheap to clone; opened as often as wanted, each time reading the files again.
#[derive(Debug, Clone)]
pub struct DataSource {
    pub(super) shared: Arc<Shared>,
    pub(super) parts: Arc<Vec<Part>>,
}

/// What all parts have in common.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub files: Files,
    pub defaults: Defaults,
    /// Whether a column `split` is a variable of a prompt.
    pub keep_split: bool,
    /// Whether every example gets `__prefix` and `__suffix`.
    pub affixes: bool,
}

/// One place of examples.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub kind: PartKind,
    /// The split that the run file gives to all of them.
    pub split: Option<Split>,
    /// Size and time of change when the run file was loaded.
    pub stamp: Option<(u64, Option<SystemTime>)>,
}

#[derive(Debug, Clone)]
pub(super) enum PartKind {
    /// Tests of the run file.
    Inline { name: String, cases: Arc<Vec<Located>> },
    JsonLines(PathBuf),
    Csv(PathBuf),
    Json(PathBuf),
    Yaml(PathBuf),
}

/// A case with its line, from 1.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub case: Case,
    pub line: usize,
}

/// An example with where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub example: Example,
    pub split: Option<Split>,
    pub part: usize,
    pub line: usize,
    /// How many of the checks at the end are the example's own.
    pub own_asserts: usize,
    pub affixed: bool,
}

impl DataSource {
    /// The examples in order, from the beginning.
    #[must_use]
    pub fn open(&self) -> Examples<'_> {
        Examples { placed: self.placed() }
    }

    /// Where they come from, for people: file names, or the run file's for inline tests.
    #[must_use]
    pub fn name(&self) -> String {
        let mut names: Vec<String> = self.parts.iter().map(|part| part.kind.name()).collect();
        names.dedup();
        match names.len() {
            0..=3 => names.join(", "),
            n => format!("{}, {} and {} more", names[0], names[1], n - 2),
        }
    }

    pub(crate) fn with_affixes(&self) -> Self {
        let Shared { files, defaults, keep_split, .. } = &*self.shared;
        let files = Files::new(files.folder.clone());
        let shared = Shared { files, defaults: defaults.clone(), keep_split: *keep_split, affixes: true };
        Self { shared: Arc::new(shared), parts: Arc::clone(&self.parts) }
    }

    pub(super) fn placed(&self) -> Stream<'_> {
        Stream { source: self, part: 0, cases: None, pending: Vec::new().into_iter(), id: 0, failed: false }
    }
}

impl PartKind {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Inline { name, .. } => name.clone(),
            Self::JsonLines(path) | Self::Csv(path) | Self::Json(path) | Self::Yaml(path) => path.display().to_string(),
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Self::Inline { .. } => None,
            Self::JsonLines(path) | Self::Csv(path) | Self::Json(path) | Self::Yaml(path) => Some(path),
        }
    }
}

/// The examples of a [`DataSource`], read as they are asked for. It ends after the first problem.
pub struct Examples<'a> {
    placed: Stream<'a>,
}

impl Iterator for Examples<'_> {
    type Item = Result<Example, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.placed.failed {
            return None;
        }
        let next = self.placed.next()?;
        self.placed.failed = next.is_err();
        Some(next.map(|placed| placed.example))
    }
}

type Cases<'a> = Box<dyn Iterator<Item = Result<Located, Problem>> + Send + 'a>;

/// Examples with their places; goes on after a problem of one line.
pub(super) struct Stream<'a> {
    source: &'a DataSource,
    part: usize,
    cases: Option<Cases<'a>>,
    pending: std::vec::IntoIter<Placed>,
    id: u32,
    failed: bool,
}

impl Iterator for Stream<'_> {
    type Item = Result<Placed, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(mut placed) = self.pending.next() {
                placed.example.id = ExampleId(self.id);
                self.id = self.id.saturating_add(1);
                return Some(Ok(placed));
            }
            let Some(cases) = &mut self.cases else {
                let part = self.source.parts.get(self.part)?;
                match open(part, &self.source.shared) {
                    Ok(cases) => self.cases = Some(cases),
                    Err(problem) => {
                        self.part += 1;
                        return Some(Err(problem));
                    }
                }
                continue;
            };
            match cases.next() {
                None => {
                    self.cases = None;
                    self.part += 1;
                }
                Some(Err(problem)) => return Some(Err(problem)),
                Some(Ok(located)) => match examples(located, self.part, self.source) {
                    Ok(placed) => self.pending = placed.into_iter(),
                    Err(problem) => return Some(Err(problem)),
                },
            }
        }
    }
}

fn open<'a>(part: &'a Part, shared: &'a Shared) -> Result<Cases<'a>, Problem> {
    if let (Some(stamp), Some(path)) = (part.stamp, part.kind.path())
        && self::stamp(path) != Some(stamp)
    {
        let fix = "start the command again";
        return Err(Problem::of_file(part.kind.name(), "the file was changed while it was in use", fix));
    }
    Ok(match &part.kind {
        PartKind::Inline { cases, .. } => Box::new(cases.iter().cloned().map(Ok)),
        PartKind::JsonLines(path) => Box::new(JsonLines::open(path, shared)?),
        PartKind::Csv(path) => Box::new(CsvFile::open(path, shared)?),
        PartKind::Json(path) => Box::new(whole::json(path, shared)?.into_iter()),
        PartKind::Yaml(path) => Box::new(whole::yaml(path, shared)?.into_iter()),
    })
}

fn stamp(path: &Path) -> Option<(u64, Option<SystemTime>)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}

/// Merges the defaults in and writes lists out.
fn examples(located: Located, part: usize, source: &DataSource) -> Result<Vec<Placed>, Problem> {
    let Located { case, line } = located;
    let defaults = &source.shared.defaults.case;
    let mut vars = case.vars;
    for (name, value) in &defaults.vars {
        vars.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let affixed = case.prefix.is_some() || case.suffix.is_some();
    if affixed || source.shared.affixes {
        let value = |own: Option<String>, default: &Option<String>| {
            Value::String(own.or_else(|| default.clone()).unwrap_or_default())
        };
        vars.insert("__prefix".to_owned(), value(case.prefix, &defaults.prefix));
        vars.insert("__suffix".to_owned(), value(case.suffix, &defaults.suffix));
    }
    let own_asserts = case.asserts.len();
    let mut asserts = if case.default_asserts { defaults.asserts.clone() } else { Vec::new() };
    asserts.extend(case.asserts);
    let mut metadata = case.metadata;
    for (name, value) in &defaults.metadata {
        metadata.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let base = Example {
        id: ExampleId(0),
        vars: Vars::new(),
        asserts,
        threshold: case.threshold.or(defaults.threshold),
        description: case.description,
        metadata,
    };
    let split = source.parts.get(part).and_then(|p| p.split).or(case.split).or(defaults.split);
    let place = |vars: Vars| Placed { example: Example { vars, ..base.clone() }, split, part, line, own_asserts, affixed };
    if !case.expand || !defaults.expand || !vars.values().any(expands) {
        return Ok(vec![place(vars)]);
    }
    let mut total = vars.values().map(|v| if let Value::Array(items) = v { items.len().max(1) } else { 1 });
    let total = total.try_fold(1usize, usize::checked_mul).filter(|n| *n <= MAX_EXPANSION);
    if total.is_none() {
        let name = source.parts.get(part).map_or_else(String::new, |p| p.kind.name());
        let message = format!("the lists in `vars` make more than {MAX_EXPANSION} examples");
        let fix = "set `options: {disableVarExpansion: true}` where the lists are values, or shorten them";
        return Err(Problem::of_line(name, line, None, message, fix));
    }
    let mut combinations = vec![Vars::new()];
    for (name, value) in &vars {
        let values = if let (Value::Array(items), true) = (value, expands(value)) { items } else { std::slice::from_ref(value) };
        let mut longer = Vec::with_capacity(combinations.len() * values.len());
        for combination in combinations {
            for value in values {
                let mut next = combination.clone();
                next.insert(name.clone(), value.clone());
                longer.push(next);
            }
        }
        combinations = longer;
    }
    Ok(combinations.into_iter().map(place).collect())
}

/// A test of a data file; `text` is its JSON, for places.
pub(super) fn test_case(object: Vars, text: &str, name: &str, line: usize, shared: &Shared) -> Result<Case, Problem> {
    let value = Value::Object(object.into_iter().collect());
    let rubric = shared.defaults.rubric_prompt.as_deref();
    let misfit = match serde_json::from_value::<TestCase>(value.clone()) {
        Ok(test) if in_bounds(&test) => match case(test, &shared.files, rubric) {
            Ok(case) => return Ok(case),
            Err(misfits) => misfits.into_iter().next(),
        },
        _ => {
            let node = Node::of_json(&value, crate::source::Span::default());
            let findings = Checker::test_case().check(&node);
            findings.into_iter().find(|f| !f.note).map(|f| Misfit::new(f.path, f.message, f.fix))
        }
    };
    let misfit = misfit.unwrap_or_else(|| {
        Misfit::new(KeyPath::default(), "this is no test", "write `vars`, and `assert` where wanted")
    });
    // the slow way, only to point at the place
    let mut sources = Sources::default();
    let source = sources.add(name, text.to_owned());
    let mut problem = match yaml::read(&sources, source) {
        Ok(node) => sources.problem(node.place(&misfit.path), misfit.path.to_string(), misfit.message, misfit.fix),
        Err(_) => Problem::of_line(name, 1, text.lines().next(), misfit.message, misfit.fix),
    };
    problem.line += line - 1;
    Err(problem)
}

fn in_bounds(test: &TestCase) -> bool {
    let weights = test.assert.iter().flatten().filter_map(|a| a.weight).all(|w| w >= 0.0);
    weights && test.threshold.is_none_or(|t| (0.0..=1.0).contains(&t))
}

/// A test of a YAML file.
pub(super) fn node_case(node: &Node, sources: &Sources, shared: &Shared) -> Result<Case, Problem> {
    let wrong = |m: Misfit| sources.problem(node.place(&m.path), m.path.to_string(), m.message, m.fix);
    if let Some(found) = Checker::test_case().check(node).into_iter().find(|f| !f.note) {
        return Err(sources.problem(found.span, found.path.to_string(), found.message, found.fix));
    }
    let test = serde_json::from_value(node.to_json())
        .map_err(|e| wrong(Misfit::new(KeyPath::default(), e.to_string(), "write `vars`, and `assert` where wanted")))?;
    case(test, &shared.files, shared.defaults.rubric_prompt.as_deref())
        .map_err(|mut misfits| wrong(misfits.swap_remove(0)))
}

/// A problem of one column of a row.
pub(super) fn wrong_test(
    name: &str,
    line: usize,
    text: Option<&str>,
    column: &str,
    message: String,
    fix: String,
) -> Problem {
    let mut problem = Problem::of_line(name, line, text, format!("`{column}`: {message}"), fix);
    if let Some(at) = text.and_then(|text| text.find(&format!("\"{column}\"")).map(|at| text[..at].chars().count())) {
        problem.column = at + 1;
        problem.length = column.chars().count() + 2;
        problem.excerpt = text.map(|text| Excerpt::cut(text, at, problem.length));
    }
    problem
}

/// What the parts are made of.
pub(crate) struct Inputs<'a> {
    pub tests: Option<&'a TestsInput>,
    pub defaults: Defaults,
    pub keep_split: bool,
}

/// The data of a run file. Problems go to the context; `None` where there is nothing to read.
pub(crate) fn sources(context: &mut Context<'_>, inputs: Inputs<'_>) -> Option<DataSource> {
    let root = KeyPath::of("tests");
    let mut builder = Builder { files: Files::new(context.folder.clone()), parts: Vec::new(), inline: Vec::new() };
    let rubric = inputs.defaults.rubric_prompt.clone();
    match inputs.tests {
        None => {
            let fix = "add `tests: file://data.jsonl`, or tests with `vars` and `assert`";
            context.problem(&KeyPath::default(), "the file has no `tests`", fix);
        }
        Some(TestsInput::Path(path)) => builder.path(context, &root, path, None),
        Some(TestsInput::Object(object)) => builder.path(context, &root.name("path"), &object.path, None),
        Some(TestsInput::Splits(splits)) => {
            let all = [("train", Split::Train, Some(&splits.train)), ("validation", Split::Validation, Some(&splits.validation)),
                ("test", Split::Test, splits.test.as_ref())];
            for (name, split, paths) in all {
                let several = matches!(paths, Some(OneOrMany::Many(_)));
                for (i, path) in paths.map(OneOrMany::as_slice).unwrap_or_default().iter().enumerate() {
                    let key = if several { root.name(name).index(i) } else { root.name(name) };
                    builder.path(context, &key, path, Some(split));
                }
            }
        }
        Some(TestsInput::Many(items)) => {
            for (i, item) in items.iter().enumerate() {
                let key = root.index(i);
                match item {
                    TestItem::Path(path) => builder.path(context, &key, path, None),
                    TestItem::Object(object) => builder.path(context, &key.name("path"), &object.path, None),
                    TestItem::Test(test) => builder.test(context, &key, test.clone(), rubric.as_deref()),
                }
            }
            if items.is_empty() {
                context.problem(&root, "`tests` is an empty list", "add tests with `vars` and `assert`");
            }
        }
    }
    builder.flush(context);
    let Builder { files, parts, .. } = builder;
    let shared = Shared { files, defaults: inputs.defaults, keep_split: inputs.keep_split, affixes: false };
    (!parts.is_empty()).then(|| DataSource { shared: Arc::new(shared), parts: Arc::new(parts) })
}

struct Builder {
    files: Files,
    parts: Vec<Part>,
    inline: Vec<Located>,
}

impl Builder {
    fn flush(&mut self, context: &Context<'_>) {
        if !self.inline.is_empty() {
            let name = context.sources.name(context.root.span.source).to_owned();
            let cases = Arc::new(std::mem::take(&mut self.inline));
            self.parts.push(Part { kind: PartKind::Inline { name, cases }, split: None, stamp: None });
        }
    }

    fn test(&mut self, context: &mut Context<'_>, key: &KeyPath, test: TestCase, rubric: Option<&str>) {
        match case(test, &self.files, rubric) {
            Ok(case) => {
                let line = context.root.place(key).line;
                self.inline.push(Located { case, line });
            }
            Err(misfits) => {
                for misfit in misfits {
                    let mut path = key.clone();
                    path.0.extend(misfit.path.0);
                    context.problem(&path, misfit.message, misfit.fix);
                }
            }
        }
    }

    fn path(&mut self, context: &mut Context<'_>, key: &KeyPath, written: &str, split: Option<Split>) {
        self.flush(context);
        for (scheme, fix) in [
            ("huggingface://", "download the data set and save it as JSON lines, then write `file://data.jsonl`"),
            ("https://", "download the file, then write `file://` and its path"),
            ("http://", "download the file, then write `file://` and its path"),
            ("az://", "download the file, then write `file://` and its path"),
        ] {
            if written.starts_with(scheme) {
                context.problem(key, format!("data from `{scheme}` is not supported yet"), fix);
                return;
            }
        }
        let files = match paths::expand(&context.folder, written) {
            Ok(files) => files,
            Err((message, fix)) => return context.problem(key, message, fix),
        };
        for path in files {
            let name = path.display().to_string();
            let kind = match paths::extension(&name).as_str() {
                "jsonl" | "ndjson" => PartKind::JsonLines(path),
                "csv" | "tsv" => PartKind::Csv(path),
                "json" => PartKind::Json(path),
                "yaml" | "yml" => PartKind::Yaml(path),
                "xlsx" | "xls" => {
                    context.problem(key, "Excel files are not supported yet", "save the sheet as CSV (UTF-8)");
                    continue;
                }
                other => {
                    let bare = other.split(':').next().unwrap_or_default();
                    let program = matches!(bare, "js" | "cjs" | "mjs" | "ts" | "py");
                    let (message, fix) = if program {
                        ("tests written by programs are promptfoo's and not supported yet", "write them to a jsonl file first")
                    } else {
                        ("data of this kind is not known", "use .jsonl, .json, .csv, .tsv, .yaml or .yml")
                    };
                    context.problem(key, format!("`{written}`: {message}"), fix);
                    continue;
                }
            };
            match kind.path().and_then(stamp) {
                Some(stamp) => self.parts.push(Part { kind, split, stamp: Some(stamp) }),
                None => {
                    let fix = "check the path; it is relative to the run file";
                    context.problem(key, format!("there is no file `{name}`"), fix);
                }
            }
        }
    }
}
