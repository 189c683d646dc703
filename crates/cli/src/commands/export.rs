use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
};

use clade_domain::{Example, ExampleId, MessageRole, Prompt, RunEvent, Trial, TrialOutcome};
use clade_engine::replay_state;
use clade_evolve::RunState;
use clade_store::Store;
use clade_store_sqlite::Durability;
use serde_json::{Value, json};

use crate::{
    args::{ExportArgs, ExportFormat},
    bundle,
    context::Context,
    failure::Failure,
    names::find_run,
};

const PAGE: u32 = 1_000;

/// `clade export`
pub async fn run(args: &ExportArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store(Durability::Normal).await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let default = (args.format == ExportFormat::Bundle).then(|| format!("{}.clade.jsonl", row.run).into());
    let path = args.output.clone().or(default);
    let mut out: Box<dyn Write> = match &path {
        Some(path) => Box::new(BufWriter::new(create(path, args.force)?)),
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    let run = row.run.clone();
    if args.format == ExportFormat::Bundle {
        bundle::write(&store, row, &mut out).await?;
    } else {
        let state = replay_state(&store, &run).await?;
        match args.format {
            ExportFormat::Prompt => line(&mut out, &as_file(best(&state)?)?)?,
            ExportFormat::Promptfoo => {
                let config = promptfoo(&state, &store).await?;
                line(&mut out, &serde_json::to_string_pretty(&config).unwrap_or_default())?;
            }
            ExportFormat::Journal => {
                each_entry(
                    &store,
                    &run,
                    |entry| serde_json::to_string(&entry).map_err(|error| Failure::Error(error.to_string())),
                    &mut out,
                )
                .await?;
            }
            ExportFormat::Csv | ExportFormat::Jsonl => trials(&state, &store, args.format, &mut out).await?,
            ExportFormat::Bundle => {}
        }
    }
    out.flush().map_err(|error| lost(&error))?;
    if let Some(path) = &path {
        if context.output.json {
            context.output.json_line(&json!({ "run": run, "written": path }));
        } else {
            context.output.note(format!("wrote run {run} to {}", path.display()));
        }
    }
    Ok(())
}

fn create(path: &Path, force: bool) -> Result<std::fs::File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::Usage(format!(
            "{} exists already; overwrite it with --force, or name another with -o",
            path.display()
        )),
        _ => Failure::io("write", path, &error),
    })
}

fn line(out: &mut dyn Write, text: &str) -> Result<(), Failure> {
    writeln!(out, "{text}").map_err(|error| lost(&error))
}

/// A reader that went away (`| head`) ends the export without a word.
fn lost(error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::Exit(crate::exit::OK),
        _ => Failure::Error(format!("cannot write the export: {error}")),
    }
}

fn best(state: &RunState) -> Result<&Prompt, Failure> {
    let missing = || Failure::Error(format!("run `{}` has no candidate yet", state.run()));
    state.candidate(state.best()).map(|candidate| &candidate.prompt).ok_or_else(missing)
}

async fn each_entry(
    store: &Arc<dyn Store>,
    run: &clade_domain::RunId,
    write: impl Fn(clade_domain::Recorded) -> Result<String, Failure>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut next = 0;
    loop {
        let entries = store.read(run.clone(), next, PAGE).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        next = last.seq + 1;
        for entry in entries {
            let text = write(entry)?;
            line(out, &text)?;
        }
    }
}

/// Every trial with its answer, in the order of the journal.
async fn trials(
    state: &RunState,
    store: &Arc<dyn Store>,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    if format == ExportFormat::Csv {
        line(
            out,
            "candidate,example,sample,split,score,pass,error,answer,tokens_in,tokens_out,cost_usd,latency_ms,cached",
        )?;
    }
    let mut next = 0;
    loop {
        let entries = store.read(state.run().clone(), next, PAGE).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        next = last.seq + 1;
        for entry in entries {
            let RunEvent::TrialFinished(trial) = entry.event else { continue };
            let answer = match &trial.outcome {
                TrialOutcome::Scored { answer, .. } => store.texts(vec![*answer]).await?.pop(),
                TrialOutcome::Failed { .. } => None,
            };
            let row = match format {
                ExportFormat::Csv => csv_row(&trial, answer.as_deref()),
                _ => json!({ "trial": &*trial, "answer": answer }).to_string(),
            };
            line(out, &row)?;
        }
    }
}

fn csv_row(trial: &Trial, answer: Option<&str>) -> String {
    let error = match &trial.outcome {
        TrialOutcome::Failed { error } => error.message.as_str(),
        TrialOutcome::Scored { .. } => "",
    };
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    format!(
        "{},{},{},{},{},{},{},{},{},{},{},{},{}",
        trial.cell.candidate,
        trial.cell.example,
        trial.cell.sample,
        trial.split,
        trial.score(),
        trial.pass(),
        quoted(error),
        quoted(answer.unwrap_or_default()),
        trial.usage.input,
        trial.usage.output,
        trial.cost.map_or_else(String::new, |usd| usd.0.to_string()),
        trial.latency_ms,
        trial.cached,
    )
}

/// A promptfoo config in JSON, which promptfoo reads as well as YAML: the best prompt, the task model and all examples.
async fn promptfoo(state: &RunState, store: &Arc<dyn Store>) -> Result<Value, Failure> {
    let prompt = best(state)?;
    let providers: Vec<Value> = state
        .spec()
        .models
        .task
        .iter()
        .map(|model| match model.config.is_empty() {
            true => json!(model.id),
            false => json!({ "id": model.id, "config": model.config }),
        })
        .collect();
    let count = u32::try_from(state.dataset().len()).unwrap_or(u32::MAX);
    let mut tests = Vec::new();
    for first in (0..count).step_by(PAGE as usize) {
        let ids = (first..count.min(first + PAGE)).map(ExampleId).collect();
        for example in store.examples(state.dataset().hash, ids).await? {
            tests.push(test(&example));
        }
    }
    let description = format!("{} (best prompt of Promptclade run {})", state.spec().description, state.run());
    Ok(
        json!({ "description": description.trim(), "prompts": [as_promptfoo(prompt)?], "providers": providers, "tests": tests }),
    )
}

fn as_promptfoo(prompt: &Prompt) -> Result<Value, Failure> {
    let text = as_file(prompt)?;
    Ok(if is_text(prompt) { json!(text) } else { json!({ "raw": text, "label": "best" }) })
}

fn is_text(prompt: &Prompt) -> bool {
    matches!(&prompt.components[..], [only] if only.role == MessageRole::User) && prompt.demonstrations.is_empty()
}

/// A prompt as a run file reads it back: one user message is its text, anything else a chat in JSON with demonstrations
/// filled in.
///
/// # Errors
/// Where a demonstration does not fill the prompt.
pub fn as_file(prompt: &Prompt) -> Result<String, Failure> {
    if let (true, [only]) = (is_text(prompt), &prompt.components[..]) {
        return Ok(only.text.clone());
    }
    let last_user = prompt.components.iter().rposition(|component| component.role == MessageRole::User);
    let mut messages = Vec::new();
    for (place, component) in prompt.components.iter().enumerate() {
        if Some(place) == last_user {
            for demonstration in &prompt.demonstrations {
                let question = clade_text::template::fill(&component.text, &demonstration.vars)
                    .map_err(|error| Failure::Error(format!("cannot fill a demonstration: {error}")))?;
                messages.push(json!({ "role": "user", "content": question }));
                messages.push(json!({ "role": "assistant", "content": demonstration.answer }));
            }
        }
        messages.push(json!({ "role": component.role, "content": component.text }));
    }
    Ok(serde_json::to_string_pretty(&messages).unwrap_or_default())
}

fn test(example: &Example) -> Value {
    let asserts: Vec<Value> = example
        .asserts
        .iter()
        .map(|assertion| {
            let mut value = serde_json::to_value(assertion).unwrap_or_default();
            if let Value::Object(fields) = &mut value {
                fields.remove("negated");
                let not = if assertion.negated { "not-" } else { "" };
                fields.insert("type".into(), json!(format!("{not}{}", assertion.kind)));
            }
            value
        })
        .collect();
    let mut value = json!({ "vars": example.vars, "assert": asserts });
    if let (Value::Object(fields), Some(threshold)) = (&mut value, example.threshold) {
        fields.insert("threshold".into(), json!(threshold));
    }
    value
}
