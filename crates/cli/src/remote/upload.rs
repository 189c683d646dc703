use std::{
    collections::BTreeMap,
    path::{Component, Path},
};

use clade_domain::{RunId, RunMode};
use clade_runfile::Loaded;
use serde::Serialize;

use crate::{args::FileArgs, failure::Failure};

/// Most bytes that a server takes with a run file.
const MOST: usize = 60 << 20;

/// A run file with the files that it names, as the API takes it.
#[derive(Debug, Serialize)]
pub struct Upload {
    file: String,
    files: BTreeMap<String, String>,
    mode: RunMode,
    set: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<RunId>,
}

impl Upload {
    /// What a run file that was read here looks like to a server.
    ///
    /// # Errors
    /// Where a file that it names lies outside of its folder, is no text, or all of it is too much.
    pub fn of(path: &Path, loaded: &Loaded, args: &FileArgs, run: Option<RunId>) -> Result<Self, Failure> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut files = BTreeMap::new();
        for file in &loaded.files {
            files.insert(name_below(folder, file, path)?, text_of(file)?);
        }
        let file = text_of(path)?;
        let bytes = file.len() + files.values().map(String::len).sum::<usize>();
        if bytes > MOST {
            return Err(Failure::Usage(format!(
                "{} and its files have {} MB, and a server takes {} MB; create the run here, `clade export` it, and `clade import` the \
                 bundle there",
                path.display(),
                bytes >> 20,
                MOST >> 20
            )));
        }
        Ok(Self { file, files, mode: loaded.spec.mode, set: set(args), seed: args.seed, run })
    }
}

/// What the command line overrides, as values of the run file.
fn set(args: &FileArgs) -> Vec<String> {
    let typed = [
        ("evaluateOptions.maxConcurrency", args.concurrency.map(|n| n.to_string())),
        ("evaluateOptions.cache", args.no_cache.then(|| "false".to_owned())),
        ("optimize.budget.calls", args.budget_calls.map(|n| n.to_string())),
        ("optimize.budget.usd", args.budget_usd.map(|n| n.to_string())),
        ("optimize.budget.tokens", args.budget_tokens.map(|n| n.to_string())),
        ("optimize.budget.minutes", args.budget_minutes.map(|n| n.to_string())),
    ];
    let typed = typed.into_iter().filter_map(|(path, value)| Some(format!("{path}={}", value?)));
    args.set.iter().cloned().chain(typed).collect()
}

/// The path of a file as seen from a folder, with `/`. The server has this folder and nothing else.
fn name_below(folder: &Path, file: &Path, run_file: &Path) -> Result<String, Failure> {
    let below = file.strip_prefix(folder).unwrap_or(file);
    let parts: Option<Vec<&str>> = below
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    parts.filter(|_| is_below(folder, file)).map(|parts| parts.join("/")).ok_or_else(|| {
        Failure::Usage(format!(
            "{} names {}, which lies outside of its folder, and only what is below that goes to a server; move or copy it there",
            run_file.display(),
            file.display()
        ))
    })
}

/// Whether a file is really there: a link may lead elsewhere, and whoever wrote the run file may have made it. One that is not there is
/// told of where it is read.
fn is_below(folder: &Path, file: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match (folder.canonicalize(), file.canonicalize()) {
        (Ok(folder), Ok(file)) => file.starts_with(folder),
        _ => true,
    }
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::Usage(format!("{} is no text in UTF-8, and only text goes to a server", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_the_run_file_names_them_and_none_from_outside() {
        let table = [
            ("/home/me/run", "/home/me/run/data/a.jsonl", Some("data/a.jsonl")),
            ("", "prompt.txt", Some("prompt.txt")),
            ("run", "run/./prompt.txt", Some("prompt.txt")),
            ("run", "run/../secret.txt", None),
            ("/home/me/run", "/etc/passwd", None),
            ("", "../data.jsonl", None),
        ];
        for (folder, file, name) in table {
            let found = name_below(Path::new(folder), Path::new(file), Path::new("p.yaml"));
            assert_eq!(found.ok().as_deref(), name, "{folder} {file}");
        }
    }
    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_of_the_folder_is_outside() {
        let place = tempfile::tempdir().unwrap();
        let (run, secret) = (place.path().join("run"), place.path().join("secret.txt"));
        std::fs::create_dir(&run).unwrap();
        std::fs::write(&secret, "key").unwrap();
        std::fs::write(run.join("own.txt"), "text").unwrap();
        std::os::unix::fs::symlink(&secret, run.join("out.txt")).unwrap();
        std::os::unix::fs::symlink("own.txt", run.join("in.txt")).unwrap();
        let name = |file: &str| name_below(&run, &run.join(file), &run.join("p.yaml")).ok();
        assert_eq!((name("own.txt").as_deref(), name("in.txt").as_deref()), (Some("own.txt"), Some("in.txt")));
        assert_eq!(name("out.txt"), None);
    }
}
