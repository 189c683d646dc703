//! The asking half: fills the prompts in `prompts/` with what an operator sees.

use std::sync::LazyLock;

use clade_domain::{ChatMessage, ChatRequest, MessageRole, Prompt, RejectReason};
use clade_text::{
    protect::occurrences,
    template::{PlaceholderKind, placeholders},
};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use rand::{
    SeedableRng,
    seq::{IndexedRandom, SliceRandom},
};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::evidence::{Shown, shown};
use crate::operators::{ProposalContext, Rejection, Rollout, admit::needed};

/// The first line of every system message of ours.
pub const FIRST_LINE: &str = "You improve prompts for language models.";

const SOURCES: [(&str, &str); 23] = [
    ("system", include_str!("prompts/system.minijinja")),
    ("user", include_str!("prompts/user.minijinja")),
    ("retry", include_str!("prompts/retry.minijinja")),
    ("paraphrase", include_str!("prompts/paraphrase.minijinja")),
    ("shorten", include_str!("prompts/shorten.minijinja")),
    ("elaborate", include_str!("prompts/elaborate.minijinja")),
    ("reflect", include_str!("prompts/reflect.minijinja")),
    ("contrast", include_str!("prompts/contrast.minijinja")),
    ("merge", include_str!("prompts/merge.minijinja")),
    ("crossover", include_str!("prompts/crossover.minijinja")),
    ("capo-crossover", include_str!("prompts/capo-crossover.minijinja")),
    ("capo-mutation", include_str!("prompts/capo-mutation.minijinja")),
    ("differential", include_str!("prompts/differential.minijinja")),
    ("opro", include_str!("prompts/opro.minijinja")),
    ("mipro", include_str!("prompts/mipro.minijinja")),
    ("breed-zero-order", include_str!("prompts/breed-zero-order.minijinja")),
    ("breed-first-order", include_str!("prompts/breed-first-order.minijinja")),
    ("breed-estimate", include_str!("prompts/breed-estimate.minijinja")),
    ("breed-estimate-ranked", include_str!("prompts/breed-estimate-ranked.minijinja")),
    ("breed-lineage", include_str!("prompts/breed-lineage.minijinja")),
    ("breed-hyper-zero-order", include_str!("prompts/breed-hyper-zero-order.minijinja")),
    ("breed-hyper-first-order", include_str!("prompts/breed-hyper-first-order.minijinja")),
    ("breed-lamarckian", include_str!("prompts/breed-lamarckian.minijinja")),
];

static PROMPTS: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    for (name, source) in SOURCES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
});

/// Names of parents that are shown side by side.
const LABELS: [&str; 4] = ["a", "b", "c", "d"];

/// What a model-written operator says of itself to make its request.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// The operator's name, and the name of its part in `prompts/`.
    pub operation: &'static str,
    /// How many parents are shown side by side, labelled a, b, and so on; at 0 the first one alone, without a label.
    pub labelled: usize,
    /// Whether the other parents are shown before it, and how.
    pub past: Past,
    /// What becomes of the words to go by.
    pub brief: Brief,
    /// Whether failures are shown.
    pub failures: bool,
    /// Whether successes are shown.
    pub successes: bool,
    /// Ways to go about it; the seed picks one, so that asking again about the same parent is another question.
    pub ways: &'static [&'static str],
}

impl Ask {
    /// One parent and nothing beside it.
    pub const PLAIN: Self = Self {
        operation: "",
        labelled: 0,
        past: Past::Hidden,
        brief: Brief::Unused,
        failures: false,
        successes: false,
        ways: &[],
    };
}

/// How parents behind the first are shown: the last one given comes first, so that the first parent, the best one, ends the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// Not at all.
    Hidden,
    /// As texts.
    Texts,
    /// As texts with their scores, rounded to whole numbers from 0 to 100.
    Scored,
}

/// What becomes of the words to go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brief {
    /// They are not shown.
    Unused,
    /// They are shown.
    Given,
    /// They are shown, and the answer gives new ones.
    Rewritten,
}

#[derive(Serialize)]
struct View<'a> {
    operation: &'a str,
    task: &'a str,
    notes: &'a [String],
    several: bool,
    names: Vec<&'a str>,
    placeholders: Vec<String>,
    frozen: Vec<&'a str>,
    max_tokens: Option<u32>,
    demonstrations: usize,
    failures: Vec<Shown>,
    successes: Vec<Shown>,
    fixed: Vec<Part<'a>>,
    past: Vec<PastPrompt<'a>>,
    current: Vec<Part<'a>>,
    current_score: Option<u32>,
    brief: &'a str,
    writes_brief: bool,
    way: &'a str,
    scores: Vec<String>,
    missing: &'a str,
}

#[derive(Serialize)]
struct Part<'a> {
    name: &'a str,
    parent: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct PastPrompt<'a> {
    score: Option<u32>,
    parts: Vec<Part<'a>>,
}

/// The first question.
///
/// # Errors
/// A [`Rejection`] where the parent has nothing to change.
pub fn first(ask: Ask, context: &ProposalContext<'_>, seed: u64) -> Result<ChatRequest, Rejection> {
    let view = view(ask, context, seed)?;
    Ok(ChatRequest::messages(vec![
        ChatMessage::new(MessageRole::System, filled("system", &view)?),
        ChatMessage::new(MessageRole::User, filled("user", &view)?),
    ]))
}

/// The second question, after an answer that broke something.
///
/// # Errors
/// As [`first`].
pub fn again(
    ask: Ask,
    context: &ProposalContext<'_>,
    seed: u64,
    answer: &str,
    broken: &Rejection,
) -> Result<ChatRequest, Rejection> {
    let mut request = first(ask, context, seed)?;
    let mut view = view(ask, context, seed)?;
    view.missing = &broken.detail;
    request.messages.push(ChatMessage::new(MessageRole::Assistant, answer));
    request.messages.push(ChatMessage::new(MessageRole::User, filled("retry", &view)?));
    Ok(request)
}

fn view<'a>(ask: Ask, context: &ProposalContext<'a>, seed: u64) -> Result<View<'a>, Rejection> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let reject = |detail: &str| Rejection { reason: RejectReason::NotApplicable, detail: detail.to_owned() };
    let parent = context.parents.first().ok_or_else(|| reject("there is no parent"))?;
    let editable = |prompt: &'a Prompt, label: &'static str| {
        prompt.components.iter().filter(|c| !c.frozen).map(move |c| Part {
            name: &c.name,
            parent: label,
            text: c.text.trim(),
        })
    };
    let current: Vec<Part<'a>> = match ask.labelled {
        0 => editable(parent, "").collect(),
        n => {
            let shown = context.parents.get(..n).ok_or_else(|| reject(&format!("this operator needs {n} parents")))?;
            if shown[1..].iter().all(|other| other == parent) {
                return Err(reject("the parents are the same prompt"));
            }
            shown.iter().zip(LABELS).flat_map(|(prompt, label)| editable(prompt, label)).collect()
        }
    };
    let scores = context.scores.iter().take(ask.labelled).zip(LABELS);
    let scores = scores.map(|(score, label)| format!("prompt {label} {score:.3}")).collect();
    let percent = |place: usize| -> Option<u32> {
        let score = context.scores.get(place).filter(|_| ask.past == Past::Scored)?;
        Some((100.0 * score.clamp(0.0, 1.0)).round() as u32)
    };
    let others = if ask.past == Past::Hidden { &[] } else { context.parents.get(1..).unwrap_or_default() };
    let past = others.iter().enumerate().rev();
    let past = past.map(|(n, prompt)| PastPrompt { score: percent(n + 1), parts: editable(prompt, "").collect() });
    let brief = if ask.brief == Brief::Unused { None } else { context.brief };
    let names: Vec<&str> = parent.components.iter().filter(|c| !c.frozen).map(|c| c.name.as_str()).collect();
    if names.is_empty() {
        return Err(reject("every component is frozen"));
    }
    let mut show = |wanted: bool, rollouts: &[Rollout]| -> Vec<Shown> {
        let mut order: Vec<&Rollout> = if wanted { rollouts.iter().collect() } else { Vec::new() };
        order.shuffle(&mut rng);
        order.into_iter().map(|rollout| shown(parent, rollout)).collect()
    };
    let failures = show(ask.failures, context.failures);
    let successes = show(ask.successes, context.successes);
    Ok(View {
        operation: ask.operation,
        task: context.task.trim(),
        notes: context.notes,
        several: names.len() > 1,
        placeholders: placeholders_of(parent, context.seed_prompt),
        frozen: frozen(context),
        max_tokens: context.constraints.max_prompt_tokens,
        demonstrations: parent.demonstrations.len(),
        failures,
        successes,
        fixed: parent
            .components
            .iter()
            .filter(|c| c.frozen)
            .map(|c| Part { name: &c.name, parent: "", text: c.text.trim() })
            .collect(),
        past: past.collect(),
        current,
        current_score: percent(0),
        brief: brief.unwrap_or_default().trim(),
        writes_brief: ask.brief == Brief::Rewritten,
        way: ask.ways.choose(&mut rng).copied().unwrap_or_default(),
        names,
        scores,
        missing: "",
    })
}

/// What every component must keep, one line each: tags in their order, each value as often as it must stand.
fn placeholders_of(prompt: &Prompt, first: &Prompt) -> Vec<String> {
    let mut lines = Vec::new();
    for component in prompt.components.iter().filter(|c| !c.frozen) {
        let found = placeholders(&component.text);
        let first = first.components.iter().find(|first| first.name == component.name);
        let mut left = needed(component, first);
        let mut shown = Vec::new();
        for p in found.iter().filter(|p| p.kind != PlaceholderKind::Comment) {
            let counted = left.get_mut(&p.normalised(&component.text)).filter(|_| p.kind == PlaceholderKind::Value);
            if counted.as_ref().is_some_and(|left| **left == 0) {
                continue;
            }
            counted.into_iter().for_each(|left| *left -= 1);
            shown.push(&component.text[p.span.clone()]);
        }
        if !shown.is_empty() {
            lines.push(format!("{}: {}", component.name, shown.join(" ")));
        }
    }
    lines
}

/// The frozen texts that the first prompt has.
fn frozen<'a>(context: &ProposalContext<'a>) -> Vec<&'a str> {
    let seed = context.seed_prompt;
    let has = |frozen: &&String| seed.components.iter().any(|c| !c.frozen && !occurrences(&c.text, frozen).is_empty());
    context.constraints.frozen.iter().filter(has).map(String::as_str).collect()
}

fn filled(name: &str, view: &View<'_>) -> Result<String, Rejection> {
    let fail = |error: &minijinja::Error| Rejection {
        reason: RejectReason::Template,
        detail: format!("the operator's own prompt `{name}` could not be filled: {error:#}"),
    };
    let environment = PROMPTS.as_ref().map_err(fail)?;
    let template = environment.get_template(name).map_err(|error| fail(&error))?;
    template.render(minijinja::Value::from(Serde(view))).map_err(|error| fail(&error))
}
