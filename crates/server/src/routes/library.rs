use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use clade_domain::{Action, Item, ItemKind, ItemVersion, Timestamp, UserId};
use clade_intake::library::{KeepError, NewVersion, is_label, keep};
use clade_store::{Change, ReadRecords, RecordQuery, StoreError, Stored, item_id, version_id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::{
    audit::{Became, entry},
    runs::changed,
    users::stale,
};
use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Body, MadeFrom, Named, Revision, tagged},
    page::Page,
    route::Route,
};

const READ: Gate = Gate::Workspace(Action::ReadLibrary);
const EDIT: Gate = Gate::Workspace(Action::EditLibrary);
/// Most bytes of a version's text.
const MOST: usize = 32 << 20;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/workspaces/{workspace}/library/{kind}",
            READ,
            "library",
            "What a workspace keeps: `prompt` or `dataset`.",
            list,
        )
        .gives::<Page<ItemView>>(200),
        Route::post(
            "/workspaces/{workspace}/library/{kind}",
            EDIT,
            "add_version",
            "Keeps a text: the first version of a new name, or the next of one that is there. With the ETag of the item as `If-Match` it is kept behind that one alone.",
            add,
        )
        .takes::<VersionWanted>()
        .up_to(MOST)
        .gives::<ItemView>(201)
        .repeatable(),
        Route::get(
            "/workspaces/{workspace}/library/{kind}/{name}",
            READ,
            "item",
            "A prompt or data set with its versions.",
            show,
        )
        .gives::<ItemWhole>(200),
        Route::get(
            "/workspaces/{workspace}/library/{kind}/{name}/versions/{version}",
            READ,
            "version",
            "A version with its text.",
            version,
        )
        .gives::<VersionWhole>(200),
        Route::put(
            "/workspaces/{workspace}/library/{kind}/{name}/labels/{label}",
            EDIT,
            "set_label",
            "Lets a label point at a version.",
            label,
        )
        .takes::<LabelAt>()
        .gives::<ItemView>(200)
        .edits(),
        Route::delete(
            "/workspaces/{workspace}/library/{kind}/{name}/labels/{label}",
            EDIT,
            "remove_label",
            "Takes a label away.",
            unlabel,
        )
        .gives::<ItemView>(200)
        .edits(),
    ]
}

/// A prompt or data set.
#[derive(Debug, Serialize, JsonSchema)]
struct ItemView {
    name: String,
    /// How many versions it has; the newest has this number.
    versions: u32,
    /// Labels with the versions that they point at.
    labels: BTreeMap<String, u32>,
    created: Timestamp,
    /// For `If-Match`.
    revision: u64,
}

impl From<Stored<Item>> for ItemView {
    fn from(item: Stored<Item>) -> Self {
        let Item { name, versions, labels, .. } = item.value;
        Self { name, versions, labels, created: item.created, revision: item.revision }
    }
}

/// A version of it.
#[derive(Debug, Serialize, JsonSchema)]
struct VersionView {
    /// From 1.
    version: u32,
    bytes: u64,
    /// What is new in it.
    note: String,
    by: UserId,
    at: Timestamp,
}

impl From<ItemVersion> for VersionView {
    fn from(version: ItemVersion) -> Self {
        let ItemVersion { version, bytes, note, by, at, .. } = version;
        Self { version, bytes, note, by, at }
    }
}

/// A prompt or data set with its versions, newest first.
#[derive(Debug, Serialize, JsonSchema)]
struct ItemWhole {
    #[serde(flatten)]
    item: ItemView,
    history: Vec<VersionView>,
}

/// A version with its text.
#[derive(Debug, Serialize, JsonSchema)]
struct VersionWhole {
    #[serde(flatten)]
    version: VersionView,
    text: String,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Named((_, kind)): Named<(String, ItemKind)>,
) -> Result<Json<Page<ItemView>>, Problem> {
    let query = RecordQuery { workspace: Some(caller.workspace()?.clone()), ..RecordQuery::default() };
    let all: Vec<Stored<Item>> = app.store.list(query, caller.now).await?;
    let mut items: Vec<ItemView> = all.into_iter().filter(|item| item.value.kind == kind).map(ItemView::from).collect();
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(Page { items, next: None }))
}

/// A text to be kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct VersionWanted {
    /// 1 to 100 letters, digits, `.`, `_` and `-`.
    name: String,
    text: String,
    /// What is new in it.
    #[serde(default)]
    note: String,
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Named((_, kind)): Named<(String, ItemKind)>,
    MadeFrom(revision): MadeFrom,
    Body(wanted): Body<VersionWanted>,
) -> Result<impl IntoResponse, Problem> {
    let VersionWanted { name, text, note } = wanted;
    let place = (caller.workspace()?, caller.user());
    let new = NewVersion { kind, name: name.clone(), text, note, revision };
    let stored = keep(app.store.as_ref(), place, new, caller.now).await.map_err(|error| match error {
        KeepError::Name => Problem::bad(error.to_string()).fix("choose such a name"),
        KeepError::Line { .. } => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "dataset", error.to_string())
            .fix("write one JSON object a line, such as {\"question\": \"...\", \"answer\": \"...\"}"),
        KeepError::Empty => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
            .fix("send what is to be kept as `text`"),
        KeepError::Changed(there) => changed(ItemView::from(*there)),
        KeepError::Gone(_) => Problem::new(StatusCode::PRECONDITION_FAILED, "stale", error.to_string())
            .fix("leave If-Match out for the first version of a name"),
        KeepError::Many(_) => Problem::conflict(error.to_string()).fix("keep it under another name"),
        KeepError::Store(error) => error.into(),
    })?;
    let what = format!("{} {name}", word(kind));
    let after = json!({ "version": stored.value.versions });
    super::audit::note(&app, &caller, caller.workspace()?, ("library.version", &what), Became(Value::Null, after))
        .await?;
    Ok((StatusCode::CREATED, Json(ItemView::from(stored))))
}

fn word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Prompt => "prompt",
        ItemKind::Dataset => "dataset",
    }
}

async fn found(app: &App, caller: &Caller, kind: ItemKind, name: &str) -> Result<Stored<Item>, Problem> {
    let found = app.store.get::<Item>(&item_id(caller.workspace()?, kind, name), caller.now).await?;
    found.ok_or_else(|| Problem::not_found("item"))
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Named((_, kind, name)): Named<(String, ItemKind, String)>,
) -> Result<Response, Problem> {
    let item = found(&app, &caller, kind, &name).await?;
    let parent = item_id(caller.workspace()?, kind, &name);
    let query = RecordQuery { parent: Some(parent), newest_first: true, ..RecordQuery::default() };
    let all: Vec<Stored<ItemVersion>> = app.store.list(query, caller.now).await?;
    let mut history: Vec<VersionView> = all.into_iter().map(|version| version.value.into()).collect();
    history.sort_by_key(|version| std::cmp::Reverse(version.version));
    Ok(tagged(item.revision, ItemWhole { item: item.into(), history }))
}

async fn version(
    State(app): State<App>,
    caller: Caller,
    Named((_, kind, name, number)): Named<(String, ItemKind, String, u32)>,
) -> Result<Json<VersionWhole>, Problem> {
    let id = version_id(caller.workspace()?, kind, &name, number);
    let found = app.store.get::<ItemVersion>(&id, caller.now).await?.ok_or_else(|| Problem::not_found("version"))?;
    let text = app.store.texts(vec![found.value.content]).await?.pop().unwrap_or_default();
    Ok(Json(VersionWhole { version: found.value.into(), text }))
}

/// Where a label points.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LabelAt {
    version: u32,
}

async fn label(
    State(app): State<App>,
    caller: Caller,
    Named((_, kind, name, label)): Named<(String, ItemKind, String, String)>,
    Revision(revision): Revision,
    Body(LabelAt { version }): Body<LabelAt>,
) -> Result<Response, Problem> {
    if !is_label(&label) {
        let rule = "a label has 1 to 100 letters, digits, `.`, `_` and `-`, does not begin with `.`, and is no number: that names a version";
        return Err(Problem::bad(rule).fix("choose such a name, as `production`"));
    }
    let item = found(&app, &caller, kind, &name).await?;
    if !(1..=item.value.versions).contains(&version) {
        return Err(Problem::bad(format!("`{name}` has versions 1 to {}", item.value.versions)).fix("name one of them"));
    }
    relabel(&app, &caller, item, revision, &label, |labels| {
        labels.insert(label.clone(), version);
    })
    .await
}

async fn unlabel(
    State(app): State<App>,
    caller: Caller,
    Named((_, kind, name, label)): Named<(String, ItemKind, String, String)>,
    Revision(revision): Revision,
) -> Result<Response, Problem> {
    let item = found(&app, &caller, kind, &name).await?;
    if item.revision == revision && !item.value.labels.contains_key(&label) {
        return Ok(tagged(item.revision, ItemView::from(item)));
    }
    relabel(&app, &caller, item, revision, &label, |labels| {
        labels.remove(&label);
    })
    .await
}

async fn relabel(
    app: &App,
    caller: &Caller,
    there: Stored<Item>,
    revision: u64,
    label: &str,
    change: impl FnOnce(&mut BTreeMap<String, u32>),
) -> Result<Response, Problem> {
    let mut new = there.value.clone();
    change(&mut new.labels);
    let became = Became(json!(there.value.labels.get(label)), json!(new.labels.get(label)));
    let what = ("library.label", format!("{} {}@{label}", word(new.kind), new.name));
    let entry = entry(caller, caller.workspace()?, (what.0, &what.1), became)?;
    let read = Stored { revision, ..there };
    match app.store.commit(vec![Change::rewrite(&read, &new)?, entry]).await {
        Ok(()) => Ok(tagged(
            revision + 1,
            ItemView::from(Stored { value: new, revision: revision + 1, created: read.created }),
        )),
        Err(error @ StoreError::Stale { .. }) => {
            let there = found(app, caller, new.kind, &new.name).await?;
            Err(stale(error.into(), ItemView::from(there)))
        }
        Err(error) => Err(error.into()),
    }
}
