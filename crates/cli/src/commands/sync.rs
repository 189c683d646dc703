use std::sync::Arc;

use clade_store::{Carried, Projector, Store};
use clade_store_sqlite::Durability;
use serde_json::json;

use crate::{
    args::SyncArgs,
    backends::{Backend, Config, Role, told, told_of},
    context::Context,
    display::result::count,
    exit,
    failure::Failure,
    output::Output,
};

/// `clade sync`
pub async fn run(args: &SyncArgs, context: &Context) -> Result<(), Failure> {
    let config = Config::read(context)?;
    let output = context.output;
    let mut backends = Vec::new();
    for role in Role::ALL {
        backends.extend(Backend::of(role, &config)?.map(|backend| (role, backend)));
    }
    if backends.is_empty() {
        output.note("no server is configured; docs/backends says how");
        return Ok(());
    }
    let store = context.store(Durability::Normal).await?;
    let mut good = true;
    for (role, backend) in backends {
        let projector = Projector::new(Arc::<dyn Store>::clone(&store), backend.projection());
        // one that is away keeps none of the others waiting
        if let Err(failure) = part(role, &projector, args, &output).await {
            failure.tell(&output);
            good = false;
        }
    }
    store.close().await?;
    if good { Ok(()) } else { Err(Failure::Exit(exit::ERROR)) }
}

async fn part(role: Role, projector: &Projector, args: &SyncArgs, output: &Output) -> Result<(), Failure> {
    let mut behind: Vec<_> = projector.behind().await?.into_iter().filter(|(_, behind)| *behind > 0).collect();
    let Carried { entries: carried, held } = match args.status {
        true => Carried { entries: 0, held: projector.held().await? },
        false => told(role, projector, output, projector.carry_over()).await?,
    };
    // what is left out is not on its way
    behind.retain(|(run, _)| !held.iter().any(|(left_out, _)| left_out == run));
    let entries: u64 = behind.iter().map(|(_, behind)| behind).sum();
    if output.json {
        let (runs, left_out) = (behind.len(), held.len());
        output.json_line(
            &json!({ "part": role.name(), "behind": entries, "runs": runs, "carried": carried, "left_out": left_out }),
        );
    } else if !args.status {
        output.line(format!(
            "{}: {} of {} carried over",
            role.name(),
            count(carried, "journal entry"),
            count(behind.len() as u64, "run")
        ));
    } else if behind.is_empty() && held.is_empty() {
        output.line(format!("{}: nothing is missing", role.name()));
    } else {
        if !held.is_empty() {
            output.line(format!("{}: left out: {}", role.name(), count(held.len() as u64, "run")));
        }
        output.line(format!(
            "{}: {} of {} behind",
            role.name(),
            count(entries, "journal entry"),
            count(behind.len() as u64, "run")
        ));
    }
    told_of(held, output)
}
