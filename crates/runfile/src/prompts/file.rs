use std::path::Path;

use clade_domain::Prompt;

use super::chat;
use crate::{
    context::Context,
    paths,
    problem::Problem,
    source::{MAX_RUN_FILE, Span, read_text},
    yaml::{self, Node},
};

/// A prompt of a file, with the line its text begins on.
pub(super) struct FilePrompt {
    pub label: Option<String>,
    pub prompt: Prompt,
    pub span: Span,
}

/// Reads the prompts of one file by its extension.
pub(super) fn read(context: &mut Context<'_>, path: &Path) -> Result<Vec<FilePrompt>, Vec<Problem>> {
    let text =
        read_text(path, MAX_RUN_FILE, "a prompt is far smaller than that: check the path").map_err(|p| vec![p])?;
    let name = path.display().to_string();
    let extension = paths::extension(&name);
    let source = context.sources.add(&name, text);
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

/// The prompt of a text that stands alone: a chat where it is one in JSON or YAML, else one user message.
pub(super) fn of_text(context: &mut Context<'_>, text: &str) -> Result<Prompt, (String, String)> {
    let start = text.trim_start();
    let looks_chat = (start.starts_with('[') && start.contains("role")) || start.starts_with("- role:");
    if looks_chat {
        let source = context.sources.add("", text.to_owned());
        if let Some(chat) = yaml::read(&context.sources, source).ok().and_then(|node| chat::components(&node)) {
            return match chat {
                Ok(components) => Ok(Prompt { components, demonstrations: Vec::new() }),
                Err((number, message, fix)) => Err((format!("message {number} of the chat: {message}"), fix)),
            };
        }
    }
    Ok(Prompt::user(text))
}

fn place(source: usize, line: usize) -> Span {
    Span { source, line, column: 0, length: 0 }
}

fn whole(text: &str, source: usize, line: usize) -> Option<FilePrompt> {
    let empty = text.lines().take_while(|l| l.trim().is_empty()).count();
    let text = text.trim();
    (!text.is_empty()).then(|| FilePrompt {
        label: None,
        prompt: Prompt::user(text),
        span: place(source, line + empty),
    })
}

/// Texts parted by lines of `---`.
fn parts(context: &mut Context<'_>, source: usize) -> Result<Vec<FilePrompt>, Vec<Problem>> {
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
        if let Some(mut prompt) = whole(&buffer, source, first) {
            let raw = prompt.prompt.components.first().map(|c| c.text.clone()).unwrap_or_default();
            match of_text(context, &raw) {
                Ok(chat) => {
                    prompt.prompt = chat;
                    prompts.push(prompt);
                }
                Err((message, fix)) => problems.push(context.sources.problem(prompt.span, "", message, fix)),
            }
        }
        buffer.clear();
        first = i + 2;
    }
    if problems.is_empty() { Ok(prompts) } else { Err(problems) }
}

/// A chat as JSON or YAML; any other JSON is sent as it is written.
fn tree(context: &mut Context<'_>, source: usize, extension: &str) -> Result<Vec<FilePrompt>, Vec<Problem>> {
    let node = yaml::read(&context.sources, source)?;
    match chat_prompt(context, &node, source)? {
        Some(prompt) => Ok(vec![prompt]),
        None if extension == "json" => Ok(whole(context.sources.text(source), source, 1).into_iter().collect()),
        None => {
            let fix = "write a list of `role` and `content`, or keep a plain prompt in a .txt file";
            Err(vec![context.sources.problem(node.span, "", "the file holds no chat", fix)])
        }
    }
}

/// One chat, or one JSON text, on each line.
fn lines(context: &mut Context<'_>, source: usize) -> Result<Vec<FilePrompt>, Vec<Problem>> {
    let text = context.sources.text(source).to_owned();
    let mut prompts = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let inner = context.sources.add("", line.to_owned());
        let span = place(source, i + 1);
        let node = yaml::read(&context.sources, inner).map_err(|_| {
            let fix = "write one JSON value on each line";
            vec![context.sources.problem(span, "", "the line is no JSON", fix)]
        })?;
        match chat_prompt(context, &node, source)? {
            Some(prompt) => prompts.push(FilePrompt { span, ..prompt }),
            None => {
                let text = node.as_str().map_or_else(|| line.trim().to_owned(), str::to_owned);
                prompts.push(FilePrompt { label: None, prompt: Prompt::user(text), span });
            }
        }
    }
    Ok(prompts)
}

/// Columns `prompt` and `label`.
fn table(context: &mut Context<'_>, source: usize) -> Result<Vec<FilePrompt>, Vec<Problem>> {
    let text = context.sources.text(source).to_owned();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| headers.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    let Some(prompt) = column("prompt") else {
        let fix = "name the column of the prompts `prompt`";
        return Err(vec![context.sources.problem(place(source, 1), "", "the file has no column `prompt`", fix)]);
    };
    let label = column("label");
    let mut prompts = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(1, |p| usize::try_from(p.line()).unwrap_or(1));
            let fix = "mend the quotes of this line";
            vec![context.sources.problem(place(source, line), "", format!("the line is no CSV: {e}"), fix)]
        })?;
        let line = record.position().map_or(1, |p| usize::try_from(p.line()).unwrap_or(1));
        let text = record.get(prompt).unwrap_or_default().trim();
        if !text.is_empty() {
            let label = label.and_then(|l| record.get(l)).filter(|l| !l.is_empty()).map(str::to_owned);
            prompts.push(FilePrompt { label, prompt: Prompt::user(text), span: place(source, line) });
        }
    }
    Ok(prompts)
}

fn chat_prompt(context: &Context<'_>, node: &Node, source: usize) -> Result<Option<FilePrompt>, Vec<Problem>> {
    match chat::components(node) {
        None => Ok(None),
        Some(Ok(components)) => {
            let prompt = Prompt { components, demonstrations: Vec::new() };
            Ok(Some(FilePrompt { label: None, prompt, span: place(source, 0) }))
        }
        Some(Err((number, message, fix))) => {
            let message = format!("message {number} of the chat: {message}");
            Err(vec![context.sources.problem(Span { source, ..node.span }, "", message, fix)])
        }
    }
}
