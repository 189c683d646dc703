use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    sync::Arc,
};

use clade_domain::{ContentHash, Example, Recorded, RunEvent, RunId};
use clade_engine::now;
use clade_evolve::RunState;
use clade_store::{RunStatus, Store, StoreError};

use super::{BUNDLE_FORMAT, Last, Line, Manifest};
use crate::failure::Failure;

/// Longest line: a guard against files that are no bundles.
const LONGEST: usize = 64 << 20;
/// Lines written in one step.
const PART: usize = 500;

/// A bundle that was read whole and found right.
pub struct Checked {
    /// Its first line.
    pub manifest: Manifest,
    /// The run's state after all its entries.
    pub state: RunState,
}

/// Reads a bundle without writing anything: format, checksum, every line, and that the journal replays.
///
/// # Errors
/// What is wrong, with the line.
pub fn check(path: &Path) -> Result<Checked, Failure> {
    let wrong = |line: u64, what: &str| {
        Failure::Usage(format!(
            "{}:{line}: {what}; nothing was imported: export the run again, or fetch the file again",
            path.display()
        ))
    };
    let mut hasher = blake3::Hasher::new();
    let mut manifest: Option<Manifest> = None;
    let mut state: Option<RunState> = None;
    let mut examples = 0;
    let mut lines = (1u64..).zip(lines(path)?);
    while let Some((number, line)) = lines.next() {
        let line = line?;
        let Some(first) = &manifest else {
            let read: Manifest = serde_json::from_slice(&line)
                .map_err(|_| wrong(number, "the file is no Promptclade bundle (its first line is no manifest)"))?;
            if read.clade_bundle > BUNDLE_FORMAT {
                let what =
                    format!("the bundle has format {}, this version reads up to {BUNDLE_FORMAT}", read.clade_bundle);
                return Err(Failure::Usage(format!("{}: {what}; update `clade`", path.display())));
            }
            manifest = Some(read);
            hasher.update(&line);
            continue;
        };
        if let Ok(Last { end }) = serde_json::from_slice(&line) {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
            if end.lines + 1 != number || end.blake3 != ContentHash(bytes) {
                return Err(wrong(number, "the checksum does not fit: the file was changed or cut"));
            }
            let state = state.ok_or_else(|| wrong(number, "the bundle holds no journal"))?;
            if state.length() != first.entries || examples != state.dataset().len() {
                return Err(wrong(number, "the bundle does not hold what its first line says"));
            }
            // what stands behind the checksum is not covered by it
            if lines.next().is_some() {
                return Err(wrong(number + 1, "there is more behind the end of the bundle"));
            }
            return Ok(Checked { manifest: first.clone(), state });
        }
        hasher.update(&line);
        let read: Line = serde_json::from_slice(&line).map_err(|error| wrong(number, &error.to_string()))?;
        match read {
            Line::Example(example) if example.id.index() == examples => examples += 1,
            Line::Example(_) => return Err(wrong(number, "an example is out of order")),
            Line::Text(_) | Line::Answer(_) => {}
            Line::Entry(entry) => match &mut state {
                None => state = Some(RunState::start(&entry).map_err(|error| wrong(number, &error.to_string()))?),
                Some(state) if entry.seq == state.length() => state.apply(&entry),
                Some(_) => return Err(wrong(number, "a journal entry is missing or out of order")),
            },
        }
    }
    Err(wrong(0, "the file ends too early"))
}

/// Writes a checked bundle into the store as `run`.
///
/// # Errors
/// Where the store refuses; a run that exists already is refused before anything is written.
pub async fn import(store: &Arc<dyn Store>, path: &Path, checked: Checked, run: RunId) -> Result<(), Failure> {
    let Checked { manifest, state } = checked;
    match store.length(run.clone()).await {
        Err(StoreError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
        Ok(_) => {
            return Err(Failure::Usage(format!(
                "run `{run}` exists already; import under another name with --run-id NAME"
            )));
        }
    }
    let dataset = state.dataset().clone();
    let known = store.has_dataset(dataset.hash).await?;
    let mut summary = manifest.summary;
    summary.run = run.clone();
    if summary.status == RunStatus::Running {
        summary.status = RunStatus::Paused;
    }
    let (mut examples, mut texts, mut entries): (Vec<Example>, Vec<String>, Vec<Recorded>) = Default::default();
    let mut created = false;
    for line in lines(path)?.skip(1) {
        let Ok(read) = serde_json::from_slice::<Line>(&line?) else { continue };
        match read {
            Line::Example(_) if known => {}
            Line::Example(example) => examples.push(*example),
            Line::Text(text) => texts.push(text),
            Line::Answer(answer) => {
                let mut answer = *answer;
                answer.run = run.clone();
                store.put_answer(answer).await?;
            }
            Line::Entry(entry) => entries.push(*entry),
        }
        if examples.len() >= PART {
            store.put_examples(dataset.hash, std::mem::take(&mut examples)).await?;
        }
        if texts.len() >= PART {
            store.put_texts(std::mem::take(&mut texts)).await?;
        }
        if entries.len() >= PART {
            append(store, &run, &summary, &mut entries, &mut created).await?;
        }
    }
    store.put_texts(texts).await?;
    if !known {
        store.put_examples(dataset.hash, examples).await?;
        store.seal_dataset(dataset).await?;
    }
    append(store, &run, &summary, &mut entries, &mut created).await
}

/// Appends entries with their own times; the first one creates the run.
async fn append(
    store: &Arc<dyn Store>,
    run: &RunId,
    summary: &clade_store::RunSummary,
    entries: &mut Vec<Recorded>,
    created: &mut bool,
) -> Result<(), Failure> {
    // entries of one moment were appended together and are again
    let mut open = std::mem::take(entries).into_iter().peekable();
    while let Some(Recorded { seq, at, event }) = open.next() {
        let mut events = vec![event];
        while let Some(more) = open.next_if(|entry| entry.at == at) {
            events.push(more.event);
        }
        if let Some(RunEvent::RunStarted { run: named, .. }) = events.first_mut() {
            *named = run.clone();
        }
        if *created {
            store.append(run.clone(), seq, at, events).await?;
        } else {
            store.create(clade_store::RunSummary { updated: now(), ..summary.clone() }, at, events).await?;
            *created = true;
        }
    }
    Ok(())
}

/// The lines of a file with their ends, each at most [`LONGEST`] bytes.
fn lines(path: &Path) -> Result<impl Iterator<Item = Result<Vec<u8>, Failure>>, Failure> {
    let file = File::open(path).map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
    let mut reader = BufReader::new(file);
    let path = path.to_owned();
    Ok(std::iter::from_fn(move || {
        let mut line = Vec::new();
        match read_limited(&mut reader, &mut line) {
            Ok(0) => None,
            Ok(_) if line.len() > LONGEST => {
                Some(Err(Failure::Usage(format!("{} is no bundle: it has a line of over 64 MiB", path.display()))))
            }
            Ok(_) => Some(Ok(line)),
            Err(error) => Some(Err(Failure::Error(format!("cannot read {}: {error}", path.display())))),
        }
    }))
}

fn read_limited(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    use std::io::Read;
    reader.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', line)
}
