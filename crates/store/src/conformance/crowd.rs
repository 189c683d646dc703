use clade_domain::{ModelRole, RunId, Timestamp};
use futures::future::{join_all, try_join_all};

use super::samples;
use crate::{Store, StoreError};

pub(super) async fn appends_to_many_runs_at_once<S: Store>(store: &S) -> Result<(), StoreError> {
    let runs: Vec<RunId> = (0..24).map(|n| samples::run(&format!("crowd-{n}"))).collect::<Result<_, _>>()?;
    let work = runs.iter().map(async |run| {
        let mut next = store.create(samples::summary(run, 1), Timestamp(1), Vec::new()).await?;
        for n in 0..20 {
            let events = (0..=n % 3).map(|k| samples::trial(100 * n + k)).collect();
            next = store.append(run.clone(), next, Timestamp(2), events).await?;
        }
        Ok::<u64, StoreError>(next)
    });
    let lengths = try_join_all(work).await?;
    for (run, length) in runs.iter().zip(lengths) {
        let journal = store.read(run.clone(), 0, u32::MAX).await?;
        assert_eq!(
            journal.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
            (0..length).collect::<Vec<_>>(),
            "no gap"
        );
        let expected: Vec<_> = (0..20).flat_map(|n| (0..=n % 3).map(move |k| samples::trial(100 * n + k))).collect();
        assert!(journal.into_iter().map(|entry| entry.event).eq(expected), "every entry in its place");
    }
    Ok(())
}

pub(super) async fn lets_one_of_two_writers_win<S: Store>(store: &S) -> Result<(), StoreError> {
    let run = samples::run("contested")?;
    store.create(samples::summary(&run, 1), Timestamp(1), Vec::new()).await?;
    for round in 0..10 {
        let writers = (0..8).map(|w| store.append(run.clone(), round, Timestamp(1), vec![samples::trial(w)]));
        // an innocent write in the same batch must not suffer
        let innocent = store.put_texts(vec![format!("round {round}")]);
        let (outcomes, innocent) = futures::join!(join_all(writers), innocent);
        innocent?;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let lost = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Conflict { .. }))).count();
        assert_eq!((won, lost), (1, 7), "exactly one append gets number {round}: {outcomes:?}");
    }
    assert_eq!(store.length(run).await?, 10);
    Ok(())
}

pub(super) async fn mixes_reads_and_writes<S: Store>(store: &S) -> Result<(), StoreError> {
    let run = samples::run("mixed")?;
    store.create(samples::summary(&run, 1), Timestamp(1), Vec::new()).await?;
    let write = async {
        for n in 0..100 {
            let answer = samples::answer(&run, n, ModelRole::Task);
            store.put_answer(answer.clone()).await?;
            let found = store.answers(vec![answer.key]).await?;
            assert_eq!(found, [Some(answer)], "an answer that was stored is seen");
            let next = store.append(run.clone(), u64::from(n), Timestamp(1), vec![samples::trial(n)]).await?;
            assert_eq!(store.length(run.clone()).await?, next, "an entry that was appended is seen");
        }
        Ok::<(), StoreError>(())
    };
    let read = async {
        let mut seen = 0;
        while seen < 100 {
            let journal = store.read(run.clone(), 0, u32::MAX).await?;
            assert!(journal.len() >= seen, "a journal only grows");
            assert!(journal.iter().map(|entry| entry.seq).eq(0..journal.len() as u64), "and never has gaps");
            seen = journal.len();
            // gives way to the writer where everything runs on one thread
            store.summary("mixed".into()).await?;
            tokio::task::yield_now().await;
        }
        Ok::<(), StoreError>(())
    };
    futures::try_join!(write, read)?;
    Ok(())
}
