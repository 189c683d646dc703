use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use clade_domain::{ContentHash, DatasetHasher, RunEvent};
use clade_evolve::RunState;

use crate::{BundleError, Limits, Manifest, archive::Archive, line::Lines, rules::Rules};

/// A bundle that was read whole and found right.
#[derive(Debug)]
pub struct Checked {
    pub(crate) path: PathBuf,
    pub(crate) limits: Limits,
    /// Its manifest.
    pub manifest: Manifest,
    /// The run's state after all its entries.
    pub state: RunState,
    /// The answers that its trials name: of all texts that are not billed, nobody will ever read another.
    pub(crate) named: HashSet<ContentHash>,
}

/// Reads a bundle without writing anything: format, sizes, checksums, every line, and that the journal replays and could have
/// come from a run. Takes as long as unpacking does.
///
/// # Errors
/// What is wrong, with the place.
pub fn check(path: &Path, limits: Limits) -> Result<Checked, BundleError> {
    let (mut archive, manifest) = Archive::open(path, limits)?;
    let mut rules = Rules::default();
    let (mut texts, mut named): (HashSet<ContentHash>, HashSet<ContentHash>) = Default::default();
    let mut examples = 0;
    let mut hasher = DatasetHasher::default();
    for part in &manifest.parts {
        let bytes = archive.part(part)?;
        match Lines::read(part, &bytes)? {
            Lines::Examples(lines) => {
                for example in lines {
                    if example.id.index() as u64 != examples {
                        return Err(BundleError::wrong(format!("{}: example {examples} is missing", part.path)));
                    }
                    examples += 1;
                    hasher.take(&example);
                }
            }
            Lines::Texts(lines) => texts.extend(lines.iter().map(|text| ContentHash::of(text.as_bytes()))),
            Lines::Answers(lines) => {
                if let Some(answer) =
                    lines.iter().find(|answer| answer.cost.is_some_and(|usd| !(0.0..).contains(&usd.0)))
                {
                    return Err(BundleError::wrong(format!(
                        "{}: the answer {} has no true cost",
                        part.path, answer.key
                    )));
                }
                texts.extend(lines.iter().map(|answer| ContentHash::of(answer.body.as_bytes())));
            }
            Lines::Journal(lines) => {
                for entry in &lines {
                    rules.take(entry)?;
                    if let RunEvent::TrialFinished(trial) = &entry.event
                        && let Some(answer) = trial.answer()
                    {
                        if !texts.contains(&answer) {
                            return Err(BundleError::wrong(format!(
                                "journal entry {}: its answer is missing",
                                entry.seq
                            )));
                        }
                        named.insert(answer);
                    }
                }
            }
        }
    }
    archive.end()?;
    let state = rules.finish()?;
    agrees(&manifest, &state, examples)?;
    // whoever searches later on the data of this hash would be given these examples
    if manifest.examples.is_some() && hasher.finish() != state.dataset().hash {
        return Err(BundleError::wrong("its examples are not those that its journal names"));
    }
    Ok(Checked { path: path.to_owned(), limits, manifest, state, named })
}

fn agrees(manifest: &Manifest, state: &RunState, examples: u64) -> Result<(), BundleError> {
    let whole = manifest.examples.is_none_or(|declared| declared == state.dataset().len() as u64);
    if manifest.entries != state.length() || examples != manifest.examples.unwrap_or(0) || !whole {
        return Err(BundleError::wrong("the bundle does not hold what its manifest says"));
    }
    let mut names = HashSet::new();
    for snapshot in &manifest.snapshots {
        let fits = snapshot.length <= manifest.entries && !snapshot.name.is_empty() && !snapshot.name.contains('@');
        if !fits || !names.insert(&snapshot.name) {
            return Err(BundleError::wrong(format!("{:?} is no snapshot of this run", snapshot.name)));
        }
    }
    Ok(())
}
