use std::{
    collections::HashSet,
    fs::File,
    io::{self, Seek, Write},
    path::Path,
};

use clade_domain::{ContentHash, DatasetSummary, ExampleId, Recorded, RunEvent};
use clade_store::{RunSummary, Store};
use serde::Serialize;
use zstd::stream::write::Encoder;

use crate::{
    BUNDLE_FORMAT, BundleError, Manifest, Part,
    archive::{append, finish},
    line::Kind,
    manifest::MANIFEST,
};

/// Rows read in one step.
const PAGE: u32 = 1_000;
/// Size from which on a file is closed and the next one begun.
const PART: usize = 4 << 20;
/// Level of compression: zstd's own default.
const LEVEL: i32 = 3;

/// Whether the data set goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// It does: the run can be resumed elsewhere.
    Included,
    /// It does not, because it may not be shared: the run can be looked at elsewhere. Answers and feedback still go along.
    LeftOut,
}

/// Writes a run as a bundle, as far as its journal is at this moment. What the manifest says of the files is known only once they are
/// written, so they gather in a nameless file in `scratch` first. Returns the manifest.
///
/// # Errors
/// Where the run cannot be read or the bundle not written.
pub async fn write(
    store: &dyn Store,
    summary: RunSummary,
    data: Data,
    scratch: &Path,
    out: &mut (dyn Write + Send),
) -> Result<Manifest, BundleError> {
    let failed = |error: io::Error| BundleError::writing(&error);
    let mut files = Files::new(scratch).map_err(failed)?;
    let run = summary.run.clone();
    let length = store.length(run.clone()).await?;
    let dataset = dataset(store, &summary).await?;
    let examples = match data {
        Data::Included if store.has_dataset(dataset.hash).await? => Some(examples(store, &dataset, &mut files).await?),
        _ => None,
    };
    texts_and_answers(store, &summary, length, &mut files).await?;
    let mut next = 0;
    while next < length {
        let mut entries = page(store, &summary, next, length).await?;
        next += entries.len() as u64;
        entries.iter_mut().for_each(leave_out_folders);
        entries.iter().try_for_each(|entry| files.line(Kind::Journal, entry))?;
    }
    let snapshots = store.snapshots(run).await?.into_iter().filter(|snapshot| snapshot.length <= length).collect();
    let (parts, mut spool) = files.finish().map_err(failed)?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let manifest =
        Manifest { clade_bundle: BUNDLE_FORMAT, version, summary, entries: length, examples, snapshots, parts };
    let json = serde_json::to_vec_pretty(&manifest).map_err(|error| failed(error.into()))?;
    // zstd frames may follow one another: the manifest's comes before that of the files
    let mut first = Encoder::new(&mut *out, LEVEL).map_err(failed)?;
    first.include_checksum(true).map_err(failed)?;
    append(&mut first, MANIFEST, &json).map_err(failed)?;
    first.finish().map_err(failed)?;
    io::copy(&mut spool, out).map_err(failed)?;
    out.flush().map_err(failed)?;
    Ok(manifest)
}

/// Where the files of a run lie tells of its owner's machine, and nobody else finds them there: their names are enough.
fn leave_out_folders(entry: &mut Recorded) {
    let RunEvent::RunStarted { spec, dataset, .. } = &mut entry.event else { return };
    let own = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    spec.source = spec.source.as_deref().map(own);
    dataset.source = dataset.source.split(", ").map(own).collect::<Vec<_>>().join(", ");
}

async fn page(store: &dyn Store, summary: &RunSummary, from: u64, length: u64) -> Result<Vec<Recorded>, BundleError> {
    let limit = u32::try_from(length - from).unwrap_or(PAGE).min(PAGE);
    let entries = store.read(summary.run.clone(), from, limit).await?;
    match entries.is_empty() {
        true => Err(BundleError::Io { doing: "write", detail: format!("entry {from} of the journal is not there") }),
        false => Ok(entries),
    }
}

async fn dataset(store: &dyn Store, summary: &RunSummary) -> Result<DatasetSummary, BundleError> {
    match store.read(summary.run.clone(), 0, 1).await?.pop().map(|entry| entry.event) {
        Some(RunEvent::RunStarted { dataset, .. }) => Ok(*dataset),
        _ => Err(BundleError::Io {
            doing: "write",
            detail: format!("the journal of run `{}` has no beginning", summary.run),
        }),
    }
}

async fn examples(store: &dyn Store, dataset: &DatasetSummary, files: &mut Files) -> Result<u64, BundleError> {
    let count = u32::try_from(dataset.len()).unwrap_or(u32::MAX);
    for first in (0..count).step_by(PAGE as usize) {
        let ids = (first..count.min(first + PAGE)).map(ExampleId).collect();
        for example in store.examples(dataset.hash, ids).await? {
            files.line(Kind::Examples, &example)?;
        }
    }
    Ok(u64::from(count))
}

/// Texts that trials name and no answer of the run brings, then the answers.
async fn texts_and_answers(
    store: &dyn Store,
    summary: &RunSummary,
    length: u64,
    files: &mut Files,
) -> Result<(), BundleError> {
    let mut known: HashSet<ContentHash> = HashSet::new();
    let mut after = None;
    loop {
        let answers = store.answers_of(summary.run.clone(), after, PAGE).await?;
        let Some(last) = answers.last() else { break };
        after = Some(last.key);
        known.extend(answers.iter().map(|answer| ContentHash::of(answer.body.as_bytes())));
    }
    let last_answer = after;
    let mut next = 0;
    while next < length {
        let entries = page(store, summary, next, length).await?;
        next += entries.len() as u64;
        let named = entries.iter().filter_map(|entry| match &entry.event {
            RunEvent::TrialFinished(trial) => trial.answer(),
            _ => None,
        });
        let missing: Vec<ContentHash> = named.filter(|hash| known.insert(*hash)).collect();
        for text in store.texts(missing).await? {
            files.line(Kind::Texts, &text)?;
        }
    }
    let mut after = None;
    while after < last_answer {
        let answers = store.answers_of(summary.run.clone(), after, PAGE).await?;
        let Some(last) = answers.last() else { break };
        after = Some(last.key);
        answers.iter().try_for_each(|answer| files.line(Kind::Answers, answer))?;
    }
    Ok(())
}

/// Files in the making: the present one in memory, the earlier ones in a nameless file.
struct Files {
    spool: Encoder<'static, File>,
    parts: Vec<Part>,
    kind: Kind,
    number: usize,
    content: Vec<u8>,
}

impl Files {
    fn new(scratch: &Path) -> io::Result<Self> {
        let mut spool = Encoder::new(tempfile::tempfile_in(scratch)?, LEVEL)?;
        spool.include_checksum(true)?;
        Ok(Self { spool, parts: Vec::new(), kind: Kind::Examples, number: 0, content: Vec::new() })
    }

    fn line(&mut self, kind: Kind, value: &(impl Serialize + ?Sized)) -> Result<(), BundleError> {
        let failed = |error: io::Error| BundleError::writing(&error);
        if kind != self.kind || self.content.len() >= PART {
            self.close_part().map_err(failed)?;
            self.number = if kind == self.kind { self.number } else { 0 };
            self.kind = kind;
        }
        serde_json::to_writer(&mut self.content, value).map_err(|error| failed(error.into()))?;
        self.content.push(b'\n');
        Ok(())
    }

    fn close_part(&mut self) -> io::Result<()> {
        if self.content.is_empty() {
            return Ok(());
        }
        let path = self.kind.path(self.number);
        append(&mut self.spool, &path, &self.content)?;
        let (bytes, blake3) = (self.content.len() as u64, ContentHash::of(&self.content));
        self.parts.push(Part { kind: self.kind, path, bytes, blake3 });
        self.content.clear();
        self.number += 1;
        Ok(())
    }

    fn finish(mut self) -> io::Result<(Vec<Part>, File)> {
        self.close_part()?;
        finish(&mut self.spool)?;
        let mut file = self.spool.finish()?;
        file.rewind()?;
        Ok((self.parts, file))
    }
}
