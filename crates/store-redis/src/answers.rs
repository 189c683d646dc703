use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clade_domain::ContentHash;
use clade_store::{Lookup, PaidAnswer, SharedAnswers, StoreError, StoreFuture};

use crate::{
    RedisOptions, Report,
    link::Link,
    report::bounded,
    scripts::{FIND, HOLD},
};

/// For how long the right to buy an answer outlives whoever has it.
const RIGHT: Duration = Duration::from_secs(10);
/// For how long an answer is kept where nothing else is said: 30 days.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Answers that processes share through a Redis server or cluster. Connects with the first call.
pub struct RedisAnswers {
    link: Link,
    options: RedisOptions,
    /// This process, as nobody else is called.
    buyer: String,
}

impl RedisAnswers {
    /// Over a server that need not be there yet. Answers go after `expire`, or 30 days.
    ///
    /// # Errors
    /// Where the address cannot be understood.
    pub fn new(options: RedisOptions) -> Result<Self, StoreError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let buyer = format!("process {} on {} ({})", std::process::id(), host.trim(), now.as_nanos());
        Ok(Self { link: Link::new(&options)?, options, buyer })
    }

    /// Connects, looks at version and settings, and tries whether it may write.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses.
    pub async fn report(&self) -> Result<Report, StoreError> {
        let mut report = Report::of(&self.link, &self.options.prefix).await?;
        if let Some(policy) = bounded(&self.link).await.filter(|policy| policy == "noeviction") {
            report.warnings.push(format!(
                "maxmemory-policy {policy} keeps new answers out once the memory is full; CONFIG SET maxmemory-policy volatile-lru lets \
                 old ones go"
            ));
        }
        Ok(report)
    }

    /// The keys of an answer: its hash is their hash tag.
    fn keys(&self, key: ContentHash) -> [String; 2] {
        ["answer", "buyer"].map(|name| format!("{}:{{{key}}}:{name}", self.options.prefix))
    }

    async fn hold_for(&self, key: ContentHash, time: Duration) -> Result<(), StoreError> {
        let [_, buyer] = self.keys(key);
        let arguments = [self.buyer.clone(), time.as_millis().to_string()];
        self.link.script::<i64>("hold the right to an answer", &HOLD, &[&buyer], &arguments).await.map(drop)
    }
}

impl SharedAnswers for RedisAnswers {
    fn find(&self, key: ContentHash) -> StoreFuture<'_, Lookup> {
        Box::pin(async move {
            let [answer, buyer] = self.keys(key);
            let arguments = [self.buyer.clone(), RIGHT.as_millis().to_string()];
            let found: Vec<String> =
                self.link.script("look for an answer", &FIND, &[&answer, &buyer], &arguments).await?;
            match (found.first().map(String::as_str), found.get(1)) {
                // what another version wrote is bought anew
                (Some("answer"), Some(json)) => Ok(serde_json::from_str(json)
                    .ok()
                    .filter(|found: &PaidAnswer| found.key == key)
                    .map_or(Lookup::Yours, |found| Lookup::Answer(Box::new(found)))),
                (Some("yours"), _) => Ok(Lookup::Yours),
                _ => Ok(Lookup::Elsewhere),
            }
        })
    }

    fn hold(&self, key: ContentHash) -> StoreFuture<'_, ()> {
        Box::pin(self.hold_for(key, RIGHT))
    }

    fn every(&self) -> Duration {
        RIGHT / 4
    }

    fn share(&self, answer: PaidAnswer) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let [key, _] = self.keys(answer.key);
            let json = serde_json::to_string(&answer)
                .map_err(|error| StoreError::Backend { doing: "share an answer", detail: error.to_string() })?;
            let seconds = self.options.expire.unwrap_or(KEPT).as_secs().max(1);
            let mut set = redis::cmd("SET");
            let set = self.link.call::<()>("share an answer", set.arg(key).arg(json).arg("EX").arg(seconds)).await;
            // whoever waits goes on, with the answer or without
            self.hold_for(answer.key, Duration::ZERO).await?;
            set
        })
    }

    fn give_up(&self, key: ContentHash) -> StoreFuture<'_, ()> {
        Box::pin(self.hold_for(key, Duration::ZERO))
    }
}
