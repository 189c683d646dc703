//! Operators without a model: small edits of wording and structure, crossover, and demonstrations.
//!
//! They edit one component at a time, chosen at random among those that are not frozen and where there is something to do.
//! What [`clade_text::protect`] protects is never edited, and an edit that would lose some of it is not made.

mod component_crossover;
mod component_merge;
mod demonstration_add;
mod demonstration_drop;
mod demonstration_reorder;
mod demonstration_set;
mod edit;
mod emphasis;
mod imperative;
mod instruction_move;
mod join_sentences;
mod list_to_sentences;
mod paragraph_order;
mod rebase;
mod section_move;
mod sentence_crossover;
mod sentence_order;
mod sentence_removal;
mod sentences_to_list;
mod split_sentence;
mod synonym_replacement;
mod units;
mod word_insertion;
mod word_removal;

pub use component_crossover::ComponentCrossover;
pub use component_merge::ComponentMerge;
pub use demonstration_add::DemonstrationAdd;
pub use demonstration_drop::DemonstrationDrop;
pub use demonstration_reorder::DemonstrationReorder;
pub use demonstration_set::DemonstrationSet;
pub use emphasis::Emphasis;
pub use instruction_move::{InstructionToEnd, InstructionToStart};
pub use join_sentences::JoinSentences;
pub use list_to_sentences::ListToSentences;
pub use paragraph_order::ParagraphOrder;
pub use rebase::Rebase;
pub use section_move::SectionMove;
pub use sentence_crossover::SentenceCrossover;
pub use sentence_order::SentenceOrder;
pub use sentence_removal::SentenceRemoval;
pub use sentences_to_list::SentencesToList;
pub use split_sentence::SplitSentence;
pub use synonym_replacement::SynonymReplacement;
pub(crate) use units::free_sentences;
pub use word_insertion::WordInsertion;
pub use word_removal::WordRemoval;
