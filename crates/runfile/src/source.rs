use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    problem::{Excerpt, Problem},
    secret,
};

/// Largest run file, in bytes.
pub const MAX_RUN_FILE: u64 = 10 * 1024 * 1024;

/// Largest JSON data file, in bytes: it is read whole. JSON lines and CSV have no limit.
pub const MAX_WHOLE_DATA: u64 = 64 * 1024 * 1024;

/// Largest YAML data file, in bytes: a tree with places takes some ten times its text.
pub const MAX_YAML_DATA: u64 = 16 * 1024 * 1024;

/// A place in one of the [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Which source.
    pub source: usize,
    /// From 1.
    pub line: usize,
    /// In characters from 0.
    pub column: usize,
    /// Characters on that line.
    pub length: usize,
}

/// The texts that were read, to point into.
#[derive(Debug, Default)]
pub struct Sources(Vec<Source>);

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    lines: Vec<usize>,
}

impl Sources {
    /// Keeps a text and gives its number.
    pub fn add(&mut self, name: impl Into<String>, text: String) -> usize {
        let mut lines = vec![0];
        lines.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        self.0.push(Source { name: name.into(), text, lines });
        self.0.len() - 1
    }

    /// The text of a source.
    #[must_use]
    pub fn text(&self, source: usize) -> &str {
        self.0.get(source).map_or("", |s| &s.text)
    }

    /// The name of a source.
    #[must_use]
    pub fn name(&self, source: usize) -> &str {
        self.0.get(source).map_or("", |s| &s.name)
    }

    /// The text of a line, counted from 1.
    #[must_use]
    pub fn line(&self, source: usize, line: usize) -> &str {
        let Some(source) = self.0.get(source) else { return "" };
        let Some(start) = line.checked_sub(1).and_then(|i| source.lines.get(i)) else { return "" };
        let end = source.lines.get(line).copied().unwrap_or(source.text.len());
        source.text[*start..end].trim_end_matches(['\n', '\r'])
    }

    /// A problem at a place.
    #[must_use]
    pub fn problem(
        &self,
        span: Span,
        key: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Problem {
        let line = self.line(span.source, span.line);
        let left = line.chars().count().saturating_sub(span.column);
        let length = span.length.min(left);
        Problem {
            file: self.name(span.source).to_owned(),
            line: span.line,
            column: if span.line == 0 { 0 } else { span.column + 1 },
            key: key.into(),
            message: message.into(),
            fix: fix.into(),
            excerpt: (!line.trim().is_empty())
                .then(|| Box::new(Excerpt::cut(&secret::mask(line), span.column, length))),
        }
    }
}

/// Reads a whole text file: UTF-8, with or without byte order mark, any line ending (given back as `\n`).
///
/// # Errors
/// A problem that names the file and what to do: not there, not readable, larger than `limit` bytes, not UTF-8.
pub fn read_text(path: &Path, limit: u64, too_large: &str) -> Result<String, Problem> {
    let name = path.display().to_string();
    let file = open(path)?;
    let length = file.metadata().map(|m| m.len()).unwrap_or(0);
    let refuse = || Problem::of_file(&name, format!("the file is larger than {} MB", limit / (1024 * 1024)), too_large);
    if length > limit {
        return Err(refuse());
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    if bytes.len() as u64 > limit {
        return Err(refuse());
    }
    let text = decode(bytes, &name)?;
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text })
}

/// Opens a file for reading.
///
/// # Errors
/// A problem that names the file and says why.
pub fn open(path: &Path) -> Result<File, Problem> {
    // what is beside the run file itself, as in `file://.`
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    // opening a pipe waits for whoever writes into it, and what is read here is read more than once
    if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let fix = "save what it holds into a file, and name that";
        return Err(Problem::of_file(path.display().to_string(), "this is a pipe or a device, and no file", fix));
    }
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(Problem::of_file(path.display().to_string(), "this is a folder", "name a file inside it"));
    }
    Ok(file)
}

/// What an IO error on a file is called.
pub fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let name = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => {
            Problem::of_file(name, "there is no such file", "check the path; it is relative to the run file")
        }
        io::ErrorKind::PermissionDenied => {
            Problem::of_file(name, "the file may not be read", "give yourself permission to read it")
        }
        io::ErrorKind::IsADirectory => Problem::of_file(name, "this is a folder", "name a file inside it"),
        _ => Problem::of_file(name, format!("the file cannot be read: {error}"), "see that the file is intact"),
    }
}

/// Whether a file begins as UTF-16 does.
pub fn is_utf16(start: &[u8]) -> bool {
    start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF")
}

/// What such a file is told.
pub fn utf16(name: &str) -> Problem {
    Problem::of_file(name, "the file is UTF-16", "save it as UTF-8")
}

/// Text of bytes, without byte order mark.
fn decode(mut bytes: Vec<u8>, name: &str) -> Result<String, Problem> {
    if is_utf16(&bytes) {
        return Err(utf16(name));
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        if error.as_bytes().contains(&0) {
            return Problem::of_file(name, "the file is binary", "name a text file");
        }
        let at = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..at];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        not_utf8(name, line, at as u64, error.as_bytes().get(at).copied())
    })
}

/// What bytes are called that are not UTF-8; `offset` is in bytes from 0.
pub fn not_utf8(name: &str, line: usize, offset: u64, byte: Option<u8>) -> Problem {
    let byte = byte.map_or_else(String::new, |b| format!(" (0x{b:02x})"));
    Problem::of_line(
        name,
        line,
        None,
        format!("byte {offset}{byte} is not UTF-8"),
        "save the file as UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`",
    )
}
