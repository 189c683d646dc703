//! Finding the answer in an output: the words that state it, its number, its letter, its JSON.

mod answer;
mod choice;
mod digits;
mod json;
mod lettered;
mod number;
mod phrase;
mod spelled;
mod typeset;

pub use answer::{Stated, stated, without_thinking};
pub use choice::{Picked, letter_of, options_in, pick_label, pick_letter};
pub use json::json_values;
pub use number::{Number, last_number, whole_number};
pub use phrase::{Mention, mentions};
