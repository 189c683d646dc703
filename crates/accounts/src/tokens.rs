use clade_domain::{ApiToken, Role, Timestamp, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};
use futures::future::BoxFuture;

use crate::{
    AccountError, Accounts, Identify, Principal, Secret, Via,
    accounts::{missing, named},
    audit::{Deed, NOTHING},
    secret::{hash_of, new_name},
};

/// How every token begins, so that scanners of leaked secrets know one.
const PREFIX: &str = "clade_";

/// Whether a text has the shape of a token.
#[must_use]
pub fn is_token(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.len() >= 64 && rest.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Characters of a token that are kept, to know it again.
const HINT: usize = PREFIX.len() + 4;
/// When a token was last used is noted no more often than this.
const NOTED_MS: i64 = 60_000;

/// A token to be made.
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub ceiling: Role,
    /// The only workspace it opens; none opens all.
    pub workspace: Option<WorkspaceId>,
    /// Until when; none is for ever.
    pub expires: Option<Timestamp>,
    /// The id of the token that it is made with. It expires no later than that one, and is revoked with it.
    pub made_with: Option<String>,
}

impl Accounts {
    /// Makes a token for somebody, by themselves or whoever is at the machine. The secret is given once and only its hash is kept.
    ///
    /// # Errors
    /// Where the name is none, it would have expired already, or opens a workspace that is not open to its owner (`NotFound`).
    pub async fn add_token(
        &self,
        user: &UserId,
        new: NewToken,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(Secret, ApiToken), AccountError> {
        if new.expires.is_some_and(|expires| expires <= now) {
            return Err(AccountError::Invalid("a token expires in the future, or never".into()));
        }
        if let Some(workspace) = &new.workspace {
            self.is_open_to(user, workspace, now).await?;
        }
        let maker = match &new.made_with {
            // one that was revoked a moment ago makes nothing
            Some(id) => self.store.get::<ApiToken>(id, now).await?.ok_or_else(|| missing("token", id))?.value.expires,
            None => None,
        };
        let secret = Secret::new(PREFIX)?;
        let token = ApiToken {
            id: new_name()?,
            hash: secret.hash(),
            user: user.clone(),
            name: named("a token", &new.name)?,
            hint: secret.reveal().chars().take(HINT).collect(),
            workspace: new.workspace,
            ceiling: new.ceiling,
            expires: new.expires.into_iter().chain(maker).min(),
            last_used: None,
            made_with: new.made_with,
        };
        let deed = Deed { by, workspace: None, action: "token.add", target: token.name.clone() };
        let entry = deed.entry(now, NOTHING, Some(&Shown::of(&token)))?;
        self.store.commit(vec![Change::add(&token, now)?, entry]).await?;
        Ok((secret, token))
    }

    /// That somebody is in a workspace, or keeps the installation that it is in.
    async fn is_open_to(&self, user: &UserId, workspace: &WorkspaceId, now: Timestamp) -> Result<(), AccountError> {
        if self.membership(workspace, user, now).await?.is_some() {
            return Ok(());
        }
        match self.user(user, now).await?.is_some_and(|user| user.value.instance_admin) {
            true => self.workspace(workspace, now).await.map(drop),
            false => Err(missing("workspace", workspace)),
        }
    }

    /// The tokens of somebody, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn tokens(&self, user: &UserId, now: Timestamp) -> Result<Vec<Stored<ApiToken>>, AccountError> {
        let own = RecordQuery { user: Some(user.clone()), ..RecordQuery::default() };
        Ok(self.store.list::<ApiToken>(own, now).await?)
    }

    /// Revokes a token of somebody, and those that were made with it, as whoever does it.
    ///
    /// # Errors
    /// `NotFound` where they have none of that id.
    pub async fn remove_token(&self, user: &UserId, id: &str, by: &UserId, now: Timestamp) -> Result<(), AccountError> {
        let token = self.store.get::<ApiToken>(id, now).await?.filter(|token| token.value.user == *user);
        let token = token.ok_or_else(|| missing("token", &id))?;
        let deed = Deed { by, workspace: None, action: "token.remove", target: token.value.name.clone() };
        let entry = deed.entry(now, Some(&Shown::of(&token.value)), NOTHING)?;
        // when it was last used may be noted at the same time
        let remove =
            |id: &str| Change::Remove { kind: clade_store::RecordKind::Token, id: id.to_owned(), revision: None };
        let mut changes = vec![remove(id), entry];
        let own = self.tokens(user, now).await?;
        let mut makers = vec![id.to_owned()];
        while let Some(maker) = makers.pop() {
            for made in own.iter().map(|token| &token.value).filter(|made| made.made_with.as_ref() == Some(&maker)) {
                let deed = Deed { by, workspace: None, action: "token.remove", target: made.name.clone() };
                changes.extend([remove(&made.id), deed.entry(now, Some(&Shown::of(made)), NOTHING)?]);
                makers.push(made.id.clone());
            }
        }
        Ok(self.store.commit(changes).await?)
    }
}

/// What the log holds of a token: whose it is, which is not always who made it.
#[derive(serde::Serialize)]
struct Shown<'a> {
    user: &'a UserId,
    hint: &'a str,
}

impl<'a> Shown<'a> {
    fn of(token: &'a ApiToken) -> Self {
        Self { user: &token.user, hint: &token.hint }
    }
}

impl Identify for Accounts {
    fn bearer<'a>(&'a self, token: &'a str, now: Timestamp) -> BoxFuture<'a, Result<Option<Principal>, AccountError>> {
        Box::pin(async move {
            if !token.starts_with(PREFIX) {
                return Ok(None);
            }
            let Some(found) = self.store.get_by::<ApiToken>(&hash_of(token), now).await? else { return Ok(None) };
            let user = self.user(&found.value.user, now).await?.filter(|user| !user.value.disabled);
            let Some(user) = user else { return Ok(None) };
            if found.value.last_used.is_none_or(|last| now.0 - last.0 >= NOTED_MS) {
                let used = ApiToken { last_used: Some(now), ..found.value.clone() };
                // whoever notes it at the same time notes the same
                drop(self.store.commit(vec![Change::rewrite(&found, &used)?]).await);
            }
            let ApiToken { id, ceiling, workspace, .. } = found.value;
            Ok(Some(Principal::new(user.value, Via::Token { id, ceiling, workspace })))
        })
    }
}
