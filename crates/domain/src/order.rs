use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Budget, CandidateId, ModelRole, ModelSpec, RunId, Timestamp, UserId};

/// What somebody wants of a run that goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "instruction", rename_all = "snake_case", deny_unknown_fields)]
pub enum Instruction {
    /// Let calls in flight end, and put the run down.
    Pause {
        /// Why, where it is not simply wished.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// End the search now, then choose and prove with what it has. Where there is nothing to choose, put the run down.
    Stop,
    /// Other limits, for good.
    Budget {
        /// The new limits.
        budget: Budget,
    },
    /// Steer the search.
    Steer {
        /// Who.
        by: UserId,
        /// What they want.
        steering: Steering,
    },
}

/// What somebody wants of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Steering {
    /// A candidate with components that were edited by hand. It meets a sample of train examples, and validation.
    Write {
        /// Whose prompt was edited.
        parent: CandidateId,
        /// The new texts by component; the others stay.
        components: BTreeMap<String, String>,
        /// What it is about.
        note: String,
    },
    /// A candidate meets validation whatever the search thinks of it.
    Pin(CandidateId),
    /// It no longer does because of that.
    Unpin(CandidateId),
    /// A candidate does not meet validation.
    Reject(CandidateId),
    /// Words that whoever writes proposals is to heed.
    Feedback(String),
    /// A part of the prompt that every later proposal keeps word for word.
    Freeze(String),
    /// Another model from the next generation on.
    Model(ModelRole, ModelSpec),
}

/// A instruction on its way to a run that another process carries out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostedOrder {
    /// Unique.
    pub id: String,
    /// To which run.
    pub run: RunId,
    /// What is wanted.
    pub instruction: Instruction,
    /// Whether whoever carries the run out has taken it.
    pub taken: bool,
    /// What came of it: an error's words where it was refused. `None` before it is known.
    pub outcome: Option<Result<(), String>>,
    /// Until when it is kept.
    pub expires: Timestamp,
}
