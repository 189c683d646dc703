use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clade_domain::ContentHash;
use clade_store::{Lookup, PaidAnswer, SharedAnswers, StoreError};
use tokio::time::{Instant, sleep, timeout};

/// How often is looked whether somebody else's purchase has arrived.
const LOOK: Duration = Duration::from_millis(100);
/// For how long an answer may take: whoever buys is not kept waiting longer.
const PATIENCE: Duration = Duration::from_secs(1);
/// For how long nothing is shared after it failed.
const REST: Duration = Duration::from_secs(10);

/// What all runs of a process share with those of others. A server that is away costs a second now and then, and never an answer.
pub struct Sharing {
    answers: Arc<dyn SharedAnswers>,
    /// Nothing is asked before then.
    rests: Mutex<Option<Instant>>,
}

impl Sharing {
    /// Over a server.
    #[must_use]
    pub fn new(answers: Arc<dyn SharedAnswers>) -> Self {
        Self { answers, rests: Mutex::default() }
    }

    /// The answer that somebody else bought, waiting for it where they are at it; `None` where it is to be bought here.
    pub(crate) async fn find(&self, key: ContentHash) -> Option<PaidAnswer> {
        loop {
            match self.asked("look for an answer", self.answers.find(key)).await? {
                Lookup::Answer(answer) => return Some(*answer),
                Lookup::Yours => return None,
                Lookup::Elsewhere => sleep(LOOK).await,
            }
        }
    }

    /// Prolongs the right to buy for as long as it is polled.
    pub(crate) async fn hold(&self, key: ContentHash) {
        loop {
            sleep(self.answers.every()).await;
            self.asked("hold the right to an answer", self.answers.hold(key)).await;
        }
    }

    /// Shares an answer that is in a log.
    pub(crate) async fn share(&self, answer: PaidAnswer) {
        self.asked("share an answer", self.answers.share(answer)).await;
    }

    /// Lets others buy.
    pub(crate) async fn give_up(&self, key: ContentHash) {
        self.asked("give the right to an answer back", self.answers.give_up(key)).await;
    }

    async fn asked<T>(&self, doing: &'static str, ask: impl Future<Output = Result<T, StoreError>>) -> Option<T> {
        let rests = *self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        if rests.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let error = match timeout(PATIENCE, ask).await {
            Ok(Ok(found)) => return Some(found),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(%error, "failed to {doing}: nothing is shared with other processes for a while");
        *self.rests.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
        None
    }
}
