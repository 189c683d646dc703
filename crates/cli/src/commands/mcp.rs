use std::io::{BufRead, Write};

use clade_accounts::Accounts;
use clade_domain::SandboxCeiling;
use clade_engine::now;
use clade_models::HostNames;
use clade_server::{
    App, Mode, Outside, Reachable, Settings,
    mcp::{Api, RouterApi, Tools, answer},
};
use tokio::sync::mpsc;

use super::serve::vault;
use crate::{
    args::McpArgs,
    backends::{AnswerServer, Config},
    context::Context,
    failure::Failure,
    load,
};

/// `clade mcp`: with the runs of this machine. Runs that an agent starts here go on in this process, and are put down when it ends.
pub async fn run(args: &McpArgs, context: &Context) -> Result<(), Failure> {
    let (store, lineage) = context.lineage().await?;
    Accounts::new(store.clone()).local(now()).await?;
    let data = context.data_dir()?;
    let app = App::new(Settings {
        lineage,
        // whoever starts this process is the person at this machine
        mode: Mode::Anonymous,
        outside: Outside::default(),
        vault: vault(None, &data)?,
        data,
        environment: load::environment_here(context)?,
        sandbox_most: SandboxCeiling::default(),
        public_url: None,
        trusted_proxies: Vec::new(),
        rate: f64::from(u16::MAX),
        reach: Reachable::Public,
        names: HostNames::default(),
        mcp: tools(args),
        sharing: AnswerServer::of(&Config::read(context)?)?.map(|server| server.sharing()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        store: store.clone(),
    });
    let spoken = speak(&RouterApi::local(&app), tools(args)).await;
    app.close().await;
    store.close().await?;
    spoken
}

/// Which tools are asked for.
pub fn tools(args: &McpArgs) -> Tools {
    if args.write { Tools::Write } else { Tools::Read }
}

/// Answers what comes over stdin, a message a line, until it ends or a signal comes.
///
/// # Errors
/// Where a message cannot be read or written.
pub async fn speak(api: &dyn Api, tools: Tools) -> Result<(), Failure> {
    let lost = |error: std::io::Error| Failure::Error(format!("cannot go on speaking over stdin and stdout: {error}"));
    let mut lines = lines();
    let interrupted = crate::session::interrupted();
    tokio::pin!(interrupted);
    loop {
        let line = tokio::select! {
            line = lines.recv() => line.transpose().map_err(lost)?,
            () = &mut interrupted => None,
        };
        let Some(line) = line else { return Ok(()) };
        if line.trim_ascii().is_empty() {
            continue;
        }
        if let Some(said) = answer(&line, api, tools).await {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{said}").and_then(|()| out.flush()).map_err(lost)?;
        }
    }
}

/// The lines of stdin, whatever is in them. They are read by a thread of their own, since waiting for one cannot be given up: the process ends
/// without it.
fn lines() -> mpsc::Receiver<std::io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n') {
            let failed = line.is_err();
            if sender.blocking_send(line).is_err() || failed {
                return;
            }
        }
    });
    receiver
}
