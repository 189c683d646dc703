use std::{future::poll_fn, pin::pin, task::Poll};

use clade_bundle::{Answers, Data, Limits, check, import};
use clade_domain::Timestamp;
use clade_engine::Owner;
use clade_store::{Journal, RunFilter, Store};
use clade_store_sqlite::{SqliteOptions, SqliteStore};

use crate::common::{bundle, file, run};

/// Lets an import run for so many steps and gives it up there, with its store: what a killed process leaves is what was
/// committed until then. Whether it came to its end.
async fn given_up(path: &std::path::Path, checked: &clade_bundle::Checked, steps: usize) -> bool {
    let store = SqliteStore::open(path, SqliteOptions::default()).await.unwrap();
    let done = {
        let mut importing = pin!(import(&store, checked, run(), Owner::default(), Answers::Reused, Timestamp(1)));
        let mut taken = 0;
        poll_fn(|context| {
            taken += 1;
            match taken > steps {
                true => Poll::Ready(false),
                false => importing.as_mut().poll(context).map(|done| done.is_ok()),
            }
        })
        .await
    };
    store.close().await.unwrap();
    done
}

#[tokio::test]
async fn whenever_an_import_dies_nobody_sees_a_part_of_it_and_it_can_be_done_again() {
    let bundle = file(&bundle(Data::Included).await);
    let checked = check(&bundle.path, Limits::default()).unwrap();
    let mut ends = 0;
    for steps in 0..200 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let done = given_up(&path, &checked, steps).await;
        let store = SqliteStore::open(&path, SqliteOptions::default()).await.unwrap();
        let seen = store.lengths().await.unwrap();
        // the last step may have been carried out though nobody heard of it
        assert!(seen.is_empty() || seen == [(run(), 264)], "after {steps} steps: {seen:?}");
        assert_eq!(store.summaries(RunFilter::default()).await.unwrap().len(), seen.len());
        if seen.is_empty() {
            assert!(!done);
            import(&store, &checked, run(), Owner::default(), Answers::Reused, Timestamp(1)).await.unwrap();
        }
        assert_eq!(store.length(run()).await.unwrap(), 264);
        assert_eq!(store.snapshots(run()).await.unwrap().len(), 1);
        store.close().await.unwrap();
        if done {
            ends = steps;
            break;
        }
    }
    assert!(ends > 5, "it was given up at {ends} places");
}
