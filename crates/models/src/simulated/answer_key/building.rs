use clade_domain::Example;

use super::{
    super::expected::{Right, expected_answer, question_texts},
    AnswerKey, Filter, SHARED, WINDOW, hash_of, labels, rolling,
};

/// An answer key in the making: examples come one by one and need not stay.
#[derive(Debug, Default)]
pub struct AnswerKeyBuilder {
    key: AnswerKey,
    /// The windows that texts begin with, and the texts' lengths.
    windows: Vec<(u64, u32)>,
    /// Examples of which every text is shared, by their longest text.
    orphans: Vec<(u64, u32)>,
}

impl AnswerKeyBuilder {
    /// Takes in an example of a data set. The right answer is the variable `answer`, `target`, `label`, `expected` or `output`, or else
    /// the value of an assertion that compares the output with one; the other variables tell the examples apart.
    pub fn add(&mut self, example: &Example) {
        self.take(&question_texts(example), expected_answer(example));
    }

    pub(super) fn take(&mut self, texts: &[String], right: Right) {
        let key = &mut self.key;
        let number = key.answers.len() as u32;
        let mut texts: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        let mut known = 0;
        for text in &texts {
            let hash = hash_of(text.as_bytes());
            match key.texts.get(&hash).copied() {
                None => {
                    key.texts.insert(hash, number);
                    if text.len() < WINDOW {
                        key.short.push(text.len() as u32);
                    } else {
                        self.windows.push((rolling(&text.as_bytes()[..WINDOW]), text.len() as u32));
                    }
                }
                // the same text with the same answer is the same question
                Some(other) if other != SHARED && key.answers[other as usize] == right && texts.len() == 1 => {}
                Some(_) if texts.len() > 1 => {
                    key.texts.insert(hash, SHARED);
                    known += 1;
                }
                Some(_) => {}
            }
        }
        if known > 0 && known == texts.len() {
            self.orphans.extend(texts.first().map(|text| (hash_of(text.as_bytes()), number)));
        }
        key.answers.push(right);
    }

    /// The key of all examples taken in.
    #[must_use]
    pub fn finish(self) -> AnswerKey {
        let Self { mut key, windows, orphans } = self;
        for (hash, number) in orphans {
            key.texts.insert(hash, number);
        }
        key.filter = Filter::sized(windows.len());
        for (window, length) in windows {
            key.filter.add(window);
            key.windows.entry(window).or_default().push(length);
        }
        for lengths in key.windows.values_mut() {
            lengths.sort_unstable();
            lengths.dedup();
            lengths.shrink_to_fit();
        }
        key.short.sort_unstable();
        key.short.dedup();
        key.labels = labels(&key.answers);
        key
    }
}
