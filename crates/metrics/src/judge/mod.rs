//! Asking a judge and reading what it says.
//!
//! Requests put the rules and the rubric first, which providers cache, and the candidate's output last, inside tags that it
//! cannot close. Readers forgive every form a verdict may come in, and take no verdict from the output under judgement.

mod category;
mod conversation;
mod fields;
mod preference;
mod prompts;
mod prose;
mod scale;
mod verdict;

pub(crate) use conversation::{Question, ask, chat, passes};
pub use preference::{Preference, read_preference};
pub(crate) use prompts::{Template, inert, render};
pub use scale::Scale;
pub(crate) use verdict::read_texts;
pub use verdict::{Reading, read_verdict};
