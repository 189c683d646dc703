use std::collections::BTreeSet;

use clade_domain::{ItemKind, MessageRole, Prompt, SeedPrompt};
use clade_text::template::{CompiledTemplate, TemplateError, placeholders};

use super::{
    advice,
    file::{self, Placed},
    place::Place,
};
use crate::{
    context::Context,
    paths,
    problem::Problem,
    schema::{PromptInput, PromptsInput},
    yaml::{KeyPath, Node},
};

/// A prompt with the place it was declared at.
#[derive(Debug)]
pub(crate) struct LoadedPrompt {
    pub seed: SeedPrompt,
    pub path: KeyPath,
    /// The variables that its components read.
    pub variables: BTreeSet<String>,
    /// Where each of its components stands.
    places: Vec<Place>,
}

impl LoadedPrompt {
    /// What is wrong with its template, at the template's own line, and what to do about it.
    pub fn problem(&self, context: &Context<'_>, error: &TemplateError, message: String) -> Problem {
        let found = self.seed.prompt.components.iter().zip(&self.places).find(|(c, _)| c.name == error.component());
        let place = found.map(|(_, place)| *place).or(self.places.first().copied());
        let text = found.map_or("", |(component, _)| &component.text);
        let number = error.line().map_or(0, |l| usize::try_from(l).unwrap_or(1).saturating_sub(1));
        let line = text.lines().nth(number).unwrap_or(text);
        let span = place.map_or_else(|| context.root.place(&self.path), |place| place.line(number));
        context.sources.problem(span, self.path.to_string(), message, advice::template(error, line))
    }

    /// What is wrong with a variable, where the prompt reads it first.
    pub fn variable_problem(&self, context: &Context<'_>, variable: &str, message: String, fix: String) -> Problem {
        let reads = |text: &str| {
            let found = placeholders(text).into_iter().find(|p| text[p.span.clone()].contains(variable))?;
            Some(text[..found.span.start].matches('\n').count())
        };
        let mut read = self.seed.prompt.components.iter().zip(&self.places);
        let span = read.find_map(|(c, place)| Some(place.word(&context.sources, reads(&c.text)?, variable)));
        let span = span.unwrap_or_else(|| context.root.place(&self.path));
        context.sources.problem(span, self.path.to_string(), message, fix)
    }
}

/// The schemes and extensions of promptfoo's that would run code or ask a service.
const SERVICES: [&str; 7] = ["exec:", "langfuse://", "portkey://", "helicone://", "package:", "http://", "https://"];
const PROGRAMS: [&str; 14] =
    ["js", "cjs", "mjs", "ts", "cts", "mts", "py", "sh", "bash", "rb", "pl", "go", "exe", "ps1"];
const TEXTS: [&str; 8] = ["txt", "md", "j2", "json", "jsonl", "yaml", "yml", "csv"];

/// All prompts of the run file in order. Problems go to the context.
pub(crate) fn load(context: &mut Context<'_>, input: Option<&PromptsInput>) -> Vec<LoadedPrompt> {
    let root = KeyPath::of("prompts");
    let mut prompts = Vec::new();
    match input {
        None => context.problem(&KeyPath::default(), "the file has no `prompts`", "add `prompts: [file://prompt.txt]`"),
        Some(PromptsInput::One(text)) => entry(context, &root, text, None, &mut prompts),
        Some(PromptsInput::Labelled(paths)) => {
            for (path, label) in paths {
                entry(context, &root.name(path), path, Some(label), &mut prompts);
            }
        }
        Some(PromptsInput::Many(inputs)) => {
            if inputs.is_empty() {
                context.problem(&root, "`prompts` is an empty list", "add a prompt such as `file://prompt.txt`");
            }
            for (i, input) in inputs.iter().enumerate() {
                let path = root.index(i);
                match input {
                    PromptInput::Text(text) => entry(context, &path, text, None, &mut prompts),
                    PromptInput::Object(object) => {
                        let label = object.label.as_ref().or(object.raw.as_ref().and(object.id.as_ref()));
                        match object.raw.as_ref().or(object.id.as_ref()) {
                            Some(text) => entry(context, &path, text, label.map(String::as_str), &mut prompts),
                            None => {
                                let fix = "add `id: file://prompt.txt`, or the text as `raw`";
                                context.problem(&path, format!("`{path}` has neither `raw` nor `id`"), fix);
                            }
                        }
                    }
                }
            }
        }
    }
    prompts
}

/// One entry of `prompts`: a text, a path or a pattern.
fn entry(
    context: &mut Context<'_>,
    path: &KeyPath,
    written: &str,
    label: Option<&str>,
    prompts: &mut Vec<LoadedPrompt>,
) {
    if written.trim().is_empty() {
        context.problem(path, "the prompt is empty", "write the prompt, or `file://` and a path");
        return;
    }
    if let Some(scheme) = SERVICES.iter().find(|s| written.starts_with(**s) && !written.trim().contains(' ')) {
        let message = format!("prompts from `{scheme}` are promptfoo's and not supported yet");
        context.problem(path, message, "put the prompt's text into a file");
        return;
    }
    if let Some(found) = context.options.library.find(ItemKind::Prompt, written) {
        let volume = match found {
            Ok(volume) => volume.clone(),
            Err((message, fix)) => return context.problem(path, message, fix),
        };
        let name = volume.name();
        let place = Place { span: context.root.place(path), lines: false };
        match file::of_text(context, volume.text.trim(), place) {
            Ok(prompt) => {
                let label =
                    label.map_or_else(|| format!("{}@{}", volume.pinned.name, volume.pinned.version), str::to_owned);
                admit(context, path, label, prompt, prompts);
            }
            Err((span, message, fix)) => {
                let problem = context.sources.problem(span, path.to_string(), format!("{name}: {message}"), fix);
                context.problems.push(problem);
            }
        }
        return;
    }
    if !is_path(context, written) {
        let place = written_at(context, path, written);
        match file::of_text(context, written, place) {
            Ok(prompt) => {
                let label = label.map_or_else(|| beginning(written), str::to_owned);
                admit(context, path, label, prompt, prompts);
            }
            Err((span, message, fix)) => {
                let problem = context.sources.problem(span, path.to_string(), message, fix);
                context.problems.push(problem);
            }
        }
        return;
    }
    let bare = paths::strip(written).split(':').next().unwrap_or_default();
    let extension = paths::extension(bare);
    if PROGRAMS.contains(&extension.as_str()) {
        let message = format!("prompts written by programs (.{extension}) are promptfoo's and not supported yet");
        context.problem(path, message, "put the prompt's text into a .txt file");
        return;
    }
    let files = match context.folder.expand(written) {
        Ok(files) => files,
        Err((message, fix)) => return context.problem(path, message, fix),
    };
    for found in files {
        match file::read(context, &found) {
            Ok(read) => {
                let several = read.len() > 1;
                let own = found.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                for (i, prompt) in read.into_iter().enumerate() {
                    let base = prompt.label.clone().or_else(|| label.map(str::to_owned)).unwrap_or_else(|| own.clone());
                    let label = if several { format!("{base} #{}", i + 1) } else { base };
                    admit(context, path, label, prompt, prompts);
                }
            }
            Err(problems) => {
                for mut problem in problems {
                    if problem.line == 0 {
                        // a whole file is wrong: the place to look at is where the run file names it
                        let named = context.at(path, format!("{}: {}", problem.file, problem.message), &problem.fix);
                        problem = named;
                    }
                    context.problems.push(problem);
                }
            }
        }
    }
}

/// Where the run file has this text, which an entry gives by itself, as `raw` or as `id`.
fn written_at(context: &Context<'_>, path: &KeyPath, written: &str) -> Place {
    let mut paths = [path.clone(), path.name("raw"), path.name("id")].into_iter();
    let node = paths.find_map(|path| context.root.at(&path).filter(|node| node.as_str() == Some(written)));
    let whole = || Place { span: context.root.place(path), lines: false };
    node.map_or_else(whole, |node: &Node| Place::of_node(&context.sources, node))
}

/// Checks the templates and takes the prompt in.
fn admit(context: &mut Context<'_>, path: &KeyPath, label: String, placed: Placed, prompts: &mut Vec<LoadedPrompt>) {
    let Placed { prompt, places, .. } = placed;
    let taken = prompts.iter().filter(|p| p.seed.label == label).count();
    let label = if taken > 0 { format!("{label} ({})", taken + 1) } else { label };
    let seed = SeedPrompt { label, prompt };
    let mut loaded = LoadedPrompt { seed, path: path.clone(), variables: BTreeSet::new(), places };
    if let Some(same) = prompts.iter().find(|p| p.seed.prompt == loaded.seed.prompt) {
        let message = format!("the prompt `{}` is the same as `{}`", loaded.seed.label, same.seed.label);
        context.warn(path, message, "remove one of the two");
    }
    let mut problems = Vec::new();
    for component in &loaded.seed.prompt.components {
        match CompiledTemplate::compile(&component.name, &component.text) {
            Ok(template) => loaded.variables.extend(template.variables().iter().cloned()),
            Err(error) => problems.push(loaded.problem(context, &error, error.to_string())),
        }
    }
    context.problems.append(&mut problems);
    if !loaded.seed.prompt.components.iter().any(|c| c.role == MessageRole::User) {
        let fix = "add a message with role `user`";
        context.warn(path, "the chat has no user message; some providers refuse that", fix);
    }
    prompts.push(loaded);
}

/// Whether an entry is meant as a path: said so by `file://`, or one word with a known extension that is there or a pattern.
fn is_path(context: &Context<'_>, written: &str) -> bool {
    if written.starts_with("file://") {
        return true;
    }
    let word = !written.contains(char::is_whitespace) && !written.contains("{{");
    let extension = paths::extension(written);
    let known = TEXTS.contains(&extension.as_str()) || PROGRAMS.contains(&extension.as_str());
    word && known || (!written.contains('\n') && context.folder.join(written).is_file())
}

/// The first words of a text, as a label.
fn beginning(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.trim().lines().next().unwrap_or_default();
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(MOST).collect();
    cut.push('…');
    cut
}

/// Puts the placeholders of prefixes and suffixes, which come with the examples, round a prompt. One that reads them has them already: it
/// was taken from such a run.
pub(crate) fn affix_placeholders(loaded: &mut LoadedPrompt) {
    let wanted = |name: &str| if loaded.variables.contains(name) { String::new() } else { format!("{{{{{name}}}}}") };
    let (prefix, suffix) = (wanted("__prefix"), wanted("__suffix"));
    affix(&mut loaded.seed.prompt, &prefix, &suffix);
}

/// Puts texts in front of and behind a prompt: in its last user component, as promptfoo does with plain prompts.
fn affix(prompt: &mut Prompt, prefix: &str, suffix: &str) {
    if let Some(component) = prompt.components.iter_mut().rfind(|c| c.role == MessageRole::User) {
        component.text = format!("{prefix}{}{suffix}", component.text);
    }
}
