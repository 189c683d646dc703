//! The behaviour that every backend must show, as functions a test calls with fresh stores. They assert, so a failure
//! points at the line of the rule that is broken.
//!
//! ```no_run
//! # async fn test() -> Result<(), clade_store::StoreError> {
//! clade_store::conformance::all(async || Ok(clade_store::MemoryStore::new())).await
//! # }
//! ```

mod answers;
mod crowd;
mod datasets;
mod generations;
mod journal;
mod lineage;
mod listing;
mod locks;
mod records;
pub mod samples;
mod service;
mod staging;
mod texts;
mod trials;

pub use generations::{Kept, generations};
pub use lineage::{Projected, lineage};
pub use service::service;

use crate::{Store, StoreError};

/// Runs every rule, each on a store of its own that `make` provides empty.
///
/// # Errors
/// What the store answers where the rules expect success.
///
/// # Panics
/// Where a rule is broken.
pub async fn all<S: Store>(make: impl AsyncFn() -> Result<S, StoreError>) -> Result<(), StoreError> {
    macro_rules! each {
        ($($rule:path),* $(,)?) => {
            $(
                let store = make().await?;
                $rule(&store).await?;
                store.close().await?;
            )*
        };
    }
    each![
        journal::appends_in_order,
        journal::refuses_the_wrong_sequence_number,
        journal::creates_once,
        journal::reads_ranges,
        journal::reads_single_entries,
        journal::knows_no_unknown_runs,
        journal::keeps_every_kind_of_entry,
        journal::gives_candidates_by_id,
        trials::finds_the_trials_of_a_candidate,
        listing::finds_by_beginning_and_last,
        listing::lists_newest_first,
        listing::filters,
        listing::pages_in_every_order,
        listing::keeps_workspaces_apart,
        listing::rewrites_rows,
        listing::names_positions,
        staging::publishes_whole_runs,
        staging::sweeps_what_was_never_published,
        locks::holds_a_run_once,
        texts::stores_once_by_content,
        texts::keeps_odd_and_large_texts,
        datasets::is_whole_when_sealed,
        datasets::gives_examples_by_id,
        answers::keeps_the_first,
        answers::finds_many_at_once,
        answers::shares_texts,
        answers::adds_up_by_role,
        answers::pages_by_key,
        records::adds_changes_and_removes,
        records::makes_all_changes_or_none,
        records::keeps_second_names_unique,
        records::refuses_stale_changes,
        records::forgets_what_expired,
        records::lists_in_pages,
        records::never_changes_what_is_only_added,
        records::keeps_every_kind,
        records::lets_one_of_two_changes_win,
        crowd::appends_to_many_runs_at_once,
        crowd::lets_one_of_two_writers_win,
        crowd::mixes_reads_and_writes,
    ];
    Ok(())
}
