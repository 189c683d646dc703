//! A run as one file, `NAME.clade.tar.zst`, that another installation reads to the same state.
//!
//! Format 1: a tar archive of plain files, compressed as one or more zstd frames. `manifest.json` comes first ([`Manifest`]: version, what is
//! in it, and size and BLAKE3 checksum of every other file), then files of JSON lines in the order that it lists: `examples/`,
//! `texts/`, `answers/`, `journal/`, each numbered `000000.jsonl` on. Whoever has `tar` and `zstd` can look into it. A reader refuses a
//! higher format number; fields that it does not know are passed over. Keys are never in a bundle.
//!
//! What is taken from a bundle as it says, since nothing is scored again: each trial's score, answer, time and cost. What follows from them
//! (states, evidence) is made anew and compared.
//!
//! [`write()`] makes one, [`check`] reads one whole without writing anything, [`import`] writes a checked one into a store: all of it or,
//! where the process dies, nothing that anybody sees. Nothing is ever unpacked to disk. All three keep one file of at most 64 MiB
//! in memory, and 16 bytes for each answer.

mod archive;
mod check;
mod error;
mod import;
mod line;
mod manifest;
mod proof;
mod rules;
mod write;

pub use check::{Checked, check};
pub use error::BundleError;
pub use import::{Answers, import};
pub use manifest::{BUNDLE_FORMAT, Limits, Manifest, Part};
pub use write::{Data, write};
