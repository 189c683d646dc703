use std::{
    io::{Read, Write},
    path::PathBuf,
};

use clade_bundle::{Answers, BundleError, Data, Limits, check, import, write};
use clade_domain::{ContentHash, Recorded, RunEvent, RunId, Timestamp};
use clade_engine::Owner;
use clade_store::{AnswerLog, Datasets, Journal, MemoryStore, SnapshotRow, Texts, conformance::samples};
use serde_json::{Value, json};
use tempfile::TempDir;

pub fn run() -> RunId {
    samples::run("carried").unwrap()
}

/// A store with a run of three candidates, 250 trials, a snapshot, its data and its answers.
pub async fn filled() -> MemoryStore {
    filled_after(samples::started(&run(), None).unwrap()).await
}

/// The same with a first entry of one's own.
pub async fn filled_after(first: RunEvent) -> MemoryStore {
    let store = MemoryStore::new();
    let run = run();
    let mut events = vec![first];
    events.extend((0..3).map(samples::admitted));
    events.extend((0..250).map(samples::trial));
    events.push(samples::failed_trial(260));
    store.create(samples::summary(&run, 7), Timestamp(10), events).await.unwrap();
    store
        .append(run.clone(), 255, Timestamp(20), samples::several_kinds().into_iter().skip(4).collect())
        .await
        .unwrap();
    let dataset = samples::dataset("sums", 100);
    store.put_examples(dataset.hash, (0..100).map(samples::example).collect()).await.unwrap();
    store.seal_dataset(dataset).await.unwrap();
    // half of the answers were bought, the others came from the cache
    for n in 0..125 {
        store.put_answer(samples::answer(&run, n, clade_domain::ModelRole::Task)).await.unwrap();
    }
    store.put_texts((125..250).map(|n| format!("answer {n}")).collect()).await.unwrap();
    let snapshot = SnapshotRow { run: run.clone(), name: "vor Ü".into(), length: 100, at: Timestamp(15) };
    store.put_snapshot(snapshot).await.unwrap();
    store
}

/// The run of [`filled`] as a bundle.
pub async fn bundle(data: Data) -> Vec<u8> {
    bundle_of(&filled().await, data).await
}

pub async fn bundle_of(store: &MemoryStore, data: Data) -> Vec<u8> {
    let mut out = Vec::new();
    let summary = store.summary("carried".into()).await.unwrap();
    write(store, summary, data, &std::env::temp_dir(), &mut out).await.unwrap();
    out
}

/// A bundle as a file.
pub struct File {
    _folder: TempDir,
    pub path: PathBuf,
}

pub fn file(bytes: &[u8]) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.clade.tar.zst");
    std::fs::write(&path, bytes).unwrap();
    File { _folder: folder, path }
}

/// What importing a file says; whatever it says, a store that refused it has no run.
pub async fn imported(bytes: &[u8], limits: Limits) -> Result<MemoryStore, BundleError> {
    let file = file(bytes);
    let store = MemoryStore::new();
    let done = match check(&file.path, limits) {
        Ok(checked) => import(&store, &checked, run(), Owner::default(), Answers::Reused, Timestamp(99)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        assert!(store.lengths().await.unwrap().is_empty(), "{error}");
        return Err(error);
    }
    Ok(store)
}

/// What is wrong with a bundle, in words.
pub async fn refusal(bytes: &[u8]) -> String {
    match imported(bytes, Limits::default()).await {
        Ok(_) => "it was imported".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The files of a bundle, by another reader than ours.
pub fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(zstd::stream::read::Decoder::new(bytes).unwrap());
    let file = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry: tar::Entry<'_, zstd::stream::read::Decoder<'_, std::io::BufReader<&[u8]>>> = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.path().unwrap().display().to_string(), content)
    };
    archive.entries().unwrap().map(file).collect()
}

/// A header that says what it is told to.
pub fn header(name: &[u8], size: u64, kind: tar::EntryType) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

/// Files as a tar archive, without compression.
pub fn tarred(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files {
        out.extend(header(name.as_bytes(), content.len() as u64, tar::EntryType::Regular).as_bytes());
        out.extend(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Files as a bundle whose manifest fits them, as an attacker makes it.
pub fn packed(mut files: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let mut manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    for part in manifest["parts"].as_array_mut().unwrap() {
        if let Some((_, content)) = files.iter().find(|(name, _)| part["path"] == **name) {
            part["bytes"] = json!(content.len());
            part["blake3"] = json!(ContentHash::of(content));
        }
    }
    files[0].1 = serde_json::to_vec(&manifest).unwrap();
    compressed(&tarred(&files))
}

/// A bundle with its manifest changed.
pub async fn with_manifest(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut files = unpacked(&bundle(Data::Included).await);
    let mut manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    change(&mut manifest);
    files[0].1 = serde_json::to_vec(&manifest).unwrap();
    compressed(&tarred(&files))
}

/// A bundle with the lines of its journal changed, and everything else fitting.
pub async fn with_journal(change: impl FnOnce(&mut Vec<Value>)) -> Vec<u8> {
    let mut files = unpacked(&bundle(Data::Included).await);
    let (_, content) = files.iter_mut().find(|(name, _)| name == "journal/000000.jsonl").unwrap();
    let mut lines: Vec<Value> = content
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    change(&mut lines);
    *content = lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect();
    let count = lines.len();
    let mut manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    manifest["entries"] = json!(count);
    files[0].1 = serde_json::to_vec(&manifest).unwrap();
    packed(files)
}

/// All entries of a run.
pub async fn journal(store: &impl Journal, run: &RunId) -> Vec<Recorded> {
    store.read(run.clone(), 0, u32::MAX).await.unwrap()
}

/// The same entries under another run's name.
pub fn renamed(mut entries: Vec<Recorded>, name: &RunId) -> Vec<Recorded> {
    if let Some(RunEvent::RunStarted { run, .. }) = entries.first_mut().map(|entry| &mut entry.event) {
        *run = name.clone();
    }
    entries
}
