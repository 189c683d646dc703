use clade_bundle::{Answers, BundleError, Data, Limits, check, import};
use clade_domain::{CandidateId, ContentHash, ExampleId, ModelRole, RunEvent, Timestamp};
use clade_engine::Owner;
use clade_store::{AnswerLog, Datasets, Journal, MemoryStore, RunStatus, Store, Texts, conformance::samples};
use clade_store_sqlite::{SqliteOptions, SqliteStore};

use crate::common::{
    bundle, bundle_of, file, filled, filled_after, imported, journal, renamed, run, unpacked, with_manifest,
};

#[tokio::test]
async fn a_run_comes_in_as_it_went_out() {
    let bytes = bundle(Data::Included).await;
    let (here, bundle) = (filled().await, file(&bytes));
    let folder = tempfile::tempdir().unwrap();
    let there = SqliteStore::open(&folder.path().join("store.db"), SqliteOptions::default()).await.unwrap();
    let checked = check(&bundle.path, Limits::default()).unwrap();
    assert_eq!((checked.state.trials(), checked.state.candidates().len()), (251, 3));
    let name = samples::run("elsewhere").unwrap();
    import(&there, &checked, name.clone(), Owner::default(), Answers::Reused, Timestamp(99)).await.unwrap();
    assert_eq!(journal(&there, &name).await, renamed(journal(&here, &run()).await, &name), "every entry with its time");
    assert_eq!(there.snapshots(name.clone()).await.unwrap()[0].name, "vor Ü");
    let dataset = samples::dataset("sums", 100).hash;
    assert!(there.has_dataset(dataset).await.unwrap());
    let ids: Vec<ExampleId> = (0..100).map(ExampleId).collect();
    assert_eq!(there.examples(dataset, ids.clone()).await.unwrap(), here.examples(dataset, ids).await.unwrap());
    let (paid, owed) = (there.paid(name.clone()).await.unwrap(), here.paid(run()).await.unwrap());
    assert_eq!((paid.calls, paid.usd, paid.unpriced_calls), (owed.calls, owed.usd, owed.unpriced_calls));
    there.texts(vec![ContentHash::of(b"answer 3"), ContentHash::of(b"answer 200")]).await.unwrap();
    let row = there.summary("elsewhere".into()).await.unwrap();
    assert_eq!(
        (row.status, row.candidates, row.created, row.updated),
        (RunStatus::Finished, 3, Timestamp(7), Timestamp(99))
    );
    assert_eq!((row.model.as_str(), row.simulated), ("simulated:rough", true));
    there.close().await.unwrap();
}

#[tokio::test]
async fn folders_of_the_machine_it_was_made_on_stay_there() {
    let mut first = samples::started(&run(), None).unwrap();
    if let RunEvent::RunStarted { spec, dataset, .. } = &mut first {
        spec.source = Some("/home/ada/secret-project/task.yaml".into());
        dataset.source = "/home/ada/secret-project/a.jsonl, C:\\Users\\ada\\b.csv and 3 more".into();
    }
    let bytes = bundle_of(&filled_after(first).await, Data::Included).await;
    for (name, content) in unpacked(&bytes) {
        let content = String::from_utf8_lossy(&content).into_owned();
        assert!(!content.contains("secret-project") && !content.contains("Users"), "{name} tells where it was made");
    }
    let there = imported(&bytes, Limits::default()).await.unwrap();
    let Some(RunEvent::RunStarted { spec, dataset, .. }) =
        journal(&there, &run()).await.into_iter().next().map(|e| e.event)
    else {
        panic!("a journal begins with its run");
    };
    assert_eq!(spec.source.as_deref(), Some("task.yaml"));
    assert_eq!(dataset.source, "a.jsonl, b.csv and 3 more");
}

#[tokio::test]
async fn a_row_that_lies_is_not_believed() {
    let bytes = with_manifest(|manifest| {
        manifest["summary"]["simulated"] = false.into();
        manifest["summary"]["best_score"] = 1.0.into();
        manifest["summary"]["improved"] = true.into();
        manifest["summary"]["model"] = "openai:gpt".into();
    })
    .await;
    let row = imported(&bytes, Limits::default()).await.unwrap().summary("carried".into()).await.unwrap();
    assert!(row.simulated && row.improved.is_none() && row.best_score < Some(1.0));
    assert_eq!(row.model, "simulated:rough");
}

#[tokio::test]
async fn other_tools_read_it_and_unknown_fields_are_passed_over() {
    let names: Vec<String> = unpacked(&bundle(Data::Included).await).into_iter().map(|(name, _)| name).collect();
    let kinds = ["examples", "texts", "answers", "journal"].map(|kind| format!("{kind}/000000.jsonl"));
    assert_eq!(names, [&["manifest.json".to_owned()][..], &kinds].concat());
    let bytes = with_manifest(|manifest| manifest["later"] = serde_json::json!({ "more": [1, 2] })).await;
    imported(&bytes, Limits::default()).await.unwrap();
    assert_eq!(bundle(Data::Included).await, bundle(Data::Included).await, "the same run gives the same bytes");
}

#[tokio::test]
async fn data_may_be_left_out() {
    let bytes = bundle(Data::LeftOut).await;
    assert!(unpacked(&bytes).iter().all(|(name, _)| !name.starts_with("examples")));
    let store = imported(&bytes, Limits::default()).await.unwrap();
    assert_eq!(store.length(run()).await.unwrap(), 264);
    assert!(!store.has_dataset(samples::dataset("sums", 100).hash).await.unwrap());
}

#[tokio::test]
async fn a_stranger_s_answers_serve_no_other_run() {
    let bundle = file(&bundle(Data::Included).await);
    let store = MemoryStore::new();
    let checked = check(&bundle.path, Limits::default()).unwrap();
    import(&store, &checked, run(), Owner::default(), Answers::Shown, Timestamp(1)).await.unwrap();
    let key = samples::answer(&run(), 3, ModelRole::Task).key;
    assert_eq!(store.answers(vec![key]).await.unwrap(), [None]);
    assert_eq!(store.texts(vec![ContentHash::of(b"answer 3")]).await.unwrap(), ["answer 3"]);
    let row = store.summary("carried".into()).await.unwrap();
    assert!(row.spent.calls > 0 && row.spent.usd.0 > 0.0, "{row:?}");
    assert_eq!((row.bought().calls, row.bought().usd.0), (0, 0.0), "what was bought elsewhere is in no budget here");
}

#[tokio::test]
async fn a_stranger_s_run_without_data_sees_none_of_others() {
    let bundle = file(&bundle(Data::LeftOut).await);
    let store = filled().await;
    let checked = check(&bundle.path, Limits::default()).unwrap();
    for (name, answers) in [("theirs", Answers::Shown), ("mine", Answers::Reused)] {
        let run = samples::run(name).unwrap();
        import(&store, &checked, run.clone(), Owner::default(), answers, Timestamp(1)).await.unwrap();
        let entries = journal(&store, &run).await;
        let RunEvent::RunStarted { dataset, .. } = &entries[0].event else { panic!("no beginning") };
        assert_eq!(store.has_dataset(dataset.hash).await.unwrap(), answers == Answers::Reused, "{name}");
    }
}

#[tokio::test]
async fn a_run_that_exists_and_data_that_differ_are_refused() {
    let bundle = file(&bundle(Data::Included).await);
    let checked = check(&bundle.path, Limits::default()).unwrap();
    let store = filled().await;
    let refused = import(&store, &checked, run(), Owner::default(), Answers::Reused, Timestamp(1)).await;
    assert!(matches!(refused, Err(BundleError::Exists { .. })), "{refused:?}");
    // the same data set under another name is no obstacle
    import(&store, &checked, samples::run("twin").unwrap(), Owner::default(), Answers::Reused, Timestamp(1))
        .await
        .unwrap();
    let held = store.lock(samples::run("busy").unwrap()).await.unwrap();
    let refused =
        import(&store, &checked, samples::run("busy").unwrap(), Owner::default(), Answers::Reused, Timestamp(1)).await;
    assert!(matches!(refused, Err(BundleError::Store(clade_store::StoreError::Locked { .. }))), "{refused:?}");
    drop(held);
    let other = MemoryStore::new();
    // as a store has them that somebody changed by hand
    let dataset = samples::dataset("sums", 100);
    other
        .put_examples(
            dataset.hash,
            (0..100)
                .map(|n| samples::example(n + 1))
                .map(|e| clade_domain::Example { id: ExampleId(e.id.0 - 1), ..e })
                .collect(),
        )
        .await
        .unwrap();
    other.seal_dataset(dataset).await.unwrap();
    let refused = import(&other, &checked, run(), Owner::default(), Answers::Reused, Timestamp(1)).await;
    assert!(matches!(refused, Err(BundleError::OtherExamples { .. })), "{refused:?}");
    assert!(other.lengths().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_changes_between_check_and_import_is_refused() {
    let bundle = file(&bundle(Data::Included).await);
    let checked = check(&bundle.path, Limits::default()).unwrap();
    assert_eq!(checked.state.candidate(CandidateId(0)).unwrap().generation, 0);
    std::fs::write(&bundle.path, with_manifest(|manifest| manifest["version"] = "other".into()).await).unwrap();
    let store = MemoryStore::new();
    let refused = import(&store, &checked, run(), Owner::default(), Answers::Reused, Timestamp(1)).await.unwrap_err();
    assert!(refused.to_string().contains("has changed"), "{refused}");
    assert!(store.lengths().await.unwrap().is_empty());
}
