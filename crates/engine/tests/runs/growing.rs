//! A journal that is read while a run writes it as fast as it can: each question is answered of what was there when it came.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use clade_domain::RunId;
use clade_engine::{States, replay_state_until};
use clade_store::{Journal, Lineage, MemoryStore, Store};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use tokio::task::JoinSet;

use crate::common::{Rig, assertion, calls, result, spec};

/// Tasks that ask for states, and as many that ask for trees.
const ASKING: usize = 3;

/// A tree that somebody saw, with the length of the journal before the question and after it.
type Seen = (u64, u64, String);

async fn tree(lineage: &Lineage, run: &RunId) -> String {
    serde_json::to_string(lineage.run(run).await.unwrap().nodes()).unwrap()
}

/// Asks until the run is over, and once after it.
async fn watch_states(
    store: Arc<dyn Store>,
    run: RunId,
    states: Arc<States>,
    over: Arc<AtomicBool>,
) -> BTreeMap<u64, String> {
    let mut seen = BTreeMap::new();
    loop {
        let last = over.load(SeqCst);
        let before = store.length(run.clone()).await.unwrap();
        let (length, state) = states.look(&store, &run, |state| (state.length(), result(state))).await.unwrap();
        assert!(length >= before, "{length} entries of {before}");
        seen.insert(length, state);
        if last {
            return seen;
        }
    }
}

async fn watch_trees(store: Arc<dyn Store>, run: RunId, lineage: Lineage, over: Arc<AtomicBool>) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    loop {
        let last = over.load(SeqCst);
        let before = store.length(run.clone()).await.unwrap();
        let tree = tree(&lineage, &run).await;
        let after = store.length(run.clone()).await.unwrap();
        if seen.last().is_none_or(|(_, _, known)| *known != tree) {
            seen.push((before, after, tree));
        }
        if last {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn states_and_trees_are_those_of_a_journal_that_grows() {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteStore::open(&folder.path().join("clade.db"), SqliteOptions::default()).await.unwrap();
    let (file, states, over) = (Arc::new(file), Arc::new(States::default()), Arc::new(AtomicBool::new(false)));
    let store: Arc<dyn Store> = file.clone();
    let lineage = Lineage::new(file.clone(), file.clone());
    let rig = Rig::existing(store.clone(), "grows");
    rig.create(spec("simulated:rough", calls(1_200)), &[assertion("numeric", "{{answer}}")], 0).await;
    let (mut folded, mut grown) = (JoinSet::new(), JoinSet::new());
    for _ in 0..ASKING {
        folded.spawn(watch_states(store.clone(), rig.run.clone(), states.clone(), over.clone()));
        grown.spawn(watch_trees(store.clone(), rig.run.clone(), lineage.clone(), over.clone()));
    }
    rig.finish().await;
    over.store(true, SeqCst);

    let seen: BTreeMap<u64, String> = folded.join_all().await.into_iter().flatten().collect();
    assert!(seen.len() > 3, "nobody looked while it grew");
    for (length, state) in seen {
        let replayed = replay_state_until(&store, &rig.run, length).await.unwrap();
        assert_eq!(state, result(&replayed), "after {length} entries");
    }

    // the same journal entry by entry, in memory: a tree that was seen is that of one of the lengths between
    let mut open: Vec<Seen> = grown.join_all().await.into_iter().flatten().collect();
    assert!(open.len() > ASKING, "nobody looked while it grew");
    let memory = Arc::new(MemoryStore::new());
    let slow = Lineage::new(memory.clone(), memory.clone());
    let row = store.summary(rig.run.to_string()).await.unwrap();
    let mut entries = store.read(rig.run.clone(), 0, u32::MAX).await.unwrap().into_iter();
    let first = entries.next().unwrap();
    memory.create(row, first.at, vec![first.event]).await.unwrap();
    for entry in entries {
        let length = memory.append(rig.run.clone(), entry.seq, entry.at, vec![entry.event]).await.unwrap();
        if open.iter().any(|(before, after, _)| (*before..=*after).contains(&length)) {
            let tree = tree(&slow, &rig.run).await;
            open.retain(|(before, after, seen)| !(*before..=*after).contains(&length) || *seen != tree);
        }
    }
    open.retain(|(before, ..)| *before > 1);
    assert!(open.is_empty(), "trees of no length of the journal: {open:?}");

    lineage.catch_up().await.unwrap();
    let kept = lineage.digest().await.unwrap();
    lineage.rebuild().await.unwrap();
    assert_eq!(lineage.digest().await.unwrap(), kept);
    store.close().await.unwrap();
}
