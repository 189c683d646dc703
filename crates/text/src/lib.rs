//! Text without IO: templates, segmentation, protected spans, what reads as English, synonyms, similarity, diffs and token estimates.
//!
//! [`template::PromptTemplate`] turns a prompt and an example's variables into chat messages; everything else serves the
//! operators that edit prompts. Positions in a text are byte spans ([`Span`]) that begin and end between characters.
//! Deliberately absent: IO, randomness, and any knowledge of models or runs.

pub mod diff;
pub mod english;
pub mod environment;
pub mod protect;
pub mod segment;
pub mod similarity;
pub mod synonyms;
pub mod template;
pub mod tokens;

/// A part of a text: byte positions, the first inside, the second outside, both between characters.
pub type Span = std::ops::Range<usize>;
