//! The one task that writes: it takes what waits, puts it into one transaction, and answers everybody after the commit.
//!
//! There is no delay to fill batches: while one is being committed the next one gathers, so a lone write is quick and a
//! crowd is cheap.

mod bulk;
mod ids;
mod records;
mod task;
mod transaction;
mod work;

pub(crate) use task::Writer;
pub(crate) use work::{AnswerPut, Entry, RunRow, Work};
