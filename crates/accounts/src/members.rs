use clade_domain::{Budget, Identity, Member, Role, Timestamp, User, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};

use crate::{
    AccountError, Accounts,
    accounts::missing,
    audit::{Deed, NOTHING},
};

impl Accounts {
    /// The members of a workspace, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn members(&self, workspace: &WorkspaceId, now: Timestamp) -> Result<Vec<Stored<Member>>, AccountError> {
        let own = RecordQuery { workspace: Some(workspace.clone()), ..RecordQuery::default() };
        Ok(self.store.list::<Member>(own, now).await?)
    }

    /// Adds somebody to a workspace. `own` is the highest role of whoever does it.
    ///
    /// # Errors
    /// `Above`, `Exists`.
    pub async fn add_member(
        &self,
        workspace: &WorkspaceId,
        user: &UserId,
        role: Role,
        (by, own): (&UserId, Role),
        now: Timestamp,
    ) -> Result<(), AccountError> {
        grants(own, role)?;
        self.user(user, now).await?.ok_or_else(|| missing("user", user))?;
        let member = Member { workspace: workspace.clone(), user: user.clone(), role, budget: Default::default() };
        let deed = Deed { by, workspace: Some(workspace), action: "member.add", target: user.to_string() };
        let entry = deed.entry(now, NOTHING, Some(&InForce { role, budget: member.budget }))?;
        Ok(self.store.commit(vec![Change::add(&member, now)?, entry]).await?)
    }

    /// Gives a member another role. `own` is the highest role of whoever does it.
    ///
    /// # Errors
    /// `Above` for a role, old or new, above one's own; `LastAdmin`; `Stale`.
    pub async fn set_role(
        &self,
        old: &Stored<Member>,
        role: Role,
        (by, own): (&UserId, Role),
        now: Timestamp,
    ) -> Result<(), AccountError> {
        grants(own, role)?;
        grants(own, old.value.role)?;
        let mut changes = vec![Change::rewrite(old, &Member { role, ..old.value.clone() })?];
        if role != Role::Admin {
            changes.extend(self.admin_left(old, now).await?);
        }
        let Member { workspace, user, role: before, .. } = &old.value;
        let deed = Deed { by, workspace: Some(workspace), action: "member.role", target: user.to_string() };
        changes.push(deed.entry(now, Some(before), Some(&role))?);
        Ok(self.store.commit(changes).await?)
    }

    /// Limits what a member's runs buy together.
    ///
    /// # Errors
    /// `Stale`.
    pub async fn set_member_budget(
        &self,
        old: &Stored<Member>,
        budget: Budget,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let Member { workspace, user, budget: before, .. } = &old.value;
        let deed = Deed { by, workspace: Some(workspace), action: "member.budget", target: user.to_string() };
        let entry = deed.entry(now, Some(before), Some(&budget))?;
        Ok(self.store.commit(vec![Change::rewrite(old, &Member { budget, ..old.value.clone() })?, entry]).await?)
    }

    /// Takes somebody out of a workspace; oneself too. `own` is the highest role of whoever does it.
    ///
    /// # Errors
    /// `Above` for somebody above oneself; `LastAdmin`; `Stale`.
    pub async fn remove_member(
        &self,
        old: &Stored<Member>,
        (by, own): (&UserId, Role),
        now: Timestamp,
    ) -> Result<(), AccountError> {
        if *by != old.value.user {
            grants(own, old.value.role)?;
        }
        let mut changes = vec![Change::remove(old)];
        changes.extend(self.admin_left(old, now).await?);
        let Member { workspace, user, role, budget, .. } = &old.value;
        let deed = Deed { by, workspace: Some(workspace), action: "member.remove", target: user.to_string() };
        changes.push(deed.entry(now, Some(&InForce { role: *role, budget: *budget }), NOTHING)?);
        Ok(self.store.commit(changes).await?)
    }

    /// Where an admin goes: that another one stays who can come in. The one who stays is rewritten, so that of two admins who take the role
    /// or the account from one another at once only one goes through.
    pub(crate) async fn admin_left(&self, going: &Stored<Member>, now: Timestamp) -> Result<Vec<Change>, AccountError> {
        let Member { workspace, user, role, .. } = &going.value;
        if *role != Role::Admin {
            return Ok(Vec::new());
        }
        for other in self.members(workspace, now).await? {
            if other.value.role != Role::Admin || other.value.user == *user {
                continue;
            }
            if let Some(person) = self.user(&other.value.user, now).await?
                && self.comes_in(&person.value, now).await?
            {
                return Ok(vec![Change::rewrite(&other, &other.value)?, Change::rewrite(&person, &person.value)?]);
            }
        }
        Err(AccountError::LastAdmin { what: format!("workspace `{workspace}`") })
    }

    /// Whether somebody can sign in: with a password, or at a provider that they came from before. The person at this machine cannot
    /// over the network.
    pub(crate) async fn comes_in(&self, user: &User, now: Timestamp) -> Result<bool, AccountError> {
        if user.disabled || user.id == UserId::default() {
            return Ok(false);
        }
        if user.password.is_some() {
            return Ok(true);
        }
        let own = RecordQuery { user: Some(user.id.clone()), limit: Some(1), ..RecordQuery::default() };
        Ok(!self.store.list::<Identity>(own, now).await?.is_empty())
    }
}

/// What the log holds of somebody who comes or leaves: their limits go with them, and whoever takes them back sets them anew.
#[derive(serde::Serialize)]
pub(crate) struct InForce {
    pub role: Role,
    pub budget: Budget,
}

fn grants(own: Role, other: Role) -> Result<(), AccountError> {
    if own.may_grant(other) { Ok(()) } else { Err(AccountError::Above { own, other }) }
}
