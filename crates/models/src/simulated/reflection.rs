use clade_domain::ChatRequest;

use super::{
    answer_key::{AnswerKey, hash_of},
    expected::Style,
    mixing::{Draw, Mixer},
    proposals::{self, Idea, Shown, Writer},
    tags::{Block, blocks, body},
    task::{last_paragraph, made_answer},
    world::World,
};

/// The first line of the system message in which operators ask for proposals.
pub(super) const MARKER: &str = "You improve prompts for language models.";

/// One component of the prompt that a proposal changes.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    name: Option<&'a str>,
    text: &'a str,
    frozen: bool,
}

/// What operators ask: what to do, with which prompts, seeing which failures.
#[derive(Debug)]
struct Wish<'a> {
    operation: &'a str,
    parts: Vec<Part<'a>>,
    /// The components of the other parents, with the parents' letters.
    others: Vec<(&'a str, Part<'a>)>,
    /// The inputs of the failures that are shown.
    failures: Vec<&'a str>,
}

impl<'a> Wish<'a> {
    fn read(text: &'a str) -> Self {
        let part = |block: Block<'a>| Part {
            name: block.attribute("name"),
            text: block.body,
            frozen: block.attribute("frozen").is_some_and(|value| value != "false"),
        };
        let letter = |block: &Block<'a>| block.attribute("parent").unwrap_or("a");
        let (parts, others): (Vec<_>, Vec<_>) = blocks(text, "current_prompt").partition(|block| letter(block) == "a");
        Self {
            operation: body(text, "operation").map_or("reflect", str::trim),
            parts: parts.into_iter().map(part).collect(),
            others: others.into_iter().map(|block| (letter(&block), part(block))).collect(),
            failures: blocks(text, "failure").filter_map(|failure| body(failure.body, "input")).collect(),
        }
    }

    /// Another parent's text of a component, or of its first one.
    fn of(&self, letter: &str, name: Option<&str>) -> &'a str {
        let mut theirs = self.others.iter().filter(|(other, _)| *other == letter).map(|(_, part)| part);
        let first = theirs.clone().next();
        theirs.find(|part| part.name == name).or(first).map_or("", |part| part.text)
    }
}

/// What the model does for an operation: several ask for the same thing in other words.
fn analogue(operation: &str) -> &str {
    match operation {
        // told the task, a model that rephrases brings in what it knows of it
        "opro" | "mipro" | "capo-mutation" => "elaborate",
        "capo-crossover" => "crossover",
        "breed-zero-order" => "afresh",
        breed if breed.starts_with("breed-") => "elaborate",
        other => other,
    }
}

/// An answer in the reflection role: a hypothesis, and the components with one of them changed.
pub(super) fn answer(world: &World, key: Option<&AnswerKey>, request: &ChatRequest, sample: u32) -> String {
    let text = request.messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n");
    let wish = Wish::read(&text);
    let Some(chosen) = wish.parts.iter().position(|part| !part.frozen) else {
        return "<hypothesis>There is no prompt to improve in the request.</hypothesis>".to_owned();
    };
    let seed = request.sampling.seed.unwrap_or(0);
    let draw = Mixer::new(world.seed, Draw::Proposal).bytes(text.as_bytes()).word(u64::from(sample)).word(seed);
    let fixed = blocks(&text, "fixed_prompt").map(|block| block.body);
    let whole = wish.parts.iter().map(|part| part.text).chain(fixed).collect::<Vec<_>>().join("\n");
    let writer = Writer::new(world, draw, &whole);
    let part = wish.parts[chosen];
    let [other, third, best] = ["b", "c", "d"].map(|letter| wish.of(letter, part.name));
    let Idea { hypothesis, text: changed } = match analogue(wish.operation) {
        "paraphrase" => writer.paraphrase(part.text),
        "shorten" => writer.shorten(part.text),
        "elaborate" => writer.rewritten(writer.elaborate(part.text)),
        "merge" => writer.rewritten(writer.merge(part.text, other)),
        "crossover" => writer.rewritten(writer.crossover(part.text, other)),
        "afresh" => writer.rewritten(writer.afresh(part.text)),
        "differential" => writer.rewritten(writer.differential(part.text, [other, third], best)),
        _ => {
            let failures: Vec<Shown> = wish.failures.iter().map(|input| shown(key, input)).collect();
            writer.rewritten(writer.reflect(part.text, &failures))
        }
    };
    let changed = proposals::maybe_lose_placeholder(world, draw, changed);
    let mut answer = format!("<hypothesis>{hypothesis}</hypothesis>\n");
    for (i, part) in wish.parts.iter().enumerate().filter(|(_, part)| !part.frozen) {
        let text = if i == chosen { &changed } else { part.text };
        match part.name.filter(|_| wish.parts.len() > 1) {
            Some(name) => answer.push_str(&format!("<prompt name=\"{name}\">\n{text}\n</prompt>\n")),
            None => answer.push_str(&format!("<prompt>\n{text}\n</prompt>\n")),
        }
    }
    answer.truncate(answer.trim_end().len());
    answer
}

/// The failure whose input an operator shows. Without an answer key the question is the text after the last empty line,
/// without a leading `name: `.
fn shown(key: Option<&AnswerKey>, input: &str) -> Shown {
    if let Some((key, found)) = key.and_then(|key| Some((key, key.find(input)?))) {
        let right = key.right(&found).filter(|right| right.style != Style::Open);
        let answer = right.map(|right| right.text.to_string());
        return Shown { question: found.question, text: found.text(input).to_owned(), answer };
    }
    let text = last_paragraph(input);
    let named = text.split_once(": ").filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    let text = named.map_or(text, |(_, rest)| rest).trim();
    Shown { question: hash_of(text.as_bytes()), text: text.to_owned(), answer: Some(made_answer(text)) }
}

#[cfg(test)]
#[path = "reflection_tests.rs"]
mod tests;
