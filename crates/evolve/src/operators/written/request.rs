//! The asking half: fills the prompts in `prompts/` with what an operator sees.

use std::{collections::BTreeSet, sync::LazyLock};

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
use crate::operators::{ProposalContext, Rejection, Rollout};

/// The first line of every system message of ours.
pub const FIRST_LINE: &str = "You improve prompts for language models.";

const SOURCES: [(&str, &str); 12] = [
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

/// What a model-written operator says of itself to make its request.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// The operator's name, and the name of its part in `prompts/`.
    pub operation: &'static str,
    /// Whether both parents are shown.
    pub both_parents: bool,
    /// Whether failures are shown.
    pub failures: bool,
    /// Whether successes are shown.
    pub successes: bool,
    /// Ways to go about it; the seed picks one, so that asking again about the same parent is another question.
    pub ways: &'static [&'static str],
}

#[derive(Serialize)]
struct View<'a> {
    operation: &'a str,
    task: &'a str,
    several: bool,
    names: Vec<&'a str>,
    placeholders: Vec<String>,
    frozen: Vec<&'a str>,
    max_tokens: Option<u32>,
    demonstrations: usize,
    failures: Vec<Shown>,
    successes: Vec<Shown>,
    fixed: Vec<Part<'a>>,
    current: Vec<Part<'a>>,
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
    let mut current: Vec<Part<'a>>;
    let mut scores = Vec::new();
    if ask.both_parents {
        let other = context.parents.get(1).ok_or_else(|| reject("this operator needs two parents"))?;
        if other == parent {
            return Err(reject("both parents are the same prompt"));
        }
        current = editable(parent, "a").collect();
        current.extend(editable(other, "b"));
        scores = context.scores.iter().take(2).map(|score| format!("{score:.3}")).collect();
    } else {
        current = editable(parent, "").collect();
    }
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
        several: names.len() > 1,
        placeholders: placeholders_of(parent),
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
        current,
        way: ask.ways.choose(&mut rng).copied().unwrap_or_default(),
        names,
        scores,
        missing: "",
    })
}

/// What every component must keep, one line each.
fn placeholders_of(prompt: &Prompt) -> Vec<String> {
    let mut lines = Vec::new();
    for component in prompt.components.iter().filter(|c| !c.frozen) {
        let found = placeholders(&component.text);
        let spelled: Vec<&str> = found
            .iter()
            .filter(|p| p.kind != PlaceholderKind::Comment)
            .map(|p| &component.text[p.span.clone()])
            .collect();
        let once: BTreeSet<&str> = spelled.iter().copied().collect();
        if !once.is_empty() {
            // tags in their order, values once
            let mut seen = BTreeSet::new();
            let tags = |text: &str| text.starts_with("{%");
            let shown: Vec<&str> = spelled.into_iter().filter(|text| tags(text) || seen.insert(*text)).collect();
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
