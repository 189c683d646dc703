use axum::{extract::FromRequestParts, http::request::Parts};
use clade_accounts::Principal;
use clade_domain::{Action, Role, Timestamp, UserId, WorkspaceId};
use clade_store::RunSummary;

use crate::Problem;

/// Who sent a request that a gate has let through, and where it leads.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Who.
    pub principal: Principal,
    /// When the request came.
    pub now: Timestamp,
    /// The workspace it is about; none where it is about no single one.
    pub place: Option<Place>,
}

/// What a request is about.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What the caller is there; none where they are no member.
    pub member: Option<Role>,
    /// The run, where it is about one.
    pub run: Option<Box<RunSummary>>,
}

impl Caller {
    /// Who.
    pub fn user(&self) -> &UserId {
        &self.principal.user
    }

    /// Whether they are let in by a link to a run.
    pub fn by_link(&self) -> bool {
        matches!(self.principal.via, clade_accounts::Via::Link { .. })
    }

    /// The workspace that the request is about.
    pub fn workspace(&self) -> Result<&WorkspaceId, Problem> {
        self.place.as_ref().map(|place| &place.workspace).ok_or_else(|| Problem::fault("a route has no workspace"))
    }

    /// The run that the request is about.
    pub fn run(&self) -> Result<&RunSummary, Problem> {
        let run = self.place.as_ref().and_then(|place| place.run.as_deref());
        run.ok_or_else(|| Problem::fault("a route has no run"))
    }

    /// The highest role in force where the request leads.
    pub fn highest(&self) -> Option<Role> {
        let (workspace, member) = match &self.place {
            Some(place) => (Some(&place.workspace), place.member),
            None => (None, None),
        };
        self.principal.roles(workspace, member).max()
    }

    /// Whether they may do something where the request leads.
    pub fn may(&self, action: Action) -> bool {
        match &self.place {
            Some(place) => self.principal.may(action, Some(&place.workspace), place.member),
            None => self.principal.may(action, None, None),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::fault("a route has no gate"))
    }
}
