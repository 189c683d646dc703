//! Uploads that lie in files while they are read.

use std::{fs, io, path::Path};

use tempfile::NamedTempFile;

/// How their names begin.
const PREFIX: &str = "clade-upload-";

/// A file for an upload, which goes with its handle. It is locked as long as this process has it, so that whoever sweeps leaves it alone.
///
/// # Errors
/// Where no file can be made there.
pub(crate) fn fresh(folder: &Path) -> io::Result<NamedTempFile> {
    let file = tempfile::Builder::new().prefix(PREFIX).tempfile_in(folder)?;
    // where there are no locks nothing is swept either
    drop(file.as_file().lock());
    Ok(file)
}

/// Removes what killed processes left behind. A file without anything in it may be about to be locked, and stays.
pub(crate) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && entry.metadata().is_ok_and(|file| file.is_file() && file.len() > 0) {
            let path = entry.path();
            if fs::File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) && fs::remove_file(&path).is_ok() {
                tracing::info!(path = %path.display(), "an upload that a killed server left is removed");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_nobody_holds_any_more_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut held = fresh(folder.path()).unwrap();
        held.write_all(b"on its way").unwrap();
        let mut left = fresh(folder.path()).unwrap();
        left.write_all(b"left behind").unwrap();
        // as after a kill: the file is there, and nobody has it open
        let (file, left) = left.keep().unwrap();
        drop(file);
        let foreign = folder.path().join("somebody-else");
        fs::write(&foreign, "x").unwrap();
        sweep(folder.path());
        assert!(!left.exists() && held.path().exists() && foreign.exists());
        drop(held);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
