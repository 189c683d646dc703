use clade_domain::{Invitation, Member, Role, Timestamp, User, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};

use crate::{
    AccountError, Accounts, NewUser, Secret,
    accounts::missing,
    audit::{Deed, NOTHING},
    members::InForce,
    secret::{hash_of, new_name},
    users::login_taken,
};

/// The longest that an invitation is good for, in milliseconds: thirty days.
const LONGEST_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// Most characters of a note.
const NOTE: usize = 200;

impl Accounts {
    /// Invites somebody into a workspace. The secret is given once. `own` is the highest role of whoever does it.
    ///
    /// # Errors
    /// `Above`; where it would be good for no time, or for too long.
    pub async fn invite(
        &self,
        workspace: &WorkspaceId,
        role: Role,
        note: &str,
        expires: Timestamp,
        (by, own): (&UserId, Role),
        now: Timestamp,
    ) -> Result<(Secret, Invitation), AccountError> {
        if !own.may_grant(role) {
            return Err(AccountError::Above { own, other: role });
        }
        if !(1..=LONGEST_MS).contains(&(expires.0 - now.0)) {
            return Err(AccountError::Invalid("an invitation is good for 1 to 720 hours".into()));
        }
        if note.chars().count() > NOTE {
            return Err(AccountError::Invalid(format!("the note of an invitation has at most {NOTE} characters")));
        }
        let secret = Secret::new("")?;
        let invitation = Invitation {
            id: new_name()?,
            hash: secret.hash(),
            workspace: workspace.clone(),
            role,
            note: note.chars().filter(|c| !c.is_control()).collect(),
            by: by.clone(),
            expires,
        };
        let target = invitation.id.clone();
        let deed = Deed { by, workspace: Some(workspace), action: "invitation.add", target };
        let entry = deed.entry(now, NOTHING, Some(&role))?;
        self.store.commit(vec![Change::add(&invitation, now)?, entry]).await?;
        Ok((secret, invitation))
    }

    /// The invitations of a workspace that are still good, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn invitations(
        &self,
        workspace: &WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<Stored<Invitation>>, AccountError> {
        let own = RecordQuery { workspace: Some(workspace.clone()), ..RecordQuery::default() };
        let mut good = Vec::new();
        for invitation in self.store.list::<Invitation>(own, now).await? {
            if self.stands(&invitation.value, now).await? {
                good.push(invitation);
            }
        }
        Ok(good)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// `NotFound` where the workspace has none of that id.
    pub async fn remove_invitation(
        &self,
        workspace: &WorkspaceId,
        id: &str,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let found = self.store.get::<Invitation>(id, now).await?.filter(|found| found.value.workspace == *workspace);
        let found = found.ok_or_else(|| missing("invitation", &id))?;
        let deed = Deed { by, workspace: Some(workspace), action: "invitation.remove", target: id.to_owned() };
        let entry = deed.entry(now, Some(&found.value.role), NOTHING)?;
        Ok(self.store.commit(vec![Change::remove(&found), entry]).await?)
    }

    /// What an invitation invites to.
    ///
    /// # Errors
    /// `Link` where it was used, has expired, or never was one, and where who made it may not invite to that any more.
    pub async fn invitation(&self, secret: &str, now: Timestamp) -> Result<Stored<Invitation>, AccountError> {
        let found = self.store.get_by::<Invitation>(&hash_of(secret), now).await?.ok_or(AccountError::Link)?;
        if self.stands(&found.value, now).await? { Ok(found) } else { Err(AccountError::Link) }
    }

    /// Whether who made an invitation may still grant its role there. Who was removed would otherwise come back in by what they prepared.
    async fn stands(&self, invitation: &Invitation, now: Timestamp) -> Result<bool, AccountError> {
        let Invitation { workspace, role, by, .. } = invitation;
        let Some(user) = self.user(by, now).await?.filter(|user| !user.value.disabled) else { return Ok(false) };
        let member = self.membership(workspace, by, now).await?.map(|member| member.value.role);
        let instance = user.value.instance_admin.then_some(Role::Instance);
        Ok(member.into_iter().chain(instance).any(|own| own.may_grant(*role)))
    }

    /// Joins as a new person. The invitation is used up with it.
    ///
    /// # Errors
    /// `Link`; `Exists` where the login is taken; a weak password.
    pub async fn accept_as_new(&self, secret: &str, new: NewUser, now: Timestamp) -> Result<User, AccountError> {
        let invitation = self.invitation(secret, now).await?;
        let user = Self::person(NewUser { instance_admin: false, ..new }).await?;
        match self.join(&invitation, &user.id, Some(Change::add(&user, now)?), now).await {
            Err(AccountError::Store(error)) => Err(login_taken(error, &user)),
            Err(error) => Err(error),
            Ok(()) => Ok(user),
        }
    }

    /// Joins as somebody who has an account.
    ///
    /// # Errors
    /// `Link`; `Exists` where they are a member already.
    pub async fn accept(&self, secret: &str, user: &UserId, now: Timestamp) -> Result<WorkspaceId, AccountError> {
        let invitation = self.invitation(secret, now).await?;
        self.join(&invitation, user, None, now).await?;
        Ok(invitation.value.workspace)
    }

    async fn join(
        &self,
        invitation: &Stored<Invitation>,
        user: &UserId,
        first: Option<Change>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let Invitation { workspace, role, .. } = &invitation.value;
        let member =
            Member { workspace: workspace.clone(), user: user.clone(), role: *role, budget: Default::default() };
        let deed = Deed { by: user, workspace: Some(workspace), action: "member.join", target: user.to_string() };
        let entry = deed.entry(now, NOTHING, Some(&InForce { role: *role, budget: member.budget }))?;
        // removed by revision: of two who use the link at once one is told that it is used
        let mut changes = vec![Change::rewrite(invitation, &invitation.value)?];
        changes.extend(first);
        changes.extend([Change::add(&member, now)?, entry]);
        changes.push(Change::Remove {
            kind: clade_store::RecordKind::Invitation,
            id: invitation.value.id.clone(),
            revision: None,
        });
        match self.store.commit(changes).await {
            Err(clade_store::StoreError::Stale { .. } | clade_store::StoreError::NotFound { .. }) => {
                Err(AccountError::Link)
            }
            done => Ok(done?),
        }
    }
}
