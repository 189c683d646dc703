//! The binary `clade`.

mod again;
mod args;
mod backends;
mod chart;
mod commands;
mod compare;
mod context;
mod display;
mod exit;
mod failure;
mod files;
mod fit;
mod lineage;
mod load;
mod names;
mod otel;
mod output;
mod remote;
mod report;
mod sandbox;
mod session;
mod setup;

use std::{io::Write, process::ExitCode, time::Duration};

use clap::{CommandFactory, FromArgMatches};
use tracing_subscriber::{Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{args::Cli, context::Context, failure::Failure, output::Output};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // inside a sandbox this binary is a stage of the jail
    if let Some(code) = clade_sandbox::jail_main() {
        return code;
    }
    let parsed = Cli::command().try_get_matches();
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let cli = match parsed {
        Ok((cli, matches)) => {
            again::remember(&cli.global, &matches);
            cli
        }
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
    // one thread: work here is short, SQLite has threads of its own, and waking others costs more than they bring
    // a server has many callers at once, and their accounts hash passwords
    let mut builder = match &cli.command {
        args::Command::Serve(_) | args::Command::Mcp(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    // threads for what would block are needed now and then, and each holds memory of its own as long as it is there
    let runtime = builder.enable_all().thread_keep_alive(Duration::from_millis(1)).build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(async {
            #[cfg(unix)]
            survive_file_limits();
            let exporter = observe(cli.global.otlp.as_deref())?;
            let done = commands::dispatch(cli.command, &context).await;
            if let Some(exporter) = exporter {
                exporter.close().await;
            }
            done
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
            let failure = failure.about(context.database_named());
            failure.tell(&context.output);
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

/// Logs to stderr what `CLADE_LOG` asks for, such as `info` or `clade_models=debug`, and sends traces to a receiver where one is named;
/// nothing without either.
fn observe(otlp: Option<&str>) -> Result<Option<otel::Exporter>, Failure> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CLADE_LOG").ok();
    let logs = filter.map(|filter| tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter));
    let Some(endpoint) = otlp.filter(|endpoint| !endpoint.is_empty()) else {
        if logs.is_some() {
            tracing_subscriber::registry().with(logs).init();
        }
        return Ok(None);
    };
    let settings = otel::Settings::of(endpoint, &|name| std::env::var(name).ok()).map_err(Failure::Usage)?;
    let (traces, exporter) = otel::start(settings).map_err(Failure::Error)?;
    tracing_subscriber::registry().with(logs).with(traces).init();
    Ok(Some(exporter))
}
