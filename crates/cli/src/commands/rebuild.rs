use std::sync::Arc;

use clade_store::{Carried, Projector, Store};
use clade_store_sqlite::Durability;
use serde_json::json;

use crate::{
    backends::{Backend, Config, Role, told, told_of},
    context::Context,
    failure::Failure,
};

/// What is dropped first.
pub enum Whose {
    /// What this installation keeps.
    Ours,
    /// What is kept under the names of its runs.
    OfOurNames,
    /// Everything.
    Everybodys,
}

impl Whose {
    /// As the flags say.
    pub fn of(everything: bool, take_over: bool) -> Self {
        match (everything, take_over) {
            (true, _) => Self::Everybodys,
            (false, true) => Self::OfOurNames,
            (false, false) => Self::Ours,
        }
    }
}

/// `clade rebuild`
pub async fn run(role: Role, whose: Whose, context: &Context) -> Result<(), Failure> {
    let backend = Backend::of(role, &Config::read(context)?)?;
    let record = context.record(Durability::Normal).await?;
    let (store, own) = (record.store(), record.projection());
    let projection = backend.map_or(own, |backend| backend.projection());
    let projector = Projector::new(Arc::<dyn Store>::clone(&store), projection);
    let work = async {
        match whose {
            Whose::Everybodys => projector.rebuild_everything().await,
            Whose::OfOurNames => projector.rebuild_taking_over().await,
            Whose::Ours => projector.rebuild().await,
        }
    };
    let Carried { entries, held } = told(role, &projector, &context.output, work).await?;
    store.close().await?;
    if context.output.json {
        context.output.json_line(&json!({ "part": role.name(), "entries": entries }));
    } else {
        context.output.line(format!("{} made anew out of {entries} journal entries", role.words()));
    }
    told_of(held, &context.output)
}
