use clade_store::{Carried, Projector};
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
    let config = Config::read(context)?;
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
    let mut journals = None;
    match context.record_looked_at().await {
        Ok(record) => {
            let (sound, examined) = (record.sound().await, record.examine().await);
            let runs = record.store().lengths().await.map(|runs| runs.len());
            journals = Some(record.store());
            match (sound, examined, runs) {
                (Ok(record), Ok(note), Ok(runs)) => {
                    say("store", &format!("{record} with {}", count(runs as u64, "run")), note.as_slice(), true);
                }
                (Err(failure), ..) | (_, Err(failure), _) => say("store", &failure.to_string(), &[], false),
                (.., Err(error)) => say("store", &error.to_string(), &[], false),
            }
        }
        Err(failure) => say("store", &failure.to_string(), &[], false),
    }
    for role in Role::ALL {
        match Backend::of(role, &config) {
            Ok(None) => say(role.name(), "in the store; no server is configured", &[], true),
            Err(failure) => say(role.name(), &failure.to_string(), &[], false),
            Ok(Some(backend)) => match backend.report().await {
                Ok(report) => {
                    let mut warnings = report.warnings;
                    if let Some(journals) = &journals {
                        let held = Projector::new(journals.clone(), backend.projection()).held().await;
                        let told = |held| format!("a run is left out: {}", Carried::error(held));
                        warnings.extend(held.unwrap_or_default().into_iter().map(told));
                    }
                    say(role.name(), &format!("{}, {}", report.server, report.version), &warnings, true);
                }
                Err(error) => say(role.name(), &error.to_string(), &[], false),
            },
        }
    }
    if let Some(journals) = journals {
        journals.close().await?;
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
