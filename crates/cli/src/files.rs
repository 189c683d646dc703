//! Files that a command writes because the user named them. One that is there already is overwritten only where that is asked for.

use std::{fs::OpenOptions, io::Write, path::Path};

use crate::{args::Overwrite, failure::Failure};

/// Creates a file.
///
/// # Errors
/// Where it cannot be written, or is there already and may not be overwritten.
pub fn create(path: &Path, overwrite: Overwrite) -> Result<std::fs::File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    // a pipe or a device holds nothing that would be lost
    if overwrite.force || path.metadata().is_ok_and(|there| !there.is_file()) {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::Usage(format!(
            "{} exists already; overwrite it with --force, or name another with -o",
            path.display()
        )),
        _ => Failure::io("write", path, &error),
    })
}

/// Creates a file with this text.
///
/// # Errors
/// As [`create`].
pub fn write(path: &Path, text: &str, overwrite: Overwrite) -> Result<(), Failure> {
    create(path, overwrite)?.write_all(text.as_bytes()).map_err(|error| Failure::io("write", path, &error))
}
