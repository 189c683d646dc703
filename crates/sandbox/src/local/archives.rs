//! What is kept of working folders: an archive for each, named by the hash of what it holds, so that equal states share one file.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt};

use crate::{Output, SandboxError, SnapshotId};

/// Bytes that are handed on at once.
const PART: usize = 256 * 1024;

/// Where the archive of a snapshot is.
pub fn place(folder: &Path, snapshot: &SnapshotId) -> PathBuf {
    folder.join(format!("{}.tar", snapshot.0))
}

/// Where one is while it is written: nobody sees half of it.
pub fn half(folder: &Path, sandbox: &str) -> PathBuf {
    folder.join(format!("{sandbox}.part"))
}

/// Writes an archive down as it comes, and says what it is called. No more than a part of it is ever held.
pub async fn take_in(archive: &mut Output, half: &Path) -> io::Result<SnapshotId> {
    let mut file = File::create(half).await?;
    let id = hand_on(archive, &mut file).await?;
    file.flush().await?;
    Ok(id)
}

/// Hands all of an archive on, and says what it is called.
async fn hand_on(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<SnapshotId> {
    let (mut hasher, mut part) = (blake3::Hasher::new(), vec![0; PART]);
    loop {
        let read = from.read(&mut part).await?;
        let Some(part) = part.get(..read).filter(|part| !part.is_empty()) else { break };
        hasher.update(part);
        to.write_all(part).await?;
    }
    Ok(SnapshotId(hasher.finalize().to_hex().to_string()))
}

/// The archive of a snapshot, to be read from its beginning. What it holds must be what its name is the hash of: answers are shared by that name.
pub async fn open(folder: &Path, snapshot: &SnapshotId) -> Result<File, SandboxError> {
    let path = place(folder, snapshot);
    let missing = || SandboxError::NoSnapshot(snapshot.0.clone());
    let mut file =
        if is_hash(snapshot) { File::open(&path).await.map_err(|_| missing())? } else { return Err(missing()) };
    let read =
        |error: io::Error| SandboxError::Snapshot { doing: "read", detail: format!("{}: {error}", path.display()) };
    if hand_on(&mut file, tokio::io::sink()).await.map_err(read)? != *snapshot {
        let detail = format!(
            "{} is not what was kept under its name; delete it: what would start from it then starts empty",
            path.display()
        );
        return Err(SandboxError::Snapshot { doing: "read", detail });
    }
    file.rewind().await.map_err(read)?;
    Ok(file)
}

/// Whether the archive of a snapshot is there.
pub fn has(folder: &Path, snapshot: &SnapshotId) -> bool {
    is_hash(snapshot) && place(folder, snapshot).is_file()
}

/// The snapshots in a folder whose archive was written longer ago than this; none where there is no folder.
pub fn older_than(folder: &Path, age: Duration) -> io::Result<Vec<SnapshotId>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let snapshot = SnapshotId(name.strip_suffix(".tar").unwrap_or_default().to_owned());
        // a clock that was set back makes nothing old
        let is_old = entry.metadata()?.modified()?.elapsed().is_ok_and(|elapsed| elapsed >= age);
        if is_hash(&snapshot) && is_old {
            found.push(snapshot);
        }
    }
    found.sort();
    Ok(found)
}

/// Deletes the archive of a snapshot, if there is one.
pub async fn delete(folder: &Path, snapshot: &SnapshotId) -> Result<(), SandboxError> {
    if !is_hash(snapshot) {
        return Ok(());
    }
    match tokio::fs::remove_file(place(folder, snapshot)).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(SandboxError::Snapshot { doing: "delete", detail: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// Whoever names a snapshot may not name a path.
fn is_hash(snapshot: &SnapshotId) -> bool {
    snapshot.0.len() == 64 && snapshot.0.bytes().all(|byte| byte.is_ascii_hexdigit())
}
