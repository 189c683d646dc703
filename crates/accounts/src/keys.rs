use clade_domain::{ProviderKey, Timestamp, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    AccountError, Accounts, Vault,
    accounts::missing,
    audit::{Deed, NOTHING},
};

impl Accounts {
    /// Sets a provider's key of a workspace, sealed. Nobody reads it again.
    ///
    /// # Errors
    /// Where the name is no variable, or the key is empty.
    pub async fn set_key(
        &self,
        vault: &Vault,
        workspace: &WorkspaceId,
        name: &str,
        key: &SecretString,
        by: &UserId,
        now: Timestamp,
    ) -> Result<ProviderKey, AccountError> {
        let fits = name.len() <= 100
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && name.ends_with("_KEY");
        if !fits {
            let message = format!("`{name}` names no key: write the provider's variable, such as OPENAI_API_KEY");
            return Err(AccountError::Invalid(message));
        }
        if !(1..=10_000).contains(&key.expose_secret().len()) || key.expose_secret().contains(char::is_control) {
            return Err(AccountError::Invalid("a key is 1 to 10,000 characters on one line".into()));
        }
        let place = format!("{workspace}/{name}");
        let sealed = vault.seal(&place, key)?;
        let new = ProviderKey { workspace: workspace.clone(), name: name.to_owned(), sealed, by: by.clone(), at: now };
        let deed = Deed { by, workspace: Some(workspace), action: "key.set", target: name.to_owned() };
        let entry = deed.entry(now, NOTHING, NOTHING)?;
        let change = match self.store.get::<ProviderKey>(&place, now).await? {
            Some(old) => Change::rewrite(&old, &new)?,
            None => Change::add(&new, now)?,
        };
        self.store.commit(vec![change, entry]).await?;
        Ok(new)
    }

    /// The provider keys of a workspace, sealed.
    ///
    /// # Errors
    /// The store's.
    pub async fn keys(
        &self,
        workspace: &WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<Stored<ProviderKey>>, AccountError> {
        let own = RecordQuery { workspace: Some(workspace.clone()), ..RecordQuery::default() };
        Ok(self.store.list::<ProviderKey>(own, now).await?)
    }

    /// The provider keys of a workspace, opened for a run.
    ///
    /// # Errors
    /// `Sealed` where one was sealed with another secret.
    pub async fn open_keys(
        &self,
        vault: &Vault,
        workspace: &WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<(String, SecretString)>, AccountError> {
        let mut opened = Vec::new();
        for key in self.keys(workspace, now).await? {
            let ProviderKey { name, sealed, .. } = key.value;
            opened.push((name.clone(), vault.open(&format!("{workspace}/{name}"), &sealed)?));
        }
        Ok(opened)
    }

    /// Removes a provider's key.
    ///
    /// # Errors
    /// `NotFound` where there is none of that name.
    pub async fn remove_key(
        &self,
        workspace: &WorkspaceId,
        name: &str,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let found = self.store.get::<ProviderKey>(&format!("{workspace}/{name}"), now).await?;
        let found = found.ok_or_else(|| missing("provider key", &name))?;
        let deed = Deed { by, workspace: Some(workspace), action: "key.remove", target: name.to_owned() };
        let entry = deed.entry(now, NOTHING, NOTHING)?;
        Ok(self.store.commit(vec![Change::remove(&found), entry]).await?)
    }
}
