use std::sync::Arc;

use clade_domain::{
    Budget, Candidate, CandidateId, ContentHash, DatasetSummary, Example, ExampleId, ModelRole, Recorded, RunEvent,
    RunId, RunMode, Spent, Split, Timestamp, Usage, Usd, UserId, WorkspaceId,
};
use clade_lineage::Estimate;
use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Projection, Records, StoreError};

/// What every store operation returns.
pub type StoreFuture<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// A process works on it, or died doing so: the lock tells which.
    Running,
    /// Put down in order; `clade resume` goes on.
    Paused,
    /// Stopped by an error that waiting does not mend (a bad key, a spent quota); `clade resume` goes on once mended.
    Failed,
    /// Complete.
    Finished,
}

/// A run in one row: what lists show. A projection of the journal, rewritten as the run goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunSummary {
    /// The run.
    pub run: RunId,
    /// Search, or only evaluate.
    pub mode: RunMode,
    /// Where it stands.
    pub status: RunStatus,
    /// When it was created.
    pub created: Timestamp,
    /// When this row was last written.
    pub updated: Timestamp,
    /// The user's words, or the run file's name; the first [`Self::WORDS`] characters.
    pub description: String,
    /// The strategy's name; empty for evaluations.
    pub strategy: String,
    /// The task model's name.
    pub model: String,
    /// Candidates so far.
    pub candidates: u32,
    /// The last complete generation.
    pub generation: u32,
    /// The first prompt's score so far, in [0, 1].
    pub seed_score: Option<f64>,
    /// The best or chosen candidate's score so far, in [0, 1].
    pub best_score: Option<f64>,
    /// Whether evidence shows an improvement; `None` before it is measured.
    pub improved: Option<bool>,
    /// What it has bought.
    pub spent: Spent,
    /// The part of `spent` that was bought elsewhere, before somebody else's run was imported: it counts in no budget here.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub brought: Spent,
    /// Whether any of its models is simulated.
    pub simulated: bool,
    /// The run it branched from.
    pub branch_of: Option<RunId>,
    /// The candidate of that run with whose prompt it started. Rows of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_from: Option<CandidateId>,
    /// The limits in force. Rows of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// What its scores are worth; `None` before both prompts were judged, and in rows of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Worth>,
    /// Why it is paused or failed; empty otherwise.
    pub detail: String,
    /// The workspace it belongs to.
    #[serde(default)]
    pub workspace: WorkspaceId,
    /// Who created it.
    #[serde(default)]
    pub by: UserId,
    /// Whether a server is to go on with it: set when it is started there, cleared when it is paused there or ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wanted: bool,
    /// Whether somebody deleted it: lists leave it out, and it can be restored. What it paid for stays in the account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// The first prompt and the best one of a run, each with its interval and the number of examples that it rests on: on all that it met of the split,
/// where the row's two scores are means over what both met.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Worth {
    /// Test where the evidence is there, and for evaluations; else train.
    pub split: Split,
    /// The first prompt.
    pub seed: Estimate,
    /// Which candidate is the best.
    pub candidate: CandidateId,
    /// The best one.
    pub best: Estimate,
}

impl RunSummary {
    /// Most characters of the words in it: it is in lists.
    pub const WORDS: usize = 500;

    /// Words that are short enough for it: the beginning of long ones.
    #[must_use]
    pub fn words(text: &str) -> String {
        text.chars().take(Self::WORDS).collect()
    }

    /// What it has bought here.
    #[must_use]
    pub fn bought(&self) -> Spent {
        let Spent { usd, calls, tokens_in, tokens_out, .. } = self.brought;
        Spent {
            usd: Usd((self.spent.usd.0 - usd.0).max(0.0)),
            calls: self.spent.calls.saturating_sub(calls),
            tokens_in: self.spent.tokens_in.saturating_sub(tokens_in),
            tokens_out: self.spent.tokens_out.saturating_sub(tokens_out),
            ..self.spent
        }
    }
}

fn is_nothing(spent: &Spent) -> bool {
    *spent == Spent::default()
}

/// The order of a list of runs. Runs that are equal in it come newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOrder {
    /// Newest first.
    #[default]
    Newest,
    /// Last changed first.
    Updated,
    /// Best score first; runs without a score last.
    Score,
    /// Most expensive first.
    Cost,
}

/// Which runs to list. Empty lists all, newest first.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// In this order.
    pub order: RunOrder,
    /// Only runs behind this one in the order. Behind a run that is gone there is nothing.
    pub after: Option<RunId>,
    /// Only these states.
    pub status: Vec<RunStatus>,
    /// Only runs whose id, description, strategy or model contains this text, in any case.
    pub text: Option<String>,
    /// Only runs that a server is to go on with.
    pub wanted: bool,
    /// At most so many.
    pub limit: Option<u32>,
}

impl RunFilter {
    /// Whether a run is listed, `limit` aside. For backends that cannot do it themselves, or only in part.
    #[must_use]
    pub fn matches(&self, summary: &RunSummary) -> bool {
        let has = |text: &str| {
            let fields = [summary.run.as_str(), &summary.description, &summary.strategy, &summary.model];
            fields.iter().any(|field| field.to_lowercase().contains(text))
        };
        let workspace = self.workspace.as_ref().is_none_or(|workspace| *workspace == summary.workspace);
        let status = workspace && (self.status.is_empty() || self.status.contains(&summary.status));
        let status = status && (summary.wanted || !self.wanted);
        status && self.text.as_ref().is_none_or(|text| has(&text.to_lowercase()))
    }

    /// The runs that are listed out of all runs, newest first: for backends that cannot do it themselves, or only in part.
    #[must_use]
    pub fn page(&self, mut newest_first: Vec<RunSummary>) -> Vec<RunSummary> {
        newest_first.retain(|run| self.matches(run) || self.after.as_ref() == Some(&run.run));
        let score = |run: &RunSummary| run.best_score.unwrap_or(f64::NEG_INFINITY);
        match self.order {
            RunOrder::Newest => {}
            RunOrder::Updated => newest_first.sort_by_key(|run| std::cmp::Reverse(run.updated)),
            RunOrder::Score => newest_first.sort_by(|a, b| score(b).total_cmp(&score(a))),
            RunOrder::Cost => newest_first.sort_by(|a, b| b.spent.usd.0.total_cmp(&a.spent.usd.0)),
        }
        let from = match &self.after {
            Some(after) => {
                newest_first.iter().position(|run| run.run == *after).map_or(newest_first.len(), |at| at + 1)
            }
            None => 0,
        };
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        newest_first.into_iter().skip(from).take(limit).collect()
    }
}

/// Held while a process works on a run; dropping it lets go. Survives no process: a killed holder frees it.
pub trait RunLock: Send + Sync + std::fmt::Debug {}

/// A named position in a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotRow {
    /// The run.
    pub run: RunId,
    /// Its name, unique in the run.
    pub name: String,
    /// The number of journal entries it holds: entries 0 to `length - 1`.
    pub length: u64,
    /// When it was taken.
    pub at: Timestamp,
}

/// Which trials of a run: those of one candidate, in the order in which they ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialQuery {
    /// Whose.
    pub candidate: CandidateId,
    /// Only of this split.
    pub split: Option<Split>,
    /// Only on this example.
    pub example: Option<ExampleId>,
    /// From this journal entry on.
    pub from: u64,
    /// At most so many.
    pub limit: u32,
}

impl TrialQuery {
    /// Whether an entry is one of them, wherever it stands: for backends without an index.
    #[must_use]
    pub fn matches(&self, entry: &Recorded) -> bool {
        let RunEvent::TrialFinished(trial) = &entry.event else { return false };
        trial.cell.candidate == self.candidate
            && self.split.is_none_or(|split| split == trial.split)
            && self.example.is_none_or(|example| example == trial.cell.example)
    }
}

/// The append-only log of each run, and what is listed of them.
pub trait Journal: Send + Sync {
    /// The installation that keeps them, as people know it: where its database is. Empty where there is nothing to say.
    fn owner(&self) -> String {
        String::new()
    }

    /// Creates a run with its summary and first entries, in one transaction. `Exists` where the id is taken.
    fn create(&self, summary: RunSummary, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64>;

    /// Appends entries. `expected` is the sequence number that the first of them gets; `Conflict` where it is another.
    /// When the future is ready the entries are durable. Returns the next sequence number.
    fn append(&self, run: RunId, expected: u64, at: Timestamp, events: Vec<RunEvent>) -> StoreFuture<'_, u64>;

    /// At most `limit` entries from `from` on, in order. Empty past the end. `NotFound` for an unknown run.
    fn read(&self, run: RunId, from: u64, limit: u32) -> StoreFuture<'_, Vec<Recorded>>;

    /// Single entries by number, in the order asked for; `NotFound` where one is missing.
    fn entries(&self, run: RunId, seqs: Vec<u64>) -> StoreFuture<'_, Vec<Recorded>>;

    /// How many entries there are.
    fn length(&self, run: RunId) -> StoreFuture<'_, u64>;

    /// How many entries each run has, in order of creation. What projections compare their checkpoints with: 10,000 runs take
    /// some tens of milliseconds.
    fn lengths(&self) -> StoreFuture<'_, Vec<(RunId, u64)>>;

    /// Stores entries of a run that is not there yet, each with its own time. Nobody sees them before [`Journal::publish`], and
    /// if that never comes the next import sweeps them away. They follow one another; those that begin with entry 0 start
    /// anew. The caller holds the run's lock. `Exists` where the run is there, `Conflict` where entries do not follow.
    fn stage(&self, run: RunId, entries: Vec<Recorded>) -> StoreFuture<'_, ()>;

    /// Makes a staged run of so many entries visible with its row and snapshots, in one transaction. `Exists` where the run is
    /// there, `Conflict` where another number is staged.
    fn publish(&self, summary: RunSummary, length: u64, snapshots: Vec<SnapshotRow>) -> StoreFuture<'_, ()>;

    /// Takes the run for this process; `Locked` where another holds it.
    fn lock(&self, run: RunId) -> StoreFuture<'_, Box<dyn RunLock>>;

    /// Who holds the run, in whichever process; `None` where nobody does. Looking takes nothing, and keeps nobody from taking.
    fn holder(&self, run: RunId) -> StoreFuture<'_, Option<String>>;

    /// Rewrites the run's row.
    fn put_summary(&self, summary: RunSummary) -> StoreFuture<'_, ()>;

    /// One run's row. A unique beginning of an id finds it too; `last` is the newest.
    fn summary(&self, name: String) -> StoreFuture<'_, RunSummary>;

    /// Rows, newest first. Never reads a journal: 1,000 runs take milliseconds.
    fn summaries(&self, filter: RunFilter) -> StoreFuture<'_, Vec<RunSummary>>;

    /// Names a position. `Exists` where the run has that name.
    fn put_snapshot(&self, snapshot: SnapshotRow) -> StoreFuture<'_, ()>;

    /// The snapshots of a run, oldest first.
    fn snapshots(&self, run: RunId) -> StoreFuture<'_, Vec<SnapshotRow>>;

    /// Candidates of a run in order of id, read without the trials: what lineage and lists need.
    fn candidates(&self, run: RunId) -> StoreFuture<'_, Vec<Candidate>>;

    /// The entries of a candidate's trials. A page of them takes no longer in a long journal than in a short one, once it was asked for.
    fn trials(&self, run: RunId, wanted: TrialQuery) -> StoreFuture<'_, Vec<Recorded>>;
}

/// Long texts, once by content.
pub trait Texts: Send + Sync {
    /// Stores texts; those already there cost nothing. Durable when ready.
    fn put_texts(&self, texts: Vec<String>) -> StoreFuture<'_, Vec<ContentHash>>;

    /// The texts of these hashes in order; `NotFound` where one is missing.
    fn texts(&self, hashes: Vec<ContentHash>) -> StoreFuture<'_, Vec<String>>;
}

/// Data sets, kept so that a run resumes even if the user's file has changed or gone.
pub trait Datasets: Send + Sync {
    /// Whether this set is there whole.
    fn has_dataset(&self, hash: ContentHash) -> StoreFuture<'_, bool>;

    /// Stores a part of a set: examples with consecutive ids. Repeating a part is harmless.
    fn put_examples(&self, dataset: ContentHash, examples: Vec<Example>) -> StoreFuture<'_, ()>;

    /// Marks a set as whole.
    fn seal_dataset(&self, summary: DatasetSummary) -> StoreFuture<'_, ()>;

    /// Examples by id, in the order asked for; `NotFound` where one is missing.
    fn examples(&self, dataset: ContentHash, ids: Vec<ExampleId>) -> StoreFuture<'_, Vec<Example>>;
}

/// An answer that is not to be asked for again: one that was paid for, or one of code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaidAnswer {
    /// The hash of the whole request, the model and the sample number.
    pub key: ContentHash,
    /// Who paid.
    pub run: RunId,
    /// What for; `None` where code in a sandbox answered, which is no call and costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<ModelRole>,
    /// The model's name, or the sandbox backend's.
    pub model: String,
    /// The answer: the text of a chat, or JSON of vectors, of moderation scores or of what code said.
    pub body: String,
    /// Tokens.
    pub usage: Usage,
    /// Cost; `None` where the price is unknown.
    pub cost: Option<Usd>,
    /// Latency in milliseconds.
    pub latency_ms: u32,
    /// Why it ended, as [`clade_domain::FinishReason`] is written.
    pub finish: String,
    /// When it arrived.
    pub at: Timestamp,
}

/// Every answer ever bought, each once: the response cache and the account of what was spent. Only successes are in it.
pub trait AnswerLog: Send + Sync {
    /// The answers with these keys, in order, `None` where there is none. Many callers are served by one query.
    fn answers(&self, keys: Vec<ContentHash>) -> StoreFuture<'_, Vec<Option<PaidAnswer>>>;

    /// Stores an answer; one that is there already stays. Durable when ready: only then may the answer be used.
    fn put_answer(&self, answer: PaidAnswer) -> StoreFuture<'_, ()>;

    /// What a run has paid for: calls by role, tokens, USD; answers of code are none. `seconds` and `cache_hits` are 0 here.
    fn paid(&self, run: RunId) -> StoreFuture<'_, Spent>;

    /// All answers of a run, at most `limit` of them after the given key in order of key.
    fn answers_of(&self, run: RunId, after: Option<ContentHash>, limit: u32) -> StoreFuture<'_, Vec<PaidAnswer>>;
}

/// All roles of the system of record.
pub trait Store: Journal + Texts + Datasets + AnswerLog + Records {
    /// Waits until everything accepted is durable, and closes.
    fn close(&self) -> StoreFuture<'_, ()>;

    /// The family tree that others read out of it by their own means, such as SQL, and which is therefore kept up while runs go on; `None`
    /// where everybody asks this program, which reads on before it answers.
    fn shown_tree(self: Arc<Self>) -> Option<Arc<dyn Projection>> {
        None
    }
}
