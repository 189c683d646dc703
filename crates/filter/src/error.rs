/// What is wrong with a filter, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the filter is wrong at character {column}: {message}")]
pub struct FilterError {
    /// The character at which it is wrong, from 1; one past the end where something is missing.
    pub column: usize,
    /// What is wrong there, and what to write instead.
    pub message: String,
}

impl FilterError {
    /// An error at a byte of the text.
    pub(crate) fn at(text: &str, byte: usize, message: impl Into<String>) -> Self {
        let column = text.char_indices().take_while(|(at, _)| *at < byte).count() + 1;
        Self { column, message: message.into() }
    }
}
