//! What a run file names of its workspace: `library://NAME`, `library://NAME@3`, `library://NAME@production`.

use std::{path::Path, sync::Arc};

use clade_domain::{ItemKind, PinnedItem};

use crate::{
    context::Overrides,
    overrides, paths,
    problem::Problem,
    source::{MAX_RUN_FILE, Sources, read_text},
    yaml::{self, Node, NodeValue},
};

const SCHEME: &str = "library://";

/// Which version is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// The newest.
    Newest,
    /// One by its number, from 1.
    Number(u32),
    /// The one that a label points at.
    Label(String),
}

/// A name as a run file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// A prompt below `prompts`, a data set below `tests`.
    pub kind: ItemKind,
    /// The name in the workspace.
    pub name: String,
    /// Which version.
    pub version: Version,
}

impl Reference {
    /// What a text of the run file names; `None` where it is no name of the library.
    #[must_use]
    pub fn parse(kind: ItemKind, written: &str) -> Option<Self> {
        Some(Self::named(kind, written.trim().strip_prefix(SCHEME)?))
    }

    /// A name with a version behind it, without the scheme.
    #[must_use]
    pub fn named(kind: ItemKind, named: &str) -> Self {
        let (name, version) = match named.split_once('@') {
            None => (named, Version::Newest),
            Some((name, version)) => match version.parse() {
                Ok(number) => (name, Version::Number(number)),
                Err(_) => (name, Version::Label(version.to_owned())),
            },
        };
        Self { kind, name: name.to_owned(), version }
    }
}

/// A version of something that the workspace keeps.
#[derive(Debug, Clone)]
pub struct Volume {
    /// What it is.
    pub pinned: PinnedItem,
    /// Its text.
    pub text: Arc<str>,
}

impl Volume {
    /// As a run file would name exactly this version.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{SCHEME}{}@{}", self.pinned.name, self.pinned.version)
    }
}

/// Where a name leads: to a version, or nowhere; then what is wrong, and what to do.
pub type Found<T> = Result<T, (String, String)>;

/// What the names of a run file led to.
#[derive(Debug, Clone, Default)]
pub struct Library(Vec<(Reference, Found<Volume>)>);

impl Library {
    /// Adds what a name leads to; where it leads nowhere, what is wrong and what to do.
    pub fn add(&mut self, reference: Reference, found: Found<Volume>) {
        self.0.push((reference, found));
    }

    /// What a text of the run file leads to; `None` where it is no name of the library.
    pub(crate) fn find(&self, kind: ItemKind, written: &str) -> Option<Found<&Volume>> {
        Some(self.get(&Reference::parse(kind, written)?))
    }

    /// What a name leads to.
    ///
    /// # Errors
    /// What is wrong and what to do, where it leads nowhere.
    pub fn get(&self, wanted: &Reference) -> Found<&Volume> {
        let found = self.0.iter().find(|(reference, _)| reference == wanted);
        let absent = || {
            let message = format!("`{}` of the workspace is not at hand here", wanted.name);
            (message, "name a file with `file://`, or use the workspace that keeps it".to_owned())
        };
        found.map_or_else(|| Err(absent()), |(_, volume)| volume.as_ref().map_err(Clone::clone))
    }

    /// Every version that was found, in order of the run file, each once.
    pub(crate) fn pinned(&self) -> Vec<PinnedItem> {
        let mut pinned: Vec<PinnedItem> = Vec::new();
        for volume in self.0.iter().filter_map(|(_, volume)| volume.as_ref().ok()) {
            if !pinned.contains(&volume.pinned) {
                pinned.push(volume.pinned.clone());
            }
        }
        pinned
    }
}

/// What a run file names of its workspace, in order, each once. A file that cannot be read names nothing: loading it says why.
#[must_use]
pub fn references(path: &Path, wins: &Overrides) -> Vec<Reference> {
    let Ok(text) = read_text(path, MAX_RUN_FILE, "") else { return Vec::new() };
    if !text.contains(SCHEME) && !wins.set.iter().any(|(_, value)| value.contains(SCHEME)) {
        return Vec::new();
    }
    let mut sources = Sources::default();
    let source = sources.add(path.display().to_string(), text);
    let read = yaml::read(&sources, source).ok().or_else(|| match paths::extension(&path.to_string_lossy()).as_str() {
        "json" => {
            let value = serde_json::from_str(sources.text(source)).ok()?;
            Some(Node::of_json(&value, crate::source::Span { source, line: 1, column: 0, length: 0 }))
        }
        _ => None,
    });
    let Some(mut root) = read else { return Vec::new() };
    let mut ignored: Vec<Problem> = Vec::new();
    overrides::apply(&mut root, wins, &mut sources, &mut ignored);
    let mut found = Vec::new();
    if let NodeValue::Map(entries) = &root.value {
        for entry in entries {
            match entry.key.as_str() {
                "prompts" => collect(ItemKind::Prompt, &entry.value, &mut found),
                "tests" => collect(ItemKind::Dataset, &entry.value, &mut found),
                _ => {}
            }
        }
    }
    found
}

fn collect(kind: ItemKind, node: &Node, found: &mut Vec<Reference>) {
    let mut add = |text: &str| {
        if let Some(reference) = Reference::parse(kind, text).filter(|reference| !found.contains(reference)) {
            found.push(reference);
        }
    };
    match &node.value {
        NodeValue::String(text) => add(text),
        NodeValue::List(items) => items.iter().for_each(|item| collect(kind, item, found)),
        NodeValue::Map(entries) => {
            entries.iter().for_each(|entry| add(&entry.key));
            entries.iter().for_each(|entry| collect(kind, &entry.value, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_file_names_prompts_and_data_sets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.yaml");
        let text = "prompts:\n- library://greeting\n- {id: 'library://greeting@2', label: old}\n- library://greeting\n\
                    tests: {train: 'library://qa@good', validation: file://v.jsonl}\ndescription: library://nothing\n";
        std::fs::write(&path, text).unwrap();
        let wins = Overrides { set: vec![("tests.test".into(), "library://late".into())], ..Overrides::default() };
        let reference = |kind, name: &str, version| Reference { kind, name: name.into(), version };
        let expected = [
            reference(ItemKind::Prompt, "greeting", Version::Newest),
            reference(ItemKind::Prompt, "greeting", Version::Number(2)),
            reference(ItemKind::Dataset, "qa", Version::Label("good".into())),
            reference(ItemKind::Dataset, "late", Version::Newest),
        ];
        assert_eq!(references(&path, &wins), expected);
        std::fs::write(&path, "prompts: [library://a\n").unwrap();
        assert_eq!(references(&path, &Overrides::default()), []);
        assert_eq!(references(Path::new("/nowhere.yaml"), &Overrides::default()), []);
    }
}
