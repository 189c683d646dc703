use clade_domain::{Language, SandboxSpec};
use clade_sandbox::{Report, examine, find_interpreter};
use serde_json::json;

use crate::{
    args::{SandboxArgs, SandboxCommand},
    context::Context,
    exit,
    failure::Failure,
    output::Ink,
    sandbox,
};

/// `clade sandbox`
pub async fn run(args: &SandboxArgs, context: &Context) -> Result<(), Failure> {
    match args.command {
        SandboxCommand::Doctor => doctor(context).await,
    }
}

/// What was found of an interpreter: its language, its name, and where it is or why not.
type Found = (Language, String, Result<String, String>);

async fn doctor(context: &Context) -> Result<(), Failure> {
    let report = examine(sandbox::settings(context)?).await;
    let usual = SandboxSpec::default();
    let interpreters: Vec<Found> = [Language::Python, Language::JavaScript]
        .into_iter()
        .map(|language| {
            let name = usual.interpreter(language);
            let found = find_interpreter(language, name).map(|found| found.program.display().to_string());
            (language, name.to_owned(), found.map_err(|error| format!("could not {error}")))
        })
        .collect();
    if context.output.json {
        let interpreters: Vec<_> = interpreters
            .iter()
            .map(|(language, name, found)| match found {
                Ok(path) => json!({"language": language, "name": name, "good": true, "found": path, "fix": ""}),
                Err(why) => json!({"language": language, "name": name, "good": false, "found": why,
                    "fix": "install it, or name its path under `optimize.sandbox`"}),
            })
            .collect();
        context.output.json_line(&json!({ "sandbox": report, "interpreters": interpreters }));
    } else {
        print(&report, &interpreters, context);
    }
    match report.isolation {
        Some(_) => Ok(()),
        None => Err(Failure::Exit(exit::ERROR)),
    }
}

fn print(report: &Report, interpreters: &[Found], context: &Context) {
    let output = context.output;
    let line = |good: bool, text: String| {
        let mark = if good { output.paint(Ink::Green, "ok") } else { output.paint(Ink::Yellow, "missing") };
        output.line(format!("{mark} {text}"));
    };
    match report.isolation {
        Some(isolation) => line(true, format!("backend {}: isolation `{}`", report.backend, isolation.name())),
        None => line(false, format!("backend {}: code cannot be isolated on this machine", report.backend)),
    }
    for check in &report.checks {
        line(check.good, format!("{}: {}", check.name, check.found));
        if !check.fix.is_empty() {
            output.line(format!("   {}", check.fix));
        }
    }
    for (_, name, found) in interpreters {
        match found {
            Ok(path) => line(true, format!("{name}: {path}")),
            Err(why) => line(false, format!("{name}: {why}")),
        }
    }
}
