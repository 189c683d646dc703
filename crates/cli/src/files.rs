//! Files that a command writes because the user named them. One that is there already is overwritten only where that is asked for.

use std::{fs::OpenOptions, path::Path};

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
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => Failure::io("write", path, &error),
    })
}

/// The file that is meant: none where it is `-`, which stands for standard output.
pub fn named(path: Option<&Path>) -> Option<&Path> {
    path.filter(|path| path.as_os_str() != "-")
}

/// Creates a file with this text, whole or not at all.
///
/// # Errors
/// As [`create`].
pub fn write(path: &Path, text: &str, overwrite: Overwrite) -> Result<(), Failure> {
    if !overwrite.force && path.metadata().is_ok_and(|there| there.is_file()) {
        return Err(exists(path));
    }
    whole(path, text.as_bytes()).map_err(|error| Failure::io("write", path, &error))
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!("{} exists already; overwrite it with --force, or name another with -o", path.display()))
}

/// Writes beside the file and then takes its place, so that a full disk leaves what was there before.
fn whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // a device or a pipe cannot be replaced, and a link is to stay one
    if std::fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        return std::fs::write(path, bytes);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path)).inspect_err(|_| {
        // it may not be there at all
        drop(std::fs::remove_file(&part));
    })
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
    }
}
