use std::time::Duration;

use clade_domain::{Delivery, DeliveryStatus, Timestamp, Webhook};
use clade_engine::now;
use clade_store::{Change, ReadRecords, StoreError, Stored};
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use reqwest::{header, redirect};
use tokio::time::MissedTickBehavior;

use super::lanes::Lanes;
use crate::App;

/// How often a delivery is tried.
const TRIES: u32 = 5;
/// The wait before the second try; each later one waits four times as long: 10 s, 40 s, about 3 and 11 minutes.
const FIRST_WAIT_MS: i64 = 10_000;
/// For how long one try may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// For how long a try may go on when the server goes down. One that is given up is made again by a later server.
const FAREWELL: Duration = Duration::from_secs(2);
/// For how long a delivery is left to the server that took it, in milliseconds: longer than a try takes. Where that server died, another one tries.
const TAKEN_MS: i64 = 30_000;
/// How often is looked for what is due where nothing new comes.
const LOOK: Duration = Duration::from_secs(5);
/// Most that are under way at once, each to another webhook.
const AT_ONCE: usize = 64;

/// Sends what is due, until the server goes down. What is not sent then is sent by a later server.
pub(crate) async fn deliver(app: App) {
    let mut lanes = Lanes::default();
    let mut under_way: FuturesUnordered<BoxFuture<'_, String>> = FuturesUnordered::new();
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        let look = tokio::select! {
            () = app.closing.cancelled() => break,
            () = app.outbox.ring.notified() => true,
            _ = looks.tick() => true,
            Some(webhook) = under_way.next() => lanes.free(&webhook),
        };
        if look && let Err(error) = lanes.look(app.store.as_ref(), now()).await {
            tracing::warn!(%error, "deliveries to webhooks could not be read");
        }
        while under_way.len() < AT_ONCE
            && let Some(delivery) = lanes.next()
        {
            let app = &app;
            under_way.push(Box::pin(async move {
                if let Err(error) = one(app, &delivery).await {
                    tracing::warn!(%error, delivery.id = %delivery.value.id, "a delivery could not be noted");
                }
                delivery.value.webhook
            }));
        }
    }
    // what was sent is noted
    let noted = async { while under_way.next().await.is_some() {} };
    drop(tokio::time::timeout(FAREWELL, noted).await);
}

async fn one(app: &App, delivery: &Stored<Delivery>) -> Result<(), StoreError> {
    let Some(delivery) = &taken(app, delivery).await? else { return Ok(()) };
    let old = &delivery.value;
    let webhook = app.store.get::<Webhook>(&old.webhook, now()).await?;
    let tries = old.tries + 1;
    let (status, answer) = match &webhook {
        None => (DeliveryStatus::Failed, "the webhook was removed".to_owned()),
        Some(webhook) => match sent(app, &webhook.value, old).await {
            Ok(answer) => (DeliveryStatus::Delivered, answer),
            Err(answer) if tries >= TRIES => (DeliveryStatus::Failed, answer),
            Err(answer) => (DeliveryStatus::Waiting, answer),
        },
    };
    let wait = FIRST_WAIT_MS * 4_i64.pow(tries.saturating_sub(1).min(TRIES));
    let due = Timestamp(now().0 + wait);
    let new = Delivery { status, answer, tries, due, ..old.clone() };
    app.figures.delivered(status);
    app.store.commit(vec![Change::rewrite(delivery, &new)?]).await
}

/// The delivery, taken for this server; none where another one of the installation was first.
async fn taken(app: &App, delivery: &Stored<Delivery>) -> Result<Option<Stored<Delivery>>, StoreError> {
    let value = Delivery { due: Timestamp(now().0 + TAKEN_MS), ..delivery.value.clone() };
    match app.store.commit(vec![Change::rewrite(delivery, &value)?]).await {
        Ok(()) => Ok(Some(Stored { value, revision: delivery.revision + 1, created: delivery.created })),
        Err(StoreError::Stale { .. } | StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Sends a delivery once. The text says what came back.
async fn sent(app: &App, webhook: &Webhook, delivery: &Delivery) -> Result<String, String> {
    let url = app.reach.check_url(&webhook.url)?;
    let addresses = app.reach.resolved(&url).await?;
    let signature = app.accounts.signature(&app.vault, webhook, delivery, now()).map_err(|error| error.to_string())?;
    // connects to an address that was looked at: resolving again could lead elsewhere; nor does a proxy or a redirect
    let client = reqwest::Client::builder()
        .resolve_to_addrs(url.host_str().unwrap_or_default(), &addresses)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE)
        .user_agent("Promptclade")
        .build()
        .map_err(|error| error.to_string())?;
    let request = client
        .post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-clade-event", delivery.event.name())
        .header("x-clade-delivery", &delivery.id)
        .header("x-clade-signature", signature)
        .body(delivery.body.clone());
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(response.status().to_string()),
        Ok(response) => Err(response.status().to_string()),
        // the address is the admin's own; what is behind it is told in words of ours
        Err(error) if error.is_timeout() => Err("no answer within 10 s".to_owned()),
        Err(error) if error.is_connect() => Err("cannot connect".to_owned()),
        Err(_) => Err("the connection broke".to_owned()),
    }
}
