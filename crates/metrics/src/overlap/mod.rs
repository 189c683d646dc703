//! Measures of shared wording between an output and references: n-grams, subsequences, edits, vectors.

mod bleu;
mod counts;
mod f1;
mod levenshtein;
mod rouge;
mod vectors;

pub use bleu::{Smoothing, bleu};
pub use f1::{squad_normalise, token_f1};
pub use levenshtein::{levenshtein, levenshtein_within};
pub use rouge::{Overlap, rouge_l, rouge_n, rouge_tokens};
pub use vectors::{cosine, ngram_cosine};
