//! Words: content words and their stems, the words that carry none, and the list of harsh ones.

mod content;
mod harsh;
mod stopwords;

pub(crate) use content::{content_stems, words};
pub(crate) use harsh::harsh_words;
