use std::collections::BTreeMap;

use clade_domain::{Component, Prompt, RejectReason};
use clade_text::{
    protect::occurrences,
    template::{Placeholder, PlaceholderKind, PromptTemplate, placeholders, prompt_tokens},
};

use super::{ProposalContext, Rejection, leak};

/// Lets a proposal become a candidate, or says why not. What passes has the components of the first parent (names, roles and
/// order) with its frozen ones unchanged, in each component the parent's placeholders and no others, those and every frozen
/// text as often as the user's first prompt has them, parses, says something beside its placeholders, keeps to `max_prompt_tokens`, copies nothing from an example that the operator
/// was shown, and equals none of its parents.
///
/// White space at both ends of a component is the parent's, so that two prompts never differ in it alone.
///
/// # Errors
/// A [`Rejection`] with the first thing that is wrong.
pub fn admit(context: &ProposalContext<'_>, mut prompt: Prompt) -> Result<Prompt, Rejection> {
    let Some(parent) = context.parents.first() else {
        return Err(reject(RejectReason::NotApplicable, "there is no parent to compare the proposal with"));
    };
    same_shape(parent, &prompt)?;
    for (old, new) in parent.components.iter().zip(&mut prompt.components) {
        if old.frozen {
            if old.text != new.text {
                let detail = format!("the frozen component `{}` was changed", old.name);
                return Err(reject(RejectReason::Frozen, detail));
            }
            continue;
        }
        new.text = with_edges_of(&old.text, &new.text)
            .ok_or_else(|| reject(RejectReason::Unreadable, format!("component `{}` became empty", old.name)))?;
        let first = context.seed_prompt.components.iter().find(|first| first.name == old.name);
        same_placeholders(old, first, new)?;
    }
    if says(parent) && !says(&prompt) {
        return Err(reject(RejectReason::Unreadable, "nothing is left of the prompt but its placeholders"));
    }
    frozen_texts(context, &prompt)?;
    PromptTemplate::compile(&prompt).map_err(|error| reject(RejectReason::Template, error.to_string()))?;
    if let Some(most) = context.constraints.max_prompt_tokens {
        let tokens = prompt_tokens(&prompt);
        if tokens > most {
            let detail = format!("the prompt has about {tokens} tokens where {most} are allowed");
            return Err(reject(RejectReason::TooLong, detail));
        }
    }
    if let Some(words) = leak::copied(context, &prompt) {
        let detail = format!("the prompt has words of an example: `{words}`");
        return Err(reject(RejectReason::Leak, detail));
    }
    if context.parents.contains(&prompt) {
        return Err(reject(RejectReason::Duplicate, "the proposal is the same as its parent"));
    }
    Ok(prompt)
}

fn reject(reason: RejectReason, detail: impl Into<String>) -> Rejection {
    Rejection { reason, detail: detail.into() }
}

fn same_shape(parent: &Prompt, prompt: &Prompt) -> Result<(), Rejection> {
    let shape = |prompt: &Prompt| -> Vec<String> {
        prompt.components.iter().map(|c| format!("{} ({:?})", c.name, c.role).to_lowercase()).collect()
    };
    let (old, new) = (shape(parent), shape(prompt));
    if old != new {
        let detail = format!("the components became {} where they were {}", new.join(", "), old.join(", "));
        return Err(reject(RejectReason::Unreadable, detail));
    }
    let thawed = parent.components.iter().zip(&prompt.components).find(|(old, new)| old.frozen != new.frozen);
    thawed.map_or(Ok(()), |(old, _)| {
        let detail = format!("component `{}` is no longer marked frozen as it was", old.name);
        Err(reject(RejectReason::Frozen, detail))
    })
}

/// Whether a prompt tells a model anything beside what an example brings: in words of its own, or by demonstrations.
fn says(prompt: &Prompt) -> bool {
    !prompt.demonstrations.is_empty() || prompt.components.iter().any(|component| words(&component.text))
}

/// Whether there are words outside of a template's placeholders.
fn words(text: &str) -> bool {
    let mut from = 0;
    let has_words = |part: &str| part.contains(char::is_alphanumeric);
    let between = placeholders(text).into_iter().any(|placeholder| {
        let part = &text[from..placeholder.span.start];
        from = placeholder.span.end;
        has_words(part)
    });
    between || has_words(&text[from..])
}

/// The new text between the old one's white space; `None` where nothing is left.
fn with_edges_of(old: &str, new: &str) -> Option<String> {
    let body = new.trim();
    if body.is_empty() {
        return None;
    }
    let core = old.trim();
    if core.is_empty() {
        return Some(body.to_owned());
    }
    let lead = old.len() - old.trim_start().len();
    Some(format!("{}{body}{}", &old[..lead], &old[lead + core.len()..]))
}

/// How often each value must be put in: wherever the user's first prompt has it, as far as the parent does.
pub(super) fn needed(parent: &Component, first: Option<&Component>) -> BTreeMap<String, usize> {
    let first = first.map(values).unwrap_or_default();
    let needed = |(value, times): (String, usize)| {
        let there = first.get(&value).copied().unwrap_or(1);
        (value, times.min(there))
    };
    values(parent).into_iter().map(needed).collect()
}

fn values(component: &Component) -> BTreeMap<String, usize> {
    let mut values = BTreeMap::new();
    for found in placeholders(&component.text).iter().filter(|p| p.kind == PlaceholderKind::Value) {
        *values.entry(found.normalised(&component.text)).or_default() += 1;
    }
    values
}

fn same_placeholders(old: &Component, first: Option<&Component>, new: &Component) -> Result<(), Rejection> {
    let (had, has) = (needed(old, first), values(new));
    let list = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let lost: Vec<&String> = had.keys().filter(|value| !has.contains_key(*value)).collect();
    if !lost.is_empty() {
        let detail = format!("component `{}` lost {}", old.name, list(lost));
        return Err(reject(RejectReason::Placeholder, detail));
    }
    if let Some((value, times)) = had.iter().find(|(value, times)| has.get(*value).is_some_and(|now| now < *times)) {
        let now = has.get(value).copied().unwrap_or_default();
        let detail = format!("component `{}` has {value} {now} times where it must stand {times} times", old.name);
        return Err(reject(RejectReason::Placeholder, detail));
    }
    let invented: Vec<&String> = has.keys().filter(|value| !had.contains_key(*value)).collect();
    if !invented.is_empty() {
        let detail = format!("component `{}` has {}, which its parent does not have", old.name, list(invented));
        return Err(reject(RejectReason::Placeholder, detail));
    }
    // tags decide what is shown when, so their order counts, too
    let tags = |found: &[Placeholder], text: &str| -> Vec<String> {
        let acts = |p: &&Placeholder| matches!(p.kind, PlaceholderKind::Tag | PlaceholderKind::Raw);
        found.iter().filter(acts).map(|p| p.normalised(text)).collect()
    };
    let (had, has) = (tags(&placeholders(&old.text), &old.text), tags(&placeholders(&new.text), &new.text));
    if had != has {
        let detail = format!(
            "component `{}` has the template tags [{}] where its parent has [{}]",
            old.name,
            has.join(" "),
            had.join(" ")
        );
        return Err(reject(RejectReason::Placeholder, detail));
    }
    Ok(())
}

fn frozen_texts(context: &ProposalContext<'_>, prompt: &Prompt) -> Result<(), Rejection> {
    for frozen in &context.constraints.frozen {
        for component in &context.seed_prompt.components {
            let needed = occurrences(&component.text, frozen).len();
            if needed == 0 {
                continue;
            }
            let now = prompt.components.iter().find(|new| new.name == component.name);
            let found = now.map_or(0, |new| occurrences(&new.text, frozen).len());
            if found < needed {
                let detail = format!(
                    "the frozen text `{frozen}` stands {found} times in component `{}` where it must stand {needed} times",
                    component.name
                );
                return Err(reject(RejectReason::Frozen, detail));
            }
        }
    }
    Ok(())
}
