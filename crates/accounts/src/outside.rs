use clade_domain::{Identity, Outsider, Timestamp, User, UserId};
use clade_store::{Change, ReadRecords, RecordQuery, StoreError, identity_id};

use crate::{
    AccountError, Accounts, Principal, Via,
    audit::{Deed, NOTHING},
    users::{NewUser, Shown},
};

impl Accounts {
    /// Whose account somebody of an identity provider uses; none where they were never here.
    ///
    /// # Errors
    /// `Disabled` where it may not sign in any more.
    pub async fn known_outside(&self, who: &Outsider, now: Timestamp) -> Result<Option<User>, AccountError> {
        let id = identity_id(&who.issuer, &who.subject);
        let Some(identity) = self.store.get::<Identity>(&id, now).await? else { return Ok(None) };
        match self.user(&identity.value.user, now).await? {
            Some(user) if !user.value.disabled => Ok(Some(user.value)),
            _ => Err(AccountError::Disabled),
        }
    }

    /// The account of somebody of an identity provider. Who was never here gets the one without a password whose login is their address, where an
    /// admin made one; or else a new one, which is in no workspace. What the provider says decides nothing but who they are.
    ///
    /// # Errors
    /// `Taken` where their address is the login of an account with a password or of somebody else at a provider; `Disabled`.
    pub async fn from_outside(&self, who: &Outsider, now: Timestamp) -> Result<User, AccountError> {
        if let Some(user) = self.known_outside(who, now).await? {
            return Ok(user);
        }
        match self.linked(who, now).await {
            // they came twice at once
            Err(AccountError::Store(StoreError::Exists { .. } | StoreError::Stale { .. })) => {
                let login = who.address.clone().unwrap_or_else(|| who.subject.clone());
                self.known_outside(who, now).await?.ok_or(AccountError::Taken { login })
            }
            done => done,
        }
    }

    /// Who asks with a token of an identity provider.
    #[must_use]
    pub fn outsider(user: User) -> Principal {
        Principal::new(user, Via::Outside)
    }

    async fn linked(&self, who: &Outsider, now: Timestamp) -> Result<User, AccountError> {
        let there = match who.address.as_ref().filter(|address| address.contains('@')) {
            Some(address) => self.store.get_by::<User>(address, now).await?,
            None => None,
        };
        let identity = |user: &UserId| Identity {
            issuer: who.issuer.clone(),
            subject: who.subject.clone(),
            user: user.clone(),
            at: now,
        };
        if let Some(there) = there {
            let login = there.value.login.clone();
            if there.value.disabled {
                return Err(AccountError::Disabled);
            }
            let own = RecordQuery { user: Some(there.value.id.clone()), limit: Some(1), ..RecordQuery::default() };
            if there.value.password.is_some() || !self.store.list::<Identity>(own, now).await?.is_empty() {
                return Err(AccountError::Taken { login });
            }
            let deed = Deed { by: &there.value.id, workspace: None, action: "user.link", target: login };
            let entry = deed.entry(now, NOTHING, Some(&who.issuer))?;
            // of two who come for it at once one gets it: the account is rewritten as it is
            let kept = Change::rewrite(&there, &there.value)?;
            self.store.commit(vec![kept, Change::add(&identity(&there.value.id), now)?, entry]).await?;
            return Ok(there.value);
        }
        let user = newcomer(who).await?;
        let deed = Deed { by: &user.id, workspace: None, action: "user.add", target: user.login.clone() };
        let entry = deed.entry(now, NOTHING, Some(&Shown::of(&user)))?;
        self.store.commit(vec![Change::add(&user, now)?, Change::add(&identity(&user.id), now)?, entry]).await?;
        Ok(user)
    }
}

/// A new account. An address that nobody has confirmed is no login: others would take whoever claims it for its owner.
async fn newcomer(who: &Outsider) -> Result<User, AccountError> {
    let host = who.issuer.split_once("://").map_or(who.issuer.as_str(), |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host);
    let subject: String = who.subject.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.|".contains(*c)).collect();
    let named = format!("{}@{host}", subject.chars().take(100).collect::<String>());
    let new = |login: &str, name: &str| {
        Accounts::person(NewUser { login: login.into(), name: name.into(), password: None, instance_admin: false })
    };
    // what a provider calls somebody may be no name or no login here
    for login in who.address.iter().chain([&named]) {
        for name in [who.name.as_str(), ""] {
            if let Ok(user) = new(login, name).await {
                return Ok(user);
            }
        }
    }
    Err(AccountError::Invalid(format!("`{named}` is no login")))
}
