use clade_domain::{Member, Role, Timestamp, User, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordKind, RecordQuery, StoreError, Stored};
use secrecy::SecretString;
use unicode_normalization::is_nfkc;
use unicode_security::MixedScript;

use crate::{
    AccountError, Accounts, Principal,
    accounts::{is_unseen, named},
    audit::{Deed, NOTHING},
    new_id, password,
};

/// A person to be added.
pub struct NewUser {
    /// What they sign in with: an e-mail address or a name.
    pub login: String,
    /// How others see them; empty is the login.
    pub name: String,
    /// Their password; none for who signs in at an identity provider, where the login is the address that it knows them by.
    pub password: Option<SecretString>,
    /// Whether they keep the installation.
    pub instance_admin: bool,
}

/// What the log holds of a person: no password, not even its hash.
#[derive(serde::Serialize)]
pub(crate) struct Shown<'a> {
    login: &'a str,
    name: &'a str,
    instance_admin: bool,
    disabled: bool,
}

impl<'a> Shown<'a> {
    pub fn of(user: &'a User) -> Self {
        Self { login: &user.login, name: &user.name, instance_admin: user.instance_admin, disabled: user.disabled }
    }
}

/// What the store says where a login is taken names an id that nobody knows; this names the login.
pub(crate) fn login_taken(error: StoreError, user: &User) -> AccountError {
    match error {
        StoreError::Exists { what, .. } if what == RecordKind::User.name() => {
            AccountError::LoginTaken { login: user.login.clone() }
        }
        error => error.into(),
    }
}

/// Whether a login has letters of several scripts (a Cyrillic `а` among Latin ones), or forms of letters that have plainer ones
/// (`ａ`, `ﬁ`): it could be taken for somebody else's.
fn may_pass_for_another(login: &str) -> bool {
    let letters: String = login.chars().filter(|c| c.is_alphabetic()).collect();
    !letters.is_single_script() || !is_nfkc(login)
}

impl Accounts {
    /// Adds a person. The first one who keeps the installation becomes an admin of the workspace of the command line too, so
    /// that its runs stay in sight.
    ///
    /// # Errors
    /// `Exists` where the login is taken; a weak password.
    pub async fn add_user(&self, new: NewUser, by: &UserId, now: Timestamp) -> Result<User, AccountError> {
        let first = new.instance_admin && !self.exist(now).await?;
        let user = Self::person(new).await?;
        let deed = Deed { by, workspace: None, action: "user.add", target: user.login.clone() };
        let mut changes = vec![Change::add(&user, now)?, deed.entry(now, NOTHING, Some(&Shown::of(&user)))?];
        if first {
            self.local(now).await?;
            let member = Member {
                workspace: WorkspaceId::default(),
                user: user.id.clone(),
                role: Role::Admin,
                budget: Default::default(),
            };
            changes.push(Change::add(&member, now)?);
        }
        match self.store.commit(changes).await {
            Err(error) => Err(login_taken(error, &user)),
            Ok(()) => Ok(user),
        }
    }

    pub(crate) async fn person(new: NewUser) -> Result<User, AccountError> {
        let login = new.login.trim().to_lowercase();
        let fits = (2..=200).contains(&login.chars().count())
            && !login.chars().any(|c| is_unseen(c) || c.is_whitespace() || c == '/')
            && login != "local";
        if !fits {
            let message = format!("`{login}` is no login: 2 to 200 characters without spaces, and not `local`");
            return Err(AccountError::Invalid(message));
        }
        if may_pass_for_another(&login) {
            let message = format!("`{login}` could be taken for another login: use plain letters, all of one script");
            return Err(AccountError::Invalid(message));
        }
        let name = if new.name.trim().is_empty() { login.clone() } else { named("a person", &new.name)? };
        let password = match new.password {
            Some(password) => Some(password::hash(password).await?),
            None => None,
        };
        let id = UserId::from_entropy(new_id()?);
        Ok(User { id, login, name, password, instance_admin: new.instance_admin, disabled: false })
    }

    /// All people, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn users(&self, query: RecordQuery, now: Timestamp) -> Result<Vec<Stored<User>>, AccountError> {
        Ok(self.store.list::<User>(query, now).await?)
    }

    /// Changes what an instance admin decides about somebody: name, whether they keep the installation, whether they may
    /// sign in. Who may not any more is signed out everywhere.
    ///
    /// # Errors
    /// `LastAdmin` where nobody who can come in would be left to keep the installation, or a workspace; `Stale`.
    pub async fn change_user(
        &self,
        old: &Stored<User>,
        new: User,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let new = User { name: named("a person", &new.name)?, ..new };
        let keeps = |user: &User| user.instance_admin && !user.disabled;
        let mut changes = vec![Change::rewrite(old, &new)?];
        if keeps(&old.value) && !keeps(&new) {
            // two who give up at once: the one whom each relies on is rewritten, so that only one of them goes through
            changes.push(self.keeper_left(&old.value.id, now).await?);
        }
        if new.disabled && !old.value.disabled {
            self.admins_left(&old.value.id, &mut changes, now).await?;
        }
        let deed = Deed { by, workspace: None, action: "user.change", target: old.value.login.clone() };
        changes.push(deed.entry(now, Some(&Shown::of(&old.value)), Some(&Shown::of(&new)))?);
        if new.disabled {
            changes.extend(self.credentials(&old.value.id, now).await?);
        }
        Ok(self.store.commit(changes).await?)
    }

    /// Where somebody keeps the installation no more: that another one does who can come in.
    async fn keeper_left(&self, going: &UserId, now: Timestamp) -> Result<Change, AccountError> {
        for user in self.users(RecordQuery::default(), now).await? {
            if user.value.id != *going && user.value.instance_admin && self.comes_in(&user.value, now).await? {
                return Ok(Change::rewrite(&user, &user.value)?);
            }
        }
        Err(AccountError::LastAdmin { what: "the installation".into() })
    }

    /// Where somebody comes in no more: that every workspace keeps an admin who does.
    async fn admins_left(&self, going: &UserId, changes: &mut Vec<Change>, now: Timestamp) -> Result<(), AccountError> {
        let own = RecordQuery { user: Some(going.clone()), ..RecordQuery::default() };
        for member in self.store.list::<Member>(own, now).await? {
            for relied_on in self.admin_left(&member, now).await? {
                // one person may be relied on for several workspaces
                if !changes.contains(&relied_on) {
                    changes.push(relied_on);
                }
            }
        }
        Ok(())
    }

    /// Gives somebody a password, whatever the old one was. Every session and token of theirs ends.
    ///
    /// # Errors
    /// A weak password.
    pub async fn reset_password(
        &self,
        user: &Stored<User>,
        password: SecretString,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let hash = password::hash(password).await?;
        let new = User { password: Some(hash), ..user.value.clone() };
        let deed = Deed { by, workspace: None, action: "user.password", target: user.value.login.clone() };
        let mut changes = vec![Change::rewrite(user, &new)?, deed.entry(now, NOTHING, NOTHING)?];
        changes.extend(self.credentials(&user.value.id, now).await?);
        Ok(self.store.commit(changes).await?)
    }

    /// Takes somebody's password away, so that they sign in at an identity provider from now on: the first one there who has made sure that
    /// the login is their address is them. Every session and token of theirs ends. This is for whoever is at the machine and can give a
    /// password again; see [`Self::send_elsewhere`].
    ///
    /// # Errors
    /// `Stale`.
    pub async fn remove_password(&self, user: &Stored<User>, by: &UserId, now: Timestamp) -> Result<(), AccountError> {
        self.without_password(user, Vec::new(), by, now).await
    }

    /// As [`Self::remove_password`], over a network: nobody there could mend it if the one they wait for never came.
    ///
    /// # Errors
    /// `LastAdmin` where nobody who can come in would be left to keep the installation, or a workspace; `Stale`.
    pub async fn send_elsewhere(&self, user: &Stored<User>, by: &UserId, now: Timestamp) -> Result<(), AccountError> {
        let mut relied_on = Vec::new();
        if !self.comes_in(&User { password: None, ..user.value.clone() }, now).await? {
            if user.value.instance_admin {
                relied_on.push(self.keeper_left(&user.value.id, now).await?);
            }
            self.admins_left(&user.value.id, &mut relied_on, now).await?;
        }
        self.without_password(user, relied_on, by, now).await
    }

    async fn without_password(
        &self,
        user: &Stored<User>,
        relied_on: Vec<Change>,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let new = User { password: None, ..user.value.clone() };
        let deed = Deed { by, workspace: None, action: "user.elsewhere", target: user.value.login.clone() };
        let mut changes = vec![Change::rewrite(user, &new)?, deed.entry(now, NOTHING, NOTHING)?];
        changes.extend(relied_on);
        changes.extend(self.credentials(&user.value.id, now).await?);
        Ok(self.store.commit(changes).await?)
    }

    /// Changes one's own password. Every session ends; the caller signs in anew. `address` is where the attempt comes from.
    ///
    /// # Errors
    /// `SignIn` where the old one is wrong, `Throttled`, a weak new one.
    pub async fn change_password(
        &self,
        who: &Principal,
        (old, new): (SecretString, SecretString),
        address: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let user = self.user(&who.user, now).await?.ok_or(AccountError::SignIn)?;
        self.throttle.attempt(&user.value.login, address, now)?;
        if !password::verify(old, user.value.password.clone()).await? {
            return Err(AccountError::SignIn);
        }
        self.throttle.succeeded(&user.value.login, address, now);
        self.reset_password(&user, new, &who.user, now).await
    }
}

#[cfg(test)]
mod tests {
    use super::may_pass_for_another;

    #[test]
    fn logins_that_look_like_others_are_told() {
        for plain in ["admin", "ada.l+x@example.org", "márta", "иван@пример.рф", "山田たろう", "ops-2"]
        {
            assert!(!may_pass_for_another(plain), "{plain}");
        }
        // a Cyrillic letter among Latin ones, a Greek one, letters of full width, a ligature
        for strange in ["\u{430}dmin", "ad\u{3b1}@example.org", "ａｄｍｉｎ", "\u{fb01}nn"] {
            assert!(may_pass_for_another(strange), "{strange}");
        }
    }
}
