use std::collections::VecDeque;

use clade_text::similarity::{NEAR_DUPLICATE, TextVector};

/// The texts that were tried last, to tell whether a new one says the same in the same words: then its outcome is known well
/// enough, and need not be bought.
#[derive(Debug, Clone)]
pub struct Tried<I> {
    capacity: usize,
    texts: VecDeque<(I, TextVector)>,
}

impl<I: Copy> Tried<I> {
    /// Remembers the last `capacity` texts.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, texts: VecDeque::new() }
    }

    /// Remembers a text, and forgets the oldest where there are too many.
    pub fn insert(&mut self, id: I, text: &str) {
        self.texts.push_back((id, TextVector::of(text)));
        while self.texts.len() > self.capacity {
            self.texts.pop_front();
        }
    }

    /// The text most like this one with their similarity in [0, 1], the oldest of equals; `None` where nothing was tried.
    #[must_use]
    pub fn nearest(&self, text: &str) -> Option<(I, f64)> {
        let vector = TextVector::of(text);
        let mut nearest: Option<(I, f64)> = None;
        for (id, other) in &self.texts {
            let likeness = vector.cosine(other);
            if nearest.is_none_or(|(_, most)| likeness > most) {
                nearest = Some((*id, likeness));
            }
        }
        nearest
    }

    /// The tried text that this one nearly repeats ([`NEAR_DUPLICATE`]), if there is one.
    #[must_use]
    pub fn near_duplicate(&self, text: &str) -> Option<I> {
        self.nearest(text).filter(|(_, likeness)| *likeness >= NEAR_DUPLICATE).map(|(id, _)| id)
    }
}
