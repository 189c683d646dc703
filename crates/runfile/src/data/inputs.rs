use std::sync::Arc;

use clade_domain::{ItemKind, Split};

use super::{
    DataSource,
    case::{Defaults, Files, case},
    source::{Located, Part, PartKind, Shared, stamp},
};
use crate::{
    context::Context,
    paths,
    schema::{OneOrMany, TestCase, TestItem, TestsInput},
    yaml::KeyPath,
};

/// What the parts are made of.
pub(crate) struct Inputs {
    pub tests: Option<TestsInput>,
    pub defaults: Defaults,
    pub keep_split: bool,
}

/// The data of a run file. Problems go to the context; `None` where there is nothing to read.
pub(crate) fn sources(context: &mut Context<'_>, inputs: Inputs) -> Option<DataSource> {
    let root = KeyPath::of("tests");
    let mut builder = Builder { files: Files::new(context.folder.clone()), parts: Vec::new(), inline: Vec::new() };
    let rubric = inputs.defaults.rubric_prompt.clone();
    match inputs.tests {
        None => {
            let fix = "add `tests: file://data.jsonl`, or tests with `vars` and `assert`";
            context.problem(&KeyPath::default(), "the file has no `tests`", fix);
        }
        Some(TestsInput::Path(path)) => builder.path(context, &root, &path, None),
        Some(TestsInput::Object(object)) => builder.path(context, &root.name("path"), &object.path, None),
        Some(TestsInput::Splits(splits)) => {
            let all = [
                ("train", Split::Train, Some(&splits.train)),
                ("validation", Split::Validation, Some(&splits.validation)),
                ("test", Split::Test, splits.test.as_ref()),
            ];
            for (name, split, paths) in all {
                let several = matches!(paths, Some(OneOrMany::Many(_)));
                for (i, path) in paths.map(OneOrMany::as_slice).unwrap_or_default().iter().enumerate() {
                    let key = if several { root.name(name).index(i) } else { root.name(name) };
                    builder.path(context, &key, path, Some(split));
                }
            }
        }
        Some(TestsInput::Many(items)) => {
            if items.is_empty() {
                context.problem(&root, "`tests` is an empty list", "add tests with `vars` and `assert`");
            }
            for (i, item) in items.into_iter().enumerate() {
                let key = root.index(i);
                match item {
                    TestItem::Path(path) => builder.path(context, &key, &path, None),
                    TestItem::Object(object) => builder.path(context, &key.name("path"), &object.path, None),
                    TestItem::Test(test) => builder.test(context, &key, test, rubric.as_deref()),
                }
            }
        }
    }
    builder.flush(context);
    let Builder { files, parts, .. } = builder;
    let shared = Shared::new(files, inputs.defaults, inputs.keep_split);
    (!parts.is_empty()).then(|| DataSource { shared: Arc::new(shared), parts: Arc::new(parts), kept: None })
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
        match case(test, &self.files, rubric, key) {
            Ok(case) => {
                let line = context.root.place(key).line;
                self.inline.push(Located { case, line });
            }
            Err(misfits) => {
                for misfit in misfits {
                    context.problem(&misfit.path, misfit.message, misfit.fix);
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
        if let Some(found) = context.options.library.find(ItemKind::Dataset, written) {
            match found {
                Ok(volume) => {
                    let kind = PartKind::Kept { name: volume.name(), lines: Arc::from(volume.text.as_bytes()) };
                    self.parts.push(Part { kind, split, stamp: None });
                }
                Err((message, fix)) => context.problem(key, message, fix),
            }
            return;
        }
        let files = match context.folder.expand(written) {
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
                        (
                            "tests written by programs are promptfoo's and not supported yet",
                            "write them to a jsonl file first",
                        )
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
                    let name = kind.path().map_or(name, |path| context.folder.missing(written, path));
                    context.problem(key, format!("there is no file `{name}`"), context.folder.advice("path"));
                }
            }
        }
    }
}
