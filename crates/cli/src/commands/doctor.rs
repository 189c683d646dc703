use clade_store_sqlite::Durability;
use serde_json::json;

use crate::{
    backends::{AnswerServer, Backend, Config, Role},
    context::Context,
    display::result::count,
    exit,
    failure::Failure,
    output::Ink,
};

/// `clade doctor`
pub async fn run(context: &Context) -> Result<(), Failure> {
    let output = context.output;
    let mut good = true;
    let mut say = |name: &str, is: &str, warnings: &[String], sound: bool| {
        good &= sound;
        if output.json {
            output.json_line(&json!({ "part": name, "good": sound, "is": is, "warnings": warnings }));
            return;
        }
        let mark = if sound { output.paint(Ink::Green, "ok  ") } else { output.paint(Ink::Red, "FAIL") };
        output.line(format!("{mark} {name:<12} {is}"));
        for warning in warnings {
            output.line(format!("     {:<12} {warning}", ""));
        }
    };
    match context.record(Durability::Normal).await {
        Ok(record) => {
            let examined = record.examine().await;
            let runs = record.store().lengths().await.map(|runs| runs.len());
            record.store().close().await?;
            match (examined, runs) {
                (Ok(note), Ok(runs)) => {
                    say("store", &format!("{record} with {}", count(runs as u64, "run")), note.as_slice(), true);
                }
                (Err(failure), _) => say("store", &failure.to_string(), &[], false),
                (_, Err(error)) => say("store", &error.to_string(), &[], false),
            }
        }
        Err(failure) => say("store", &failure.to_string(), &[], false),
    }
    let config = Config::read(context)?;
    for role in Role::ALL {
        match Backend::of(role, &config) {
            Ok(None) => say(role.name(), "in the store; no server is configured", &[], true),
            Err(failure) => say(role.name(), &failure.to_string(), &[], false),
            Ok(Some(backend)) => match backend.report().await {
                Ok(report) => {
                    say(role.name(), &format!("{}, {}", report.server, report.version), &report.warnings, true);
                }
                Err(error) => say(role.name(), &error.to_string(), &[], false),
            },
        }
    }
    match AnswerServer::of(&config) {
        Ok(None) => {}
        Err(failure) => say("answers", &failure.to_string(), &[], false),
        Ok(Some(server)) => match server.report().await {
            Ok(report) => say("answers", &format!("{}, {}", report.server, report.version), &report.warnings, true),
            Err(error) => say("answers", &error.to_string(), &[], false),
        },
    }
    for checkup in config.accounts.checkups().await {
        let (is, sound) = match &checkup.is {
            Ok(is) => (is, true),
            Err(why) => (why, false),
        };
        say(checkup.name, is, &checkup.warnings, sound);
    }
    if good { Ok(()) } else { Err(Failure::Exit(exit::ERROR)) }
}
