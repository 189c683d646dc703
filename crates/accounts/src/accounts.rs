use std::sync::Arc;

use clade_domain::{Member, Role, Timestamp, User, UserId, Workspace, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Store, StoreError, Stored, member_id};
use futures::future::BoxFuture;

use crate::{AccountError, Principal, Via, audit::Deed, throttle::Throttle};

/// Somebody who can say whose a credential is. The embedded accounts are one; an identity provider that signs tokens can be
/// another, and only says who somebody is: what they may do is in our memberships.
pub trait Identify: Send + Sync {
    /// Whose bearer token this is; none where it is not known here, has expired, or was revoked.
    fn bearer<'a>(&'a self, token: &'a str, now: Timestamp) -> BoxFuture<'a, Result<Option<Principal>, AccountError>>;
}

/// The embedded accounts.
pub struct Accounts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) throttle: Throttle,
}

impl Accounts {
    /// The accounts in a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, throttle: Throttle::default() }
    }

    /// Makes sure that the person at this machine and their workspace are there, and gives them.
    ///
    /// # Errors
    /// The store's.
    pub async fn local(&self, now: Timestamp) -> Result<Principal, AccountError> {
        let (user, workspace) = (UserId::default(), WorkspaceId::default());
        if self.user(&user, now).await?.is_none() {
            let person = User {
                id: user.clone(),
                login: "local".into(),
                name: "this machine".into(),
                password: None,
                instance_admin: true,
                disabled: false,
            };
            let space = Workspace {
                id: workspace.clone(),
                name: "local".into(),
                budget: Default::default(),
                base_urls: Vec::new(),
            };
            let member = Member { workspace, user: user.clone(), role: Role::Admin, budget: Default::default() };
            let made = self.store.commit(vec![
                Change::add(&person, now)?,
                Change::add(&space, now)?,
                Change::add(&member, now)?,
            ]);
            match made.await {
                // another process was first
                Ok(()) | Err(StoreError::Exists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let person = self.user(&user, now).await?.ok_or_else(|| missing("user", &user))?;
        Ok(Principal::new(person.value, Via::Anonymous))
    }

    /// Whether anybody but the person at this machine has an account.
    ///
    /// # Errors
    /// The store's.
    pub async fn exist(&self, now: Timestamp) -> Result<bool, AccountError> {
        let some = RecordQuery { limit: Some(2), ..RecordQuery::default() };
        let users = self.store.list::<User>(some, now).await?;
        Ok(users.iter().any(|user| user.value.id != UserId::default()))
    }

    /// A person by id.
    ///
    /// # Errors
    /// The store's.
    pub async fn user(&self, id: &UserId, now: Timestamp) -> Result<Option<Stored<User>>, AccountError> {
        Ok(self.store.get::<User>(id.as_str(), now).await?)
    }

    /// A person by what they sign in with.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn user_by_login(&self, login: &str, now: Timestamp) -> Result<Stored<User>, AccountError> {
        let login = login.trim().to_lowercase();
        let found = self.store.get_by::<User>(&login, now).await?;
        found.ok_or_else(|| missing("user", &login))
    }

    /// What somebody is in a workspace; none where they are no member.
    ///
    /// # Errors
    /// The store's.
    pub async fn membership(
        &self,
        workspace: &WorkspaceId,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Option<Stored<Member>>, AccountError> {
        Ok(self.store.get::<Member>(&member_id(workspace, user), now).await?)
    }

    /// A workspace.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn workspace(&self, id: &WorkspaceId, now: Timestamp) -> Result<Stored<Workspace>, AccountError> {
        self.store.get::<Workspace>(id.as_str(), now).await?.ok_or_else(|| missing("workspace", id))
    }

    /// The workspaces that somebody is a member of, oldest membership first.
    ///
    /// # Errors
    /// The store's.
    pub async fn workspaces_of(
        &self,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Vec<(Stored<Workspace>, Role)>, AccountError> {
        let own = RecordQuery { user: Some(user.clone()), ..RecordQuery::default() };
        let mut found = Vec::new();
        for member in self.store.list::<Member>(own, now).await? {
            found.push((self.workspace(&member.value.workspace, now).await?, member.value.role));
        }
        Ok(found)
    }

    /// Adds a workspace with its first admin.
    ///
    /// # Errors
    /// `Exists` where the id is taken.
    pub async fn add_workspace(
        &self,
        id: WorkspaceId,
        name: &str,
        by: &UserId,
        now: Timestamp,
    ) -> Result<Workspace, AccountError> {
        let name = named("a workspace", name)?;
        let workspace = Workspace { id: id.clone(), name, budget: Default::default(), base_urls: Vec::new() };
        let member = Member { workspace: id.clone(), user: by.clone(), role: Role::Admin, budget: Default::default() };
        let deed = Deed { by, workspace: Some(&id), action: "workspace.add", target: id.to_string() };
        let entry = deed.entry(now, crate::audit::NOTHING, Some(&workspace))?;
        self.store.commit(vec![Change::add(&workspace, now)?, Change::add(&member, now)?, entry]).await?;
        Ok(workspace)
    }

    /// Changes a workspace that was read.
    ///
    /// # Errors
    /// `Stale` where somebody else changed it meanwhile.
    pub async fn change_workspace(
        &self,
        old: &Stored<Workspace>,
        new: Workspace,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let new = Workspace { name: named("a workspace", &new.name)?, ..new };
        for url in &new.base_urls {
            if !(url.starts_with("https://") || url.starts_with("http://")) {
                return Err(AccountError::Invalid(format!("`{url}` is no address; write it with https://")));
            }
        }
        let id = &old.value.id;
        let deed = Deed { by, workspace: Some(id), action: "workspace.change", target: id.to_string() };
        let entry = deed.entry(now, Some(&old.value), Some(&new))?;
        Ok(self.store.commit(vec![Change::rewrite(old, &new)?, entry]).await?)
    }
}

pub(crate) fn missing(what: &'static str, name: &impl std::fmt::Display) -> AccountError {
    StoreError::NotFound { what, name: name.to_string() }.into()
}

/// Whether a character shows nothing and changes how others look: control characters, those without width, and those that turn the direction of
/// text (Unicode's categories Cc and Cf).
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A name for people: 1 to 100 characters on one line, none of which is unseen.
pub(crate) fn named(what: &str, name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    if (1..=100).contains(&name.chars().count()) && !name.chars().any(is_unseen) {
        return Ok(name.to_owned());
    }
    Err(AccountError::Invalid(format!("{what} has a name of 1 to 100 characters on one line")))
}
