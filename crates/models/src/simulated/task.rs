use clade_domain::{ChatRequest, MessageRole};

use super::{
    answer_key::{AnswerKey, Found, hash_of},
    cues::Carried,
    expected::{Right, Style},
    memory,
    mixing::{Draw, Mixer, fnv1a},
    rules::Book,
    wording,
    world::{Attempt, World},
};

/// What the model sees in a request of the task role.
struct Sight<'a> {
    attempt: Attempt,
    question: &'a str,
    found: Option<Found>,
}

/// An answer in the task role.
pub(super) fn answer(world: &World, key: Option<&AnswerKey>, request: &ChatRequest, sample: u32) -> String {
    let sight = look(world, key, request, sample);
    let right = match (key, &sight.found) {
        (Some(key), Some(found)) => key.right(found),
        _ => None,
    };
    let attempt = sight.attempt;
    if world.rules.book == Book::Writing {
        return wording::written(sight.question, features_by_prompt(world, attempt), is_blemished(world, attempt));
    }
    let solved = world.solves(attempt);
    let draw = Mixer::new(world.seed, Draw::Wording).word(attempt.question).word(attempt.prompt);
    match right {
        Some(right) if right.style == Style::Open => {
            wording::written(sight.question, wording::features_by_verdict(solved, draw), false)
        }
        Some(right) if solved => wording::worked(right, &right.text, draw),
        Some(right) => {
            let labels = key.map(AnswerKey::labels).unwrap_or_default();
            wording::worked(right, &wording::wrong(right, labels, sight.question, draw), draw)
        }
        None => {
            let right = Right { text: made_answer(sight.question).into(), style: Style::Number };
            let said = if solved { right.text.to_string() } else { wording::wrong(&right, &[], "", draw) };
            wording::worked(&right, &said, draw)
        }
    }
}

/// The right answer where no answer key knows the question.
pub(super) fn made_answer(question: &str) -> String {
    (1 + fnv1a(question.as_bytes()) % 1000).to_string()
}

/// The features of a text of the writing book: one for each skill of the prompt, noise turning each one round.
fn features_by_prompt(world: &World, attempt: Attempt) -> u32 {
    let working = world.working(attempt.carried);
    (0..world.rules.skills).fold(0, |features, skill| {
        let has = working & (1 << skill) != 0;
        features | u32::from(has != world.is_flipped(attempt, skill as u64)) << skill
    })
}

fn is_blemished(world: &World, attempt: Attempt) -> bool {
    world.is_spoiled(attempt.carried, attempt.question)
}

/// The texts of a request that may hold a question, the likeliest first.
pub(super) fn question_places(request: &ChatRequest) -> impl Iterator<Item = usize> {
    let messages = &request.messages;
    let last_user = messages.iter().rposition(|message| message.role == MessageRole::User);
    let first = last_user.or(messages.len().checked_sub(1));
    let rest = (0..messages.len()).rev().filter(move |i| Some(*i) != first);
    first.into_iter().chain(rest.filter(|i| is_instruction(request, *i)))
}

/// System messages, and user messages that no assistant message answers: the others are demonstrations.
fn is_instruction(request: &ChatRequest, i: usize) -> bool {
    match request.messages[i].role {
        MessageRole::System => true,
        MessageRole::Assistant => false,
        MessageRole::User => request.messages.get(i + 1).is_none_or(|next| next.role != MessageRole::Assistant),
    }
}

fn look<'a>(world: &World, key: Option<&AnswerKey>, request: &'a ChatRequest, sample: u32) -> Sight<'a> {
    let known = key.and_then(|key| {
        question_places(request).find_map(|i| key.find(&request.messages[i].content).map(|found| (i, found)))
    });
    let (place, found) = match known {
        Some((i, found)) => (Some(i), Some(found)),
        None => (question_places(request).next(), None),
    };
    let content = place.map_or("", |i| request.messages[i].content.as_str());
    let question = match &found {
        Some(found) => found.text(content),
        None => last_paragraph(content),
    };
    let start = content.trim_end().len() - question.len().min(content.trim_end().len());
    let asked = start..start + question.len();
    let spans = match &found {
        Some(found) => found.spans.as_slice(),
        // where the question is all there is, its words are the instructions too
        None if question.len() == content.trim().len() => &[],
        None => std::slice::from_ref(&asked),
    };

    let reader = &world.rules.book.table().reader;
    let mut carried = Carried::default();
    let mut prompt = Mixer::new(world.seed, Draw::Question);
    for (i, message) in request.messages.iter().enumerate() {
        prompt = prompt.word(message.role as u64);
        if Some(i) == place {
            let mut start = 0;
            for span in spans {
                reader.read(&content[start..span.start], &mut carried);
                prompt = prompt.bytes(&content.as_bytes()[start..span.start]);
                start = span.end;
            }
            reader.read(&content[start..], &mut carried);
            prompt = prompt.bytes(&content.as_bytes()[start..]);
        } else {
            if is_instruction(request, i) {
                reader.read(&message.content, &mut carried);
            }
            prompt = prompt.bytes(message.content.as_bytes());
        }
    }
    let taught = taught_by_demonstrations(world, request);
    carried.skills |= taught;
    carried.strong |= taught;
    let memorised = request
        .messages
        .iter()
        .enumerate()
        .any(|(i, message)| is_instruction(request, i) && memory::holds(&message.content, question));
    let question_id = found.as_ref().map_or_else(|| hash_of(question.as_bytes()), |found| found.question);
    let sampled = u64::from(sample) ^ request.sampling.seed.unwrap_or(0).rotate_left(32);
    let attempt =
        Attempt { carried, prompt: prompt.finish(), question: question_id, sample: sampled, repeat: sample, memorised };
    Sight { attempt, question, found }
}

fn taught_by_demonstrations(world: &World, request: &ChatRequest) -> u32 {
    let shown = request.messages.iter().filter(|message| message.role == MessageRole::Assistant).count();
    let (skills, taught) = (world.rules.skills, world.rules.demonstrations.min(world.rules.skills));
    if shown < 2 { 0 } else { (skills - taught..skills).fold(0, |mask, skill| mask | 1 << skill) }
}

/// What stands for the question where no answer key knows it: the text after the last empty line, without white space
/// around it.
pub(super) fn last_paragraph(text: &str) -> &str {
    let text = text.trim();
    text.rsplit_once("\n\n").map_or(text, |(_, last)| last.trim_start())
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
