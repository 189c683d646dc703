use std::ops::Bound;

use clade_domain::{ContentHash, ModelRole, RunId, Spent};

use super::MemoryStore;
use crate::{AnswerLog, PaidAnswer, StoreFuture};

impl AnswerLog for MemoryStore {
    fn answers(&self, keys: Vec<ContentHash>) -> StoreFuture<'_, Vec<Option<PaidAnswer>>> {
        self.with(|state| Ok(keys.iter().map(|key| state.answers.get(key).cloned()).collect()))
    }

    fn put_answer(&self, answer: PaidAnswer) -> StoreFuture<'_, ()> {
        self.with(|state| {
            state.texts.entry(ContentHash::of(answer.body.as_bytes())).or_insert_with(|| answer.body.clone());
            state.answers.entry(answer.key).or_insert(answer);
            Ok(())
        })
    }

    fn paid(&self, run: RunId) -> StoreFuture<'_, Spent> {
        self.with(|state| {
            let mut spent = Spent::default();
            for answer in state.answers.values().filter(|answer| answer.run == run) {
                let Some(role) = answer.role else { continue };
                spent.calls += 1;
                match role {
                    ModelRole::Task => spent.task_calls += 1,
                    ModelRole::Reflection => spent.reflection_calls += 1,
                    ModelRole::Judge => spent.judge_calls += 1,
                }
                spent.tokens_in += answer.usage.input;
                spent.tokens_out += answer.usage.output;
                match answer.cost {
                    Some(cost) => spent.usd += cost,
                    None => spent.unpriced_calls += 1,
                }
            }
            Ok(spent)
        })
    }

    fn answers_of(&self, run: RunId, after: Option<ContentHash>, limit: u32) -> StoreFuture<'_, Vec<PaidAnswer>> {
        self.with(|state| {
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            let own = state.answers.range((from, Bound::Unbounded)).map(|(_, answer)| answer).filter(|a| a.run == run);
            Ok(own.take(limit as usize).cloned().collect())
        })
    }
}
