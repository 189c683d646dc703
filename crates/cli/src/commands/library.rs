use std::path::Path;

use clade_domain::{Item, ItemKind, UserId, WorkspaceId};
use clade_engine::now;
use clade_intake::library::{KeepError, NewVersion, check_dataset, find, keep};
use clade_runfile::{Found, Reference, Volume};
use clade_store::{ReadRecords, RecordQuery, Stored};
use clade_store_sqlite::Durability;
use serde::{Deserialize, Serialize};

use crate::{
    args::{Kind, LibraryArgs, LibraryCommand},
    context::Context,
    failure::Failure,
    output::Output,
};

/// Something that is kept by name, as lists show it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Which kind; a server's lists are of one.
    #[serde(default = "prompt")]
    pub kind: ItemKind,
    /// Its name.
    pub name: String,
    /// The number of its newest version.
    pub versions: u32,
    /// Labels with the versions that they point at.
    pub labels: std::collections::BTreeMap<String, u32>,
}

fn prompt() -> ItemKind {
    ItemKind::Prompt
}

/// As it is named in the domain.
pub fn kind_of(kind: Kind) -> ItemKind {
    match kind {
        Kind::Prompt => ItemKind::Prompt,
        Kind::Dataset => ItemKind::Dataset,
    }
}

/// As people write it.
pub fn word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Prompt => "prompt",
        ItemKind::Dataset => "dataset",
    }
}

/// `clade library`
pub async fn run(args: &LibraryArgs, context: &Context) -> Result<(), Failure> {
    let (workspace, output) = (WorkspaceId::default(), context.output);
    match &args.command {
        LibraryCommand::List => {
            let store = context.store_to_read().await?;
            let query = RecordQuery { workspace: Some(workspace), ..RecordQuery::default() };
            let all: Vec<Stored<Item>> = store.list(query, now()).await?;
            store.close().await?;
            let kept = |Item { kind, name, versions, labels, .. }| Kept { kind, name, versions, labels };
            list(all.into_iter().map(|item| kept(item.value)).collect(), &output);
        }
        LibraryCommand::Add { kind, name, file, note } => {
            let new = new_version(*kind, name, file, note)?;
            let store = context.store(Durability::Normal).await?;
            let kept = keep(store.as_ref(), (&workspace, &UserId::default()), new, now()).await;
            let kept = kept.map_err(|error| match error {
                KeepError::Store(error) => error.into(),
                error => Failure::Usage(error.to_string()),
            })?;
            store.close().await?;
            added(kind_of(*kind), name, kept.value.versions, &output);
        }
        LibraryCommand::Show { kind, name } => {
            let reference = reference(*kind, name);
            let store = context.store_to_read().await?;
            let library = find(store.as_ref(), &workspace, vec![reference.clone()], now()).await?;
            store.close().await?;
            show(library.get(&reference), &output)?;
        }
    }
    Ok(())
}

/// A name of the command line as a run file would have it.
pub fn reference(kind: Kind, name: &str) -> Reference {
    Reference::named(kind_of(kind), name)
}

/// Reads a file that is to be kept. Data has to be JSON lines.
///
/// # Errors
/// Where it cannot be read, or is none.
pub fn new_version(kind: Kind, name: &str, file: &Path, note: &str) -> Result<NewVersion, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| Failure::io("read", file, &error))?;
    if kind == Kind::Dataset {
        check_dataset(&text).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    }
    Ok(NewVersion { kind: kind_of(kind), name: name.to_owned(), text, note: note.to_owned(), revision: None })
}

/// Shows what is kept.
pub fn list(mut all: Vec<Kept>, output: &Output) {
    all.sort_by(|a, b| (word(a.kind), &a.name).cmp(&(word(b.kind), &b.name)));
    for kept in all {
        if output.json {
            output.json_line(&serde_json::json!(kept));
            continue;
        }
        let labels: Vec<String> = kept.labels.iter().map(|(label, version)| format!("{label}: {version}")).collect();
        let versions = if kept.versions == 1 { "1 version".to_owned() } else { format!("{} versions", kept.versions) };
        output
            .line(format!("{:<8} {:<32} {versions:<14} {}", word(kept.kind), kept.name, labels.join(", ")).trim_end());
    }
}

/// Says what was added.
pub fn added(kind: ItemKind, name: &str, version: u32, output: &Output) {
    if output.json {
        output.json_line(&serde_json::json!({ "kind": kind, "name": name, "version": version }));
    } else {
        output.line(format!(
            "{} {name} has version {version}; run files name it as library://{name}@{version}",
            word(kind)
        ));
    }
}

/// Prints a version.
///
/// # Errors
/// Where there is none.
pub fn show(found: Found<&Volume>, output: &Output) -> Result<(), Failure> {
    let volume = found.map_err(|(message, fix)| Failure::Usage(format!("{message}; {fix}")))?;
    if output.json {
        output.json_line(&serde_json::json!({ "item": volume.pinned, "text": &*volume.text }));
    } else {
        output.line(volume.text.trim_end());
    }
    Ok(())
}
