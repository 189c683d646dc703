use clade_domain::{
    ApiToken, AuditEntry, CandidateId, Comment, ContentHash, Elsewhere, Identity, Instruction, Invitation, Item,
    ItemKind, ItemVersion, Member, PostedOrder, ProviderKey, Repeatable, Role, Session, Share, Spent, Steering, Tab,
    Timestamp, Usd, User, UserId, Workspace, WorkspaceId,
};
use futures::future::join_all;

use super::samples::{self, audit, user, wrong};
use crate::{Change, ReadRecords, Record, RecordQuery, Records, StoreError};

/// Before everything here expires.
const NOW: Timestamp = Timestamp(100);

fn session(hash: &str, expires: i64) -> Session {
    Session { hash: hash.into(), user: UserId::default(), expires: Timestamp(expires), elsewhere: None }
}

fn comment(id: &str, workspace: &str, run: &str) -> Result<Comment, StoreError> {
    Ok(Comment {
        id: id.into(),
        workspace: workspace.parse().map_err(wrong)?,
        run: samples::run(run)?,
        candidate: None,
        by: UserId::default(),
        at: Timestamp(1),
        text: "'; DROP TABLE records; -- \u{0} {{7*7}}".into(),
        mentions: Vec::new(),
    })
}

pub(super) async fn adds_changes_and_removes<S: Records>(store: &S) -> Result<(), StoreError> {
    let mut zoe = user("zoe-1", "zoe@example.org")?;
    assert!(store.get::<User>("zoe-1", NOW).await?.is_none());
    store.commit(vec![Change::add(&zoe, Timestamp(7))?]).await?;
    let stored = found(store.get::<User>("zoe-1", NOW).await?, "zoe-1")?;
    assert_eq!((&stored.value, stored.revision, stored.created), (&zoe, 1, Timestamp(7)));
    zoe.disabled = true;
    store.commit(vec![Change::rewrite(&stored, &zoe)?]).await?;
    let changed = found(store.get_by::<User>("zoe@example.org", NOW).await?, "zoe's login")?;
    assert_eq!((&changed.value, changed.revision, changed.created), (&zoe, 2, Timestamp(7)));
    assert!(store.get::<Session>("zoe-1", NOW).await?.is_none(), "kinds do not mix");
    store.commit(vec![Change::remove(&changed)]).await?;
    assert!(store.get::<User>("zoe-1", NOW).await?.is_none());
    store.commit(vec![Change::Remove { kind: User::KIND, id: "zoe-1".into(), revision: None }]).await?;
    let gone = store.commit(vec![Change::rewrite(&changed, &zoe)?]).await;
    assert!(matches!(&gone, Err(StoreError::NotFound { what: "user", .. })), "{gone:?}");
    store.commit(Vec::new()).await
}

pub(super) async fn makes_all_changes_or_none<S: Records>(store: &S) -> Result<(), StoreError> {
    let (zoe, max) = (user("zoe-1", "zoe")?, user("max-1", "max")?);
    store.commit(vec![Change::add(&zoe, NOW)?]).await?;
    let together = vec![Change::add(&max, NOW)?, Change::add(&audit("a-1"), NOW)?, Change::add(&zoe, NOW)?];
    let refused = store.commit(together).await;
    assert!(matches!(&refused, Err(StoreError::Exists { what: "user", .. })), "{refused:?}");
    assert!(store.get::<User>("max-1", NOW).await?.is_none(), "nothing of what was refused is left");
    assert!(store.get::<AuditEntry>("a-1", NOW).await?.is_none());
    // one change sees what the one before it did
    let twice = store.commit(vec![Change::add(&max, NOW)?, Change::add(&max, NOW)?]).await;
    assert!(matches!(&twice, Err(StoreError::Exists { .. })), "{twice:?}");
    store.commit(vec![Change::add(&max, NOW)?, Change::add(&audit("a-1"), NOW)?]).await?;
    assert!(store.get::<User>("max-1", NOW).await?.is_some());
    Ok(())
}

pub(super) async fn keeps_second_names_unique<S: Records>(store: &S) -> Result<(), StoreError> {
    store.commit(vec![Change::add(&user("zoe-1", "zoe")?, NOW)?, Change::add(&user("max-1", "max")?, NOW)?]).await?;
    let taken = store.commit(vec![Change::add(&user("eve-1", "zoe")?, NOW)?]).await;
    assert!(matches!(&taken, Err(StoreError::Exists { .. })), "{taken:?}");
    let max = found(store.get::<User>("max-1", NOW).await?, "max-1")?;
    let renamed = store.commit(vec![Change::rewrite(&max, &user("max-1", "zoe")?)?]).await;
    assert!(matches!(&renamed, Err(StoreError::Exists { .. })), "{renamed:?}");
    store.commit(vec![Change::rewrite(&max, &user("max-1", "maxine")?)?]).await?;
    assert!(store.get_by::<User>("max", NOW).await?.is_none(), "the old name is free");
    assert_eq!(store.get_by::<User>("maxine", NOW).await?.map(|max| max.revision), Some(2));
    Ok(())
}

pub(super) async fn refuses_stale_changes<S: Records>(store: &S) -> Result<(), StoreError> {
    let zoe = user("zoe-1", "zoe")?;
    store.commit(vec![Change::add(&zoe, NOW)?]).await?;
    let first = found(store.get::<User>("zoe-1", NOW).await?, "zoe-1")?;
    store.commit(vec![Change::rewrite(&first, &zoe)?]).await?;
    for stale in [Change::rewrite(&first, &zoe)?, Change::remove(&first)] {
        let refused = store.commit(vec![stale]).await;
        let told = matches!(&refused, Err(StoreError::Stale { what: "user", name, expected: 1, actual: 2 })
            if name == "zoe-1");
        assert!(told, "{refused:?}");
    }
    Ok(())
}

pub(super) async fn forgets_what_expired<S: Records>(store: &S) -> Result<(), StoreError> {
    store.commit(vec![Change::add(&session("short", 50), Timestamp(1))?]).await?;
    store.commit(vec![Change::add(&session("long", 500), Timestamp(1))?]).await?;
    // when, how many are left
    for (now, short, long) in [(50, true, true), (51, false, true), (500, false, true), (501, false, false)] {
        let now = Timestamp(now);
        assert_eq!(store.get::<Session>("short", now).await?.is_some(), short, "{now:?}");
        assert_eq!(store.get::<Session>("long", now).await?.is_some(), long, "{now:?}");
        let listed = store.list::<Session>(RecordQuery::default(), now).await?.len();
        assert_eq!(listed, usize::from(short) + usize::from(long), "{now:?}");
    }
    let early = store.commit(vec![Change::add(&session("short", 90), Timestamp(50))?]).await;
    assert!(matches!(&early, Err(StoreError::Exists { .. })), "it is still there: {early:?}");
    store.commit(vec![Change::add(&session("short", 90), Timestamp(51))?]).await?;
    assert_eq!(store.sweep(Timestamp(91)).await?, 1);
    assert_eq!(store.sweep(Timestamp(91)).await?, 0);
    assert!(store.get::<Session>("short", Timestamp(1)).await?.is_none(), "swept is gone for good");
    assert!(store.get::<Session>("long", Timestamp(1)).await?.is_some());
    Ok(())
}

pub(super) async fn lists_in_pages<S: Records>(store: &S) -> Result<(), StoreError> {
    // id, when, where, on what
    let table = [
        ("c-1", 5, "north", "run-1"),
        ("c-0", 5, "north", "run-1"),
        ("c-2", 1, "north", "run-2"),
        ("c-3", 3, "south", "run-3"),
        ("c-4", 9, "north", "run-1"),
    ];
    for (id, at, workspace, run) in table {
        store.commit(vec![Change::add(&comment(id, workspace, run)?, Timestamp(at))?]).await?;
    }
    let north: Option<WorkspaceId> = Some("north".parse().map_err(wrong)?);
    let base = RecordQuery { workspace: north.clone(), ..RecordQuery::default() };
    let run = RecordQuery { parent: Some("run-1".into()), ..base.clone() };
    let stranger = Some("stranger".parse().map_err(wrong)?);
    let table = [
        (base.clone(), vec!["c-2", "c-0", "c-1", "c-4"]),
        (RecordQuery { newest_first: true, ..base.clone() }, vec!["c-4", "c-1", "c-0", "c-2"]),
        (run.clone(), vec!["c-0", "c-1", "c-4"]),
        (RecordQuery { limit: Some(2), ..run.clone() }, vec!["c-0", "c-1"]),
        (RecordQuery { after: Some((Timestamp(5), "c-0".into())), ..run.clone() }, vec!["c-1", "c-4"]),
        (RecordQuery { after: Some((Timestamp(5), "c-1".into())), newest_first: true, ..run.clone() }, vec!["c-0"]),
        (RecordQuery { user: Some(UserId::default()), limit: Some(1), ..RecordQuery::default() }, vec!["c-2"]),
        (RecordQuery { user: stranger, ..RecordQuery::default() }, vec![]),
        (RecordQuery { limit: Some(0), ..base }, vec![]),
    ];
    for (query, expected) in table {
        let found = store.list::<Comment>(query.clone(), NOW).await?;
        let ids: Vec<&str> = found.iter().map(|comment| comment.value.id.as_str()).collect();
        assert_eq!(ids, expected, "{query:?}");
    }
    Ok(())
}

pub(super) async fn never_changes_what_is_only_added<S: Records>(store: &S) -> Result<(), StoreError> {
    store.commit(vec![Change::add(&audit("a-1"), NOW)?]).await?;
    let entry = found(store.get::<AuditEntry>("a-1", NOW).await?, "a-1")?;
    let mut forged = entry.value.clone();
    forged.target = "somebody else".into();
    let unnamed = Change::Remove { kind: AuditEntry::KIND, id: "a-1".into(), revision: None };
    for change in [Change::rewrite(&entry, &forged)?, Change::remove(&entry), unnamed] {
        let refused = store.commit(vec![change]).await;
        assert!(matches!(&refused, Err(StoreError::Refused { what: "audit entry" })), "{refused:?}");
    }
    assert_eq!(store.get::<AuditEntry>("a-1", NOW).await?, Some(entry));
    Ok(())
}

pub(super) async fn keeps_every_kind<S: Records>(store: &S) -> Result<(), StoreError> {
    let (workspace, by) = (WorkspaceId::default(), UserId::default());
    let identity =
        Identity { issuer: "https://id.example/realm".into(), subject: "auth0|6f1c".into(), user: by.clone(), at: NOW };
    let grant = Elsewhere { sealed: "c0ffee".into(), renew: Timestamp(800), until: Timestamp(900) };
    let elsewhere = Session { elsewhere: Some(grant), ..session("e15e", 1_000) };
    let token = ApiToken {
        id: "token-1".into(),
        hash: "00ff".into(),
        user: by.clone(),
        name: "CI".into(),
        hint: "clade_ab".into(),
        workspace: Some(workspace.clone()),
        ceiling: Role::Viewer,
        expires: None,
        last_used: Some(Timestamp(9)),
        made_with: Some("token-0".into()),
    };
    let invitation = Invitation {
        id: "inv-1".into(),
        hash: "ff00".into(),
        workspace: workspace.clone(),
        role: Role::User,
        note: "for Max".into(),
        by: by.clone(),
        expires: Timestamp(1_000),
    };
    let share = Share {
        id: "share-1".into(),
        hash: "0ff0".into(),
        workspace: workspace.clone(),
        run: "aaaa1111".parse().map_err(wrong)?,
        note: "for the board".into(),
        by: by.clone(),
        expires: Timestamp(1_000),
    };
    let tab = Tab {
        workspace: workspace.clone(),
        user: by.clone(),
        spent: Spent { calls: 3, usd: Usd(0.1 + 0.2), ..Spent::default() },
    };
    let shared = Workspace {
        id: workspace.clone(),
        name: "Größe".into(),
        budget: clade_domain::Budget { usd: Some(0.1 + 0.2), ..Default::default() },
        base_urls: vec!["https://gateway.example/v1".into()],
    };
    let member =
        Member { workspace: workspace.clone(), user: by.clone(), role: Role::Admin, budget: Default::default() };
    let key = ProviderKey {
        workspace: workspace.clone(),
        name: "OPENAI_API_KEY".into(),
        sealed: "c0ffee".into(),
        by: by.clone(),
        at: NOW,
    };
    let item = Item {
        workspace: workspace.clone(),
        kind: ItemKind::Dataset,
        name: "sums".into(),
        versions: 2,
        labels: [("production".to_owned(), 1)].into(),
    };
    let version = ItemVersion {
        workspace,
        kind: ItemKind::Dataset,
        name: "sums".into(),
        version: 1,
        content: ContentHash::of(b"{}"),
        bytes: 2,
        note: String::new(),
        by: by.clone(),
        at: NOW,
    };
    let repeat = Repeatable {
        user: by,
        key: "k".into(),
        request: ContentHash::of(b"POST"),
        status: 201,
        body: serde_json::json!({ "a": [1, null] }),
        expires: Timestamp(1_000),
    };
    let order = PostedOrder {
        id: "order-1".into(),
        run: samples::run("steered")?,
        instruction: Instruction::Steer {
            by: "kim-1".parse().map_err(wrong)?,
            steering: Steering::Pin(CandidateId(3)),
        },
        taken: true,
        outcome: Some(Err("no".into())),
        expires: Timestamp(1_000),
    };
    kept(store, &order).await?;
    kept(store, &identity).await?;
    kept(store, &elsewhere).await?;
    kept(store, &token).await?;
    kept(store, &invitation).await?;
    kept(store, &share).await?;
    kept(store, &tab).await?;
    kept(store, &shared).await?;
    kept(store, &member).await?;
    kept(store, &key).await?;
    kept(store, &item).await?;
    kept(store, &version).await?;
    kept(store, &repeat).await
}

async fn kept<S: Records, T: Record + PartialEq + std::fmt::Debug>(store: &S, value: &T) -> Result<(), StoreError> {
    store.commit(vec![Change::add(value, NOW)?]).await?;
    let keys = value.keys();
    let raw = store.record(T::KIND, keys.id.clone(), NOW).await?;
    assert_eq!(raw.map(|raw| raw.keys), Some(keys.clone()), "{}", T::KIND.name());
    assert_eq!(store.get::<T>(&keys.id, NOW).await?.map(|stored| stored.value).as_ref(), Some(value));
    Ok(())
}

pub(super) async fn lets_one_of_two_changes_win<S: Records>(store: &S) -> Result<(), StoreError> {
    let zoe = user("zoe-1", "zoe")?;
    store.commit(vec![Change::add(&zoe, NOW)?]).await?;
    for round in 1..10 {
        let seen = found(store.get::<User>("zoe-1", NOW).await?, "zoe-1")?;
        assert_eq!(seen.revision, round);
        let change = Change::rewrite(&seen, &zoe)?;
        let outcomes = join_all((0..8).map(|_| store.commit(vec![change.clone()]))).await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let lost = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Stale { .. }))).count();
        assert_eq!((won, lost), (1, 7), "{outcomes:?}");
    }
    Ok(())
}

fn found<T>(record: Option<T>, what: &str) -> Result<T, StoreError> {
    record.ok_or_else(|| StoreError::NotFound { what: "sample", name: what.to_owned() })
}
