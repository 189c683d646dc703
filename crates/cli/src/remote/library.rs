use std::path::Path;

use clade_domain::{ContentHash, ItemKind, PinnedItem};
use clade_intake::library::pick;
use clade_runfile::{Library, Reference, Volume};
use serde::Deserialize;

use super::Client;
use crate::{
    args::{FileArgs, LibraryArgs, LibraryCommand},
    commands::library::{Kept, added, kind_of, list, new_version, reference, show, word},
    context::Context,
    failure::Failure,
    load,
};

impl Client {
    /// What a run file names of the workspace of the server.
    ///
    /// # Errors
    /// Where an option has no value, or the server cannot be asked.
    pub async fn library(&self, path: &Path, args: &FileArgs) -> Result<Library, Failure> {
        self.find(clade_runfile::references(path, &load::overrides(args)?)).await
    }

    async fn find(&self, references: Vec<Reference>) -> Result<Library, Failure> {
        let mut library = Library::default();
        for reference in references {
            let kept = self.kept(reference.kind).await?;
            let there = kept.iter().find(|kept| kept.name == reference.name);
            let found = match pick(&reference, there.map(|kept| (kept.versions, &kept.labels))) {
                Ok(number) => Ok(self.volume(&reference, number).await?),
                Err(why) => Err(why),
            };
            library.add(reference, found);
        }
        Ok(library)
    }

    async fn kept(&self, kind: ItemKind) -> Result<Vec<Kept>, Failure> {
        #[derive(Deserialize)]
        struct Page {
            items: Vec<Kept>,
        }
        let page: Page = self.get(&["workspaces", self.workspace.as_str(), "library", word(kind)], &[]).await?;
        Ok(page.items.into_iter().map(|kept| Kept { kind, ..kept }).collect())
    }

    async fn volume(&self, reference: &Reference, number: u32) -> Result<Volume, Failure> {
        #[derive(Deserialize)]
        struct Whole {
            text: String,
        }
        let Reference { kind, name, .. } = reference;
        let number_text = number.to_string();
        let path =
            ["workspaces", self.workspace.as_str(), "library", word(*kind), name.as_str(), "versions", &number_text];
        let whole: Whole = self.get(&path, &[]).await?;
        let content = ContentHash::of(whole.text.as_bytes());
        let pinned = PinnedItem { kind: *kind, name: name.clone(), version: number, content };
        Ok(Volume { pinned, text: whole.text.into() })
    }
}

/// `clade library`
pub async fn run(client: &Client, args: &LibraryArgs, context: &Context) -> Result<(), Failure> {
    match &args.command {
        LibraryCommand::List => {
            let mut all = client.kept(ItemKind::Prompt).await?;
            all.extend(client.kept(ItemKind::Dataset).await?);
            list(all, &context.output);
        }
        LibraryCommand::Add { kind, name, file, note } => {
            let new = new_version(*kind, name, file, note)?;
            let body = serde_json::json!({ "name": new.name, "text": new.text, "note": new.note });
            let kind = kind_of(*kind);
            let kept: Kept =
                client.post(&["workspaces", client.workspace.as_str(), "library", word(kind)], &body).await?;
            added(kind, name, kept.versions, &context.output);
        }
        LibraryCommand::Show { kind, name } => {
            let reference = reference(*kind, name);
            let library = client.find(vec![reference.clone()]).await?;
            show(library.get(&reference), &context.output)?;
        }
    }
    Ok(())
}
