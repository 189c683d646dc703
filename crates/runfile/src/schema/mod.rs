//! The shape of a run file: types that give its JSON schema and decode what has passed it, and the check that turns a
//! misfit into a problem with a place. The schema is the only list of keys, so editor, check and decoder agree.

#[cfg(test)]
mod agreement;
mod check;
mod optimize;
mod promptfoo;
mod providers;
mod root;
mod sandbox;
mod searches;
mod tests;

pub(crate) use check::{Checker, Finding};
pub(crate) use optimize::{BudgetInput, ModelsInput, ObjectiveInput, OptimizeInput, SplitsInput, StrategyInput};
pub(crate) use promptfoo::{ignored_note, unsupported};
pub(crate) use providers::{GraderInput, ProviderInput, ProviderOptions, ProvidersInput};
pub use root::schema;
pub(crate) use root::{DefaultTestInput, EnvValue, PromptInput, PromptsInput, RunFile};
pub(crate) use sandbox::{NetworkInput, SandboxInput, SandboxSettings};
pub(crate) use searches::search_called;
pub(crate) use tests::{AssertInput, OneOrMany, TestCase, TestItem, TestsInput, VarsInput};
