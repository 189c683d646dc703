use std::path::Path;

use clade_domain::Prompt;

use super::{
    chat::{self, Chat, Wrong},
    dumped,
    place::Place,
};
use crate::{
    context::Context,
    paths,
    problem::Problem,
    quotes::{QuoteFault, Quotes},
    source::{MAX_RUN_FILE, read_text},
    yaml::{self, Node},
};

/// A prompt with the places of its components.
pub(super) struct Placed {
    pub label: Option<String>,
    pub prompt: Prompt,
    pub places: Vec<Place>,
}

/// Reads the prompts of one file by its extension.
pub(super) fn read(context: &mut Context<'_>, path: &Path) -> Result<Vec<Placed>, Vec<Problem>> {
    let text =
        read_text(path, MAX_RUN_FILE, "a prompt is far smaller than that: check the path").map_err(|p| vec![p])?;
    let name = path.display().to_string();
    let extension = paths::extension(&name);
    let dumped = if extension == "json" { dumped::quoted(&text) } else { None };
    let source = context.sources.add(&name, dumped.unwrap_or(text));
    let prompts = match extension.as_str() {
        "json" | "yaml" | "yml" => tree(context, source, &extension)?,
        "jsonl" => lines(context, source)?,
        "csv" => table(context, source)?,
        "txt" => parts(context, source)?,
        _ => whole(context.sources.text(source), source, 1).into_iter().collect(),
    };
    if prompts.is_empty() {
        let fix = "write the prompt into it";
        return Err(vec![Problem::of_file(name, "the prompt's file is empty", fix)]);
    }
    Ok(prompts)
}

/// The prompt of a text that stands at a place: a chat where it is one in JSON or YAML, else one user message.
///
/// # Errors
/// Where the chat is wrong, what is, and what to do about it.
pub(super) fn of_text(context: &mut Context<'_>, text: &str, place: Place) -> Result<Placed, Wrong> {
    let start = text.trim_start();
    let looks_chat = (start.starts_with('[') && start.contains("role")) || start.starts_with("- role:");
    if looks_chat {
        let source = context.sources.add("", dumped::quoted(text).unwrap_or_else(|| text.to_owned()));
        match yaml::read(&context.sources, source) {
            Ok(node) => {
                if let Some(chat) = chat_at(context, &node, place)? {
                    return Ok(chat);
                }
            }
            Err(_) => {
                let fix = "mend the quotes and brackets, if it is meant as one";
                let message = "the prompt begins like a chat and is none, so it is sent as it stands";
                let warning = context.sources.problem(place.span, "", message, fix);
                context.warnings.push(warning);
            }
        }
    }
    Ok(Placed { label: None, prompt: Prompt::user(text), places: vec![place] })
}

fn whole(text: &str, source: usize, line: usize) -> Option<Placed> {
    let empty = text.lines().take_while(|l| l.trim().is_empty()).count();
    let text = text.trim();
    let places = vec![Place::of_line(source, line + empty)];
    (!text.is_empty()).then(|| Placed { label: None, prompt: Prompt::user(text), places })
}

/// Texts parted by lines of `---`.
fn parts(context: &mut Context<'_>, source: usize) -> Result<Vec<Placed>, Vec<Problem>> {
    let text = context.sources.text(source).to_owned();
    let mut prompts = Vec::new();
    let mut first = 1;
    let mut buffer = String::new();
    let mut problems = Vec::new();
    let lines: Vec<&str> = text.lines().chain(["---"]).collect();
    for (i, line) in lines.iter().enumerate() {
        if line.trim() != "---" {
            buffer.push_str(line);
            buffer.push('\n');
            continue;
        }
        if let Some(found) = whole(&buffer, source, first) {
            let place = found.places.first().copied().unwrap_or_else(|| Place::of_line(source, first));
            match of_text(context, buffer.trim(), place) {
                Ok(prompt) => prompts.push(prompt),
                Err((span, message, fix)) => problems.push(context.sources.problem(span, "", message, fix)),
            }
        }
        buffer.clear();
        first = i + 2;
    }
    if problems.is_empty() { Ok(prompts) } else { Err(problems) }
}

/// A chat as JSON or YAML; any other JSON is sent as it is written.
fn tree(context: &mut Context<'_>, source: usize, extension: &str) -> Result<Vec<Placed>, Vec<Problem>> {
    let node = yaml::read(&context.sources, source).map_err(|problems| {
        let text = context.sources.text(source);
        let writes = text.contains("{%") || text.lines().any(|line| line.contains(": {{"));
        match problems.first().filter(|_| writes) {
            Some(first) => {
                let message = "chats that a template writes, before they are read, are promptfoo's and not supported yet";
                let fix = "write each message as it is, and templates in a `content` alone: `\"content\": \"{{question}}\"` or `\"content\": {{question | dump}}`";
                vec![first.saying(message, fix)]
            }
            None => problems,
        }
    })?;
    match chat_problem(context, &node, Place::of_line(source, 1))? {
        Some(prompt) => Ok(vec![prompt]),
        None if extension == "json" => {
            let fix =
                "write a list of `role` and `content`, if it is meant as a chat; keep a plain prompt in a .txt file";
            let message = "this JSON is no chat, so it is sent as it stands";
            let warning = context.sources.problem(node.span, "", message, fix);
            context.warnings.push(warning);
            Ok(whole(context.sources.text(source), source, 1).into_iter().collect())
        }
        None => {
            let fix = "write a list of `role` and `content`, or keep a plain prompt in a .txt file";
            Err(vec![context.sources.problem(node.span, "", "the file holds no chat", fix)])
        }
    }
}

/// One chat, or one JSON text, on each line.
fn lines(context: &mut Context<'_>, source: usize) -> Result<Vec<Placed>, Vec<Problem>> {
    let text = context.sources.text(source).to_owned();
    let mut prompts = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let inner = context.sources.add("", line.to_owned());
        let place = Place::of_line(source, i + 1);
        let node = yaml::read(&context.sources, inner).map_err(|_| {
            let fix = "write one JSON value on each line";
            vec![context.sources.problem(place.span, "", "the line is no JSON", fix)]
        })?;
        match chat_problem(context, &node, place)? {
            Some(prompt) => prompts.push(prompt),
            None => {
                let text = node.as_str().map_or_else(|| line.trim().to_owned(), str::to_owned);
                let places = vec![Place { lines: false, ..place }];
                prompts.push(Placed { label: None, prompt: Prompt::user(text), places });
            }
        }
    }
    Ok(prompts)
}

/// Columns `prompt` and `label`.
fn table(context: &mut Context<'_>, source: usize) -> Result<Vec<Placed>, Vec<Problem>> {
    let text = context.sources.text(source).to_owned();
    let quotes = Quotes::new(text.as_bytes(), b',');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(quotes);
    let headers = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| headers.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    let Some(prompt) = column("prompt") else {
        let fix = "name the column of the prompts `prompt`";
        return Err(vec![context.sources.problem(
            Place::of_line(source, 1).span,
            "",
            "the file has no column `prompt`",
            fix,
        )]);
    };
    let label = column("label");
    let mut prompts = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(1, |p| usize::try_from(p.line()).unwrap_or(1));
            let fix = "mend the quotes of this line";
            vec![context.sources.problem(
                Place::of_line(source, line).span,
                "",
                format!("the line is no CSV: {e}"),
                fix,
            )]
        })?;
        let line = record.position().map_or(1, |p| usize::try_from(p.line()).unwrap_or(1));
        let text = record.get(prompt).unwrap_or_default().trim();
        if !text.is_empty() {
            let label = label.and_then(|l| record.get(l)).filter(|l| !l.is_empty()).map(str::to_owned);
            let places = vec![Place { lines: false, ..Place::of_line(source, line) }];
            prompts.push(Placed { label, prompt: Prompt::user(text), places });
        }
    }
    if let Some(fault) = reader.get_ref().fault_before(u64::MAX) {
        let span = Place::of_line(source, fault.line).span;
        return Err(vec![context.sources.problem(span, "", fault.to_string(), QuoteFault::FIX)]);
    }
    Ok(prompts)
}

/// The chat of a tree that was read from a place.
fn chat_at(context: &Context<'_>, node: &Node, place: Place) -> Result<Option<Placed>, Wrong> {
    match chat::read(&context.sources, node) {
        None => Ok(None),
        Some(Ok(Chat { components, places })) => {
            let prompt = Prompt { components, demonstrations: Vec::new() };
            let places = places.into_iter().map(|inner| place.outer(inner)).collect();
            Ok(Some(Placed { label: None, prompt, places }))
        }
        Some(Err((span, message, fix))) => Err((place.outer(Place { span, lines: false }).span, message, fix)),
    }
}

fn chat_problem(context: &Context<'_>, node: &Node, place: Place) -> Result<Option<Placed>, Vec<Problem>> {
    chat_at(context, node, place).map_err(|(span, message, fix)| vec![context.sources.problem(span, "", message, fix)])
}
