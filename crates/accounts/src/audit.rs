use clade_domain::{AuditEntry, Timestamp, UserId, WorkspaceId};
use clade_store::{Change, StoreError};
use serde::Serialize;

use crate::{AccountError, secret::new_name};

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
