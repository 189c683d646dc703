use clade_domain::{ContentHash, Example, Recorded, RunEvent, RunId, Timestamp};
use clade_engine::{Owner, first_row, row_of};
use clade_evolve::state::Phase;
use clade_store::{PaidAnswer, RunStatus, RunSummary, SnapshotRow, Store, StoreError};
use futures::future::try_join_all;

use crate::{BundleError, Checked, archive::Archive, line::Lines};

/// What becomes of the answers in a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// They join the answers that later runs are served from, and count as what the run has paid: for bundles of one's own.
    Reused,
    /// Only their texts are kept, for the run's trials: for bundles of others. They can then slip no answers under requests of
    /// other runs, what they cost elsewhere counts in no budget here, and without examples of their own they see none of those that
    /// others here have.
    Shown,
}

/// Writes a checked bundle into a store as `run` of `owner`. Texts, answers and examples come first, where nobody sees them; the journal is
/// staged, and the last step makes the run visible whole. The file is checked again as it is read again.
///
/// # Errors
/// Where the run exists already, the file has changed since it was checked, or the store refuses.
pub async fn import(
    store: &dyn Store,
    checked: &Checked,
    run: RunId,
    owner: Owner,
    answers: Answers,
    now: Timestamp,
) -> Result<(), BundleError> {
    let Checked { manifest, state, .. } = checked;
    let _held = store.lock(run.clone()).await?;
    match store.length(run.clone()).await {
        Err(StoreError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(BundleError::Exists { run }),
    }
    let foreign = answers == Answers::Shown;
    let withheld = foreign && manifest.examples.is_none();
    let dataset = state.dataset();
    let known = store.has_dataset(dataset.hash).await?;
    let (mut archive, again) = Archive::open(&checked.path, checked.limits)?;
    if again != *manifest {
        return Err(BundleError::wrong("the file has changed since it was checked"));
    }
    for part in &manifest.parts {
        let bytes = archive.part(part)?;
        match Lines::read(part, &bytes)? {
            Lines::Examples(examples) if known => same_examples(store, checked, examples).await?,
            Lines::Examples(examples) => store.put_examples(dataset.hash, examples).await?,
            Lines::Texts(texts) => put_texts(store, checked, texts).await?,
            Lines::Answers(lines) if foreign => {
                put_texts(store, checked, lines.into_iter().map(|answer| answer.body).collect()).await?;
            }
            Lines::Answers(lines) => put_answers(store, &run, lines).await?,
            Lines::Journal(entries) => {
                let entries = entries.into_iter().map(|entry| renamed(entry, &run, withheld)).collect();
                store.stage(run.clone(), entries).await?;
            }
        }
    }
    archive.end()?;
    if manifest.examples.is_some() && !known {
        store.seal_dataset(dataset.clone()).await?;
    }
    let snapshots =
        manifest.snapshots.iter().map(|snapshot| SnapshotRow { run: run.clone(), ..snapshot.clone() }).collect();
    let row = row(checked, run, owner, now);
    let row = if foreign { RunSummary { brought: row.spent, ..row } } else { row };
    store.publish(row, manifest.entries, snapshots).await?;
    Ok(())
}

/// Examples under a hash that the store has must be those that it has: else the run would be about others than it says.
async fn same_examples(store: &dyn Store, checked: &Checked, examples: Vec<Example>) -> Result<(), BundleError> {
    let hash = checked.state.dataset().hash;
    let ids = examples.iter().map(|example| example.id).collect();
    match store.examples(hash, ids).await? == examples {
        true => Ok(()),
        false => Err(BundleError::OtherExamples { hash }),
    }
}

/// Keeps the texts that the run's trials name.
async fn put_texts(store: &dyn Store, checked: &Checked, mut texts: Vec<String>) -> Result<(), BundleError> {
    texts.retain(|text| checked.named.contains(&ContentHash::of(text.as_bytes())));
    store.put_texts(texts).await?;
    Ok(())
}

async fn put_answers(store: &dyn Store, run: &RunId, lines: Vec<PaidAnswer>) -> Result<(), BundleError> {
    let puts = lines.into_iter().map(|answer| store.put_answer(PaidAnswer { run: run.clone(), ..answer }));
    try_join_all(puts).await?;
    Ok(())
}

/// The first entry holds the run's name, and that of its data: a name of its own where they are withheld, since whoever holds the
/// name reads what the store has under it.
fn renamed(mut entry: Recorded, run: &RunId, withheld: bool) -> Recorded {
    if let RunEvent::RunStarted { run: named, dataset, .. } = &mut entry.event {
        *named = run.clone();
        if withheld {
            dataset.hash = ContentHash::of_parts([b"withheld".as_slice(), run.as_str().as_bytes(), &dataset.hash.0]);
        }
    }
    entry
}

/// The run's row as its journal has it: of the one in the manifest only words for people are taken over, no more of them than fit, and when it
/// was created, which was not after now.
fn row(checked: &Checked, run: RunId, owner: Owner, now: Timestamp) -> RunSummary {
    let Checked { manifest, state, .. } = checked;
    let branch_of = state.branch_of().map(|(run, _, from)| (run.clone(), *from));
    let first = first_row(run, owner, state.spec(), branch_of, manifest.summary.created.min(now));
    let status = match (state.phase(), manifest.summary.status) {
        (Phase::Finished, _) => RunStatus::Finished,
        (_, RunStatus::Failed) => RunStatus::Failed,
        _ => RunStatus::Paused,
    };
    let row = row_of(state, *state.accounted(), &first);
    // a simulated model behind an address shows in its answers alone
    let simulated = row.simulated || manifest.summary.simulated;
    let [description, detail] =
        [&manifest.summary.description, &manifest.summary.detail].map(|text| RunSummary::words(text));
    RunSummary { status, updated: now, description, detail, simulated, ..row }
}
