//! The prompts of a run file: texts, files, globs and chats, each made into named components.

mod advice;
mod chat;
mod dumped;
mod file;
mod load;
mod place;

pub(crate) use load::{LoadedPrompt, affix_placeholders, load};
