//! What is wanted of a run while it goes on: told within its process, and posted in the store where another process carries the run out.

use std::time::Duration;

use clade_domain::{Instruction, PostedOrder, RunId, Timestamp};
use clade_store::{Change, ReadRecords, RecordQuery, Store, StoreError, Stored};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

use crate::{EngineError, now};

/// How often whoever posted an order looks for its outcome.
const LOOK: Duration = Duration::from_millis(100);
/// For how long an order lies there before it is taken back: whoever carries a run out looks every second.
const PATIENCE: Duration = Duration::from_secs(10);
/// For how long one that was taken may be under way.
const LONGEST: Duration = Duration::from_secs(60);
/// For how long an order that nobody took back is kept, in milliseconds.
const KEPT_MS: i64 = 300_000;

/// A instruction from within the run's process. The answer says whether it was carried out, and journalled where it changes what the run does.
#[derive(Debug)]
pub struct Order {
    /// What is wanted.
    pub instruction: Instruction,
    /// Who waits for the answer.
    pub reply: oneshot::Sender<Result<(), EngineError>>,
}

/// Has whoever holds a run in another process carry out an instruction, and waits for it. `false` where nobody holds the run, and nothing was done.
///
/// # Errors
/// What the holder says; `Locked` where it does not listen, `Unheard` where it ended before it answered.
pub(crate) async fn post(store: &dyn Store, run: &RunId, instruction: &Instruction) -> Result<bool, EngineError> {
    if store.holder(run.clone()).await?.is_none() {
        return Ok(false);
    }
    let id = drawn_id()?;
    let expires = Timestamp(now().0 + KEPT_MS);
    let order = PostedOrder {
        id: id.clone(),
        run: run.clone(),
        instruction: instruction.clone(),
        taken: false,
        outcome: None,
        expires,
    };
    store.commit(vec![Change::add(&order, now())?]).await?;
    let posted = Instant::now();
    loop {
        sleep(LOOK).await;
        let unheard = || EngineError::Unheard { run: run.clone() };
        let seen: Stored<PostedOrder> = store.get(&id, now()).await?.ok_or_else(unheard)?;
        if let Some(outcome) = &seen.value.outcome {
            let outcome = outcome.clone().map_err(EngineError::Steer);
            // it expires where it cannot be removed
            drop(store.commit(vec![Change::remove(&seen)]).await);
            return outcome.map(|()| true);
        }
        let holder = store.holder(run.clone()).await?;
        let most = if seen.value.taken { LONGEST } else { PATIENCE };
        if holder.is_some() && posted.elapsed() < most {
            continue;
        }
        match store.commit(vec![Change::remove(&seen)]).await {
            Ok(()) if seen.value.taken => return Err(unheard()),
            Ok(()) => {
                return holder
                    .map_or(Ok(false), |holder| Err(StoreError::Locked { run: run.to_string(), holder }.into()));
            }
            // it was taken or answered just now
            Err(StoreError::Stale { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Takes what was posted for a run, the oldest first. What cannot be read now is taken later.
pub(crate) async fn take(store: &dyn Store, run: &RunId) -> Vec<Stored<PostedOrder>> {
    let posted = RecordQuery { parent: Some(run.to_string()), ..RecordQuery::default() };
    let posted: Vec<Stored<PostedOrder>> = match store.list(posted, now()).await {
        Ok(posted) => posted,
        Err(error) => {
            tracing::warn!(run.id = %run, %error, "orders to the run could not be read");
            return Vec::new();
        }
    };
    let mut taken = Vec::new();
    for order in posted.into_iter().filter(|order| !order.value.taken) {
        let value = PostedOrder { taken: true, ..order.value.clone() };
        // one that was taken back meanwhile is at another revision, or gone
        if put(store, &order, &value).await {
            taken.push(Stored { value, revision: order.revision + 1, ..order });
        }
    }
    taken
}

/// Says what came of an order.
pub(crate) async fn answer(store: &dyn Store, order: &Stored<PostedOrder>, outcome: Result<(), EngineError>) {
    let outcome = Some(outcome.map_err(|error| error.to_string()));
    put(store, order, &PostedOrder { outcome, ..order.value.clone() }).await;
}

async fn put(store: &dyn Store, old: &Stored<PostedOrder>, new: &PostedOrder) -> bool {
    let put = async { store.commit(vec![Change::rewrite(old, new)?]).await };
    let put = put.await;
    if let Err(error) = &put {
        tracing::debug!(order.id = %new.id, %error, "an order was not noted");
    }
    put.is_ok()
}

fn drawn_id() -> Result<String, EngineError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Backend {
        doing: "post an order",
        detail: "the machine gives no random bytes".into(),
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
