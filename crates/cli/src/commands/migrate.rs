use serde_json::json;

use crate::{
    args::MigrateArgs,
    backends::{Backend, Config, Record, Role},
    context::Context,
    failure::Failure,
};

/// `clade migrate`
pub async fn run(args: &MigrateArgs, context: &Context) -> Result<(), Failure> {
    let config = Config::read(context)?;
    let output = context.output;
    let mut found = false;
    if let Some(server) = &config.store {
        found = true;
        if args.print {
            output.line(Record::script(server)?);
        } else {
            let record = Record::in_server(server).await?;
            record.store().close().await?;
            if output.json {
                output.json_line(&json!({ "part": "store", "done": record.to_string() }));
            } else {
                output.line(format!("store: {record} is in order"));
            }
        }
    }
    for role in Role::ALL {
        let Some(backend) = Backend::of(role, &config)? else { continue };
        found = true;
        if args.print {
            backend.statements().iter().for_each(|statement| output.line(statement));
            continue;
        }
        let done = backend.migrate().await?;
        if output.json {
            output.json_line(&json!({ "part": role.name(), "done": done }));
        } else {
            output.line(format!("{}: {done}", role.name()));
        }
    }
    if !found {
        output.note("no server is configured; the store keeps itself in order");
    }
    Ok(())
}
