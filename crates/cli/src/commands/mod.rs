//! One command to a file.

pub mod audit;
mod bench;
pub mod best;
pub mod branch;
pub mod check;
pub mod compare;
pub mod diff;
mod doctor;
mod eval;
pub mod export;
pub mod import;
mod init;
pub mod library;
pub mod lineage;
pub mod list;
pub mod mcp;
mod migrate;
mod pause;
pub mod people;
mod rebuild;
pub mod report;
mod resume;
mod run;
mod sandbox;
mod schema;
mod serve;
pub mod show;
mod simulate;
pub mod snapshot;
mod sync;

pub use check::refuse_unaffordable;
pub use list::date;

use crate::{args::Command, context::Context, failure::Failure, remote};

/// Carries a command out.
pub async fn dispatch(command: Command, context: &Context) -> Result<(), Failure> {
    if let Some(server) = &context.server {
        match remote::dispatch(command, server, context).await? {
            Some(command) => return own(command, context).await,
            None => return Ok(()),
        }
    }
    own(command, context).await
}

/// Carries a command out with the runs of this machine.
async fn own(command: Command, context: &Context) -> Result<(), Failure> {
    match command {
        Command::Init(args) => init::run(&args, context),
        Command::Check(args) => check::run(&args, context).await,
        Command::Run(args) => run::run(&args, context).await,
        Command::Eval(args) => eval::run(&args, context).await,
        Command::Resume(args) => resume::run(&args, context).await,
        Command::Pause(args) => pause::run(&args, context).await,
        Command::List(args) => list::run(&args, context).await,
        Command::Show(args) => show::run(&args, context).await,
        Command::Best(args) => best::run(&args, context).await,
        Command::Lineage(args) => lineage::run(&args, context).await,
        Command::Diff(args) => diff::run(&args, context).await,
        Command::Snapshot(args) => snapshot::run(&args, context).await,
        Command::Branch(args) => branch::run(&args, context).await,
        Command::Export(args) => export::run(&args, context).await,
        Command::Import(args) => import::run(&args, context).await,
        Command::Report(args) => report::run(&args, context).await,
        Command::Compare(args) => compare::run(&args, context).await,
        Command::Bench(args) => bench::run(&args, context).await,
        Command::Simulate(args) => simulate::run(&args, context).await,
        Command::Serve(args) => serve::run(&args, context).await,
        Command::Mcp(args) => mcp::run(&args, context).await,
        Command::User(args) => people::user(&args, context).await,
        Command::Token(args) => people::token(&args, context).await,
        Command::Audit(args) => audit::run(&args, context).await,
        Command::Backup(args) => serve::backup(&args, context).await,
        Command::Doctor => doctor::run(context).await,
        Command::Sync(args) => sync::run(&args, context).await,
        Command::Rebuild { what, everything, take_over } => {
            rebuild::run(what, rebuild::Whose::of(everything, take_over), context).await
        }
        Command::Migrate(args) => migrate::run(&args, context).await,
        Command::Sandbox(args) => sandbox::run(&args, context).await,
        Command::Library(args) => library::run(&args, context).await,
        Command::Schema => schema::run(),
        Command::Completions { shell } => schema::completions(shell),
    }
}
