//! Files that a command writes because the user named them. One that is there already is overwritten only where that is asked for.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{args::Overwrite, failure::Failure};

/// A file that is written piece by piece, and takes its place when it is whole. What was there before stays until then.
pub struct Written {
    out: BufWriter<File>,
    path: PathBuf,
    /// Where the pieces go; `None` for a device or a pipe, which cannot be replaced.
    part: Option<PathBuf>,
}

impl Written {
    /// Begins one.
    ///
    /// # Errors
    /// Where it cannot be written, or is there already and may not be overwritten.
    pub fn begin(path: &Path, overwrite: Overwrite) -> Result<Self, Failure> {
        refuse(path, overwrite)?;
        Self::open(path).map_err(|error| Failure::io("write", path, &error))
    }

    fn open(path: &Path) -> io::Result<Self> {
        let part = replaceable(path).then(|| part_of(path));
        let file = match &part {
            Some(part) => File::create(part),
            None => File::options().write(true).truncate(true).open(path),
        };
        Ok(Self { out: BufWriter::new(file?), path: path.to_owned(), part })
    }

    /// Ends it: it is there, or, where something went wrong on the way, nothing of it is.
    ///
    /// # Errors
    /// That of `done`, or where the rest cannot be written.
    pub fn end(mut self, done: Result<(), Failure>) -> Result<(), Failure> {
        let done = done.and_then(|()| self.settle().map_err(|error| Failure::io("write", &self.path, &error)));
        done.inspect_err(|_| self.withdraw())
    }

    fn settle(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.part.as_ref().map_or(Ok(()), |part| std::fs::rename(part, &self.path))
    }

    fn withdraw(&self) {
        // it may not be there at all
        self.part.as_ref().map(std::fs::remove_file);
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The file that is meant: none where it is `-`, which stands for standard output.
pub fn named(path: Option<&Path>) -> Option<&Path> {
    path.filter(|path| path.as_os_str() != "-")
}

/// Creates a file with this text, whole or not at all.
///
/// # Errors
/// As [`Written::begin`].
pub fn write(path: &Path, text: &str, overwrite: Overwrite) -> Result<(), Failure> {
    refuse(path, overwrite)?;
    whole(path, text.as_bytes()).map_err(|error| Failure::io("write", path, &error))
}

/// What is there stays, unless it was said that it need not. A pipe or a device holds nothing that would be lost.
fn refuse(path: &Path, overwrite: Overwrite) -> Result<(), Failure> {
    if overwrite.force || !path.metadata().is_ok_and(|there| there.is_file()) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{} exists already; overwrite it with --force, or name another with -o",
        path.display()
    )))
}

/// Whether another file can take its place: a device or a pipe cannot be replaced, and a link is to stay one.
fn replaceable(path: &Path) -> bool {
    std::fs::symlink_metadata(path).map_or(true, |there| there.is_file())
}

fn part_of(path: &Path) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

/// A whole text at once.
fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut written = Written::open(path)?;
    written.write_all(bytes).and_then(|()| written.settle()).inspect_err(|_| written.withdraw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_its_place_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.html");
        whole(&path, b"one").unwrap();
        whole(&path, b"two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        // a device is written to, and its error is told
        let full = Path::new("/dev/full");
        if full.exists() {
            assert_eq!(whole(full, b"x").unwrap_err().kind(), std::io::ErrorKind::StorageFull);
        }
        assert!(whole(&folder.path().join("none/file.html"), b"x").is_err());
        // piece by piece: what was there stays where the rest fails
        let mut written = Written::begin(&path, Overwrite { force: true }).unwrap();
        written.write_all(b"three").unwrap();
        assert!(written.end(Err(Failure::Error("no more".to_owned()))).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert!(Written::begin(&path, Overwrite { force: false }).is_err());
        let mut written = Written::begin(&path, Overwrite { force: true }).unwrap();
        written.write_all(b"four").unwrap();
        written.end(Ok(())).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "four");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
