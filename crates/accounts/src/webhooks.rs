use aws_lc_rs::hmac;
use clade_domain::{Delivery, News, Timestamp, UserId, Webhook, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    AccountError, Accounts, Secret, Vault,
    accounts::missing,
    audit::{Deed, NOTHING},
    secret::{hex, new_name},
};

/// Most webhooks of a workspace.
const MOST: usize = 20;

impl Accounts {
    /// Adds a webhook. The secret that signs its deliveries is given out here, and never again.
    ///
    /// # Errors
    /// Where no event is named, or there are too many webhooks.
    pub async fn add_webhook(
        &self,
        vault: &Vault,
        workspace: &WorkspaceId,
        url: String,
        mut events: Vec<News>,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(Secret, Webhook), AccountError> {
        events.sort_unstable();
        events.dedup();
        if events.is_empty() || events.iter().any(|event| !News::RUNS.contains(event)) {
            let names = News::RUNS.map(News::name).join(", ");
            return Err(AccountError::Invalid(format!("a webhook is told of something: name events of {names}")));
        }
        if self.webhooks(workspace, now).await?.len() >= MOST {
            return Err(AccountError::Invalid(format!("a workspace has at most {MOST} webhooks; remove one")));
        }
        let (id, secret) = (new_name()?, Secret::new("whsec_")?);
        let sealed = vault.seal(&place(workspace, &id), &SecretString::from(secret.reveal()))?;
        let webhook = Webhook { id, workspace: workspace.clone(), url, events, sealed, by: by.clone(), at: now };
        let deed = Deed { by, workspace: Some(workspace), action: "webhook.add", target: webhook.id.clone() };
        let entry = deed.entry(now, NOTHING, Some(&(&webhook.url, &webhook.events)))?;
        self.store.commit(vec![Change::add(&webhook, now)?, entry]).await?;
        Ok((secret, webhook))
    }

    /// The webhooks of a workspace, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn webhooks(
        &self,
        workspace: &WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<Stored<Webhook>>, AccountError> {
        let own = RecordQuery { workspace: Some(workspace.clone()), ..RecordQuery::default() };
        Ok(self.store.list::<Webhook>(own, now).await?)
    }

    /// A webhook of a workspace.
    ///
    /// # Errors
    /// `NotFound` where the workspace has none of that id.
    pub async fn webhook(
        &self,
        workspace: &WorkspaceId,
        id: &str,
        now: Timestamp,
    ) -> Result<Stored<Webhook>, AccountError> {
        let found = self.store.get::<Webhook>(id, now).await?.filter(|found| found.value.workspace == *workspace);
        found.ok_or_else(|| missing("webhook", &id))
    }

    /// Removes a webhook. What waits to be delivered to it is given up.
    ///
    /// # Errors
    /// `NotFound` where the workspace has none of that id.
    pub async fn remove_webhook(
        &self,
        workspace: &WorkspaceId,
        id: &str,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let found = self.webhook(workspace, id, now).await?;
        let deed = Deed { by, workspace: Some(workspace), action: "webhook.remove", target: id.to_owned() };
        let entry = deed.entry(now, Some(&(&found.value.url, &found.value.events)), NOTHING)?;
        Ok(self.store.commit(vec![Change::remove(&found), entry]).await?)
    }

    /// The signature of a delivery that is sent at a time: `t=UNIX,v1=HEX`, the HMAC-SHA256 of `UNIX.body` under the webhook's secret.
    ///
    /// # Errors
    /// `Sealed` where the secret was sealed by another installation.
    pub fn signature(
        &self,
        vault: &Vault,
        webhook: &Webhook,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<String, AccountError> {
        let secret = vault.open(&place(&webhook.workspace, &webhook.id), &webhook.sealed)?;
        Ok(signed(secret.expose_secret(), now.0 / 1_000, &delivery.body))
    }
}

/// Where a webhook's secret is sealed in.
fn place(workspace: &WorkspaceId, id: &str) -> String {
    format!("{workspace}/webhook/{id}")
}

fn signed(secret: &str, seconds: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2, has the same key and a text that no body begins with; so this one was made with
    /// `printf '1492774577.{}' | openssl dgst -sha256 -hmac whsec_test`.
    #[test]
    fn a_signature_is_what_other_programs_make_of_it() {
        let expected = std::process::Command::new("sh")
            .args(["-c", "printf '1492774577.{}' | openssl dgst -sha256 -hmac whsec_test -r"])
            .output();
        let own = signed("whsec_test", 1_492_774_577, "{}");
        assert!(own.starts_with("t=1492774577,v1=") && own.len() == 16 + 64, "{own}");
        match expected {
            Ok(output) if output.status.success() => {
                let text = String::from_utf8(output.stdout).unwrap();
                assert_eq!(own.split("v1=").nth(1), text.split(' ').next());
            }
            _ => println!("skipped: openssl is not there to compare with"),
        }
    }
}
