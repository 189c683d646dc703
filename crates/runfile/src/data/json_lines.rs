use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    row,
    source::{Located, Shared},
    test_case::{test_case, wrong_test},
};
use crate::{
    json_object,
    problem::{Excerpt, Problem},
    source::{is_utf16, not_utf8, open, unreadable, utf16},
};

/// Longest line, in bytes.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// Size of the read buffer, in bytes.
const BUFFER: usize = 256 * 1024;

/// Cases of a file with one JSON object on each line. Memory is one line.
pub(super) struct JsonLines<'a> {
    shared: &'a Shared,
    path: PathBuf,
    name: String,
    reader: Box<dyn BufRead + Send + 'a>,
    line: usize,
    offset: u64,
    buffer: Vec<u8>,
    done: bool,
}

impl<'a> JsonLines<'a> {
    pub(super) fn open(path: &Path, shared: &'a Shared) -> Result<Self, Problem> {
        let reader = BufReader::with_capacity(BUFFER, open(path)?);
        Ok(Self::of(path, path.display().to_string(), Box::new(reader), shared))
    }

    /// The same of lines that are at hand.
    pub(super) fn kept(name: &str, lines: &'a [u8], shared: &'a Shared) -> Self {
        Self::of(Path::new(name), name.to_owned(), Box::new(lines), shared)
    }

    fn of(path: &Path, name: String, reader: Box<dyn BufRead + Send + 'a>, shared: &'a Shared) -> Self {
        let path = path.to_owned();
        Self { shared, path, name, reader, line: 0, offset: 0, buffer: Vec::new(), done: false }
    }

    /// The next line that is not blank, as text in the buffer without the byte order mark.
    fn advance(&mut self) -> Result<bool, Problem> {
        loop {
            self.offset += self.buffer.len() as u64;
            self.buffer.clear();
            let read = (&mut self.reader)
                .take(MAX_LINE + 1)
                .read_until(b'\n', &mut self.buffer)
                .map_err(|e| unreadable(&self.path, &e))?;
            if read == 0 {
                return Ok(false);
            }
            self.line += 1;
            if read as u64 > MAX_LINE {
                let message = format!("the line is longer than {} MB", MAX_LINE / (1024 * 1024));
                let fix = "write one JSON object on each line";
                return Err(Problem::of_line(&self.name, self.line, None, message, fix));
            }
            if self.line == 1 && is_utf16(&self.buffer) {
                return Err(utf16(&self.name));
            }
            let text: &[u8] = self.text();
            if !text.iter().all(u8::is_ascii_whitespace) {
                return Ok(true);
            }
        }
    }

    fn text(&self) -> &[u8] {
        let bom = self.line == 1 && self.buffer.starts_with(b"\xEF\xBB\xBF");
        if bom { &self.buffer[3..] } else { &self.buffer }
    }

    fn parse(&self) -> Result<Located, Problem> {
        let text = std::str::from_utf8(self.text()).map_err(|error| {
            let bom = self.buffer.len() - self.text().len();
            let at = bom + error.valid_up_to();
            not_utf8(&self.name, self.line, self.offset + at as u64, self.buffer.get(at).copied())
        })?;
        let object = json_object::read(text).map_err(|error| self.malformed(text, &error))?;
        let case = if object.contains_key("vars") || object.contains_key("assert") {
            test_case(object, text, &self.name, self.line, self.shared)?
        } else {
            row::case(object, self.shared.keep_split)
                .map_err(|p| wrong_test(&self.name, self.line, Some(text), &p.column, p.message, p.fix))?
        };
        Ok(Located { case, line: self.line })
    }

    fn malformed(&self, text: &str, error: &serde_json::Error) -> Problem {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or(&said);
        let start = text.trim_start();
        if self.line == 1 && start.starts_with('[') {
            let fix = "name the file .json, or write one object on each line";
            return Problem::of_line(&self.name, 1, Some(text), "the file is a JSON array, not JSON lines", fix);
        }
        if let Ok(value) = serde_json::from_str::<Value>(text)
            && !value.is_object()
        {
            let fix = "write an object such as {\"question\": \"...\", \"answer\": \"...\"}";
            return Problem::of_line(&self.name, self.line, Some(text), "the line is no JSON object", fix);
        }
        let twice = json_object::repeats_a_key(error);
        let fix = if twice.is_some() {
            "keep one of them"
        } else if start.trim_end() == "{" {
            "write each object on a single line, or name the file .json and make it an array"
        } else {
            "mend the line, or remove it"
        };
        // serde counts bytes from 1
        let byte = error.column().saturating_sub(1).min(text.len());
        let column = text.char_indices().take_while(|(at, _)| *at < byte).count();
        let message = twice.unwrap_or_else(|| format!("the line is no JSON: {said}"));
        Problem {
            column: column + 1,
            excerpt: Some(Box::new(Excerpt::cut(text, column, 1))),
            ..Problem::of_line(&self.name, self.line, Some(text), message, fix)
        }
    }
}

impl Iterator for JsonLines<'_> {
    type Item = Result<Located, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.advance() {
            Ok(true) => Some(self.parse()),
            Ok(false) => {
                self.done = true;
                None
            }
            Err(problem) => {
                self.done = true;
                Some(Err(problem))
            }
        }
    }
}
