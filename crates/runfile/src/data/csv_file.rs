use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use clade_domain::Vars;
use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use serde_json::Value;

use super::{
    row,
    source::{Located, Shared},
    test_case::wrong_test,
};
use crate::{
    problem::Problem,
    quotes::{QuoteFault, Quotes},
    source::{is_utf16, not_utf8, open, unreadable, utf16},
    text::{count, list},
};

/// Size of the read buffer, in bytes; the header line has to fit.
const BUFFER: usize = 256 * 1024;

/// Cases of a CSV file. Memory is one record.
pub(super) struct CsvFile<'a> {
    shared: &'a Shared,
    path: PathBuf,
    name: String,
    reader: Reader<Quotes<BufReader<File>>>,
    columns: Vec<String>,
    record: ByteRecord,
    /// Lines that the reader is behind: where they end in `\r\n`, it has not met the `\n` yet when the next record begins.
    behind: u64,
    done: bool,
}

impl<'a> CsvFile<'a> {
    pub(super) fn open(path: &Path, shared: &'a Shared) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let file = open(path)?;
        let mut input = BufReader::with_capacity(BUFFER, file);
        let start = input.fill_buf().map_err(|e| unreadable(path, &e))?;
        if is_utf16(start) {
            return Err(utf16(&name));
        }
        if start.iter().take(512).any(|byte| *byte == 0) {
            return Err(Problem::of_file(name, "the file is binary", "name a text file"));
        }
        let bom = if start.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let delimiter = delimiter(&start[bom..]);
        let behind = u64::from(start.split(|byte| *byte == b'\n').next().is_some_and(|line| line.ends_with(b"\r")));
        input.consume(bom);
        let mut reader = ReaderBuilder::new().delimiter(delimiter).from_reader(Quotes::new(input, delimiter));
        let headers = match reader.byte_headers() {
            Ok(headers) => headers.clone(),
            Err(error) => return Err(broken(path, &error, 0, &[])),
        };
        if let Some(fault) = reader.get_ref().fault_before(reader.position().byte()) {
            return Err(Problem::of_line(name, fault.line, None, fault.to_string(), QuoteFault::FIX));
        }
        let mut columns = Vec::new();
        for header in &headers {
            let text = std::str::from_utf8(header).map_err(|_| not_utf8(&name, 1, bom as u64, None))?;
            columns.push(text.trim().to_owned());
        }
        check_header(&name, &columns)?;
        Ok(Self {
            shared,
            path: path.to_owned(),
            name,
            reader,
            columns,
            record: ByteRecord::new(),
            behind,
            done: false,
        })
    }

    /// What is wrong with the quotes of what was read so far.
    fn misquoted(&self) -> Option<Problem> {
        let fault = self.reader.get_ref().fault_before(self.reader.position().byte())?;
        Some(Problem::of_line(&self.name, fault.line, None, fault.to_string(), QuoteFault::FIX))
    }

    fn parse(&mut self) -> Result<Located, Problem> {
        let line = line(self.record.position(), self.behind);
        let mut row = Vars::new();
        for (column, field) in self.columns.iter().zip(&self.record) {
            let text = match std::str::from_utf8(field) {
                Ok(text) => text,
                Err(error) => {
                    let byte = field.get(error.valid_up_to()).copied().unwrap_or_default();
                    let message = format!("the column `{column}` holds byte 0x{byte:02x}, which is not UTF-8");
                    // the others would say the same: it is the file's encoding
                    self.done = true;
                    return Err(Problem::of_line(&self.name, line, None, message, not_utf8("", 0, 0, None).fix));
                }
            };
            row.insert(column.clone(), Value::String(text.to_owned()));
        }
        let case = row::case(row, self.shared.keep_split)
            .map_err(|p| wrong_test(&self.name, line, None, &p.column, p.message, p.fix))?;
        Ok(Located { case, line })
    }
}

impl Iterator for CsvFile<'_> {
    type Item = Result<Located, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let read = self.reader.read_byte_record(&mut self.record);
        if let Some(problem) = self.misquoted() {
            self.done = true;
            return Some(Err(problem));
        }
        match read {
            Ok(true) => Some(self.parse()),
            Ok(false) => {
                self.done = true;
                None
            }
            Err(error) => {
                // a line with too few or too many fields is one problem; the next line may be right
                self.done = !matches!(error.kind(), ErrorKind::UnequalLengths { .. });
                Some(Err(broken(&self.path, &error, self.behind, &self.columns)))
            }
        }
    }
}

/// The line of a place.
fn line(place: Option<&csv::Position>, behind: u64) -> usize {
    place.map_or(0, |place| usize::try_from(place.line() + behind).unwrap_or(usize::MAX))
}

/// The most frequent of `,`, `;` and tab in the header line, outside quotes; `,` where there is none.
fn delimiter(start: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => {
                if let Some((_, n)) = counts.iter_mut().find(|(d, _)| d == byte) {
                    *n += 1;
                }
            }
            _ => {}
        }
    }
    // the first of equals wins
    counts.iter().rev().max_by_key(|(_, n)| *n).filter(|(_, n)| *n > 0).map_or(b',', |(d, _)| *d)
}

fn check_header(name: &str, columns: &[String]) -> Result<(), Problem> {
    let problem = |message: String, fix: &str| Err(Problem::of_line(name, 1, None, message, fix));
    if columns.is_empty() {
        return Err(Problem::of_file(
            name,
            "the file is empty",
            "write a header line with the columns' names, then the rows",
        ));
    }
    for (i, column) in columns.iter().enumerate() {
        if column.is_empty() {
            return problem(format!("column {} has no name", i + 1), "name every column in the first line");
        }
        if columns[..i].contains(column) {
            return problem(format!("the column `{column}` is there twice"), "give the columns different names");
        }
        if let Err((message, fix)) = row::check_column(column) {
            return problem(message, &fix);
        }
    }
    Ok(())
}

fn broken(path: &Path, error: &csv::Error, behind: u64, columns: &[String]) -> Problem {
    let name = path.display().to_string();
    let line = line(error.position(), behind);
    match error.kind() {
        ErrorKind::Io(error) => unreadable(path, error),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let fields = count(usize::try_from(*len).unwrap_or(0), "field");
            let message = format!("the line has {fields} where the header has {expected_len}: {}", list(columns));
            let fix = "put quotes round a field that holds the delimiter, a quote or a line break";
            Problem::of_line(name, line, None, message, fix)
        }
        _ => Problem::of_line(name, line, None, format!("the line is no CSV: {error}"), "mend the quotes of this line"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found_in_the_header() {
        for (header, expected) in [
            ("a,b,c\n1;2;3", b','),
            ("a;b;c\n1,2", b';'),
            ("a\tb\n", b'\t'),
            ("one\n1,2,3", b','),
            ("\"a;b;c\",d\n", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter(header.as_bytes()), expected, "{header}");
        }
    }
}
