use std::{
    collections::HashMap,
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use clade_lab::{Job, Row};

use crate::failure::Failure;

/// Rows of finished experiments, with the file that keeps them where there is one.
pub struct Rows {
    rows: HashMap<String, Row>,
    file: Option<(PathBuf, File)>,
}

impl Rows {
    /// What the file holds already; a last line that was cut off is left out, and the next row begins a line of its own.
    ///
    /// # Errors
    /// Where the file cannot be used or holds something else.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self { rows: HashMap::new(), file: None }) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::io("read", path, &error)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut rows = HashMap::new();
        for (number, line) in text[..whole].lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let row: Row = serde_json::from_str(line).map_err(|error| {
                let number = number + 1;
                Failure::Usage(format!(
                    "line {number} of {} is no finished run: {error}; name another file",
                    path.display()
                ))
            })?;
            rows.insert(row.key(), row);
        }
        let open = || -> std::io::Result<File> {
            let mut file = File::options().create(true).append(true).open(path)?;
            file.set_len(whole as u64)?;
            file.flush()?;
            Ok(file)
        };
        let file = open().map_err(|error| Failure::io("write", path, &error))?;
        Ok(Self { rows, file: Some((path.to_owned(), file)) })
    }

    /// The row of a job, where it was finished.
    pub fn of(&self, job: &Job) -> Option<&Row> {
        self.rows.get(&job.key())
    }

    /// Takes a row in, and keeps it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn push(&mut self, row: Row) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.file {
            let mut line = serde_json::to_vec(&row).unwrap_or_default();
            line.push(b'\n');
            file.write_all(&line).map_err(|error| Failure::io("write", path, &error))?;
        }
        self.rows.insert(row.key(), row);
        Ok(())
    }
}
