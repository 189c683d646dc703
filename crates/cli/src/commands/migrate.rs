use serde_json::json;

use crate::{
    args::MigrateArgs,
    backends::{Backend, Config, Record, Role, Server},
    context::Context,
    exit,
    failure::Failure,
    output::Output,
};

/// `clade migrate`
pub async fn run(args: &MigrateArgs, context: &Context) -> Result<(), Failure> {
    let config = Config::read(context)?;
    let output = context.output;
    let mut parts = 0;
    let mut good = true;
    let mut done = |name: &str, done: Result<String, Failure>| match done {
        Ok(done) if output.json => output.json_line(&json!({ "part": name, "done": done })),
        Ok(done) => output.line(format!("{name}: {done}")),
        // one that is away keeps none of the others waiting
        Err(failure) => {
            failure.tell(&output);
            good = false;
        }
    };
    if let Some(server) = &config.store {
        parts += 1;
        if args.print {
            output.line(Record::script(server)?);
        } else {
            done("store", in_order(server, output).await);
        }
    }
    for role in Role::ALL {
        let Some(backend) = Backend::of(role, &config)? else { continue };
        parts += 1;
        if args.print {
            backend.statements().iter().for_each(|statement| output.line(statement));
        } else {
            done(role.name(), backend.migrate().await.map(str::to_owned).map_err(Failure::from));
        }
    }
    if parts == 0 {
        output.note("no server is configured; the store keeps itself in order");
    }
    if good { Ok(()) } else { Err(Failure::Exit(exit::ERROR)) }
}

async fn in_order(server: &Server, output: Output) -> Result<String, Failure> {
    let record = Record::in_server(server, output, None).await?;
    let sound = record.sound().await;
    record.store().close().await?;
    Ok(format!("{} is in order", sound?))
}
