use clade_domain::{RunId, Timestamp};

use super::samples;
use crate::{Journal, RunFilter, RunOrder, RunStatus, SnapshotRow, StoreError};

async fn create(store: &impl Journal, runs: &[(&str, i64)]) -> Result<(), StoreError> {
    for (id, created) in runs {
        let run = samples::run(id)?;
        store.create(samples::summary(&run, *created), Timestamp(*created), Vec::new()).await?;
    }
    Ok(())
}

async fn listed(store: &impl Journal, filter: RunFilter) -> Result<Vec<String>, StoreError> {
    Ok(store.summaries(filter).await?.into_iter().map(|summary| summary.run.to_string()).collect())
}

pub(super) async fn finds_by_beginning_and_last(store: &impl Journal) -> Result<(), StoreError> {
    create(store, &[("abcd", 30), ("abcdef", 10), ("abxx-1", 20), ("zzzz", 5)]).await?;
    // name, the run it finds
    for (name, found) in [("abcd", "abcd"), ("abcde", "abcdef"), ("abx", "abxx-1"), ("z", "zzzz"), ("last", "abcd")] {
        assert_eq!(store.summary(name.into()).await?.run, samples::run(found)?, "{name}");
    }
    let shared = store.summary("ab".into()).await;
    assert!(
        matches!(&shared, Err(StoreError::Ambiguous { matches, .. }) if matches.contains("`abcdef`")),
        "{shared:?}"
    );
    for unknown in ["abcdx", "%", "_", "*", "ABCD", "abcdefg", "é"] {
        let refused = store.summary(unknown.into()).await;
        assert!(matches!(&refused, Err(StoreError::NotFound { .. })), "{unknown}: {refused:?}");
    }
    Ok(())
}

pub(super) async fn lists_newest_first(store: &impl Journal) -> Result<(), StoreError> {
    create(store, &[("oldest", 1), ("newest", 9), ("twin-1", 5), ("twin-2", 5)]).await?;
    assert_eq!(listed(store, RunFilter::default()).await?, ["newest", "twin-2", "twin-1", "oldest"]);
    let two = RunFilter { limit: Some(2), ..RunFilter::default() };
    assert_eq!(listed(store, two).await?, ["newest", "twin-2"]);
    assert!(listed(store, RunFilter { limit: Some(0), ..RunFilter::default() }).await?.is_empty());
    Ok(())
}

pub(super) async fn filters(store: &impl Journal) -> Result<(), StoreError> {
    create(store, &[("plain", 1), ("described", 2), ("modelled", 3), ("searched", 4)]).await?;
    let run = |id: &str| samples::run(id);
    let plain = crate::RunSummary { description: String::new(), ..samples::summary(&run("plain")?, 1) };
    for summary in [
        crate::RunSummary { run: run("described")?, description: "Größe, 'quoted' 100%".into(), ..plain.clone() },
        crate::RunSummary {
            run: run("modelled")?,
            model: "openai:GPT-5".into(),
            status: RunStatus::Finished,
            ..plain.clone()
        },
        crate::RunSummary {
            run: run("searched")?,
            strategy: "gepa".into(),
            status: RunStatus::Paused,
            ..plain.clone()
        },
    ] {
        store
            .put_summary(crate::RunSummary {
                created: store.summary(summary.run.to_string()).await?.created,
                ..summary
            })
            .await?;
    }
    /// States, text, limit, the runs that fit.
    type Row<'a> = (&'a [RunStatus], Option<&'a str>, Option<u32>, &'a [&'a str]);
    let table: [Row; 10] = [
        (&[], Some("GRÖSSE"), None, &[]),
        (&[], Some("GRÖßE"), None, &["described"]),
        (&[], Some("gpt"), None, &["modelled"]),
        (&[], Some("EPA"), None, &["searched"]),
        (&[], Some("PLAI"), None, &["plain"]),
        (&[], Some("%"), None, &["described"]),
        (&[RunStatus::Finished, RunStatus::Paused], None, None, &["searched", "modelled"]),
        (&[RunStatus::Running], None, Some(1), &["described"]),
        (&[RunStatus::Running], Some("gepa"), None, &[]),
        (&[], Some("genetic"), Some(2), &["modelled", "described"]),
    ];
    for (status, text, limit, expected) in table {
        let filter =
            RunFilter { status: status.to_vec(), text: text.map(str::to_owned), limit, ..RunFilter::default() };
        assert_eq!(listed(store, filter).await?, expected, "{status:?} {text:?} {limit:?}");
    }
    let wanted = async || listed(store, RunFilter { wanted: true, ..RunFilter::default() }).await;
    assert!(wanted().await?.is_empty());
    // its name is not what counts
    let description = "{\"wanted\":true}".to_owned();
    store.put_summary(crate::RunSummary { description, ..store.summary("described".into()).await? }).await?;
    store.put_summary(crate::RunSummary { wanted: true, ..store.summary("searched".into()).await? }).await?;
    assert_eq!(wanted().await?, ["searched"]);
    let filter = RunFilter { wanted: true, status: vec![RunStatus::Finished], ..RunFilter::default() };
    assert!(listed(store, filter).await?.is_empty());
    Ok(())
}

pub(super) async fn pages_in_every_order(store: &impl Journal) -> Result<(), StoreError> {
    // run, created, updated, score, cost
    let rows = [("page-a", 1, 9, Some(0.5), 3.0), ("page-b", 2, 8, None, 1.0), ("page-c", 3, 7, Some(0.9), 2.0)];
    for (id, created, updated, score, cost) in rows {
        let mut row = samples::summary(&samples::run(id)?, created);
        (row.updated, row.best_score, row.spent.usd) = (Timestamp(updated), score, clade_domain::Usd(cost));
        store.create(row, Timestamp(created), Vec::new()).await?;
    }
    let table = [
        (RunOrder::Newest, ["page-c", "page-b", "page-a"]),
        (RunOrder::Updated, ["page-a", "page-b", "page-c"]),
        (RunOrder::Score, ["page-c", "page-a", "page-b"]),
        (RunOrder::Cost, ["page-a", "page-c", "page-b"]),
    ];
    for (order, expected) in table {
        let mut after = None;
        for name in expected {
            let page = listed(store, RunFilter { order, after, limit: Some(1), ..RunFilter::default() }).await?;
            assert_eq!(page, [name], "{order:?}");
            after = Some(samples::run(name)?);
        }
        assert!(listed(store, RunFilter { order, after, ..RunFilter::default() }).await?.is_empty(), "{order:?}");
        let gone = RunFilter { order, after: Some(samples::run("gone-away")?), ..RunFilter::default() };
        assert!(listed(store, gone).await?.is_empty(), "{order:?}");
    }
    Ok(())
}

pub(super) async fn keeps_workspaces_apart(store: &impl Journal) -> Result<(), StoreError> {
    let workspace = |name: &str| name.parse::<clade_domain::WorkspaceId>().ok();
    for (id, created, name) in [("apart-a", 1, "north"), ("apart-b", 2, "south"), ("apart-c", 3, "north")] {
        let row = crate::RunSummary {
            workspace: workspace(name).unwrap_or_default(),
            ..samples::summary(&samples::run(id)?, created)
        };
        store.create(row.clone(), Timestamp(created), Vec::new()).await?;
        assert_eq!(store.summary(id.into()).await?, row);
    }
    for (name, expected) in [("north", vec!["apart-c", "apart-a"]), ("south", vec!["apart-b"]), ("west", vec![])] {
        for order in [RunOrder::Newest, RunOrder::Updated] {
            let filter = RunFilter { workspace: workspace(name), order, ..RunFilter::default() };
            assert_eq!(listed(store, filter).await?, expected, "{name} {order:?}");
        }
    }
    // moved to another
    let moved = crate::RunSummary {
        workspace: workspace("south").unwrap_or_default(),
        ..store.summary("apart-a".into()).await?
    };
    store.put_summary(moved).await?;
    let south = RunFilter { workspace: workspace("south"), limit: Some(5), ..RunFilter::default() };
    assert_eq!(listed(store, south).await?, ["apart-b", "apart-a"]);
    Ok(())
}

pub(super) async fn rewrites_rows(store: &impl Journal) -> Result<(), StoreError> {
    create(store, &[("row-1", 1), ("row-2", 2)]).await?;
    let run = samples::run("row-1")?;
    let mut row = samples::summary(&run, 1);
    row.status = RunStatus::Failed;
    row.detail = "the key is refused; set OPENAI_API_KEY\n— дальше".into();
    row.best_score = Some(1.0 / 3.0);
    row.improved = Some(true);
    row.branch_of = Some(samples::run("row-2")?);
    store.put_summary(row.clone()).await?;
    assert_eq!(store.summary("row-1".into()).await?, row);
    assert_eq!(store.summaries(RunFilter::default()).await?[1], row);
    Ok(())
}

pub(super) async fn names_positions(store: &impl Journal) -> Result<(), StoreError> {
    create(store, &[("snap", 1), ("snap-other", 1)]).await?;
    let run = samples::run("snap")?;
    let row = |run: &RunId, name: &str, length, at| SnapshotRow {
        run: run.clone(),
        name: name.into(),
        length,
        at: Timestamp(at),
    };
    store.put_snapshot(row(&run, "later", 7, 20)).await?;
    store.put_snapshot(row(&run, "vor Ü", 0, 10)).await?;
    let again = store.put_snapshot(row(&run, "later", 9, 30)).await;
    assert!(matches!(&again, Err(StoreError::Exists { what: "snapshot", name }) if name == "later"), "{again:?}");
    store.put_snapshot(row(&samples::run("snap-other")?, "later", 1, 5)).await?;
    assert_eq!(store.snapshots(run.clone()).await?, [row(&run, "vor Ü", 0, 10), row(&run, "later", 7, 20)]);
    let unknown = store.put_snapshot(row(&samples::run("unknown")?, "x", 1, 5)).await;
    assert!(matches!(&unknown, Err(StoreError::NotFound { what: "run", .. })), "{unknown:?}");
    Ok(())
}
