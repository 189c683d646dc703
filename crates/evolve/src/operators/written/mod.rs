//! Operators whose proposals a model writes. Two pure halves: [`request`] makes the question, [`answer`] reads the reply; `flow` puts
//! them together and asks once more where a reply breaks a placeholder or a frozen text.
//!
//! The prompts lie in `prompts/`: `system.minijinja` and `user.minijinja` are shared, and each operator has its own part. What never
//! changes comes first and what changes most comes last, so that providers' prompt caches serve the beginning.
//!
//! # Markers
//!
//! Every request can be recognised and read by these, and they do not change:
//!
//! - the first line of the system message is exactly `You improve prompts for language models.`;
//! - the system message holds `<operation>NAME</operation>` with the operator's name;
//! - the user message holds each component that may be changed as `<current_prompt name="NAME">` ... `</current_prompt>`, each tag on a
//!   line of its own; for `merge` and `crossover` twice, with `parent="a"` and `parent="b"` behind the name, for `differential` four
//!   times, up to `parent="d"`;
//! - further prompts, from worse to better or in order of time, are `<past_prompt>` blocks, with `score="N"` of 100 where it is told;
//! - words to go by are shown as `<brief>`;
//! - components that may not be changed are shown as `<fixed_prompt name="NAME">`;
//! - failures are `<failure>` blocks and successes `<success>` blocks, each with `<input>`, `<output>` and `<feedback>`;
//! - the last line of the user message names the answer's form: `<prompt>` for one component, `<prompt name="NAME">` for several.
//!
//! The answer may begin with `<hypothesis>one line</hypothesis>`, which becomes the proposal's note; where it is asked for,
//! `<brief>` has new words to go by.

pub mod answer;
pub mod breed;
mod capo;
mod contrast;
mod crossover;
mod differential;
mod elaborate;
mod evidence;
mod flow;
mod merge;
mod mipro;
mod opro;
mod paraphrase;
mod reflect;
pub mod request;
mod shorten;

pub use capo::{CapoCrossover, CapoMutation};
pub use contrast::Contrast;
pub use crossover::Crossover;
pub use differential::Differential;
pub use elaborate::Elaborate;
pub use merge::Merge;
pub use mipro::Mipro;
pub use opro::Opro;
pub use paraphrase::Paraphrase;
pub use reflect::Reflect;
pub use shorten::Shorten;
