mod building;

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    ops::Range,
};

use clade_domain::Example;

use super::{
    expected::{Right, Style},
    memory,
    mixing::scramble,
};

pub use building::AnswerKeyBuilder;

/// Texts of at least so many bytes are found by the hash of their first bytes; shorter ones between word boundaries.
const WINDOW: usize = 16;
/// The base of the rolling hash: odd, and far from powers of two.
const BASE: u64 = 0xd6e8_feb8_6659_fd93;
/// Marks a text that several examples with different answers share, such as a common context.
const SHARED: u32 = u32::MAX;

/// The right answers of a data set, found by the question's text inside a request.
///
/// Questions are kept as hashes only: about 100 bytes an example. Looking one up is one pass over the message.
#[derive(Debug, Default)]
pub struct AnswerKey {
    answers: Vec<Right>,
    /// Different right answers where they are few: the labels or options of a classification.
    labels: Vec<Box<str>>,
    /// Example by the hash of a whole text.
    texts: HashMap<u64, u32, Hashed>,
    /// Lengths of the texts that begin with a window, by the window's hash; ascending.
    windows: HashMap<u64, Vec<u32>, Hashed>,
    /// One bit for each window's hash, so that most positions are passed by without a look-up.
    filter: Filter,
    /// Lengths of the texts shorter than a window; ascending.
    short: Vec<u32>,
}

/// Where a known question was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The example.
    example: u32,
    /// Where the question stands.
    place: Range<usize>,
    /// The question's identity: its hash.
    pub(super) question: u64,
    /// All places where texts of examples stand, in order.
    pub(super) spans: Vec<Range<usize>>,
}

impl Found {
    /// The question itself, of the text it was found in.
    pub(super) fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.place.clone()).unwrap_or_default()
    }
}

impl AnswerKey {
    /// A key from the texts that tell an example apart (usually one: the question) and its right answer; an empty answer
    /// means that there is none. Of an answer that ends in `#### 72`, as GSM8K writes it, 72 counts.
    #[must_use]
    pub fn new(examples: impl IntoIterator<Item = (Vec<String>, String)>) -> Self {
        let mut key = AnswerKeyBuilder::default();
        examples.into_iter().for_each(|(texts, answer)| key.take(&texts, Right::new(&answer, None)));
        key.finish()
    }

    /// A key from a data set, by [`AnswerKeyBuilder::add`].
    #[must_use]
    pub fn from_examples<'a>(examples: impl IntoIterator<Item = &'a Example>) -> Self {
        let mut key = AnswerKeyBuilder::default();
        examples.into_iter().for_each(|example| key.add(example));
        key.finish()
    }

    /// How many examples it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// The right answer to the question that stands in a text, where it is known.
    #[must_use]
    pub fn right_answer(&self, text: &str) -> Option<&str> {
        self.right(&self.find(text)?).map(|right| right.text.as_ref()).filter(|text| !text.is_empty())
    }

    pub(super) fn right(&self, found: &Found) -> Option<&Right> {
        self.answers.get(found.example as usize)
    }

    pub(super) fn labels(&self) -> &[Box<str>] {
        &self.labels
    }

    /// The longest known question in a text that no memorised example quotes, with the places of all known texts.
    pub(super) fn find(&self, text: &str) -> Option<Found> {
        let mut places = self.long_places(text.as_bytes());
        if !places.iter().any(|place| place.example != SHARED && !memory::quotes(text, place.range.start))
            && let Some(short) = self.short_place(text)
        {
            // a text that several examples share may hold one that tells them apart
            places.retain(|place| place.range.end <= short.range.start || short.range.end <= place.range.start);
            places.push(short);
            places.sort_by_key(|place| place.range.start);
        }
        let asked = |place: &&Place| place.example != SHARED && !memory::quotes(text, place.range.start);
        let best = places.iter().filter(asked).max_by_key(|place| place.range.len())?;
        Some(Found {
            example: best.example,
            place: best.range.clone(),
            question: best.hash,
            spans: places.iter().map(|place| place.range.clone()).collect(),
        })
    }

    fn long_places(&self, bytes: &[u8]) -> Vec<Place> {
        let mut places = Vec::new();
        if bytes.len() < WINDOW || self.windows.is_empty() {
            return places;
        }
        let out = power(WINDOW - 1);
        let mut start = 0;
        let mut hash = rolling(&bytes[..WINDOW]);
        loop {
            let place = if self.filter.may_have(hash) { self.place_at(bytes, start, hash) } else { None };
            if let Some(place) = place {
                start = place.range.end;
                places.push(place);
                let Some(window) = bytes.get(start..start + WINDOW) else { return places };
                hash = rolling(window);
                continue;
            }
            let Some(next) = bytes.get(start + WINDOW) else { return places };
            hash = hash
                .wrapping_sub(u64::from(bytes[start]).wrapping_add(1).wrapping_mul(out))
                .wrapping_mul(BASE)
                .wrapping_add(u64::from(*next) + 1);
            start += 1;
        }
    }

    /// The longest known text that begins at `start`.
    fn place_at(&self, bytes: &[u8], start: usize, window: u64) -> Option<Place> {
        let lengths = self.windows.get(&window)?;
        let (mut hash, mut hashed, mut best) = (window, WINDOW, None);
        for length in lengths {
            let length = *length as usize;
            let Some(more) = bytes.get(start + hashed..start + length) else { break };
            hash = more.iter().fold(hash, |hash, byte| push(hash, *byte));
            hashed = length;
            let whole = finish(hash, length);
            if let Some(example) = self.texts.get(&whole) {
                best = Some(Place { range: start..start + length, example: *example, hash: whole });
            }
        }
        best
    }

    /// The longest known short text that stands between word boundaries; of several the last.
    fn short_place(&self, text: &str) -> Option<Place> {
        let bytes = text.as_bytes();
        let mut best: Option<Place> = None;
        for length in self.short.iter().rev().map(|length| *length as usize) {
            for start in (0..(bytes.len() + 1).saturating_sub(length)).rev() {
                let end = start + length;
                if !(is_boundary(bytes, start) && is_boundary(bytes, end)) || memory::quotes(text, start) {
                    continue;
                }
                let hash = hash_of(&bytes[start..end]);
                if let Some(example) = self.texts.get(&hash)
                    && *example != SHARED
                {
                    best = Some(Place { range: start..end, example: *example, hash });
                    break;
                }
            }
            if best.is_some() {
                break;
            }
        }
        best
    }
}

#[derive(Debug)]
struct Place {
    range: Range<usize>,
    example: u32,
    hash: u64,
}

/// The identity of a question's text, the same with and without a key.
pub(super) fn hash_of(text: &[u8]) -> u64 {
    finish(rolling(text), text.len())
}

fn rolling(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |hash, byte| push(hash, *byte))
}

fn push(hash: u64, byte: u8) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1)
}

fn power(n: usize) -> u64 {
    (0..n).fold(1, |power: u64, _| power.wrapping_mul(BASE))
}

fn finish(hash: u64, length: usize) -> u64 {
    scramble(hash ^ (length as u64).rotate_left(32))
}

/// Whether no word goes on across this position.
fn is_boundary(bytes: &[u8], at: usize) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
    let before = at.checked_sub(1).and_then(|i| bytes.get(i)).is_some_and(is_word);
    !(before && bytes.get(at).is_some_and(is_word))
}

/// The different answers where they are few enough to be labels.
fn labels(answers: &[Right]) -> Vec<Box<str>> {
    let known = answers.iter().filter(|right| right.style != Style::Open).count();
    let mut labels: Vec<Box<str>> = Vec::new();
    for right in answers.iter().filter(|right| right.style != Style::Open) {
        if let Err(at) = labels.binary_search(&right.text) {
            if labels.len() >= 64 {
                return Vec::new();
            }
            labels.insert(at, right.text.clone());
        }
    }
    if labels.len() * 2 > known.max(4) { Vec::new() } else { labels }
}

/// A bit for each hash: says no for certain, yes perhaps.
#[derive(Debug, Default)]
struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    fn sized(entries: usize) -> Self {
        let bits = (entries.max(8) * 16).next_power_of_two();
        Self { bits: vec![0; bits / 64], shift: 64 - bits.trailing_zeros() }
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let place = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        ((place / 64) as usize, 1 << (place % 64))
    }

    fn add(&mut self, hash: u64) {
        let (word, bit) = self.place(hash);
        self.bits[word] |= bit;
    }

    fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

/// Keys are hashes already.
#[derive(Debug, Default, Clone, Copy)]
struct Same(u64);

type Hashed = BuildHasherDefault<Same>;

impl Hasher for Same {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = push(self.0, *byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = scramble(key);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
#[path = "answer_key_tests.rs"]
mod tests;
