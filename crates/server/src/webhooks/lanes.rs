use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use clade_domain::{Delivery, Timestamp};
use clade_store::{ReadRecords, RecordQuery, Store, StoreError, Stored, WAITING};

/// Deliveries read in one step.
const PART: u32 = 500;
/// Most that are at hand for one webhook; the others are read later.
const QUEUE: usize = 32;

/// What is due, a queue for each webhook. One message is under way to each at a time, so that whoever answers slowly or not at all holds up
/// their own messages and nobody else's, and messages come in order where each arrives.
#[derive(Default)]
pub(super) struct Lanes {
    queues: BTreeMap<String, VecDeque<Stored<Delivery>>>,
    /// The delivery that is under way to a webhook.
    busy: HashMap<String, String>,
    /// Webhooks for which more is due than is at hand.
    more: HashSet<String>,
    /// The webhook that was served last; the next one is served next.
    last: String,
}

impl Lanes {
    /// Reads what is due.
    pub async fn look(&mut self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        self.queues.clear();
        self.more.clear();
        let mut after = None;
        loop {
            let part =
                RecordQuery { parent: Some(WAITING.to_owned()), limit: Some(PART), after, ..RecordQuery::default() };
            let part: Vec<Stored<Delivery>> = store.list(part, now).await?;
            after = part.last().map(|last| (last.created, last.value.id.clone()));
            let end = part.len() < PART as usize;
            part.into_iter().filter(|delivery| delivery.value.due <= now).for_each(|delivery| self.queue(delivery));
            if end {
                return Ok(());
            }
        }
    }

    fn queue(&mut self, delivery: Stored<Delivery>) {
        let webhook = &delivery.value.webhook;
        if self.busy.get(webhook) == Some(&delivery.value.id) {
            return;
        }
        let queue = self.queues.entry(webhook.clone()).or_default();
        match queue.len() < QUEUE {
            true => queue.push_back(delivery),
            false => drop(self.more.insert(webhook.clone())),
        }
    }

    /// The next delivery whose webhook is free, each webhook in its turn.
    pub fn next(&mut self) -> Option<Stored<Delivery>> {
        let free = |(webhook, queue): (&String, &VecDeque<_>)| {
            (!queue.is_empty() && !self.busy.contains_key(webhook)).then(|| webhook.clone())
        };
        let behind = (std::ops::Bound::Excluded(self.last.clone()), std::ops::Bound::Unbounded);
        let webhook = self.queues.range(behind).find_map(free).or_else(|| self.queues.iter().find_map(free))?;
        let delivery = self.queues.get_mut(&webhook)?.pop_front()?;
        self.busy.insert(webhook.clone(), delivery.value.id.clone());
        self.last = webhook;
        Some(delivery)
    }

    /// A try has ended. Returns whether more is due for its webhook than is at hand.
    pub fn free(&mut self, webhook: &str) -> bool {
        self.busy.remove(webhook);
        self.queues.get(webhook).is_none_or(VecDeque::is_empty) && self.more.contains(webhook)
    }
}

#[cfg(test)]
mod tests {
    use clade_domain::{DeliveryStatus, News};
    use clade_store::{Change, MemoryStore, Records};

    use super::*;

    fn delivery(webhook: &str, n: i64, due: i64) -> Change {
        let delivery = Delivery {
            id: format!("{webhook}-{n:04}"),
            workspace: Default::default(),
            webhook: webhook.into(),
            event: News::Ping,
            body: String::new(),
            at: Timestamp(n),
            status: DeliveryStatus::Waiting,
            tries: 0,
            due: Timestamp(due),
            answer: String::new(),
            expires: Timestamp(i64::MAX),
        };
        Change::add(&delivery, Timestamp(n)).unwrap()
    }

    fn ids(lanes: &mut Lanes) -> Vec<String> {
        std::iter::from_fn(|| lanes.next()).map(|delivery| delivery.value.id).collect()
    }

    #[tokio::test]
    async fn one_with_many_messages_holds_up_nobody() {
        let store = MemoryStore::new();
        let mut changes: Vec<Change> = (0..1_200).map(|n| delivery("slow", n, 0)).collect();
        changes.extend([delivery("a", 2_000, 0), delivery("b", 2_001, 0), delivery("b", 2_002, 0)]);
        changes.push(delivery("later", 2_003, 50));
        store.commit(changes).await.unwrap();
        let mut lanes = Lanes::default();
        lanes.look(&store, Timestamp(10)).await.unwrap();
        assert_eq!(ids(&mut lanes), ["a-2000", "b-2001", "slow-0000"]);
        assert!(!lanes.free("b"));
        assert_eq!(ids(&mut lanes), ["b-2002"]);
        // what is under way is not taken up again
        lanes.look(&store, Timestamp(60)).await.unwrap();
        assert_eq!(ids(&mut lanes), ["later-2003"]);
        for n in 1..=QUEUE {
            assert!(!lanes.free("slow"), "{n} of {QUEUE} at hand");
            assert_eq!(ids(&mut lanes), [format!("slow-{n:04}")]);
        }
        assert!(lanes.free("slow"), "the others are to be read");
        assert_eq!(ids(&mut lanes), [""; 0]);
    }
}
