//! Promptclade's vocabulary: ids, prompts, candidates, examples, trials, events and the run specification.
//!
//! Everything here is data with `serde` on it. Deliberately absent: IO, async, randomness and clocks; time and ids are
//! arguments. The format of what is stored is defined here and versioned by [`FORMAT_VERSION`].

mod budget;
mod candidate;
mod chat;
mod code;
mod data;
mod event;
mod evidence;
mod hash;
mod headroom;
mod ids;
mod judgement;
mod models;
mod order;
mod program;
mod prompt;
mod role;
mod sandbox;
mod spec;
mod step;
mod strategy;
mod team;
mod trial;
mod webhook;

pub use budget::{Bill, Budget, Limit, Spent, TokenCount, Usage, Usd};
pub use candidate::{Candidate, OperatorName, Relation};
pub use chat::{ChatAnswer, ChatMessage, ChatRequest, FinishReason, MessageRole, Sampling, WITHHELD};
pub use code::{CodeAnswer, CodeRequest, FunctionSource};
pub use data::{Assertion, DatasetHasher, DatasetSummary, Example, Split, SplitCounts, Vars};
pub use event::{FORMAT_VERSION, Recorded, RejectReason, RunEvent, Steer, StopReason, Verdict, VerdictReason};
pub use evidence::{Evidence, PairedTest};
pub use hash::ContentHash;
pub use headroom::{Headroom, PowerRow};
pub use ids::{CandidateId, ExampleId, IdError, NameError, RunId, SlotId, Timestamp, UserId, WorkspaceId};
pub use judgement::{Judgement, ObjectiveScore};
pub use models::{GenerationModels, ModelRole, ModelSpec, Models, is_of_the_connection};
pub use order::{Instruction, PostedOrder, Steering};
pub use program::{ProgramCalls, ProgramSpec, Ran};
pub use prompt::{Component, Demonstration, Prompt};
pub use role::{Action, Role};
pub use sandbox::{
    BackendChoice, Isolation, KeptState, Language, SandboxCeiling, SandboxLimits, SandboxMode, SandboxSpec,
};
pub use spec::{
    Constraints, Direction, EvalOptions, Objective, OptimizeSpec, PinnedItem, RunMode, RunSpec, SeedPrompt, SplitSpec,
    StopSpec,
};
pub use step::{ModelAnswer, ModelRequest, Step};
pub use strategy::{
    AutoPart, AutoSpec, CapoSpec, DeSpec, GeneticSpec, GepaSpec, HillClimbSpec, MiproAuto, MiproSpec, OproSpec,
    PromptbreederSpec, RandomSpec, SelectionMethod, StrategyName, StrategySpec,
};
pub use team::{
    ApiToken, AuditEntry, Comment, Elsewhere, Identity, Invitation, Item, ItemKind, ItemVersion, Member, Outsider,
    ProviderKey, Repeatable, Session, Share, Tab, User, Workspace,
};
pub use trial::{CellRef, Purpose, Trial, TrialError, TrialErrorKind, TrialOutcome};
pub use webhook::{Delivery, DeliveryStatus, News, Webhook};
