use std::{collections::BTreeSet, io::Write, sync::Arc};

use clade_domain::{ContentHash, ExampleId, RunEvent, TrialOutcome};
use clade_engine::replay_state;
use clade_store::{RunSummary, Store};
use serde::Serialize;

use super::{BUNDLE_FORMAT, End, Last, Line, Manifest};
use crate::failure::Failure;

const PAGE: u32 = 1_000;

/// Writes lines and keeps their hash.
struct Hashed<W> {
    out: W,
    hasher: blake3::Hasher,
    lines: u64,
}

impl<W: Write> Hashed<W> {
    fn line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(value).map_err(|error| Failure::Error(error.to_string()))?;
        line.push(b'\n');
        self.hasher.update(&line);
        self.lines += 1;
        self.out.write_all(&line).map_err(|error| Failure::Error(format!("cannot write the bundle: {error}")))
    }
}

/// Writes a run as a bundle.
///
/// # Errors
/// Where the run cannot be read or the bundle not written.
pub async fn write(store: &Arc<dyn Store>, summary: RunSummary, out: impl Write) -> Result<u64, Failure> {
    let state = replay_state(store, &summary.run).await?;
    let run = summary.run.clone();
    let mut out = Hashed { out, hasher: blake3::Hasher::new(), lines: 0 };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    out.line(&Manifest { clade_bundle: BUNDLE_FORMAT, version, summary, entries: state.length() })?;
    let count = u32::try_from(state.dataset().len()).unwrap_or(u32::MAX);
    for first in (0..count).step_by(PAGE as usize) {
        let ids = (first..count.min(first + PAGE)).map(ExampleId).collect();
        for example in store.examples(state.dataset().hash, ids).await? {
            out.line(&Line::Example(Box::new(example)))?;
        }
    }
    // texts of answers that other runs paid for come first, so that they are there when their trials are read
    let mut own: BTreeSet<ContentHash> = BTreeSet::new();
    let mut after = None;
    loop {
        let answers = store.answers_of(run.clone(), after, PAGE).await?;
        let Some(last) = answers.last() else { break };
        after = Some(last.key);
        own.extend(answers.iter().map(|answer| ContentHash::of(answer.body.as_bytes())));
    }
    let mut next = 0;
    loop {
        let entries = store.read(run.clone(), next, PAGE).await?;
        let Some(last) = entries.last() else { break };
        next = last.seq + 1;
        let texts: BTreeSet<ContentHash> = entries
            .iter()
            .filter_map(|entry| match &entry.event {
                RunEvent::TrialFinished(trial) => match trial.outcome {
                    TrialOutcome::Scored { answer, .. } if !own.contains(&answer) => Some(answer),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        for text in store.texts(texts.into_iter().collect()).await? {
            own.insert(ContentHash::of(text.as_bytes()));
            out.line(&Line::Text(text))?;
        }
    }
    let mut after = None;
    loop {
        let answers = store.answers_of(run.clone(), after, PAGE).await?;
        let Some(last) = answers.last() else { break };
        after = Some(last.key);
        for answer in answers {
            out.line(&Line::Answer(Box::new(answer)))?;
        }
    }
    let mut next = 0;
    loop {
        let entries = store.read(run.clone(), next, PAGE).await?;
        let Some(last) = entries.last() else { break };
        next = last.seq + 1;
        for entry in entries {
            out.line(&Line::Entry(Box::new(entry)))?;
        }
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&out.hasher.finalize().as_bytes()[..16]);
    let end = End { lines: out.lines, blake3: ContentHash(bytes) };
    out.line(&Last { end })?;
    out.out.flush().map_err(|error| Failure::Error(format!("cannot write the bundle: {error}")))?;
    Ok(out.lines)
}
