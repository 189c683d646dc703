use clade_domain::{Action, RunId, Share, Timestamp, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};

use crate::{
    AccountError, Accounts, Principal, Secret, Via,
    accounts::missing,
    audit::{Deed, NOTHING},
    secret::{hash_of, new_name},
};

/// The longest that a link shows a run, in milliseconds: ninety days.
const LONGEST_MS: i64 = 90 * 24 * 3_600 * 1_000;
/// Most characters of a note.
const NOTE: usize = 1_000;

impl Accounts {
    /// Makes a link that shows one run to whoever has it. The secret is given once.
    ///
    /// # Errors
    /// Where it would be good for no time, or for too long, or the note is too long.
    pub async fn share(
        &self,
        (workspace, run): (&WorkspaceId, &RunId),
        note: &str,
        expires: Timestamp,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(Secret, Share), AccountError> {
        if !(1..=LONGEST_MS).contains(&(expires.0 - now.0)) {
            return Err(AccountError::Invalid("a link shows a run for 1 to 2160 hours".into()));
        }
        let letters = note.chars().count();
        if letters > NOTE {
            return Err(AccountError::Invalid(format!("a note has at most {NOTE} characters, and this one {letters}")));
        }
        let secret = Secret::new("")?;
        let share = Share {
            id: new_name()?,
            hash: secret.hash(),
            workspace: workspace.clone(),
            run: run.clone(),
            note: note.chars().filter(|c| !c.is_control()).collect(),
            by: by.clone(),
            expires,
        };
        let deed = Deed { by, workspace: Some(workspace), action: "share.add", target: run.to_string() };
        let entry = deed.entry(now, NOTHING, Some(&(&share.id, &share.note, share.expires)))?;
        self.store.commit(vec![Change::add(&share, now)?, entry]).await?;
        Ok((secret, share))
    }

    /// The links of a run that were neither taken back nor have expired, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn shares(&self, run: &RunId, now: Timestamp) -> Result<Vec<Stored<Share>>, AccountError> {
        let own = RecordQuery { parent: Some(run.to_string()), ..RecordQuery::default() };
        Ok(self.store.list::<Share>(own, now).await?)
    }

    /// The same for all runs of a workspace.
    ///
    /// # Errors
    /// The store's.
    pub async fn shares_of(&self, workspace: &WorkspaceId, now: Timestamp) -> Result<Vec<Stored<Share>>, AccountError> {
        let own = RecordQuery { workspace: Some(workspace.clone()), ..RecordQuery::default() };
        Ok(self.store.list::<Share>(own, now).await?)
    }

    /// Takes a link back: it shows nothing from the next request on.
    ///
    /// # Errors
    /// `NotFound` where the run has none of that id.
    pub async fn remove_share(&self, run: &RunId, id: &str, by: &UserId, now: Timestamp) -> Result<(), AccountError> {
        let found = self.store.get::<Share>(id, now).await?.filter(|found| found.value.run == *run);
        let found = found.ok_or_else(|| missing("link", &id))?;
        let workspace = Some(&found.value.workspace);
        let deed = Deed { by, workspace, action: "share.remove", target: run.to_string() };
        let entry = deed.entry(now, Some(&id), NOTHING)?;
        Ok(self.store.commit(vec![Change::remove(&found), entry]).await?)
    }

    /// What a link shows.
    ///
    /// # Errors
    /// `Link` where it was taken back, has expired, shows nothing any more, or never was one.
    pub async fn shared(&self, secret: &str, now: Timestamp) -> Result<Share, AccountError> {
        match self.store.get_by::<Share>(&hash_of(secret), now).await? {
            Some(found) if self.shows(&found.value, now).await? => Ok(found.value),
            _ => Err(AccountError::Link),
        }
    }

    /// Whether a link shows its run: as long as whoever made it may see that themselves.
    ///
    /// # Errors
    /// The store's.
    pub async fn shows(&self, share: &Share, now: Timestamp) -> Result<bool, AccountError> {
        let maker = self.user(&share.by, now).await?;
        if maker.is_none_or(|maker| maker.value.disabled) {
            return Ok(false);
        }
        let member = self.membership(&share.workspace, &share.by, now).await?;
        Ok(member.is_some_and(|member| member.value.role.permits(Action::ReadRuns)))
    }
}

impl Principal {
    /// Whoever holds a link: no person, and no member of anything.
    ///
    /// # Errors
    /// `Link` where its id is none that we drew.
    pub fn holder(share: &Share) -> Result<Self, AccountError> {
        let user = format!("link-{}", share.id).parse().map_err(|_| AccountError::Link)?;
        let via = Via::Link { id: share.id.clone() };
        Ok(Self { user, login: String::new(), name: String::new(), instance_admin: false, via })
    }
}
