//! Generations in a real DynamoDB Local: every rule, and what happens when a batch is cut off or the server does not play along.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod faults;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use clade_domain::{CandidateId, RunId};
use clade_lineage::{Record, RunFold};
use clade_store::{
    Batch, GenerationStore, Generations, Journal, MemoryStore, Projection, StoreError,
    conformance::{self, Kept, samples, service},
};
use clade_store_dynamodb::{DynamoGenerations, DynamoOptions};

/// A table of its own.
async fn table(name: &str) -> Option<(DynamoOptions, Arc<DynamoGenerations>)> {
    let endpoint = service("PROMPTCLADE_TEST_DYNAMODB_URL")?;
    let table = format!("{name}-{}", std::process::id());
    let options = DynamoOptions::parse(&format!("dynamodb://us-east-1/{table}?endpoint={endpoint}")).unwrap();
    let options = DynamoOptions { keys: Some(("local".into(), "local".into())), ..options };
    let generations = Arc::new(DynamoGenerations::new(options.clone()));
    assert!(generations.create_table().await.unwrap(), "it was not there");
    assert!(!generations.create_table().await.unwrap(), "and now it is");
    Some((options, generations))
}

#[tokio::test]
async fn it_keeps_every_rule() -> Result<(), StoreError> {
    let Some((_, generations)) = table("rules").await else { return Ok(()) };
    let made = AtomicU32::new(0);
    conformance::generations(async || {
        made.fetch_add(1, Ordering::Relaxed);
        // DynamoDB Local takes some milliseconds for each write: some hundreds of candidates show what there is to show
        let generations: Arc<dyn GenerationStore> = Arc::<DynamoGenerations>::clone(&generations);
        Ok(Kept { generations, store: Arc::new(MemoryStore::new()), many: 500 })
    })
    .await
}

#[tokio::test]
async fn a_batch_that_was_cut_off_is_taken_in_again() {
    let Some((_, dynamo)) = table("torn").await else { return };
    let (store, run) = samples::journals().await.unwrap();
    samples::grow(&store, &run, 0..12).await.unwrap();
    // what a process writes that is killed before its checkpoint: some records of a batch, and nothing else
    let entries = store.read(run.clone(), 0, 1_000).await.unwrap();
    let (mut fold, mut records) = (RunFold::new(run.clone()), BTreeMap::new());
    fold.apply(&entries, &mut records);
    let torn: Vec<Record> = records.into_values().filter(|record| record.node.id.candidate.0 % 2 == 0).collect();
    let wrong = Batch { expected: 0, fold: fold.clone(), records: torn, prompts: Vec::new() };
    dynamo.put(wrong).await.unwrap();
    // the checkpoint is taken back, as if it had never come
    remove_checkpoint(&dynamo, &run).await;
    let generations = Generations::new(Arc::<MemoryStore>::clone(&store), Arc::<DynamoGenerations>::clone(&dynamo));
    assert_eq!(generations.projector().catch_up().await.unwrap(), 37);
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn of_two_installations_that_begin_a_name_at_once_one_writes_nothing() {
    let Some((_, dynamo)) = table("claimed").await else { return };
    let (store, run) = samples::journals().await.unwrap();
    samples::grow(&store, &run, 0..40).await.unwrap();
    let entries = store.read(run.clone(), 0, 1_000).await.unwrap();
    let batch = |owner: &str| {
        let (mut fold, mut records) = (RunFold::of(run.clone(), owner.to_owned()), BTreeMap::new());
        fold.apply(&entries, &mut records);
        records.values_mut().for_each(|record| record.node.note = owner.to_owned());
        Batch { expected: 0, fold, records: records.into_values().collect(), prompts: Vec::new() }
    };
    let (one, two) = tokio::join!(dynamo.put(batch("one")), dynamo.put(batch("two")));
    let winner = if one.is_ok() { "one" } else { "two" };
    let refused = if one.is_ok() { two } else { one }.unwrap_err();
    // the latter where the winner was done before the other came to claim it
    assert!(matches!(&refused, StoreError::Foreign { .. } | StoreError::Conflict { .. }), "{refused:?}");
    let kept = dynamo.records(run.clone(), (0..40).map(CandidateId).collect()).await.unwrap();
    let notes: Vec<&str> = kept.iter().map(|record| record.node.note.as_str()).collect();
    assert_eq!(notes, [winner; 40]);
    assert_eq!(dynamo.run_fold(run).await.unwrap().unwrap().owner(), winner);
}

#[tokio::test]
async fn boto3_reads_the_table() {
    let Some((options, dynamo)) = table("judged").await else { return };
    let Some(python) = service("CLADE_TEST_PYTHON") else { return };
    let (store, run) = samples::journals().await.unwrap();
    samples::grow(&store, &run, 0..12).await.unwrap();
    Generations::new(store, dynamo).projector().catch_up().await.unwrap();
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/judge.py");
    let mut command = std::process::Command::new(python);
    let judged = command.arg(judge).args([options.endpoint.unwrap(), options.table]).output().unwrap();
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
}

async fn remove_checkpoint(dynamo: &DynamoGenerations, run: &RunId) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let (client, table) = dynamo.client().await;
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let gone = client.delete_item().table_name(table).key("pk", key("RUNS")).key("sk", key(run.as_str()));
    gone.send().await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let Some((options, dynamo)) = table("wrong").await else { return };
    let (store, _) = samples::journals().await.unwrap();
    let over = |options: DynamoOptions| {
        Generations::new(Arc::<MemoryStore>::clone(&store), Arc::new(DynamoGenerations::new(options)))
    };
    let nowhere = DynamoOptions { table: "nowhere".into(), ..options.clone() };
    let error = over(nowhere).projector().catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("clade migrate")), "{error}");
    let stranger = DynamoOptions { keys: Some(("not-a-key".into(), "x".into())), ..options.clone() };
    let error = over(stranger).projector().catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Denied { remedy, .. } if remedy.contains("AWS_ACCESS_KEY_ID")), "{error}");
    let dead = Some("http://127.0.0.1:1".to_owned());
    let dead = DynamoOptions { endpoint: dead, patience: Duration::from_secs(3), ..options };
    let begin = Instant::now();
    let error = over(dead).projector().catch_up().await.unwrap_err();
    assert!(matches!(&error, StoreError::Unreachable { .. }), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    let report = dynamo.report().await.unwrap();
    assert!(report.version.starts_with("table `wrong-") && report.warnings.is_empty(), "{report:?}");
}
