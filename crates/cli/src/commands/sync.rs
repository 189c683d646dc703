use std::sync::Arc;

use clade_store::{Projector, Store};
use clade_store_sqlite::Durability;
use serde_json::json;

use crate::{
    args::SyncArgs,
    backends::{Backend, Config, Role},
    context::Context,
    failure::Failure,
};

/// `clade sync`
pub async fn run(args: &SyncArgs, context: &Context) -> Result<(), Failure> {
    let config = Config::read(context)?;
    let output = context.output;
    let store = context.store(Durability::Normal).await?;
    let mut found = false;
    for role in Role::ALL {
        let Some(backend) = Backend::of(role, &config)? else { continue };
        found = true;
        let projector = Projector::new(Arc::<dyn Store>::clone(&store), backend.projection());
        let behind: Vec<_> = projector.behind().await?.into_iter().filter(|(_, behind)| *behind > 0).collect();
        let entries: u64 = behind.iter().map(|(_, behind)| behind).sum();
        let carried = if args.status { 0 } else { projector.catch_up().await? };
        if output.json {
            output.json_line(
                &json!({ "part": role.name(), "behind": entries, "runs": behind.len(), "carried": carried }),
            );
        } else if !args.status {
            output.line(format!("{}: {carried} journal entries of {} runs carried over", role.name(), behind.len()));
        } else if behind.is_empty() {
            output.line(format!("{}: nothing is missing", role.name()));
        } else {
            output.line(format!("{}: {entries} journal entries of {} runs behind", role.name(), behind.len()));
        }
    }
    if !found {
        output.note("no server is configured; docs/backends says how");
    }
    store.close().await?;
    Ok(())
}
