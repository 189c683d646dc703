use super::samples;
use crate::{Journal, StoreError};

pub(super) async fn holds_a_run_once(store: &impl Journal) -> Result<(), StoreError> {
    let (run, other) = (samples::run("held")?, samples::run("free")?);
    let held = store.lock(run.clone()).await?;
    let second = store.lock(run.clone()).await;
    assert!(
        matches!(&second, Err(StoreError::Locked { run, holder }) if run == "held" && !holder.is_empty()),
        "{second:?}"
    );
    assert!(store.holder(run.clone()).await?.is_some_and(|holder| !holder.is_empty()));
    assert_eq!(store.holder(other.clone()).await?, None, "looking takes nothing");
    let another = store.lock(other).await?;
    drop(held);
    assert_eq!(store.holder(run.clone()).await?, None, "it was let go");
    let again = store.lock(run.clone()).await?;
    assert!(store.lock(run).await.is_err(), "taken again after it was let go");
    drop((again, another));
    Ok(())
}
