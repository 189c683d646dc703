use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Bill, Budget, Candidate, CandidateId, DatasetSummary, Evidence, Headroom, Isolation, KeptState, Limit, ModelRole,
    ModelSpec, OperatorName, RunId, RunSpec, SlotId, Spent, Timestamp, Trial, UserId,
};

/// The version of the journal's format. A reader refuses a higher one and names the version it needs; a lower one is
/// read through the defaults of the fields that came later.
///
/// 2: `generation_closed` states the account; headroom and verdicts on candidates are recorded.
/// 3: a proposal may be turned away for a leak, and a duplicate names the candidate that it repeats.
/// 4: a run may have code, which an older program could not execute.
/// 5: somebody may steer, and write candidates by hand.
/// 6: a run may have a program, which an older one would pass by; trials say where their code ran.
/// 7: a run may start from a kept sandbox state, keep such states, and accept a weaker isolation, which its sessions state.
/// 8: a search may end because nothing new was proposed.
/// 9: a candidate may be dropped because another takes its place, or because it says nothing new.
/// 10: a search under a limit in USD or tokens learns what a trial costs before it lays itself out, which an older program would do otherwise.
pub const FORMAT_VERSION: u32 = 10;

/// An entry of a run's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// Its place, from 0 without gaps.
    pub seq: u64,
    /// When it was appended. Nothing in the search depends on it.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: RunEvent,
}

/// What happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// Always the first entry.
    RunStarted {
        /// [`FORMAT_VERSION`] of the writer.
        format: u32,
        /// The run.
        run: RunId,
        /// What it does.
        spec: Box<RunSpec>,
        /// Its data.
        dataset: Box<DatasetSummary>,
        /// Where it branched from: the run, the journal position, and the candidate where one was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch_of: Option<(RunId, u64, Option<CandidateId>)>,
    },
    /// A process took the run up.
    SessionStarted {
        /// The program's version.
        version: String,
        /// How well this session's sandboxes separate code from the machine, where the run has code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        isolation: Option<Isolation>,
    },
    /// A process put the run down in order.
    SessionEnded {
        /// Why, for people; empty where the run was finished.
        reason: String,
        /// Everything bought so far, running time over all sessions included.
        spent: Spent,
    },
    /// A prompt joined the run.
    CandidateAdmitted {
        /// The candidate.
        candidate: Box<Candidate>,
        /// What writing it cost.
        #[serde(default, skip_serializing_if = "Bill::is_empty")]
        bill: Bill,
    },
    /// A proposal was turned away before anything was spent on evaluating it.
    ProposalRejected {
        /// Its place.
        slot: SlotId,
        /// The generation it was meant for.
        generation: u32,
        /// What made it.
        operator: OperatorName,
        /// From whom.
        parents: Vec<CandidateId>,
        /// Why.
        reason: RejectReason,
        /// The reason in words.
        detail: String,
        /// The candidate that has this prompt already, where that is the reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        same_as: Option<CandidateId>,
        /// What writing it cost.
        #[serde(default, skip_serializing_if = "Bill::is_empty")]
        bill: Bill,
    },
    /// A trial ended.
    TrialFinished(Box<Trial>),
    /// What there is to gain was estimated before the search began.
    HeadroomMeasured {
        /// The estimate.
        headroom: Box<Headroom>,
    },
    /// The search has seen enough of a candidate.
    CandidateDecided {
        /// It.
        candidate: CandidateId,
        /// What became of it.
        verdict: Verdict,
        /// Why.
        reason: VerdictReason,
        /// The reason in words, with the figures it rests on.
        detail: String,
        /// Whom it was compared with.
        against: CandidateId,
        /// Trials that were bought to decide.
        trials: u32,
        /// Expected gain in mean train score over `against`, in [-1, 1].
        gain: f64,
        /// Standard deviation of that expectation.
        gain_sd: f64,
    },
    /// A generation is complete.
    GenerationClosed {
        /// Its number.
        generation: u32,
        /// Who lives on, best first.
        survivors: Vec<CandidateId>,
        /// Fitness of the survivors in the same order; those at the end without one were not evaluated yet.
        fitness: Vec<f64>,
        /// What the run has bought until here by its ledger. Bills of events may sum to more, since equal requests are
        /// bought once and billed in each event. Nothing is under way when a generation closes, so this depends neither on
        /// the order of answers nor on kills.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spent: Option<Spent>,
    },
    /// The search is over; what follows is choosing and proving.
    SearchEnded {
        /// Why.
        reason: StopReason,
        /// Who meets validation, best first.
        finalists: Vec<CandidateId>,
    },
    /// One candidate was chosen.
    CandidateChosen {
        /// It.
        candidate: CandidateId,
    },
    /// The chosen and the first prompt met the test split.
    EvidenceMeasured {
        /// What came out.
        evidence: Box<Evidence>,
    },
    /// The limits changed.
    BudgetChanged {
        /// The new limits.
        budget: Budget,
    },
    /// Somebody steers the search by hand. A candidate that they wrote is a [`RunEvent::CandidateAdmitted`] without a slot.
    Steered {
        /// Who.
        by: UserId,
        /// What they want.
        wish: Steer,
    },
    /// The states of sandboxes that candidates have of their own were kept, for branches to start from.
    SandboxesKept {
        /// The snapshot that asked for it; empty where the run was put down and kept them unasked.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        snapshot: String,
        /// Of which candidates, the best first.
        states: Vec<KeptState>,
        /// Which of the leading candidates had no sandbox at that moment: it was never made, or has ended since.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<CandidateId>,
        /// Why one could not be kept; empty where all could.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        detail: String,
    },
    /// The run is complete; no trial and no candidate follows.
    RunFinished {
        /// Why the search ended.
        reason: StopReason,
    },
}

/// What somebody wants of a search that goes on, or will.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Steer {
    /// The candidate is among those who meet validation, whatever the search thinks of it.
    Pin {
        /// Which one.
        candidate: CandidateId,
    },
    /// It no longer is because of a wish.
    Unpin {
        /// Which one.
        candidate: CandidateId,
    },
    /// The candidate does not meet validation, and the default search no longer builds on it.
    Reject {
        /// Which one.
        candidate: CandidateId,
    },
    /// Words that whoever writes proposals is to heed from now on.
    Feedback {
        /// The words.
        text: String,
    },
    /// A part of the prompt that every later proposal keeps word for word.
    Freeze {
        /// The part.
        text: String,
    },
    /// Another model from a generation on.
    Model {
        /// In which role: task, reflection or judge.
        role: ModelRole,
        /// Which one.
        model: Box<ModelSpec>,
        /// The first generation it serves.
        from: u32,
    },
}

/// Why a proposal was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// A `{{placeholder}}` of the parent is missing, or a new one appeared.
    Placeholder,
    /// A frozen text or component changed.
    Frozen,
    /// The prompt exists already in the run.
    Duplicate,
    /// Longer than `max_prompt_tokens`.
    TooLong,
    /// It has words of an example that its operator was shown.
    Leak,
    /// The template does not parse.
    Template,
    /// The model's answer holds no prompt.
    Unreadable,
    /// The model's answer was cut off at its length limit before the prompt ended.
    Cut,
    /// The operator finds nothing to do on these parents, or the search was over when its proposal came.
    NotApplicable,
    /// The model refused or failed for good.
    ModelFailed,
}

/// What became of a candidate that was evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It lives on: it leads, or it may become a parent.
    Kept,
    /// It is not evaluated further.
    Dropped,
}

/// Why a candidate was kept or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictReason {
    /// It solves what it was made for, and breaks nothing that was seen.
    Improves,
    /// It does as well with less, where something is to be small.
    Simpler,
    /// It does not solve what it was made for.
    MissedTarget,
    /// It breaks what its parent solved.
    Breaks,
    /// What was seen of it speaks neither for nor against it, and its allowance is used.
    Unclear,
    /// Another candidate is better on the same examples, or once all objectives are weighed.
    Outranked,
    /// It lost some of the prompt that it was made from: another candidate with that put back is decided on in its place.
    Replaced,
    /// It says again what is said already, or only what was found to harm: nothing was spent on evaluating it.
    NothingNew,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum StopReason {
    /// Every prompt was evaluated (`clade eval`).
    Evaluated,
    /// What is left of a limit is needed for choosing and proving.
    BudgetSpent {
        /// Which limit.
        limit: Limit,
    },
    /// The most generations were reached.
    MaxGenerations,
    /// No new best for so many generations that a search worth going on with would hardly have missed one.
    NoImprovement,
    /// The target score is shown to be reached: the lower confidence bound is not below it. Before format 9: the score itself.
    TargetReached,
    /// The best prompt is right on everything, or what it still gets wrong is as likely noise.
    NothingToGain,
    /// Round after round no proposal was new and fit to be tried.
    NothingNew,
    /// The user ended it.
    Stopped,
}

impl fmt::Display for StopReason {
    /// In words that follow "the search ended because".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Evaluated => "every prompt was evaluated",
            Self::BudgetSpent { limit } => {
                return write!(f, "what was left of the limit on {limit} was kept for choosing and proving");
            }
            Self::MaxGenerations => "the most generations were reached",
            Self::NoImprovement => "there was no new best for the generations the run file allows",
            Self::TargetReached => "the target score is shown to be reached",
            Self::NothingToGain => "there was nothing left to gain on train examples",
            Self::NothingNew => "round after round no proposal was new and fit to be tried",
            Self::Stopped => "it was stopped",
        })
    }
}
