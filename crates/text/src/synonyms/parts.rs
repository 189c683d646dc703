use super::{inflect::Form, table::Entry};

/// A part of speech that has synonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartOfSpeech {
    /// `precise`
    Adjective,
    /// `method`
    Noun,
    /// `precisely`
    Adverb,
    /// `evaluate`
    Verb,
}

impl PartOfSpeech {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Adjective, Self::Noun, Self::Adverb, Self::Verb];

    /// Its letter in the table.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Adjective => 'a',
            Self::Noun => 'n',
            Self::Adverb => 'r',
            Self::Verb => 'v',
        }
    }

    #[cfg(test)]
    pub(super) fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.letter() == letter)
    }
}

/// A word's neighbours, in lower case; `None` at a sentence's edge or where a mark stands between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neighbours<'a> {
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    /// Whether the word begins its sentence.
    pub(super) begins: bool,
}

const DETERMINERS: [&str; 22] = [
    "the", "a", "an", "this", "that", "these", "those", "its", "your", "their", "his", "her", "our", "my", "each",
    "every", "any", "some", "all", "another", "such", "which",
];
const BEFORE_VERB: [&str; 22] = [
    "to", "can", "could", "will", "would", "should", "may", "might", "must", "shall", "please", "you", "we", "they",
    "i", "not", "never", "always", "then", "don't", "and", "or",
];
const PREPOSITIONS: [&str; 16] = [
    "of", "in", "on", "for", "with", "from", "at", "by", "into", "about", "between", "through", "during", "per",
    "over", "under",
];
const BE: [&str; 10] = ["is", "are", "was", "were", "be", "been", "being", "very", "more", "most"];

fn is(word: Option<&str>, set: &[&str]) -> bool {
    word.is_some_and(|word| set.contains(&word))
}

/// Whether a word that the table has as this part of speech is used as one here. Says no where it is not clear.
pub(super) fn is_used_as(part: PartOfSpeech, form: Form, entry: Entry, around: Neighbours<'_>) -> bool {
    let Neighbours { before, after, begins } = around;
    let determined = is(before, &DETERMINERS);
    // a name or a compound (`quality control`) would be torn apart
    let object_follows =
        is(after, &DETERMINERS) || is(after, &["it", "them", "him", "us", "whether", "how", "what", "why"]);
    let phrase_ends =
        after.is_none() || is(after, &PREPOSITIONS) || is(after, &BE) || is(after, &["and", "or", "to", "that"]);
    match part {
        PartOfSpeech::Adverb => entry.unambiguous && !determined,
        PartOfSpeech::Adjective => {
            let attributive = determined && !phrase_ends && !is(after, &DETERMINERS);
            let predicative = is(before, &BE) && phrase_ends;
            attributive || predicative || (entry.unambiguous && !phrase_ends && !is(before, &BEFORE_VERB[..13]))
        }
        PartOfSpeech::Noun => {
            let noun_place = determined || is(before, &PREPOSITIONS) || entry.unambiguous;
            noun_place && phrase_ends && !begins && !is(before, &BEFORE_VERB[..10]) && form != Form::Ing
        }
        PartOfSpeech::Verb => {
            let verb_place = is(before, &BEFORE_VERB) || (begins && object_follows);
            match form {
                Form::Base => {
                    !determined && !is(before, &PREPOSITIONS) && (verb_place || (entry.unambiguous && object_follows))
                }
                Form::Ing => !determined && object_follows,
                // a participle may stand for an adjective or a past; both take the same word
                Form::Ed => entry.unambiguous && !determined && !begins,
                Form::S => entry.unambiguous && !determined && !is(before, &PREPOSITIONS) && object_follows,
            }
        }
    }
}
