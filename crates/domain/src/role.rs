use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person is in a workspace, and beside all workspaces. A later one may grant every earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks and comments.
    Viewer,
    /// Works: prompts, data sets, runs.
    User,
    /// Decides who works here, with which keys and for how much.
    Admin,
    /// Keeps the installation: people and workspaces, but nothing of what is in them. Never granted in a workspace.
    Instance,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::User, Self::Admin, Self::Instance];

    /// The table of rights. HTTP, live streams, MCP and the command line all ask here and nowhere else.
    #[must_use]
    pub fn permits(self, action: Action) -> bool {
        use Action as A;
        match action {
            A::ReadWorkspace | A::ReadRuns | A::ReadLibrary | A::Comment => {
                matches!(self, Self::Viewer | Self::User | Self::Admin)
            }
            A::CreateRuns | A::ControlRuns | A::EditRuns | A::ShareRuns | A::EditLibrary => {
                matches!(self, Self::User | Self::Admin)
            }
            A::DeleteRuns | A::ManageShares | A::ManageKeys | A::ManageWebhooks | A::ChangeWorkspace => {
                matches!(self, Self::Admin)
            }
            A::ManageMembers | A::SetBudgets | A::ReadAudit => matches!(self, Self::Admin | Self::Instance),
            A::ManageUsers | A::ManageWorkspaces => matches!(self, Self::Instance),
        }
    }

    /// Whether someone of this role may give `other` to somebody, or take it away.
    #[must_use]
    pub fn may_grant(self, other: Self) -> bool {
        self.permits(Action::ManageMembers) && other <= self && other != Self::Instance
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Viewer => "viewer",
            Self::User => "user",
            Self::Admin => "admin",
            Self::Instance => "instance admin",
        })
    }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// What can be asked for. Each route of the API names one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[doc = $doc])* $name,)*
        }

        impl Action {
            /// All of them, in the order of the table in the documents.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The action as one word, such as `read_runs`.
            #[must_use]
            pub fn name(self) -> String {
                let name = match self {
                    $(Self::$name => stringify!($name),)*
                };
                let mut word = String::with_capacity(name.len() + 4);
                for letter in name.chars() {
                    if letter.is_uppercase() && !word.is_empty() {
                        word.push('_');
                    }
                    word.push(letter.to_ascii_lowercase());
                }
                word
            }

            /// The action in words.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),*).trim_ascii(),)*
                }
            }
        }
    };
}

actions! {
    /// See the workspace and who is in it.
    ReadWorkspace,
    /// See runs, candidates, trials, evidence, lineage and live events.
    ReadRuns,
    /// See prompts and data sets with their versions.
    ReadLibrary,
    /// Comment on runs and candidates.
    Comment,
    /// Create, estimate, import and branch runs.
    CreateRuns,
    /// Start, pause, resume and stop runs, and change their budget.
    ControlRuns,
    /// Name snapshots, describe runs, steer a search.
    EditRuns,
    /// Share runs by links that show them to anybody.
    ShareRuns,
    /// Add prompts and data sets, their versions and labels.
    EditLibrary,
    /// Delete runs, and restore them.
    DeleteRuns,
    /// See the links to all runs of the workspace.
    ManageShares,
    /// Set and remove the keys of providers, which nobody can read.
    ManageKeys,
    /// Set up webhooks.
    ManageWebhooks,
    /// Rename the workspace, and say which addresses its runs may call.
    ChangeWorkspace,
    /// Invite, remove and promote members.
    ManageMembers,
    /// Limit what the workspace and its members may spend.
    SetBudgets,
    /// Read the audit log.
    ReadAudit,
    /// Add, disable and reset people.
    ManageUsers,
    /// Create workspaces.
    ManageWorkspaces,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_may_do_what_a_user_may_and_a_user_what_a_viewer_may() {
        for action in Action::ALL {
            assert!(!Role::Viewer.permits(*action) || Role::User.permits(*action), "{action:?}");
            assert!(!Role::User.permits(*action) || Role::Admin.permits(*action), "{action:?}");
            assert!(Role::ALL.iter().any(|role| role.permits(*action)), "nobody may {action:?}");
        }
    }

    #[test]
    fn nobody_grants_above_their_own_role() {
        use Role::*;
        // who, what they may grant
        let table: [(Role, &[Role]); 4] =
            [(Viewer, &[]), (User, &[]), (Admin, &[Viewer, User, Admin]), (Instance, &[Viewer, User, Admin])];
        for (who, grants) in table {
            let may: Vec<Role> = Role::ALL.into_iter().filter(|other| who.may_grant(*other)).collect();
            assert_eq!(may, grants, "{who}");
        }
    }
}
