//! How quick it is; said and not judged, since machines differ. `cargo test --release -- --nocapture speed` shows it.

use std::{sync::Arc, time::Instant};

use clade_domain::{Recorded, Timestamp};
use clade_lineage::RunFold;
use clade_store::{
    Batch, GenerationStore, Projection,
    conformance::{samples, service},
};

use crate::server::shared;

#[tokio::test]
async fn speed() {
    let Some(url) = service("PROMPTCLADE_TEST_REDIS_URL") else { return };
    let redis = Arc::new(shared(&url, "test-speed"));
    let run = samples::run("quick").unwrap();
    let many = if cfg!(debug_assertions) { 2_000 } else { 100_000 };
    let (mut fold, mut batches) = (RunFold::new(run.clone()), Vec::new());
    let mut events = vec![samples::started(&run, None).unwrap()];
    events.extend((0..many).flat_map(|id| [samples::admitted(id), samples::trial(id * 100)]));
    let entries: Vec<Recorded> =
        (0..).zip(events).map(|(seq, event)| Recorded { seq, at: Timestamp(1), event }).collect();
    for part in entries.chunks(2_000) {
        let (expected, mut records) = (fold.next(), std::collections::BTreeMap::new());
        fold.apply(part, &mut records);
        let prompts = records.keys().map(|id| (*id, format!("prompt {id}"))).collect();
        batches.push(Batch { expected, fold: fold.clone(), records: records.into_values().collect(), prompts });
    }
    let begin = Instant::now();
    for batch in batches {
        redis.put(batch).await.unwrap();
    }
    let rate = f64::from(many) / begin.elapsed().as_secs_f64();
    let mut top: Vec<f64> = Vec::new();
    for _ in 0..50 {
        let begin = Instant::now();
        assert_eq!(redis.top(run.clone(), 10).await.unwrap().len(), 10);
        top.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    top.sort_by(f64::total_cmp);
    println!("{many} candidates: {rate:.0} updates/s; top 10: {:.2} ms median, {:.2} ms worst of 50", top[25], top[49]);
    redis.forget().await.unwrap();
}
