//! Cuts a text into words, sentences, lines, paragraphs and sections, as spans that re-concatenate to the text exactly.
//!
//! Placeholders, code and fenced blocks are never cut. Rules are for English and for prompts: line breaks mean something
//! (`Question: ...`, list items, headers), abbreviations and numbers do not end a sentence.

mod blocks;
mod sentences;
mod words;

pub use blocks::{Line, LineKind, Section, lines, paragraphs, sections};
pub use sentences::sentences;
pub use words::{Piece, PieceKind, pieces, words};
