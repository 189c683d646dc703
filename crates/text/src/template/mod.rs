//! Templates with `{{variables}}`: [`PromptTemplate`] is compiled once per candidate and rendered once per call.
//!
//! The language is MiniJinja's, with the output of values as JavaScript prints them, so that templates written for
//! promptfoo (Nunjucks) mean the same; what differs is listed in `docs/templates.md`. A variable that is not there is an
//! error, never an empty text. Deliberately absent: HTML escaping, includes, and any access to files or environment.

mod anything;
mod engine;
mod error;
mod filters;
mod placeholders;
mod plain;
mod prompt;
mod value;

pub use engine::{CompiledTemplate, fill, literal, variables};
pub use error::TemplateError;
pub use placeholders::{Placeholder, PlaceholderKind, placeholders};
pub use prompt::{PromptTemplate, prompt_tokens};
