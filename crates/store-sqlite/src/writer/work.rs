use std::sync::Arc;

use clade_domain::{ContentHash, RunId};
use clade_store::{Change, SnapshotRow};

use crate::rows::{AnswerRow, TextRow};

/// One caller's wish. Texts are shared, so that a batch that failed can be tried again piece by piece.
pub(crate) enum Work {
    /// A run with its first entries. Results in the next sequence number.
    Create { row: Box<RunRow>, entries: Vec<Entry> },
    /// Entries of a run. Results in the next sequence number.
    Append { run: RunId, expected: u64, entries: Vec<Entry> },
    /// Entries of a run that is not there yet.
    Stage { run: RunId, first: u64, entries: Vec<Entry> },
    /// A staged run with its row and snapshots.
    Publish { row: Box<RunRow>, length: u64, snapshots: Vec<SnapshotRow> },
    /// A run's row anew.
    Summary(Box<RunRow>),
    /// A named position.
    Snapshot(SnapshotRow),
    /// Texts by content.
    Texts(Vec<TextRow>),
    /// An answer with its text.
    Answer(Box<AnswerPut>),
    /// Examples of a data set.
    Examples { dataset: ContentHash, examples: Vec<(u32, Arc<str>)> },
    /// Changes of records, all or none.
    Records(Vec<Change>),
    /// Records that expired before this time go. Results in how many.
    Sweep(i64),
    /// A data set is whole.
    Seal { dataset: ContentHash, summary: String },
}

/// A run's row.
pub(crate) struct RunRow {
    pub run: RunId,
    pub status: &'static str,
    pub created: i64,
    pub workspace: String,
    pub summary: String,
}

/// A journal entry before it has its number.
pub(crate) struct Entry {
    pub at: i64,
    pub kind: Arc<str>,
    pub body: Arc<str>,
}

/// An answer before its run has a number.
pub(crate) struct AnswerPut {
    pub run: RunId,
    pub row: AnswerRow,
    pub text: TextRow,
}
