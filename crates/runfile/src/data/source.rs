use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use clade_domain::{Assertion, Example, ExampleId, Split, Vars};
use serde_json::Value;

use super::{
    case::{Case, Defaults, Files, expands},
    csv_file::CsvFile,
    json_lines::JsonLines,
    nested::fill_nested,
    whole,
};
use crate::problem::Problem;

/// Most examples that the lists of one test may make.
const MAX_EXPANSION: usize = 100_000;

/// Where the examples of a run come from. Cheap to clone; opened as often as wanted, each time reading the files again unless
/// the examples are few.
#[derive(Debug, Clone)]
pub struct DataSource {
    pub(super) shared: Arc<Shared>,
    pub(super) parts: Arc<Vec<Part>>,
    /// All examples, where they are few and were read before.
    pub(super) kept: Option<Arc<Vec<Example>>>,
}

/// What all parts have in common.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub files: Files,
    pub defaults: Defaults,
    /// The checks of the defaults, as examples that have no others share them.
    pub asserts: Arc<[Assertion]>,
    /// Whether a column `split` is a variable of a prompt.
    pub keep_split: bool,
    /// Whether every example gets `__prefix` and `__suffix`.
    pub affixes: bool,
}

impl Shared {
    pub fn new(files: Files, defaults: Defaults, keep_split: bool) -> Self {
        let asserts = defaults.case.asserts.as_slice().into();
        Self { files, defaults, asserts, keep_split, affixes: false }
    }
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
    Inline {
        name: String,
        cases: Arc<Vec<Located>>,
    },
    JsonLines(PathBuf),
    /// JSON lines of the workspace.
    Kept {
        name: String,
        lines: Arc<[u8]>,
    },
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
        match &self.kept {
            Some(kept) => Examples(Origin::Kept(kept.iter())),
            None => Examples(Origin::Read(self.placed())),
        }
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

    /// Where the examples of one part come from.
    pub(super) fn name_of(&self, part: usize) -> String {
        self.parts.get(part).map_or_else(String::new, |part| part.kind.name())
    }

    pub(crate) fn with_affixes(&self) -> Self {
        let Shared { files, defaults, keep_split, .. } = &*self.shared;
        let files = Files::new(files.folder.clone());
        let shared = Shared { affixes: true, ..Shared::new(files, defaults.clone(), *keep_split) };
        Self { shared: Arc::new(shared), parts: Arc::clone(&self.parts), kept: None }
    }

    /// With examples that were read from it.
    pub(crate) fn keeping(self, kept: Option<Vec<Example>>) -> Self {
        Self { kept: kept.map(Arc::new), ..self }
    }

    pub(super) fn placed(&self) -> Stream<'_> {
        Stream { source: self, part: 0, cases: None, pending: Vec::new().into_iter(), id: 0, failed: false }
    }
}

impl PartKind {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Inline { name, .. } | Self::Kept { name, .. } => name.clone(),
            Self::JsonLines(path) | Self::Csv(path) | Self::Json(path) | Self::Yaml(path) => path.display().to_string(),
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Inline { .. } | Self::Kept { .. } => None,
            Self::JsonLines(path) | Self::Csv(path) | Self::Json(path) | Self::Yaml(path) => Some(path),
        }
    }
}

/// The examples of a [`DataSource`] as they are asked for. It ends after the first problem.
pub struct Examples<'a>(Origin<'a>);

enum Origin<'a> {
    Kept(std::slice::Iter<'a, Example>),
    Read(Stream<'a>),
}

impl Iterator for Examples<'_> {
    type Item = Result<Example, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Origin::Kept(examples) => examples.next().cloned().map(Ok),
            Origin::Read(placed) if placed.failed => None,
            Origin::Read(placed) => {
                let next = placed.next()?;
                placed.failed = next.is_err();
                Some(next.map(|placed| placed.example))
            }
        }
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
        PartKind::Kept { name, lines } => Box::new(JsonLines::kept(name, lines, shared)),
        PartKind::Csv(path) => Box::new(CsvFile::open(path, shared)?),
        PartKind::Json(path) => Box::new(whole::json(path, shared)?.into_iter()),
        PartKind::Yaml(path) => Box::new(whole::yaml(path, shared)?.into_iter()),
    })
}

pub(super) fn stamp(path: &Path) -> Option<(u64, Option<SystemTime>)> {
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
    let affixed = [&case.prefix, &case.suffix, &defaults.prefix, &defaults.suffix].into_iter().any(Option::is_some);
    if affixed || source.shared.affixes {
        let value = |own: Option<String>, default: &Option<String>| {
            Value::String(own.or_else(|| default.clone()).unwrap_or_default())
        };
        vars.insert("__prefix".to_owned(), value(case.prefix, &defaults.prefix));
        vars.insert("__suffix".to_owned(), value(case.suffix, &defaults.suffix));
    }
    let own_asserts = case.asserts.len();
    let asserts = match (case.default_asserts, own_asserts) {
        (true, 0) => source.shared.asserts.clone(),
        (true, _) => source.shared.asserts.iter().cloned().chain(case.asserts).collect(),
        (false, _) => case.asserts.into(),
    };
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
    let place = |vars| {
        let vars = fill_nested(vars).map_err(|name| {
            let message = format!("`{name}` grows beyond 4 MB as the variables in it are filled in");
            let fix = "write the text itself, or name fewer variables in one another";
            Problem::of_line(source.name_of(part), line, None, message, fix)
        })?;
        Ok(Placed { example: Example { vars, ..base.clone() }, split, part, line, own_asserts, affixed })
    };
    if !case.expand || !defaults.expand || !vars.values().any(expands) {
        return Ok(vec![place(vars)?]);
    }
    let mut total = vars.values().map(|v| if let Value::Array(items) = v { items.len().max(1) } else { 1 });
    let total = total.try_fold(1usize, usize::checked_mul).filter(|n| *n <= MAX_EXPANSION);
    if total.is_none() {
        let name = source.name_of(part);
        let message = format!("the lists in `vars` make more than {MAX_EXPANSION} examples");
        let fix = "set `options: {disableVarExpansion: true}` where the lists are values, or shorten them";
        return Err(Problem::of_line(name, line, None, message, fix));
    }
    let mut combinations = vec![Vars::new()];
    for (name, value) in &vars {
        let values =
            if let (Value::Array(items), true) = (value, expands(value)) { items } else { std::slice::from_ref(value) };
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
    combinations.into_iter().map(place).collect()
}
