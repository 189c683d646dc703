use clade_domain::{ApiToken, Elsewhere, Session, Timestamp, UserId};
use clade_store::{Change, ReadRecords, Record, RecordQuery, StoreError};
use secrecy::SecretString;

use crate::{AccountError, Accounts, Principal, Secret, Via, password, secret::hash_of};

/// How long a session lasts, in milliseconds: a fortnight.
const LASTS_MS: i64 = 14 * 24 * 3_600 * 1_000;
/// How long one lasts of somebody who signed in at a provider that is not asked whether it goes on: a day.
const ELSEWHERE_MS: i64 = 24 * 3_600 * 1_000;

/// What a write with a session's cookie has to bring along beside it: known to whoever reads our pages, not to another site.
/// Derived from the cookie's secret, so there is nothing to store.
#[must_use]
pub fn csrf_of(secret: &str) -> String {
    hash_of(&format!("csrf {secret}"))
}

impl Accounts {
    /// Signs somebody in. Always a new session: one that was planted before is worth nothing. `address` is where the attempt
    /// comes from.
    ///
    /// # Errors
    /// `SignIn`, the same and as slow for people who are not known, are disabled or have no password; `Throttled`.
    pub async fn sign_in(
        &self,
        login: &str,
        password: SecretString,
        address: &str,
        now: Timestamp,
    ) -> Result<(Secret, Principal), AccountError> {
        let login = login.trim().to_lowercase();
        self.attempt(&login, address, now)?;
        let user = self.store.get_by::<clade_domain::User>(&login, now).await?.map(|user| user.value);
        let user = user.filter(|user| !user.disabled);
        let hash = user.as_ref().and_then(|user| user.password.clone());
        let fits = password::verify(password, hash).await?;
        let Some(user) = user.filter(|_| fits) else { return Err(AccountError::SignIn) };
        self.succeeded(&login, address, now);
        self.open_session(&user.id, now).await
    }

    /// Counts an attempt to sign in as somebody from an address, wherever it is then decided; it counts as wrong until [`Self::succeeded`].
    ///
    /// # Errors
    /// `Throttled`.
    pub fn attempt(&self, login: &str, address: &str, now: Timestamp) -> Result<(), AccountError> {
        self.throttle.attempt(login, address, now)
    }

    /// The attempt was right.
    pub fn succeeded(&self, login: &str, address: &str, now: Timestamp) {
        self.throttle.succeeded(login, address, now);
    }

    /// Opens a session for somebody who is known to be who they say.
    ///
    /// # Errors
    /// `SignIn` where they are gone or disabled.
    pub async fn open_session(&self, user: &UserId, now: Timestamp) -> Result<(Secret, Principal), AccountError> {
        self.opened(user, LASTS_MS, |_| Ok(None), now).await
    }

    /// Opens a session for somebody whom an identity provider let in: for a day, or, with what the provider gave to go on with, as long as
    /// it says so. `elsewhere` makes that out of the session's hash, which the sealing is tied to.
    ///
    /// # Errors
    /// `SignIn` where they are gone or disabled.
    pub async fn open_session_elsewhere(
        &self,
        user: &UserId,
        elsewhere: impl FnOnce(&str) -> Result<Option<Elsewhere>, AccountError>,
        now: Timestamp,
    ) -> Result<(Secret, Principal), AccountError> {
        self.opened(user, ELSEWHERE_MS, elsewhere, now).await
    }

    async fn opened(
        &self,
        user: &UserId,
        lasts: i64,
        elsewhere: impl FnOnce(&str) -> Result<Option<Elsewhere>, AccountError>,
        now: Timestamp,
    ) -> Result<(Secret, Principal), AccountError> {
        let secret = Secret::new("")?;
        let hash = secret.hash();
        let elsewhere = elsewhere(&hash)?;
        let lasts = if elsewhere.is_some() { LASTS_MS } else { lasts };
        let session = Session { hash, user: user.clone(), expires: Timestamp(now.0 + lasts), elsewhere };
        self.store.commit(vec![Change::add(&session, now)?]).await?;
        let principal = self.session(secret.reveal(), now).await?.ok_or(AccountError::SignIn)?;
        Ok((secret, principal))
    }

    /// Whose session's secret this is; none where there is no such session or it ended.
    ///
    /// # Errors
    /// The store's.
    pub async fn session(&self, secret: &str, now: Timestamp) -> Result<Option<Principal>, AccountError> {
        let hash = hash_of(secret);
        let Some(session) = self.store.get::<Session>(&hash, now).await? else { return Ok(None) };
        let user = self.user(&session.value.user, now).await?.filter(|user| !user.value.disabled);
        let via = Via::Session { hash, csrf: csrf_of(secret), elsewhere: session.value.elsewhere };
        Ok(user.map(|user| Principal::new(user.value, via)))
    }

    /// Notes what a session goes on with, after the provider was asked. `false` where somebody else was first, or it ended.
    ///
    /// # Errors
    /// The store's.
    pub async fn renew_session(
        &self,
        hash: &str,
        old: &Elsewhere,
        new: Elsewhere,
        now: Timestamp,
    ) -> Result<bool, AccountError> {
        let Some(session) = self.store.get::<Session>(hash, now).await? else { return Ok(false) };
        if session.value.elsewhere.as_ref() != Some(old) {
            return Ok(false);
        }
        let renewed = Session { elsewhere: Some(new), ..session.value.clone() };
        match self.store.commit(vec![Change::rewrite(&session, &renewed)?]).await {
            Ok(()) => Ok(true),
            Err(StoreError::Stale { .. } | StoreError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What a session goes on with; none where it ended or was opened with a password.
    ///
    /// # Errors
    /// The store's.
    pub async fn elsewhere(&self, hash: &str, now: Timestamp) -> Result<Option<Elsewhere>, AccountError> {
        Ok(self.store.get::<Session>(hash, now).await?.and_then(|session| session.value.elsewhere))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out(&self, hash: &str) -> Result<(), AccountError> {
        let end = Change::Remove { kind: Session::KIND, id: hash.to_owned(), revision: None };
        Ok(self.store.commit(vec![end]).await?)
    }

    /// Changes that end every session and token of somebody.
    pub(crate) async fn credentials(&self, user: &UserId, now: Timestamp) -> Result<Vec<Change>, AccountError> {
        let own = || RecordQuery { user: Some(user.clone()), ..RecordQuery::default() };
        let remove = |kind, id| Change::Remove { kind, id, revision: None };
        let sessions = self.store.list::<Session>(own(), now).await?.into_iter();
        let tokens = self.store.list::<ApiToken>(own(), now).await?.into_iter();
        let mut ends: Vec<Change> = sessions.map(|session| remove(Session::KIND, session.value.hash)).collect();
        ends.extend(tokens.map(|token| remove(ApiToken::KIND, token.value.id)));
        Ok(ends)
    }
}
