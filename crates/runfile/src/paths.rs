//! Paths as run files write them: `file://`, relative to the run file's folder, with globs.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use globset::{GlobBuilder, GlobMatcher};

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

/// Where a path of the run file leads.
pub(crate) fn join(folder: &Path, path: &str) -> PathBuf {
    let path = Path::new(strip(path));
    let path = path.strip_prefix(".").unwrap_or(path);
    if folder.as_os_str().is_empty() { path.to_owned() } else { folder.join(path) }
}

/// The files a path or pattern names, sorted.
///
/// # Errors
/// What is wrong and what to do, where the pattern is none or nothing fits it.
pub(crate) fn expand(folder: &Path, path: &str) -> Result<Vec<PathBuf>, (String, String)> {
    let path = strip(path);
    let whole = join(folder, path);
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
        return Err((format!("no file fits `{path}`"), "check the pattern; it is relative to the run file".to_owned()));
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
