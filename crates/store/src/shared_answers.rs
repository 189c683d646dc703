use clade_domain::ContentHash;

use crate::{PaidAnswer, StoreFuture};

/// What a look for a shared answer finds.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    /// Somebody bought it already.
    Answer(Box<PaidAnswer>),
    /// Nobody did: whoever asked is the one who buys it, as long as they [`SharedAnswers::hold`] it.
    Yours,
    /// Somebody is buying it: look again.
    Elsewhere,
}

/// Answers that processes share which need not share a system of record, each bought by one of them.
///
/// It holds nothing that cannot be lost: whoever finds an answer keeps it in their own log before it is used, and where there is nothing to be
/// found, or nobody answers, it is bought. The right to buy goes by itself when its holder dies.
pub trait SharedAnswers: Send + Sync {
    /// Looks for an answer, and takes the right to buy it where there is none.
    fn find(&self, key: ContentHash) -> StoreFuture<'_, Lookup>;

    /// Prolongs the right to buy.
    fn hold(&self, key: ContentHash) -> StoreFuture<'_, ()>;

    /// How often it wants to be prolonged.
    fn every(&self) -> std::time::Duration;

    /// Shares an answer, and gives the right to buy it back.
    fn share(&self, answer: PaidAnswer) -> StoreFuture<'_, ()>;

    /// Gives the right to buy back without an answer.
    fn give_up(&self, key: ContentHash) -> StoreFuture<'_, ()>;
}
