//! The binary `clade`.

mod args;
mod backends;
mod chart;
mod commands;
mod compare;
mod context;
mod display;
mod exit;
mod failure;
mod lineage;
mod load;
mod names;
mod output;
mod remote;
mod report;
mod sandbox;
mod session;
mod setup;

use std::{io::Write, process::ExitCode};

use clap::Parser;

use crate::{args::Cli, context::Context, failure::Failure, output::Output};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // inside a sandbox this binary is a stage of the jail
    if let Some(code) = clade_sandbox::jail_main() {
        return code;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { exit::USAGE } else { exit::OK };
            if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
                let message = error.render().to_string();
                let message = message.trim_start_matches("error: ").trim();
                Output::new(true, false, true)
                    .json_line(&serde_json::json!({ "error": { "message": message, "exit_code": code } }));
            }
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    let context = Context::new(&cli.global);
    log();
    // one thread: work here is short, SQLite has threads of its own, and waking others costs more than they bring
    // a server has many callers at once, and their accounts hash passwords
    let mut builder = match &cli.command {
        args::Command::Serve(_) | args::Command::Mcp(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = builder.enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(async {
            #[cfg(unix)]
            survive_file_limits();
            commands::dispatch(cli.command, &context).await
        }),
        Err(error) => Err(Failure::Error(format!("cannot start worker threads: {error}"))),
    };
    match result {
        Ok(()) if output::lost() => {
            drop(writeln!(std::io::stderr().lock(), "error: cannot write to standard output; is its disk full?"));
            ExitCode::from(exit::ERROR)
        }
        Ok(()) => ExitCode::from(exit::OK),
        Err(failure) => {
            complain(&context.output, &failure);
            ExitCode::from(failure.code())
        }
    }
}

/// A write beyond the limit on a file's size (`ulimit -f`) is then an error like a full disk, and does not end the process without a word.
#[cfg(unix)]
fn survive_file_limits() {
    use tokio::signal::unix::{SignalKind, signal};
    /// `SIGXFSZ` on Linux and macOS, signal(7).
    const FILE_SIZE: i32 = 25;
    // whoever listens has taken the signal's place for the whole life of the process
    drop(signal(SignalKind::from_raw(FILE_SIZE)));
}

/// Logs to stderr what `CLADE_LOG` asks for, such as `info` or `clade_models=debug`; nothing without it.
fn log() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("CLADE_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}

/// Tells what went wrong: for people on stderr, for machines as the last line on stdout.
fn complain(output: &Output, failure: &Failure) {
    if let Failure::Exit(_) = failure {
        return;
    }
    let text = failure.to_string();
    if output.json {
        let code = failure.code();
        output.json_line(&serde_json::json!({ "error": { "message": text, "exit_code": code } }));
    }
    drop(writeln!(std::io::stderr().lock(), "error: {text}"));
}
