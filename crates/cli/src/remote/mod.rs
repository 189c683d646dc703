//! The commands against a server (`clade --server URL`): the same flags, output, JSON lines and exit codes as with the runs of this machine.
//!
//! [`Client`] asks the API of `crates/server`, and what comes back is shown by the code that shows local runs. A run that is started here
//! goes on at the server: Ctrl-C ends the watching, `clade pause` puts it down.

mod asks;
mod audit;
mod client;
mod library;
mod mcp;
mod names;
mod people;
mod problem;
mod sse;
mod start;
mod trees;
mod upload;
mod watch;

pub use client::Client;

use clade_domain::RunMode;

use crate::{
    args::Command,
    context::{Context, Server},
    failure::Failure,
};

/// Carries a command out at a server. Gives it back where no server has to do with it.
///
/// # Errors
/// Where the server cannot be reached, refuses, or has no such command; otherwise as the command.
pub async fn dispatch(command: Command, server: &Server, context: &Context) -> Result<Option<Command>, Failure> {
    let name = match &command {
        // with a server and without they do the same, and touch nobody's runs
        Command::Schema | Command::Completions { .. } | Command::Init(_) | Command::Simulate(_) => {
            return Ok(Some(command));
        }
        Command::Bench(_) => "bench",
        Command::Serve(_) => "serve",
        Command::Backup(_) => "backup",
        Command::Sandbox(_) => "sandbox",
        Command::Doctor => "doctor",
        Command::Sync(_) => "sync",
        Command::Rebuild { .. } => "rebuild",
        Command::Migrate(_) => "migrate",
        Command::Check(_)
        | Command::Run(_)
        | Command::Eval(_)
        | Command::Resume(_)
        | Command::Pause(_)
        | Command::List(_)
        | Command::Show(_)
        | Command::Best(_)
        | Command::Lineage(_)
        | Command::Diff(_)
        | Command::Snapshot(_)
        | Command::Branch(_)
        | Command::Export(_)
        | Command::Import(_)
        | Command::Compare(_)
        | Command::Report(_)
        | Command::Mcp(_)
        | Command::Audit(_)
        | Command::User(_)
        | Command::Token(_)
        | Command::Library(_) => "",
    };
    if !name.is_empty() {
        return Err(Failure::Usage(format!(
            "`clade {name}` works on this machine and not through a server: run it on the server's machine for the server, or leave --server out and unset CLADE_SERVER"
        )));
    }
    let client = match &command {
        // whoever keeps the installation may be in no workspace
        Command::Audit(args) if args.instance => Client::reach(server, context).await?.0,
        Command::User(args) => {
            let (client, session) = Client::reach(server, context).await?;
            return people::user(&client, &session, args, context).await.map(|()| None);
        }
        Command::Token(args) => {
            let (client, session) = Client::reach(server, context).await?;
            return people::token(&client, &session, args, context).await.map(|()| None);
        }
        _ => Client::connect(server, context).await?,
    };
    match command {
        Command::Check(args) => start::check(&client, &args, context).await?,
        Command::Run(args) => start::run(&client, &args, RunMode::Optimize, context).await?,
        Command::Eval(args) => start::run(&client, &args, RunMode::Evaluate, context).await?,
        Command::Resume(args) => start::resume(&client, &args, context).await?,
        Command::Pause(args) => start::pause(&client, &args, context).await?,
        Command::Branch(args) => start::branch(&client, &args, context).await?,
        Command::Mcp(args) => mcp::run(&client, &args).await?,
        Command::List(args) => asks::list(&client, &args, context).await?,
        Command::Show(args) => asks::show(&client, &args, context).await?,
        Command::Best(args) => asks::best(&client, &args, context).await?,
        Command::Lineage(args) => asks::lineage(&client, &args, context).await?,
        Command::Diff(args) => asks::diff(&client, &args, context).await?,
        Command::Snapshot(args) => asks::snapshot(&client, &args, context).await?,
        Command::Export(args) => asks::export(&client, &args, context).await?,
        Command::Import(args) => asks::import(&client, &args, context).await?,
        Command::Audit(args) => audit::run(&client, &args, context).await?,
        Command::Library(args) => library::run(&client, &args, context).await?,
        Command::Report(args) => asks::report(&client, &args, context).await?,
        Command::Compare(args) => asks::compare(&client, &args, context).await?,
        _ => {}
    }
    Ok(None)
}
