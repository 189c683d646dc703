use clade_domain::{ContentHash, FinishReason, ModelRole, Usage, Usd};

use super::{AnswerCache, AnswerRecord};

/// An answer that cannot be read, as the account keeps it.
pub(super) struct Unreadable<'a> {
    /// The hash of what was asked.
    pub asked: ContentHash,
    /// What the call was for.
    pub role: ModelRole,
    /// The model's full name.
    pub model: &'a str,
    /// What came instead, in brief.
    pub message: &'a str,
    /// What it is booked with.
    pub usage: Usage,
    /// Its cost.
    pub cost: Option<Usd>,
}

impl Unreadable<'_> {
    /// Writes it into the log, so that the ledger of a resumed run counts it too. It lies under a key of its own, drawn at random: nobody
    /// gets it as an answer, and no other one takes its place, of this process or of others that write the same log.
    pub async fn book(&self, log: &dyn AnswerCache) -> Result<(), String> {
        let mut drawn = [0_u8; 16];
        getrandom::fill(&mut drawn).map_err(|error| format!("no random key can be drawn: {error}"))?;
        let key = ContentHash::of_parts([b"unreadable".as_slice(), &self.asked.0, self.model.as_bytes(), &drawn]);
        log.put(AnswerRecord {
            key,
            role: self.role,
            model: self.model.to_owned(),
            body: format!("cannot be read: {}", self.message),
            usage: self.usage,
            cost: self.cost,
            latency_ms: 0,
            finish: FinishReason::Other,
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Mutex};

    use futures::future::BoxFuture;

    use super::*;
    use crate::layers::KnownAnswer;

    /// A log of which other processes' rows are not seen yet.
    #[derive(Default)]
    struct Late(Mutex<BTreeSet<ContentHash>>);

    impl AnswerCache for Late {
        fn get(&self, _: ContentHash) -> BoxFuture<'_, Result<Option<KnownAnswer>, String>> {
            Box::pin(async { Ok(None) })
        }

        fn put(&self, record: AnswerRecord) -> BoxFuture<'_, Result<(), String>> {
            self.0.lock().unwrap().insert(record.key);
            Box::pin(async { Ok(()) })
        }
    }

    #[tokio::test]
    async fn none_takes_the_place_of_another() {
        let log = Late::default();
        let unreadable = Unreadable {
            asked: ContentHash::of(b"the same question"),
            role: ModelRole::Task,
            model: "m",
            message: "an empty body",
            usage: Usage::default(),
            cost: None,
        };
        for _ in 0..3 {
            unreadable.book(&log).await.unwrap();
        }
        assert_eq!(log.0.lock().unwrap().len(), 3);
    }
}
