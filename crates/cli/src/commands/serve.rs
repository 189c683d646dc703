use std::{fs, path::Path};

use clade_accounts::{Accounts, Vault};
use clade_engine::now;
use clade_models::HostNames;
use clade_server::{App, Mode, Reachable, Settings, mcp::Tools};
use clade_store_sqlite::Durability;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    args::{BackupArgs, ServeArgs},
    backends::{AnswerServer, Config, feed_all},
    context::Context,
    display::result::count,
    failure::Failure,
    load,
};

/// `clade serve`
pub async fn run(args: &ServeArgs, context: &Context) -> Result<(), Failure> {
    let output = context.output;
    let config = Config::read(context)?;
    if let Some(server) = &config.store {
        server.own("store", "accounts are kept there, so whoever keeps it decides who signs in to this server")?;
    }
    let (store, lineage) = context.lineage_for_many().await?;
    let accounts = Accounts::new(store.clone());
    let elsewhere = config.accounts;
    let there_are = accounts.exist(now()).await?;
    let mode = match (there_are || elsewhere.any(), args.allow_anonymous) {
        (_, true) => Mode::Anonymous,
        (true, false) => Mode::Accounts,
        (false, false) => Mode::Single,
    };
    if elsewhere.any() && args.allow_anonymous {
        return Err(Failure::Usage(
            "with --allow-anonymous nobody signs in; leave it out, or [accounts] of promptclade.toml".into(),
        ));
    }
    if !there_are && mode == Mode::Accounts {
        output.note("nobody keeps this installation yet: `clade user add ADDRESS --admin --elsewhere` names who does when they sign in");
    }
    if mode == Mode::Single && !args.listen.is_loopback() {
        return Err(Failure::Usage(format!(
            "nobody has an account yet, so whoever reaches {} would be let in; add the first with `clade user add LOGIN --admin`, or say \
             --allow-anonymous where that is meant",
            args.listen
        )));
    }
    if !(args.rate_limit.is_finite() && args.rate_limit > 0.0) {
        return Err(Failure::Usage("--rate-limit has to be above 0".into()));
    }
    if mode != Mode::Accounts {
        accounts.local(now()).await?;
    }
    let data = context.data_dir()?;
    let settings = Settings {
        lineage,
        mode,
        outside: elsewhere.outside()?,
        vault: vault(args.secret_key_file.as_deref(), &data)?,
        data,
        environment: load::environment_here(context)?,
        sandbox_most: config.sandbox.most,
        public_url: args.public_url.clone(),
        trusted_proxies: args.trusted_proxy.clone(),
        rate: args.rate_limit,
        reach: if args.allow_private_addresses { Reachable::Private } else { Reachable::Public },
        names: HostNames::default(),
        mcp: if args.mcp_write { Tools::Write } else { Tools::Read },
        sharing: AnswerServer::of(&Config::read(context)?)?.map(|server| server.sharing()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        store: store.clone(),
    };
    let app = App::new(settings);
    let listener = TcpListener::bind((args.listen, args.port)).await.map_err(|error| {
        Failure::Error(format!(
            "cannot listen on {}:{}: {error}; name another port with --port, or 0 for a free one",
            args.listen, args.port
        ))
    })?;
    let address = listener.local_addr().map_err(|error| Failure::Error(error.to_string()))?;
    // heard from here on, so that whoever reads the address may stop the server at once
    let interrupted = crate::session::interrupted();
    let base = args.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let base = base.trim_end_matches('/');
    let page = match mode {
        Mode::Single => format!("{base}/start?token={}", app.start_link()?.reveal()),
        Mode::Accounts | Mode::Anonymous => base.to_owned(),
    };
    if output.json {
        let listens = format!("http://{address}");
        output.json_line(&serde_json::json!({ "url": base, "page": page, "listens": listens, "mode": mode.word() }));
    } else {
        output.line(format!("Promptclade is at {page}"));
        if args.public_url.is_some() {
            output.note(format!("listening on http://{address}"));
        }
        output.note(match mode {
            Mode::Single => {
                "the link opens the pages once, for you alone; `clade token add NAME` lets programs in; Ctrl-C ends"
            }
            Mode::Accounts => {
                "people sign in with their accounts; Ctrl-C ends, and a later server goes on with the runs"
            }
            Mode::Anonymous => "whoever reaches this address may do everything; Ctrl-C ends",
        });
    }
    if !args.no_resume {
        let resumed = app.resume().await?;
        if resumed > 0 {
            output.note(format!("going on with {} of an earlier server", count(resumed as u64, "run")));
        }
    }
    let down = CancellationToken::new();
    let watched = app.clone();
    let serving = async {
        let ended = clade_server::serve(app, listener, async {
            interrupted.await;
            output.note("going down: calls in flight end first");
        });
        let ended = ended.await;
        down.cancel();
        ended.map_err(|error| Failure::Error(format!("cannot go on serving: {error}")))
    };
    let feeding = feed_all(context, &store, move || watched.running(), down.clone());
    let (served, fed) = tokio::join!(serving, feeding);
    served.and(fed)?;
    Ok(store.close().await?)
}

/// What seals the keys of providers: a variable, a file, or a file of ours that only the user can read.
///
/// # Errors
/// Where it cannot be read or made, or is no secret.
pub fn vault(file: Option<&Path>, data: &Path) -> Result<Vault, Failure> {
    let variable = || std::env::var("CLADE_SECRET_KEY").ok().filter(|secret| !secret.is_empty());
    let (place, text) = match (file, variable()) {
        (Some(path), _) => {
            let text = fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
            (path.display().to_string(), text)
        }
        (None, Some(text)) => ("CLADE_SECRET_KEY".to_owned(), text),
        (None, None) => {
            let path = data.join("secret.key");
            (path.display().to_string(), own(&path)?)
        }
    };
    Vault::new(&SecretString::from(text.trim())).map_err(|error| Failure::Usage(format!("{place}: {error}")))
}

fn own(path: &Path) -> Result<String, Failure> {
    if let Ok(text) = fs::read_to_string(path) {
        return Ok(text);
    }
    let secret = clade_accounts::Secret::new("")?;
    // where the store is a server nothing has made the folder yet
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let file = options.open(path);
    let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, secret.reveal().as_bytes()));
    written.map_err(|error| Failure::io("write", path, &error))?;
    Ok(secret.reveal().to_owned())
}

/// `clade backup`
pub async fn backup(args: &BackupArgs, context: &Context) -> Result<(), Failure> {
    context.record(Durability::Normal).await?.backup(&args.file).await?;
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "written": args.file }));
    } else {
        context
            .output
            .line(format!("wrote {}; to go back to it, end every `clade`, remove clade.db, clade.db-wal and clade.db-shm from the data folder, and copy it there as clade.db", args.file.display()));
    }
    Ok(())
}
