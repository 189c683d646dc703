use std::sync::Arc;

use clade_accounts::{Accounts, new_name};
use clade_domain::{Delivery, DeliveryStatus, News, Timestamp, Webhook};
use clade_engine::now;
use clade_store::{Change, RunSummary, Store};
use serde_json::json;
use tokio::sync::Notify;

/// For how long the log keeps a delivery, in milliseconds: 30 days.
const KEPT_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// Where deliveries are written before they are sent.
#[derive(Clone)]
pub(crate) struct Outbox {
    pub store: Arc<dyn Store>,
    pub accounts: Arc<Accounts>,
    /// Told when there is something to send.
    pub ring: Arc<Notify>,
}

impl Outbox {
    /// Writes what happened to a run for every webhook that asks for it.
    pub async fn tell(&self, row: &RunSummary, event: News) {
        if let Err(error) = self.told(row, event).await {
            tracing::warn!(run.id = %row.run, %error, event = event.name(), "webhooks were not told");
        }
    }

    async fn told(&self, row: &RunSummary, event: News) -> Result<(), clade_accounts::AccountError> {
        let at = now();
        let mut changes = Vec::new();
        for webhook in self.accounts.webhooks(&row.workspace, at).await? {
            if webhook.value.events.contains(&event) {
                changes.push(Change::add(&message(&webhook.value, event, Some(row), at)?, at)?);
            }
        }
        if !changes.is_empty() {
            self.store.commit(changes).await?;
            self.ring.notify_one();
        }
        Ok(())
    }
}

/// A message to a webhook, to be sent at once.
///
/// # Errors
/// Where the machine gives no random bytes.
pub(crate) fn message(
    webhook: &Webhook,
    event: News,
    row: Option<&RunSummary>,
    at: Timestamp,
) -> Result<Delivery, clade_accounts::AccountError> {
    let id = new_name()?;
    let body = json!({ "id": id, "type": event, "at": at, "workspace": webhook.workspace, "run": row }).to_string();
    Ok(Delivery {
        id,
        workspace: webhook.workspace.clone(),
        webhook: webhook.id.clone(),
        event,
        body,
        at,
        status: DeliveryStatus::Waiting,
        tries: 0,
        due: at,
        answer: String::new(),
        expires: Timestamp(at.0 + KEPT_MS),
    })
}
