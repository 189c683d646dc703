//! Paths as run files write them: `file://`, relative to the run file's folder, with globs.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use globset::{GlobBuilder, GlobMatcher};

use crate::context::Reach;

/// Deepest folder below the glob's first one that is looked into.
const MAX_GLOB_DEPTH: usize = 16;

/// The path behind `file://`, or the text itself.
pub(crate) fn strip(text: &str) -> &str {
    text.strip_prefix("file://").unwrap_or(text)
}

/// The extension in lower case; empty where there is none.
pub(crate) fn extension(path: &str) -> String {
    Path::new(path).extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase()
}

/// Whether a path is a pattern.
pub(crate) fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// Where the paths of a run file begin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder {
    path: PathBuf,
    reach: Reach,
    /// Where paths led, whoever asked.
    led: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// Most paths that are remembered: rows of data may name a file each.
const MOST_LED: usize = 10_000;

impl Folder {
    pub(crate) fn new(path: PathBuf, reach: Reach) -> Self {
        Self { path, reach, led: Arc::default() }
    }

    /// The files that paths of the run file led to so far, in order; at most 10,000.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let led = self.led.lock().unwrap_or_else(PoisonError::into_inner);
        led.iter().filter(|path| path.is_file()).cloned().collect()
    }

    fn led(&self, to: &Path) {
        let mut led = self.led.lock().unwrap_or_else(PoisonError::into_inner);
        if led.len() < MOST_LED {
            led.insert(to.to_owned());
        }
    }

    /// Where a path of the run file leads. One that leaves a folder that is all there is leads to a file that is not there.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        let to = self.to(path);
        self.led(&to);
        to
    }

    /// What helps where there is no file at a path or pattern.
    pub(crate) fn advice(&self, what: &str) -> String {
        match self.reach {
            Reach::Anywhere => format!("check the {what}; it is relative to the run file"),
            Reach::Folder => "only what is sent with the run file is read: send the file along under this name, write what it holds into the run \
                              file, or name data that the workspace keeps, as in `library://NAME`"
                .to_owned(),
        }
    }

    /// The name of a file that is not there, as whoever wrote the path knows it.
    pub(crate) fn missing(&self, written: &str, path: &Path) -> String {
        match self.reach {
            Reach::Folder if !is_glob(written) => strip(written).to_owned(),
            Reach::Folder | Reach::Anywhere => path.display().to_string(),
        }
    }

    /// A path that was [expanded](Self::expand), as the run file would write it.
    pub(crate) fn seen(&self, path: &Path) -> String {
        path.strip_prefix(&self.path).unwrap_or(path).display().to_string()
    }

    /// Whether links lead from this place, which is below the folder, to somewhere else.
    pub(crate) fn leaves(&self, place: &Path) -> bool {
        let folder = if self.path.as_os_str().is_empty() { Path::new(".") } else { &self.path };
        matches!((folder.canonicalize(), place.canonicalize()), (Ok(folder), Ok(end)) if !end.starts_with(&folder))
    }

    fn to(&self, path: &str) -> PathBuf {
        let path = Path::new(strip(path));
        let path = path.strip_prefix(".").unwrap_or(path);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if self.reach == Reach::Folder && !inside {
            return self.path.join(path.to_string_lossy().replace(['/', '\\', ':'], "_"));
        }
        if self.path.as_os_str().is_empty() { path.to_owned() } else { self.path.join(path) }
    }

    /// The files a path or pattern names, sorted.
    ///
    /// # Errors
    /// What is wrong and what to do, where the pattern is none or nothing fits it.
    pub(crate) fn expand(&self, path: &str) -> Result<Vec<PathBuf>, (String, String)> {
        let path = strip(path);
        let found = expand(self, path)?;
        found.iter().for_each(|file| self.led(file));
        Ok(found)
    }
}

fn expand(folder: &Folder, path: &str) -> Result<Vec<PathBuf>, (String, String)> {
    let whole = folder.to(path);
    if !is_glob(path) || whole.is_file() {
        return Ok(vec![whole]);
    }
    let matcher = GlobBuilder::new(&whole.to_string_lossy())
        .literal_separator(true)
        .build()
        .map_err(|e| (format!("`{path}` is no pattern: {}", e.kind()), "mend the brackets".to_owned()))?
        .compile_matcher();
    let fixed: PathBuf = whole
        .components()
        .take_while(|c| !matches!(c, Component::Normal(n) if is_glob(&n.to_string_lossy())))
        .collect();
    let mut found = Vec::new();
    walk(&fixed, &matcher, 0, &mut found);
    found.sort();
    if found.is_empty() {
        return Err((format!("no file fits `{path}`"), folder.advice("pattern")));
    }
    Ok(found)
}

fn walk(folder: &Path, matcher: &GlobMatcher, depth: usize, found: &mut Vec<PathBuf>) {
    let start = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(start) else { return };
    for entry in entries.flatten() {
        // joined to the folder as written, so that `.` does not appear in front
        let path = folder.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < MAX_GLOB_DEPTH => walk(&path, matcher, depth + 1, found),
            Ok(_) if matcher.is_match(&path) && path.is_file() => found.push(path),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_all_there_is_is_never_left() {
        let folder = Folder::new(PathBuf::from("/run"), Reach::Folder);
        let table = [
            ("file://data.jsonl", "/run/data.jsonl"),
            ("./a/b.txt", "/run/a/b.txt"),
            ("../secret", "/run/.._secret"),
            ("a/../../secret", "/run/a_.._.._secret"),
            ("file:///etc/passwd", "/run/_etc_passwd"),
        ];
        for (written, leads) in table {
            assert_eq!(folder.join(written), Path::new(leads), "{written}");
        }
        let anywhere = Folder::new(PathBuf::from("/run"), Reach::Anywhere);
        assert_eq!(anywhere.join("../data.jsonl"), Path::new("/run/../data.jsonl"));
        assert_eq!(anywhere.join("/etc/passwd"), Path::new("/etc/passwd"));
    }

    #[test]
    fn whoever_sent_a_run_file_is_told_to_send_what_it_names() {
        let folder = Folder::new(PathBuf::from("/run"), Reach::Folder);
        for written in ["file://../secret.csv", "/etc/data.csv", "data.csv"] {
            assert_eq!(folder.missing(written, &folder.join(written)), strip(written));
        }
        assert!(folder.advice("path").contains("library://"));
        let (message, fix) = folder.expand("more/*.csv").unwrap_err();
        assert_eq!((message.as_str(), fix), ("no file fits `more/*.csv`", folder.advice("pattern")));
        let anywhere = Folder::new(PathBuf::from("/run"), Reach::Anywhere);
        assert_eq!(anywhere.missing("gone.csv", &anywhere.join("gone.csv")), "/run/gone.csv");
        assert_eq!(anywhere.advice("path"), "check the path; it is relative to the run file");
    }
}
