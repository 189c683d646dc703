use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_domain::{Action, Delivery, DeliveryStatus, News, Timestamp, UserId, Webhook};
use clade_store::{Change, ReadRecords, RecordQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Body, Named},
    page::{Page, PageQuery, cut},
    route::Route,
    webhooks::message,
};

const GATE: Gate = Gate::Workspace(Action::ManageWebhooks);
const ALL: &str = "/workspaces/{workspace}/webhooks";
const ONE: &str = "/workspaces/{workspace}/webhooks/{webhook}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(ALL, GATE, "webhooks", "The addresses that are told what happens to runs.", list)
            .gives::<Page<WebhookView>>(200),
        Route::post(ALL, GATE, "add_webhook", "Adds a webhook; its secret is shown this once.", add)
            .takes::<WebhookWanted>()
            .gives::<WebhookMade>(201)
            .repeatable()
            .tells_once(),
        Route::delete(ONE, GATE, "remove_webhook", "Removes a webhook.", remove),
        Route::post(
            "/workspaces/{workspace}/webhooks/{webhook}/test",
            GATE,
            "test_webhook",
            "Sends a delivery of the type `ping`.",
            test,
        )
        .gives::<DeliveryView>(202)
        .repeatable(),
        Route::get(
            "/workspaces/{workspace}/webhooks/{webhook}/deliveries",
            GATE,
            "deliveries",
            "What was sent to a webhook within 30 days, newest first, and what came back.",
            deliveries,
        )
        .asks::<PageQuery>()
        .gives::<Page<DeliveryView>>(200),
    ]
}

/// A webhook, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
struct WebhookView {
    id: String,
    url: String,
    events: Vec<News>,
    by: UserId,
    at: Timestamp,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        let Webhook { id, url, events, by, at, .. } = webhook;
        Self { id, url, events, by, at }
    }
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<WebhookView>>, Problem> {
    let found = app.accounts.webhooks(caller.workspace()?, caller.now).await?;
    Ok(Json(Page { items: found.into_iter().map(|webhook| webhook.value.into()).collect(), next: None }))
}

/// A webhook to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WebhookWanted {
    /// An address of the internet that begins with https.
    url: String,
    /// What it is told of: `run.started`, `run.finished`, `run.paused`, `run.failed`.
    events: Vec<News>,
}

/// A webhook that was added.
#[derive(Serialize, JsonSchema)]
struct WebhookMade {
    webhook: WebhookView,
    /// Signs deliveries; shown this once.
    secret: String,
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<WebhookWanted>,
) -> Result<impl IntoResponse, Problem> {
    let url = app
        .reach
        .check_url(&wanted.url)
        .map_err(|why| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "webhook", why))?;
    let workspace = caller.workspace()?;
    let (secret, webhook) =
        app.accounts.add_webhook(&app.vault, workspace, url.into(), wanted.events, caller.user(), caller.now).await?;
    Ok((StatusCode::CREATED, Json(WebhookMade { webhook: webhook.into(), secret: secret.reveal().to_owned() })))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Named((_, id)): Named<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.accounts.remove_webhook(caller.workspace()?, &id, caller.user(), caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A delivery and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
struct DeliveryView {
    id: String,
    event: News,
    /// What is sent, to the last byte.
    body: String,
    at: Timestamp,
    status: DeliveryStatus,
    tries: u32,
    /// When it is tried next, where it waits.
    due: Option<Timestamp>,
    /// What the last try met.
    answer: String,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        let Delivery { id, event, body, at, status, tries, due, answer, .. } = delivery;
        let due = (status == DeliveryStatus::Waiting).then_some(due);
        Self { id, event, body, at, status, tries, due, answer }
    }
}

async fn test(
    State(app): State<App>,
    caller: Caller,
    Named((_, id)): Named<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let webhook = app.accounts.webhook(caller.workspace()?, &id, caller.now).await?;
    let ping = message(&webhook.value, News::Ping, None, caller.now)?;
    app.store.commit(vec![Change::add(&ping, caller.now)?]).await?;
    app.outbox.ring.notify_one();
    Ok((StatusCode::ACCEPTED, Json(DeliveryView::from(ping))))
}

async fn deliveries(
    State(app): State<App>,
    caller: Caller,
    Named((_, id)): Named<(String, String)>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let workspace = caller.workspace()?;
    app.accounts.webhook(workspace, &id, caller.now).await?;
    let own = RecordQuery { workspace: Some(workspace.clone()), newest_first: true, ..RecordQuery::default() };
    let found = app.store.list::<Delivery>(own, caller.now).await?.into_iter().map(|delivery| delivery.value);
    let found: Vec<DeliveryView> = found.filter(|delivery| delivery.webhook == id).map(Into::into).collect();
    cut(found, page.cursor.as_deref(), page.limit).map(Json)
}
