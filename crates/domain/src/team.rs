//! People, workspaces and what they share: the records of a server. Times are arguments, secrets are hashes or sealed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Budget, CandidateId, ContentHash, Role, RunId, Spent, Timestamp, UserId, WorkspaceId};

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What they sign in with, in lower case: an e-mail address or a name. Unique.
    pub login: String,
    /// How others see them.
    pub name: String,
    /// The password's hash in PHC format; none for who signs in elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Whether they keep the installation.
    pub instance_admin: bool,
    /// Whether they may not sign in.
    pub disabled: bool,
}

impl User {
    /// Whether they sign in at an identity provider: they have no password, and are not the person at this machine, who signs in nowhere.
    #[must_use]
    pub fn signs_in_elsewhere(&self) -> bool {
        self.password.is_none() && self.id != UserId::default()
    }
}

/// Somebody as an identity provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outsider {
    /// The provider, as it names itself.
    pub issuer: String,
    /// Who they are there. Never given to somebody else.
    pub subject: String,
    /// Their e-mail address in lower case, where the provider has made sure that it is theirs.
    pub address: Option<String>,
    /// How others see them; may be empty.
    pub name: String,
}

/// Whose account it is that somebody of an identity provider uses. A person may be known to several providers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The provider, as it names itself.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// Who they are here.
    pub user: UserId,
    /// Since when.
    pub at: Timestamp,
}

/// A browser that signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The hash of the cookie's secret.
    pub hash: String,
    /// Who.
    pub user: UserId,
    /// Until when.
    pub expires: Timestamp,
    /// Where they signed in elsewhere: what it goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

/// What a session of somebody who signed in at an identity provider goes on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// What the provider gave, sealed.
    pub sealed: String,
    /// From when on the provider is asked whether it goes on.
    pub renew: Timestamp,
    /// Until when it holds where the provider cannot be asked.
    pub until: Timestamp,
}

/// A key of a program to the API, on behalf of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Its id, which is no secret.
    pub id: String,
    /// The hash of its secret.
    pub hash: String,
    /// Whose.
    pub user: UserId,
    /// What it is for, in the person's words.
    pub name: String,
    /// The first characters of the secret, to know it again.
    pub hint: String,
    /// The only workspace that it opens; none opens all of the person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceId>,
    /// The most that it may do, whatever the person may.
    pub ceiling: Role,
    /// Until when; none is for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Timestamp>,
    /// The token that it was made with, with which it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<String>,
}

/// A link with which somebody joins a workspace, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id, which is no secret.
    pub id: String,
    /// The hash of its secret.
    pub hash: String,
    /// Where to.
    pub workspace: WorkspaceId,
    /// As what.
    pub role: Role,
    /// Whom it is meant for, in the inviter's words.
    pub note: String,
    /// Who invites.
    pub by: UserId,
    /// Until when.
    pub expires: Timestamp,
}

/// A link that shows one run to whoever has it, and nothing else; as long as whoever made it may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Its id, which is no secret.
    pub id: String,
    /// The hash of its secret.
    pub hash: String,
    /// Whose run.
    pub workspace: WorkspaceId,
    /// Which run.
    pub run: RunId,
    /// Whom it is meant for, in the words of whoever made it.
    pub note: String,
    /// Who made it.
    pub by: UserId,
    /// Until when.
    pub expires: Timestamp,
}

/// What a member has bought beside runs: answers to prompts that were tried out. Their budget and the workspace's count it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tab {
    /// Where.
    pub workspace: WorkspaceId,
    /// Who.
    pub user: UserId,
    /// All of it so far.
    pub spent: Spent,
}

/// What people share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// The limit on everything that its runs buy together; 0 minutes counts running time of all runs.
    #[serde(default)]
    pub budget: Budget,
    /// Addresses that runs may call beside the providers' own. Who may name any address could send a key there.
    #[serde(default)]
    pub base_urls: Vec<String>,
}

/// A person in a workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Where.
    pub workspace: WorkspaceId,
    /// Who.
    pub user: UserId,
    /// As what.
    pub role: Role,
    /// The limit on what their runs buy together.
    #[serde(default)]
    pub budget: Budget,
}

/// A key of a provider, which the server uses and nobody reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderKey {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The variable that providers look for, such as `OPENAI_API_KEY`.
    pub name: String,
    /// The sealed key, as hexadecimal digits.
    pub sealed: String,
    /// Who set it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Words on a run or a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    /// Its id.
    pub id: String,
    /// Where.
    pub workspace: WorkspaceId,
    /// On which run.
    pub run: RunId,
    /// On which of its candidates; none is the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<CandidateId>,
    /// Who wrote it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// Whom it names with `@login`: members of the workspace at that time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
}

/// What a workspace keeps by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// A prompt.
    Prompt,
    /// Examples, as JSON lines.
    Dataset,
}

/// A prompt or a data set by name. Its versions never change; labels move between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which kind.
    pub kind: ItemKind,
    /// Its name, unique among its kind in the workspace.
    pub name: String,
    /// How many versions there are; they are numbered from 1.
    pub versions: u32,
    /// Names of versions, such as `production`.
    pub labels: BTreeMap<String, u32>,
}

/// One version of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemVersion {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which kind of item.
    pub kind: ItemKind,
    /// Which item.
    pub name: String,
    /// Its number, from 1.
    pub version: u32,
    /// Its content, among the texts.
    pub content: ContentHash,
    /// The size of its content in bytes.
    pub bytes: u64,
    /// What changed, in its author's words.
    pub note: String,
    /// Who added it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// The answer to a request that was sent with an `Idempotency-Key`, for when it is sent again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeatable {
    /// Who sent it.
    pub user: UserId,
    /// Their key.
    pub key: String,
    /// The hash of method, path and body: the same key with another request is a mistake.
    pub request: ContentHash,
    /// The status of the answer; 0 while it is being made.
    pub status: u16,
    /// The answer.
    pub body: Value,
    /// Until when it is kept.
    pub expires: Timestamp,
}

/// Something that was done. Entries are added and never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Unique.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Where; none where it concerns the installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceId>,
    /// Who did it.
    pub by: UserId,
    /// What was done, such as `member.role`.
    pub action: String,
    /// To what.
    pub target: String,
    /// How it was before. Never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// How it is now. Never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}
