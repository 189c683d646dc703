use clade_domain::{Action, Elsewhere, Role, User, UserId, WorkspaceId};

/// Who asks, and with what.
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// Who.
    pub user: UserId,
    /// What they sign in with.
    pub login: String,
    /// How others see them.
    pub name: String,
    /// Whether they keep the installation.
    pub instance_admin: bool,
    /// With what.
    pub via: Via,
}

/// With what somebody asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Via {
    /// A browser that signed in. Writes need the session's second token beside the cookie.
    Session {
        /// The hash of its secret.
        hash: String,
        /// What a write has to bring along.
        csrf: String,
        /// Where they signed in elsewhere: what it goes on with.
        elsewhere: Option<Elsewhere>,
    },
    /// A program's token.
    Token {
        /// Its id.
        id: String,
        /// The most it may do.
        ceiling: Role,
        /// The only workspace it opens.
        workspace: Option<WorkspaceId>,
    },
    /// A token of an identity provider, which lets its person do what they may.
    Outside,
    /// A link that shows one run. It carries no role.
    Link {
        /// Its id.
        id: String,
    },
    /// Nothing: the server takes everybody for the person at this machine.
    Anonymous,
}

impl Principal {
    pub(crate) fn new(user: User, via: Via) -> Self {
        Self { user: user.id, login: user.login, name: user.name, instance_admin: user.instance_admin, via }
    }

    /// The roles in force: as a member where they are one, and as an instance admin. A token takes away what is above its
    /// ceiling, and everything in other workspaces than its own.
    pub fn roles(&self, workspace: Option<&WorkspaceId>, member: Option<Role>) -> impl Iterator<Item = Role> {
        let (ceiling, open) = match &self.via {
            Via::Token { ceiling, workspace: only, .. } => {
                (*ceiling, only.as_ref().is_none_or(|only| Some(only) == workspace))
            }
            Via::Link { .. } => (Role::Viewer, false),
            Via::Session { .. } | Via::Outside | Via::Anonymous => (Role::Instance, true),
        };
        let member = member.filter(|_| open).map(|role| role.min(ceiling));
        let instance = (self.instance_admin && open && ceiling == Role::Instance).then_some(Role::Instance);
        member.into_iter().chain(instance)
    }

    /// Whether what they ask with opens all that a token with this ceiling and workspace would. What opens less may neither make such a
    /// token nor take it away; a password opens as much as a token with the ceiling [`Role::Instance`].
    #[must_use]
    pub fn opens(&self, other: Role, workspace: Option<&WorkspaceId>) -> bool {
        match &self.via {
            Via::Token { ceiling, workspace: only, .. } => {
                other <= *ceiling && (only.is_none() || only.as_ref() == workspace)
            }
            Via::Link { .. } => false,
            Via::Session { .. } | Via::Outside | Via::Anonymous => true,
        }
    }

    /// Whether they may, as what they are in a workspace.
    #[must_use]
    pub fn may(&self, action: Action, workspace: Option<&WorkspaceId>, member: Option<Role>) -> bool {
        self.roles(workspace, member).any(|role| role.permits(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_does_more_than_its_ceiling_and_opens_only_its_workspace() {
        let [north, south]: [WorkspaceId; 2] = ["north", "south"].map(|id| id.parse().unwrap());
        let token = |ceiling, workspace: Option<&WorkspaceId>| Principal {
            user: UserId::default(),
            login: "zoe".into(),
            name: "Zoë".into(),
            instance_admin: true,
            via: Via::Token { id: "t".into(), ceiling, workspace: workspace.cloned() },
        };
        // token's ceiling, its workspace, role in north, the roles in force there
        let table = [
            (Role::Viewer, None, Some(Role::Admin), vec![Role::Viewer]),
            (Role::Admin, None, Some(Role::User), vec![Role::User]),
            (Role::Admin, None, None, vec![]),
            (Role::Admin, Some(&south), Some(Role::Admin), vec![]),
            (Role::Admin, Some(&north), Some(Role::Admin), vec![Role::Admin]),
            (Role::Instance, None, Some(Role::User), vec![Role::User, Role::Instance]),
            (Role::Instance, Some(&south), None, vec![]),
        ];
        for (ceiling, only, member, expected) in table {
            let roles: Vec<Role> = token(ceiling, only).roles(Some(&north), member).collect();
            assert_eq!(roles, expected, "{ceiling} {only:?} {member:?}");
        }
    }
}
