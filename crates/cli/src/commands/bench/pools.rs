//! Files of outcomes: one prompt a line.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clade_evolve::racing::{PolicyKind, replay::Pool};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use crate::failure::Failure;

/// A line of a file.
#[derive(Debug, Deserialize)]
struct Row {
    outcomes: String,
    heldout: f64,
}

/// Reads a pool from `.jsonl` or `.jsonl.gz`: on each line `outcomes`, a text of 0 and 1 with the same examples in the same order,
/// and `heldout`, the prompt's accuracy on other examples. Other keys are left alone.
pub fn read(path: &Path) -> Result<Pool, Failure> {
    let shown = path.display();
    let unreadable = |error: &std::io::Error| Failure::Usage(format!("cannot read {shown}: {error}"));
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    let compressed = path.extension().is_some_and(|extension| extension == "gz");
    let read =
        if compressed { MultiGzDecoder::new(file).read_to_end(&mut bytes) } else { file.read_to_end(&mut bytes) };
    read.map_err(|error| unreadable(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::Usage(format!("{shown} is no text; expected JSON lines, or the same compressed under a name in .gz"))
    })?;
    let mut pool = Pool::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("{shown}:{}", number + 1);
        let row: Row = serde_json::from_str(line).map_err(|error| {
            Failure::Usage(format!(
                "{place}: {error}; expected a line such as {{\"outcomes\": \"0110\", \"heldout\": 0.5}}"
            ))
        })?;
        pool.push(&row.outcomes, row.heldout).map_err(|error| Failure::Usage(format!("{place}: {error}")))?;
    }
    if pool.prompts() < 2 {
        return Err(Failure::Usage(format!(
            "{shown} has {} prompts; a choice needs at least two, each on a line of its own",
            pool.prompts()
        )));
    }
    Ok(pool)
}

/// The policies of those names, or all where none is named.
pub fn policies(names: &[String]) -> Result<Vec<PolicyKind>, Failure> {
    if names.is_empty() {
        return Ok(PolicyKind::ALL.to_vec());
    }
    let find = |name: &String| {
        PolicyKind::named(name).ok_or_else(|| {
            let known: Vec<&str> = PolicyKind::ALL.iter().map(|kind| kind.name()).collect();
            Failure::Usage(format!("no policy is called `{name}`; there are {}", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

/// The policies among these words, or all where none is, and the files: an option that takes several values takes those behind it too.
pub fn policies_and_files(words: &[String]) -> Result<(Vec<PolicyKind>, Vec<PathBuf>), Failure> {
    let is_file = |word: &&String| PolicyKind::named(word).is_none() && Path::new(word).is_file();
    let (files, names): (Vec<&String>, Vec<&String>) = words.iter().partition(is_file);
    let names: Vec<String> = names.into_iter().cloned().collect();
    Ok((policies(&names)?, files.into_iter().map(PathBuf::from).collect()))
}

/// What files are called in a table: their names, with as many of their folders as tell them apart.
pub fn names(paths: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let tail = |path: &Path, parts: usize| {
        let all: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        all[all.len().saturating_sub(parts)..].join("/")
    };
    let longest = paths.iter().map(|path| path.components().count()).max().unwrap_or(1);
    let name = |path: &PathBuf| {
        let others = || paths.iter().filter(|other| *other != path);
        let alone = |parts: &usize| others().all(|other| tail(other, *parts) != tail(path, *parts));
        tail(path, (1..=longest).find(alone).unwrap_or(longest))
    };
    let named: Vec<String> = paths.iter().map(name).collect();
    if paths.is_empty() {
        return Err(Failure::Usage("no FILE is named; write `clade bench replay FILE... --policy NAME...`".to_owned()));
    }
    match paths.iter().enumerate().find(|(place, path)| paths[..*place].contains(path)) {
        Some((_, twice)) => Err(Failure::Usage(format!("{} is named twice; name each file once", twice.display()))),
        None => Ok(named),
    }
}

/// A file's name without its folders.
pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Mean and its standard error.
pub fn mean_and_error(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, (variance / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        let paths = |texts: &[&str]| texts.iter().map(PathBuf::from).collect::<Vec<_>>();
        let told = |texts: &[&str]| names(&paths(texts)).unwrap();
        assert_eq!(told(&["a/x.jsonl", "b/y.jsonl"]), ["x.jsonl", "y.jsonl"]);
        assert_eq!(told(&["a/x.jsonl", "b/x.jsonl", "y.jsonl"]), ["a/x.jsonl", "b/x.jsonl", "y.jsonl"]);
        assert_eq!(told(&["a/1/x.jsonl", "b/1/x.jsonl"]), ["a/1/x.jsonl", "b/1/x.jsonl"]);
        assert_eq!(told(&["x.jsonl", "b/x.jsonl"]), ["x.jsonl", "b/x.jsonl"]);
        assert!(names(&paths(&["a/x.jsonl", "a/x.jsonl"])).is_err());
        assert!(names(&[]).is_err());
    }
}
