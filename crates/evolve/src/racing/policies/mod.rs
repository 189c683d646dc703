//! The answers, one to a file. Their names are those of the replay bench.

mod best_arm;
mod blocks;
mod capo;
mod continuous;
mod sequential;
mod successive;
mod thrifty;
mod uniform;

pub use best_arm::BestArm;
pub use capo::CapoRace;
pub use continuous::{ContinuousHalving, alive};
pub use sequential::SequentialTest;
pub use successive::SuccessiveHalving;
pub use thrifty::ThriftyHalving;
pub use uniform::Uniform;

use super::Policy;

/// A policy by name, with its default settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// [`Uniform`]
    Uniform,
    /// [`SuccessiveHalving`]
    SuccessiveHalving,
    /// [`CapoRace`]
    CapoRace,
    /// [`SequentialTest`]
    SequentialTest,
    /// [`BestArm`]
    BestArm,
    /// [`ContinuousHalving`]
    ContinuousHalving,
    /// [`ThriftyHalving`]
    ThriftyHalving,
}

impl PolicyKind {
    /// All, the plainest first.
    pub const ALL: [Self; 7] = [
        Self::Uniform,
        Self::SuccessiveHalving,
        Self::CapoRace,
        Self::SequentialTest,
        Self::BestArm,
        Self::ContinuousHalving,
        Self::ThriftyHalving,
    ];

    /// The name on the command line and in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::SuccessiveHalving => "successive-halving",
            Self::CapoRace => "capo-race",
            Self::SequentialTest => "sequential-test",
            Self::BestArm => "best-arm",
            Self::ContinuousHalving => "continuous-halving",
            Self::ThriftyHalving => "thrifty-halving",
        }
    }

    /// The policy of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// A fresh one.
    #[must_use]
    pub fn build(self) -> Box<dyn Policy> {
        match self {
            Self::Uniform => Box::new(Uniform),
            Self::SuccessiveHalving => Box::new(SuccessiveHalving::default()),
            Self::CapoRace => Box::new(CapoRace::default()),
            Self::SequentialTest => Box::new(SequentialTest::default()),
            Self::BestArm => Box::new(BestArm::default()),
            Self::ContinuousHalving => Box::new(ContinuousHalving::default()),
            Self::ThriftyHalving => Box::new(ThriftyHalving::default()),
        }
    }
}
