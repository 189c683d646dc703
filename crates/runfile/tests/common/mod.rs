//! Loading run files in tests.

use std::path::Path;

use clade_domain::{ContentHash, ItemKind, ModelSpec, OperatorName, PinnedItem, RunMode};
use clade_runfile::{Library, LoadOptions, Loaded, Overrides, Problems, Reference, Version, Volume, load};

/// An environment with one variable.
pub fn env(name: &str) -> Option<String> {
    (name == "TEST_KEY").then(|| "sk-test".to_owned())
}

/// Knows providers of a few names, and settings but one.
pub fn check_model(model: &ModelSpec) -> Result<String, String> {
    if model.config.contains_key("temprature") {
        return Err(format!("{} has no setting `temprature`; did you mean `temperature`?", model.id));
    }
    let provider = model.id.split(':').next().unwrap_or_default();
    if ["openai", "anthropic", "simulated", "ollama"].contains(&provider) {
        Ok(model.id.replacen("openai:chat:", "openai:", 1))
    } else {
        Err(format!("there is no provider `{provider}`"))
    }
}

pub fn load_with(path: &Path, mode: RunMode, overrides: Overrides) -> Result<Loaded, Problems> {
    let operators: Vec<(OperatorName, usize)> =
        [("word-insertion", 1), ("word-removal", 1), ("paraphrase", 1), ("crossover", 2)]
            .map(|(name, n)| (name.into(), n))
            .to_vec();
    load(
        path,
        &LoadOptions {
            mode,
            overrides,
            env: &env,
            check_model: &check_model,
            operators: &operators,
            reach: clade_runfile::Reach::Anywhere,
            library: &library(),
        },
    )
}

/// A workspace that keeps what docs/run-file.md names.
fn library() -> Library {
    let mut library = Library::default();
    let rows: String = (0..20).map(|i| format!("{{\"question\": \"number {i}?\", \"answer\": \"{i}\"}}\n")).collect();
    for (kind, name, text) in
        [(ItemKind::Prompt, "greeting", "Hello! {{question}}"), (ItemKind::Dataset, "questions", &rows)]
    {
        for version in [Version::Newest, Version::Number(3), Version::Label("production".into())] {
            let content = ContentHash::of(text.as_bytes());
            let pinned = PinnedItem { kind, name: name.to_owned(), version: 3, content };
            library.add(Reference { kind, name: name.to_owned(), version }, Ok(Volume { pinned, text: text.into() }));
        }
    }
    library
}

pub fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}
