//! Files that are no database of ours, a newer one, a full disk, nothing that can be written: each has its own error, and
//! what was stored stays readable.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clade_domain::{ContentHash, ModelRole, Timestamp};
use clade_store::{AnswerLog, Journal, RunFilter, Store, StoreError, Texts, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use sqlx::{ConnectOptions, Connection, Executor, sqlite::SqliteConnectOptions};

async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, SqliteOptions::default()).await
}

/// A store with one run of 100 entries, closed.
async fn made(path: &Path) {
    let store = open(path).await.unwrap();
    let run = samples::run("kept").unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), (0..100).map(samples::trial).collect()).await.unwrap();
    store.close().await.unwrap();
}

async fn sql(path: &Path, statement: &'static str) {
    let mut connection = SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap();
    connection.execute(statement).await.unwrap();
    connection.close().await.unwrap();
}

/// Prompts, answers and hashes of passwords are nobody else's, also in a folder that others may look into.
#[cfg(unix)]
#[tokio::test]
async fn only_its_user_can_read_a_new_database() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("clade.db");
    let store = open(&path).await.unwrap();
    let run = samples::run("kept").unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), (0..100).map(samples::trial).collect()).await.unwrap();
    for file in ["clade.db", "clade.db-wal", "clade.db-shm"] {
        let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} is {mode:o}");
    }
    store.close().await.unwrap();
    // who shares one on purpose goes on sharing it
    fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).unwrap();
    open(&path).await.unwrap().close().await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign.db");
    sql(&foreign, "CREATE TABLE notes (text)").await;
    let table: [(&str, Vec<u8>); 4] = [
        ("a text", b"prompts: [file://prompt.txt]\n".to_vec()),
        ("a few bytes", b"SQL".to_vec()),
        ("a beginning and nonsense", [b"SQLite format 3\0".to_vec(), vec![0x5a; 8000]].concat()),
        ("another program's database", fs::read(&foreign).unwrap()),
    ];
    for (what, bytes) in table {
        let path = folder.path().join("store.db");
        fs::write(&path, &bytes).unwrap();
        let refused = open(&path).await.err();
        assert!(
            matches!(&refused, Some(StoreError::Corrupt { path: named, .. }) if named.contains("store.db")),
            "{what}: {refused:?}"
        );
        assert!(fs::read(&path).unwrap() == bytes, "{what}: the file is not touched");
    }
}

#[tokio::test]
async fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    fs::write(&path, b"").unwrap();
    let store = open(&path).await.unwrap();
    store.integrity().await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_newer_format_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    made(&path).await;
    sql(&path, "PRAGMA user_version = 7").await;
    let refused = open(&path).await.err();
    assert!(matches!(refused, Some(StoreError::Newer { found: 7, known: 2, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_damaged_page_is_found_by_the_check_and_never_read_as_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    made(&path).await;
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[8192..end].fill(0xee);
    fs::write(&path, bytes).unwrap();
    // page 1 is whole, so opening, which reads nothing else, may succeed
    let store = match open(&path).await {
        Err(error) => return assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}"),
        Ok(store) => store,
    };
    let answers = [
        ("integrity", store.integrity().await.err()),
        ("read", store.read(samples::run("kept").unwrap(), 0, 10).await.err()),
        ("list", store.summaries(RunFilter::default()).await.err()),
    ];
    for (what, error) in answers {
        assert!(matches!(&error, Some(StoreError::Corrupt { .. })), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn a_whole_file_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/store.db");
    made(&path).await;
    let store = open(&path).await.unwrap();
    store.integrity().await.unwrap();
    store.close().await.unwrap();
}

/// Fills a store until it is full; then everything acknowledged must be there, what is small may still fit, and with
/// room again the work goes on.
async fn fill(path: &Path, options: SqliteOptions, make_room: impl FnOnce() -> SqliteOptions) {
    let store = SqliteStore::open(path, options).await.unwrap();
    let run = samples::run("full").unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), Vec::new()).await.unwrap();
    let mut stored = Vec::new();
    let refused = loop {
        let n = u32::try_from(stored.len()).unwrap();
        assert!(n < 10_000, "the disk never got full");
        let mut answer = samples::answer(&run, n, ModelRole::Task);
        answer.body = format!("{n} ").repeat(2_000);
        match store.put_answer(answer.clone()).await {
            Ok(()) => stored.push(answer),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
    assert!(!stored.is_empty());
    let appended = store.append(run.clone(), 0, Timestamp(2), (0..5000).map(samples::trial).collect()).await;
    assert!(matches!(appended, Err(StoreError::Full { .. })), "{appended:?}");
    let keys: Vec<ContentHash> = stored.iter().map(|answer| answer.key).collect();
    let found = store.answers(keys.clone()).await.unwrap();
    assert!(found.into_iter().flatten().eq(stored.iter().cloned()), "what was paid for and stored is there");
    assert_eq!(store.length(run.clone()).await.unwrap(), 0, "an append that failed left nothing");
    store.close().await.unwrap();

    let store = SqliteStore::open(path, make_room()).await.unwrap();
    store.integrity().await.unwrap();
    assert_eq!(store.answers(keys).await.unwrap().into_iter().flatten().count(), stored.len());
    assert_eq!(store.append(run, 0, Timestamp(2), (0..500).map(samples::trial).collect()).await.unwrap(), 500);
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_limit_on_size_acts_like_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let limited = SqliteOptions { max_bytes: Some(400_000), ..SqliteOptions::default() };
    fill(&folder.path().join("store.db"), limited, SqliteOptions::default).await;
}

/// A file system of one's own; `None`, said aloud, where mounting is not allowed.
struct Mounted(PathBuf);

impl Mounted {
    fn tmpfs(folder: &Path, options: &str) -> Option<Self> {
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(folder).output();
        match done {
            Ok(output) if output.status.success() => Some(Self(folder.to_owned())),
            _ => {
                eprintln!("skipped: no right to mount a file system");
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        // busy for a moment where another test starts a process: its copy of our open files lives until it executes
        let again = || Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).output().unwrap();
        assert!((0..100).any(|_| again().status.success()), "cannot mount again: {:?}", again());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mounted::tmpfs(folder.path(), "size=1m") else { return };
    fill(&folder.path().join("store.db"), SqliteOptions::default(), || {
        disk.remount("size=16m");
        SqliteOptions::default()
    })
    .await;
    // not even room to begin
    fs::write(folder.path().join("ballast"), vec![1; 16 << 20]).unwrap_err();
    let refused = open(&folder.path().join("another.db")).await.err();
    assert!(matches!(refused, Some(StoreError::Full { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_read_only_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mounted::tmpfs(folder.path(), "size=16m") else { return };
    let path = folder.path().join("store.db");
    made(&path).await;
    disk.remount("ro");
    for path in [path, folder.path().join("new.db"), folder.path().join("new/folder/store.db")] {
        let refused = open(&path).await.err();
        assert!(matches!(refused, Some(StoreError::ReadOnly { .. })), "{}: {refused:?}", path.display());
    }
    disk.remount("rw");
}

#[cfg(unix)]
#[tokio::test]
async fn a_read_only_file_and_folder_are_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    made(&path).await;
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for (what, target, forbidden, allowed) in
        [("the file", path.as_path(), 0o444, 0o644), ("the folder", folder.path(), 0o555, 0o755)]
    {
        allow(target, forbidden);
        let probe = if target == path { path.clone() } else { folder.path().join("probe") };
        let writable = fs::File::options().append(true).create(true).open(&probe).is_ok();
        let opened = open(&path).await;
        allow(target, allowed);
        if writable {
            eprintln!("skipped for {what}: permissions do not bind this user");
        } else {
            assert!(matches!(&opened, Err(StoreError::ReadOnly { .. })), "{what}: {opened:?}");
        }
    }
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store.db")).await.unwrap();
    store.close().await.unwrap();
    store.close().await.unwrap();
    let run = samples::run("late").unwrap();
    let answers = [
        store.put_texts(vec!["late".into()]).await.err(),
        store.answers(vec![ContentHash::of(b"late")]).await.err(),
        store.length(run).await.err(),
    ];
    for error in answers {
        assert!(matches!(&error, Some(StoreError::Backend { .. })), "{error:?}");
    }
}

/// What a power cut leaves is what was flushed, and the file without its log is the least of that.
#[tokio::test]
async fn what_was_written_is_soon_in_the_file_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clade.db");
    let store = open(&path).await.unwrap();
    let run = samples::run("kept").unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), (0..100).map(samples::trial).collect()).await.unwrap();
    let copy = folder.path().join("copy.db");
    let started = std::time::Instant::now();
    loop {
        // by another process: one that closes a file gives up its own locks on it
        let copied = Command::new("cp").args([&path, &copy]).status().unwrap();
        assert!(copied.success());
        if let Ok(found) = open(&copy).await {
            let entries = found.read(run.clone(), 0, 1_000).await;
            found.close().await.unwrap();
            if entries.is_ok_and(|entries| entries.len() == 100) {
                break;
            }
        }
        for name in ["copy.db", "copy.db-wal", "copy.db-shm"] {
            drop(fs::remove_file(folder.path().join(name)));
        }
        assert!(started.elapsed().as_secs() < 30, "the file is as it was");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    store.close().await.unwrap();
}
