use std::{
    fs::{self, File, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

use clade_domain::RunId;
use clade_store::{RunLock, StoreError};

use crate::fault::io_fault;

/// How often one tries again to take a run at which others only look.
const LOOKS: u32 = 100;

/// A run taken through an advisory lock on `locks/<run>.lock` beside the database. The operating system frees it when
/// the process ends, however it ends. The file stays: removing it while others may hold it open would let two win.
#[derive(Debug)]
pub(crate) struct FileLock {
    /// Closing it frees the lock.
    _file: File,
}

impl RunLock for FileLock {}

/// Takes a run, or says who has it.
pub(crate) fn take(folder: &Path, run: &RunId) -> Result<FileLock, StoreError> {
    fs::create_dir_all(folder).map_err(|error| io_fault(folder, "make the folder of locks", &error))?;
    let path: PathBuf = folder.join(format!("{run}.lock"));
    let failed = |error| io_fault(&path, "lock the run", &error);
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    let mut looks = 0;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            // somebody who only looks is gone in a moment; whoever holds it is not
            Err(TryLockError::WouldBlock) if looks < LOOKS && file.try_lock_shared().is_ok() => looks += 1,
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { run: run.to_string(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    // who holds it is told to the next one; the lock itself does not depend on it, so a full disk is no reason to fail
    drop(sign(&mut file));
    Ok(FileLock { _file: file })
}

/// Who has a run; `None` where nobody does. The lock that shows it is shared, so many may look at once.
pub(crate) fn look(folder: &Path, run: &RunId) -> Result<Option<String>, StoreError> {
    let path: PathBuf = folder.join(format!("{run}.lock"));
    let failed = |error| io_fault(&path, "look who holds the run", &error);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(holder(&mut file))),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {} on {}", std::process::id(), host())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.take(200).read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "not known which".to_owned(),
    }
}

/// This machine's name.
pub(crate) fn host() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = kernel.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".into())
}
