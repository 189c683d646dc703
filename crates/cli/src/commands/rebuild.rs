use std::sync::Arc;

use clade_store::{Carried, Projector, Store};
use clade_store_sqlite::Durability;
use serde_json::json;

use crate::{
    backends::{Backend, Config, Role, told, told_of},
    context::Context,
    failure::Failure,
};

/// `clade rebuild`
pub async fn run(role: Role, everything: bool, context: &Context) -> Result<(), Failure> {
    let backend = Backend::of(role, &Config::read(context)?)?;
    let record = context.record(Durability::Normal).await?;
    let (store, own) = (record.store(), record.projection());
    let projection = backend.map_or(own, |backend| backend.projection());
    let projector = Projector::new(Arc::<dyn Store>::clone(&store), projection);
    let work = async {
        match everything {
            true => projector.rebuild_everything().await,
            false => projector.rebuild().await,
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
