use std::collections::HashMap;

use clade_domain::{AuditEntry, RunId, Timestamp, User, UserId, WorkspaceId};
use clade_store::{Change, ReadRecords, RecordQuery, StoreError, Stored};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AccountError, Accounts, accounts::is_unseen, secret::new_name};

/// Entries read in one step.
const PART: u32 = 500;

/// What somebody did, as the log shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AuditView {
    /// Unique.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: UserId,
    /// What they sign in with; empty where they are gone.
    pub login: String,
    /// What was done, such as `member.role`.
    pub action: String,
    /// What it was done to.
    pub target: String,
    /// How it was before.
    pub before: Option<Value>,
    /// How it is now.
    pub after: Option<Value>,
}

/// Which entries of the log are meant; all of them where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// By whom: what they sign in with, or their id.
    pub who: Option<String>,
    /// What was done: an action such as `member.role`, or all of a kind such as `member`.
    pub what: Option<String>,
    /// To which run.
    pub run: Option<RunId>,
    /// Not before this.
    pub since: Option<Timestamp>,
}

impl AuditFilter {
    fn matches(&self, entry: &AuditEntry) -> bool {
        let kind = entry.action.split('.').next();
        self.what.as_deref().is_none_or(|what| entry.action == what || kind == Some(what))
            && self.run.as_ref().is_none_or(|run| entry.target == run.as_str())
            && self.since.is_none_or(|since| entry.at >= since)
    }
}

impl Accounts {
    /// Entries of the workspace that the query names, or those of none, in the query's order from the query's place on, at most its limit.
    /// Somebody whom nobody knows did nothing. The store has no list of what belongs to no workspace, so that is picked out of all.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        query: RecordQuery,
        now: Timestamp,
    ) -> Result<Vec<AuditView>, AccountError> {
        let user = match &filter.who {
            None => None,
            Some(who) => match self.somebody(who, now).await? {
                None => return Ok(Vec::new()),
                some => some,
            },
        };
        let most = query.limit.map_or(usize::MAX, |limit| limit as usize);
        let mut part = RecordQuery { user, limit: Some(PART), ..query };
        let mut logins = HashMap::new();
        let mut found = Vec::new();
        loop {
            let entries: Vec<Stored<AuditEntry>> = self.store.list(part.clone(), now).await?;
            let last = entries.last().map(|last| (last.created, last.value.id.clone()));
            let older =
                |(at, _): &(Timestamp, String)| part.newest_first && filter.since.is_some_and(|since| *at < since);
            let end = entries.len() < PART as usize || last.as_ref().is_some_and(older);
            for entry in entries {
                if found.len() >= most {
                    return Ok(found);
                }
                if entry.value.workspace == part.workspace && filter.matches(&entry.value) {
                    found.push(self.seen(entry.value, &mut logins, now).await?);
                }
            }
            if end {
                return Ok(found);
            }
            part.after = last;
        }
    }

    /// Who signs in with a name, or has it as an id.
    async fn somebody(&self, name: &str, now: Timestamp) -> Result<Option<UserId>, AccountError> {
        let login = name.trim().to_lowercase();
        // nobody has such a name, and not every store takes it
        if login.chars().any(is_unseen) {
            return Ok(None);
        }
        let known = self.store.get_by::<User>(&login, now).await?.map(|user| user.value.id);
        Ok(known.or_else(|| login.parse().ok()))
    }

    async fn seen(
        &self,
        entry: AuditEntry,
        logins: &mut HashMap<UserId, String>,
        now: Timestamp,
    ) -> Result<AuditView, AccountError> {
        let AuditEntry { id, at, by, action, target, before, after, .. } = entry;
        let login = match logins.get(&by) {
            Some(login) => login.clone(),
            None => {
                let login = self.user(&by, now).await?.map(|user| user.value.login).unwrap_or_default();
                logins.insert(by.clone(), login.clone());
                login
            }
        };
        Ok(AuditView { id, at, by, login, action, target, before, after })
    }
}

/// What is done, for the log.
pub(crate) struct Deed<'a> {
    pub by: &'a UserId,
    pub workspace: Option<&'a WorkspaceId>,
    pub action: &'static str,
    pub target: String,
}

impl Deed<'_> {
    /// The entry, to be committed together with what it tells of. What is given here must hold no secret.
    pub fn entry(
        self,
        now: Timestamp,
        before: Option<&impl Serialize>,
        after: Option<&impl Serialize>,
    ) -> Result<Change, AccountError> {
        let json = |value| serde_json::to_value(value).map_err(unwritable);
        let entry = AuditEntry {
            id: new_name()?,
            at: now,
            workspace: self.workspace.cloned(),
            by: self.by.clone(),
            action: self.action.to_owned(),
            target: self.target,
            before: before.map(|value| serde_json::to_value(value).map_err(unwritable)).transpose()?,
            after: after.map(json).transpose()?,
        };
        Ok(Change::add(&entry, now)?)
    }
}

fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Backend { doing: "write an audit entry", detail: error.to_string() }
}

/// Where there is nothing before or after.
pub(crate) const NOTHING: Option<&()> = None;
