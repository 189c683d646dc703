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
    /// Writes it into the log, so that the ledger of a resumed run counts it too. It lies under a key of its own, which no
    /// request has: nobody gets it as an answer.
    pub async fn book(&self, log: &dyn AnswerCache) -> Result<(), String> {
        let (asked, model) = (self.asked.0, self.model.as_bytes());
        let mut number = 0_u64;
        let key = loop {
            let key = ContentHash::of_parts([b"unreadable".as_slice(), &asked, model, &number.to_le_bytes()]);
            if log.get(key).await?.is_none() {
                break key;
            }
            number += 1;
        };
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
