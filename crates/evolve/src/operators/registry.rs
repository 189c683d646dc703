use clade_text::similarity::nearest;

use super::{Operator, classical, written};

/// No operator has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no operator is called `{name}`; {}", hint(*.nearest))]
pub struct UnknownOperator {
    /// The name that was asked for.
    pub name: String,
    /// The name that was probably meant.
    pub nearest: Option<&'static str>,
}

fn hint(nearest: Option<&'static str>) -> String {
    match nearest {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("there are {}", all().iter().map(|operator| operator.name()).collect::<Vec<_>>().join(", ")),
    }
}

/// Every operator, in an order that does not change: classical mutations, classical crossovers, demonstrations, model-written.
#[must_use]
pub fn all() -> Vec<&'static dyn Operator> {
    vec![
        &classical::WordInsertion,
        &classical::WordRemoval,
        &classical::SentenceRemoval,
        &classical::SynonymReplacement,
        &classical::SentenceOrder,
        &classical::ParagraphOrder,
        &classical::SentencesToList,
        &classical::ListToSentences,
        &classical::SectionMove,
        &classical::SplitSentence,
        &classical::JoinSentences,
        &classical::Emphasis,
        &classical::InstructionToEnd,
        &classical::InstructionToStart,
        &classical::ComponentCrossover,
        &classical::SentenceCrossover,
        &classical::ComponentMerge,
        &classical::Rebase,
        &classical::DemonstrationAdd,
        &classical::DemonstrationDrop,
        &classical::DemonstrationReorder,
        &classical::DemonstrationSet,
        &written::Paraphrase,
        &written::Shorten,
        &written::Elaborate,
        &written::Reflect,
        &written::Contrast,
        &written::Merge,
        &written::Crossover,
        &written::CapoCrossover,
        &written::CapoMutation,
        &written::Differential,
        &written::Opro,
        &written::breed::ZERO_ORDER,
        &written::breed::FIRST_ORDER,
        &written::breed::ESTIMATE,
        &written::breed::ESTIMATE_RANKED,
        &written::breed::LINEAGE,
        &written::breed::HYPER_ZERO_ORDER,
        &written::breed::HYPER_FIRST_ORDER,
        &written::breed::LAMARCKIAN,
        &written::Mipro,
    ]
}

/// The operator of this name, if there is one.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Operator> {
    all().into_iter().find(|operator| operator.name() == name)
}

/// The operator of this name, or words about its absence.
///
/// # Errors
/// [`UnknownOperator`] with the nearest name.
pub fn find(name: &str) -> Result<&'static dyn Operator, UnknownOperator> {
    by_name(name).ok_or_else(|| UnknownOperator {
        name: name.to_owned(),
        nearest: nearest(name, all().into_iter().map(|operator| operator.name())),
    })
}
