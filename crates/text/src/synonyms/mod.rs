//! Synonyms that keep the meaning: only where the word's part of speech is clear and its most frequent sense dominates.
//!
//! [`replacements`] is the way in: every word of a text that may be replaced, each with what may stand there. Few on purpose; a
//! wrong word costs more than a missed one. The table comes from WordNet 3.0 (`crates/text/data/LICENSE-WordNet.txt`).

mod inflect;
mod parts;
mod replace;
mod table;

pub use parts::PartOfSpeech;
pub use replace::{Replacement, replacements};
pub use table::lookup;
