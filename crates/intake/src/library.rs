//! What a workspace keeps by name: found for a run file, and added to.

use clade_domain::{ContentHash, Item, ItemKind, ItemVersion, PinnedItem, Timestamp, UserId, WorkspaceId};
use clade_runfile::{Found, Library, Reference, Version, Volume};
use clade_store::{Change, ReadRecords, Store, StoreError, Stored, item_id, version_id};

/// Most versions of one thing.
const VERSIONS: u32 = 10_000;
/// How often a version is added anew where somebody else was first.
const ATTEMPTS: u32 = 100;
/// Most characters of a note.
const NOTE: usize = 1_000;

/// A text that is to be kept.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Prompt or data set.
    pub kind: ItemKind,
    /// Its name: 1 to 100 letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// A prompt as it is, or a chat as a run file would have it; examples as JSON lines.
    pub text: String,
    /// What is new in it.
    pub note: String,
    /// The revision of the item that it was made from; it is kept behind no other one. Behind whatever is there where nobody says.
    pub revision: Option<u64>,
}

/// Why a text is not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The name does not fit.
    #[error("a name has 1 to 100 letters, digits, `.`, `_` and `-`, and does not begin with `.`")]
    Name,
    /// Nothing is in it.
    #[error("there is nothing in the text; a version holds a prompt or examples")]
    Empty,
    /// Data that is no JSON lines.
    #[error("line {line} is no JSON object ({detail}); a data set is kept as JSON lines")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
    /// Somebody else kept another version, or a label, since the one that it was made from.
    #[error("somebody else changed it meanwhile")]
    Changed(Box<Stored<Item>>),
    /// There is none of that name from which a version could have been made.
    #[error("`{0}` is not there, so nothing was made from it")]
    Gone(String),
    /// There are as many as are kept.
    #[error("`{0}` has {VERSIONS} versions, and more are not kept")]
    Many(String),
    /// The store says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a name is one that things, and their labels, may have.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    let fits = (1..=100).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    fits && !name.starts_with('.')
}

/// Whether a name is one that a label may have: a number behind `@` is a version.
#[must_use]
pub fn is_label(name: &str) -> bool {
    is_plain_name(name) && !name.chars().all(|c| c.is_ascii_digit())
}

/// Whether a text is what is kept as a data set: JSON lines, each an object.
///
/// # Errors
/// The first line that is none.
pub fn check_dataset(text: &str) -> Result<(), KeepError> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    for (text, line) in lines {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text.trim_start_matches('\u{feff}'))
            .map_err(|error| KeepError::Line { line, detail: error.to_string() })?;
    }
    Ok(())
}

/// Keeps a text: the first version of a new name, or the next of one that is there.
///
/// # Errors
/// Where the name does not fit, the text is empty, data is no JSON lines, or there are too many versions.
pub async fn keep(
    store: &dyn Store,
    (workspace, by): (&WorkspaceId, &UserId),
    new: NewVersion,
    now: Timestamp,
) -> Result<Stored<Item>, KeepError> {
    let NewVersion { kind, name, text, note, revision } = new;
    if !is_plain_name(&name) {
        return Err(KeepError::Name);
    }
    if text.trim().is_empty() {
        return Err(KeepError::Empty);
    }
    if kind == ItemKind::Dataset {
        check_dataset(&text)?;
    }
    let (bytes, content) = (text.len() as u64, ContentHash::of(text.as_bytes()));
    store.put_texts(vec![text]).await?;
    let mut version = ItemVersion {
        workspace: workspace.clone(),
        kind,
        name,
        version: 0,
        content,
        bytes,
        note: note.chars().take(NOTE).collect(),
        by: by.clone(),
        at: now,
    };
    // of those who add at the same moment one is first each time, and the others come after it
    let mut attempt = 1;
    loop {
        match add(store, &mut version, revision).await {
            Err(KeepError::Store(StoreError::Stale { .. } | StoreError::Exists { .. })) if attempt < ATTEMPTS => {
                attempt += 1;
            }
            done => return done,
        }
    }
}

/// Adds a version behind those that are there at this moment.
async fn add(store: &dyn Store, version: &mut ItemVersion, revision: Option<u64>) -> Result<Stored<Item>, KeepError> {
    let ItemVersion { workspace, kind, name, at: now, .. } = version.clone();
    let old = store.get::<Item>(&item_id(&workspace, kind, &name), now).await?;
    match (revision, &old) {
        (Some(revision), Some(old)) if old.revision != revision => {
            return Err(KeepError::Changed(Box::new(old.clone())));
        }
        (Some(_), None) => return Err(KeepError::Gone(name)),
        (Some(_) | None, _) => {}
    }
    version.version = old.as_ref().map_or(0, |old| old.value.versions) + 1;
    if version.version > VERSIONS {
        return Err(KeepError::Many(name));
    }
    let labels = old.as_ref().map(|old| old.value.labels.clone()).unwrap_or_default();
    let item = Item { workspace, kind, name, versions: version.version, labels };
    let change = match &old {
        Some(old) => Change::rewrite(old, &item)?,
        None => Change::add(&item, now)?,
    };
    store.commit(vec![change, Change::add(version, now)?]).await?;
    Ok(Stored {
        value: item,
        revision: old.as_ref().map_or(1, |old| old.revision + 1),
        created: old.map_or(now, |old| old.created),
    })
}

/// What the names of a run file lead to in a workspace. A name that leads nowhere is told of where the run file has it.
///
/// # Errors
/// Where the store cannot be read.
pub async fn find(
    store: &dyn Store,
    workspace: &WorkspaceId,
    references: Vec<Reference>,
    now: Timestamp,
) -> Result<Library, StoreError> {
    let mut library = Library::default();
    for reference in references {
        let item = store.get::<Item>(&item_id(workspace, reference.kind, &reference.name), now).await?;
        let found = match pick(&reference, item.as_ref().map(|item| (item.value.versions, &item.value.labels))) {
            Ok(number) => volume(store, workspace, &reference, number, now).await?,
            Err(why) => Err(why),
        };
        library.add(reference, found);
    }
    Ok(library)
}

/// The version that is meant of a thing with so many versions and these labels; what is wrong and what to do where there is none.
///
/// # Errors
/// As said.
pub fn pick(reference: &Reference, there: Option<(u32, &std::collections::BTreeMap<String, u32>)>) -> Found<u32> {
    let Reference { kind, name, version } = reference;
    let kind = match kind {
        ItemKind::Prompt => "prompt",
        ItemKind::Dataset => "dataset",
    };
    let Some((versions, labels)) = there else {
        let fix = format!("check the name, or add it with `clade library add {kind} {name} FILE`");
        return Err((format!("the workspace keeps no {kind} `{name}`"), fix));
    };
    match version {
        Version::Newest => Ok(versions),
        Version::Number(number) if (1..=versions).contains(number) => Ok(*number),
        Version::Number(number) => {
            Err((format!("{kind} `{name}` has no version {number}"), format!("it has versions 1 to {versions}")))
        }
        Version::Label(label) => labels.get(label).copied().ok_or_else(|| {
            let known: Vec<String> = labels.keys().map(|label| format!("`{label}`")).collect();
            let fix = match known.is_empty() {
                true => format!("it has no labels; name a version from 1 to {versions}"),
                false => format!("it has {}", known.join(", ")),
            };
            (format!("{kind} `{name}` has no label `{label}`"), fix)
        }),
    }
}

async fn volume(
    store: &dyn Store,
    workspace: &WorkspaceId,
    Reference { kind, name, .. }: &Reference,
    number: u32,
    now: Timestamp,
) -> Result<Found<Volume>, StoreError> {
    let Some(version) = store.get::<ItemVersion>(&version_id(workspace, *kind, name, number), now).await? else {
        let fix = "name another version".to_owned();
        return Ok(Err((format!("version {number} of `{name}` is gone"), fix)));
    };
    let content = version.value.content;
    let text = store.texts(vec![content]).await?.pop().unwrap_or_default();
    let pinned = PinnedItem { kind: *kind, name: name.clone(), version: number, content };
    Ok(Ok(Volume { pinned, text: text.into() }))
}
