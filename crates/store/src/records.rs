use clade_domain::{
    ApiToken, AuditEntry, Comment, Delivery, DeliveryStatus, Identity, Invitation, Item, ItemKind, ItemVersion, Member,
    PostedOrder, ProviderKey, Repeatable, RunId, Session, Share, Tab, Timestamp, User, UserId, Webhook, Workspace,
    WorkspaceId,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{StoreError, StoreFuture};

/// What a record is. Its name is stored, so it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// [`User`].
    User,
    /// [`Identity`].
    Identity,
    /// [`Session`].
    Session,
    /// [`ApiToken`].
    Token,
    /// [`Invitation`].
    Invitation,
    /// [`Share`].
    Share,
    /// [`Tab`].
    Tab,
    /// [`Workspace`].
    Workspace,
    /// [`Member`].
    Member,
    /// [`ProviderKey`].
    ProviderKey,
    /// [`Comment`].
    Comment,
    /// [`Item`].
    Item,
    /// [`ItemVersion`].
    ItemVersion,
    /// [`Repeatable`].
    Repeatable,
    /// [`PostedOrder`].
    Order,
    /// [`Webhook`].
    Webhook,
    /// [`Delivery`].
    Delivery,
    /// [`AuditEntry`].
    Audit,
}

impl RecordKind {
    /// The name under which it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Identity => "identity",
            Self::Session => "session",
            Self::Token => "token",
            Self::Invitation => "invitation",
            Self::Share => "share",
            Self::Tab => "tab",
            Self::Workspace => "workspace",
            Self::Member => "member",
            Self::ProviderKey => "provider key",
            Self::Comment => "comment",
            Self::Item => "item",
            Self::ItemVersion => "version",
            Self::Repeatable => "repeatable request",
            Self::Order => "order",
            Self::Webhook => "webhook",
            Self::Delivery => "delivery",
            Self::Audit => "audit entry",
        }
    }

    /// Whether such a record is never changed and never removed.
    #[must_use]
    pub fn is_append_only(self) -> bool {
        matches!(self, Self::Audit | Self::ItemVersion)
    }
}

/// How a record is found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keys {
    /// Unique among its kind.
    pub id: String,
    /// Whose it is. A backend with row-level security goes by it.
    pub workspace: Option<WorkspaceId>,
    /// Whom it is about or from.
    pub user: Option<UserId>,
    /// What it hangs on: the run of a comment, the item of a version.
    pub parent: Option<String>,
    /// A second name, unique among its kind: a login, the hash of a secret.
    pub unique: Option<String>,
    /// After it the record counts as gone and may be swept.
    pub expires: Option<Timestamp>,
}

/// Something small that is stored as a whole and changes as a whole.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync {
    /// What it is.
    const KIND: RecordKind;

    /// How it is found.
    fn keys(&self) -> Keys;
}

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRecord {
    /// What it is.
    pub kind: RecordKind,
    /// How it is found.
    pub keys: Keys,
    /// 1 when it is new, one more with every change.
    pub revision: u64,
    /// When it was added.
    pub created: Timestamp,
    /// The whole of it as JSON.
    pub body: String,
}

/// A record that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// The record.
    pub value: T,
    /// Which change of it this is, from 1.
    pub revision: u64,
    /// When it was added.
    pub created: Timestamp,
}

/// One step of a [`Records::commit`].
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds a record. `Exists` where its id or its second name is taken; an expired holder gives way.
    Add {
        /// It; its revision is taken as 1.
        record: Box<RawRecord>,
    },
    /// Rewrites a record. `NotFound` where it is gone, `Stale` where it is at another revision.
    Rewrite {
        /// Its new content.
        record: Box<RawRecord>,
        /// The revision that the new content was made from.
        revision: u64,
    },
    /// Removes a record; one that is gone already is no error. `Stale` where a revision is named and it is at another.
    Remove {
        /// What it is.
        kind: RecordKind,
        /// Its id.
        id: String,
        /// The revision that is meant to go; none takes any.
        revision: Option<u64>,
    },
}

impl Change {
    /// Adds a record.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn add<T: Record>(value: &T, at: Timestamp) -> Result<Self, StoreError> {
        Ok(Self::Add { record: Box::new(raw(value, at, 1)?) })
    }

    /// Rewrites a record that was read.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn rewrite<T: Record>(old: &Stored<T>, value: &T) -> Result<Self, StoreError> {
        let record = Box::new(raw(value, old.created, old.revision + 1)?);
        Ok(Self::Rewrite { record, revision: old.revision })
    }

    /// Removes a record that was read.
    pub fn remove<T: Record>(old: &Stored<T>) -> Self {
        Self::Remove { kind: T::KIND, id: old.value.keys().id, revision: Some(old.revision) }
    }

    /// What it concerns.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Add { record } | Self::Rewrite { record, .. } => record.kind,
            Self::Remove { kind, .. } => *kind,
        }
    }
}

fn raw<T: Record>(value: &T, created: Timestamp, revision: u64) -> Result<RawRecord, StoreError> {
    let failed = |error: serde_json::Error| StoreError::Backend { doing: "write a record", detail: error.to_string() };
    let body = serde_json::to_string(value).map_err(failed)?;
    Ok(RawRecord { kind: T::KIND, keys: value.keys(), revision, created, body })
}

impl RawRecord {
    /// The record out of its JSON.
    ///
    /// # Errors
    /// Where the JSON is not what this version writes.
    pub fn read<T: Record>(self) -> Result<Stored<T>, StoreError> {
        let detail = |error: serde_json::Error| format!("{} `{}`: {error}", self.kind.name(), self.keys.id);
        let value = serde_json::from_str(&self.body)
            .map_err(|error| StoreError::Backend { doing: "read a record", detail: detail(error) })?;
        Ok(Stored { value, revision: self.revision, created: self.created })
    }
}

/// Which records to list: all that fit everything that is named.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordQuery {
    /// Of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// About or from this person.
    pub user: Option<UserId>,
    /// Hanging on this.
    pub parent: Option<String>,
    /// Behind this place in the order: a record's time and id.
    pub after: Option<(Timestamp, String)>,
    /// Newest first instead of oldest first. Records of the same time are in order of id.
    pub newest_first: bool,
    /// At most so many.
    pub limit: Option<u32>,
}

/// People, workspaces and what they share, each a small record with a revision.
///
/// Several changes are made together or not at all, which is how a change and its entry in the audit log stay together, and
/// how a rule over several records holds: whoever relies on a record that they do not change rewrites it as it is. A backend
/// keeps what is in [`Keys`] as columns beside the body, so that a database with row-level security can decide by them.
pub trait Records: Send + Sync {
    /// Makes all changes, in order, or none. Durable when ready. Records of a kind that
    /// [`RecordKind::is_append_only`] are never changed and never removed: `Refused`.
    fn commit(&self, changes: Vec<Change>) -> StoreFuture<'_, ()>;

    /// A record by id; none where there is none or it expired before `now`.
    fn record(&self, kind: RecordKind, id: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>>;

    /// A record by its second name; none where there is none or it expired before `now`.
    fn record_by(&self, kind: RecordKind, unique: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>>;

    /// Records by what they belong to, in order; those that expired before `now` are left out.
    fn records(&self, kind: RecordKind, query: RecordQuery, now: Timestamp) -> StoreFuture<'_, Vec<RawRecord>>;

    /// Removes what expired before `now`. Returns how many.
    fn sweep(&self, now: Timestamp) -> StoreFuture<'_, u64>;
}

/// Reading records by their types.
pub trait ReadRecords {
    /// A record by id.
    fn get<T: Record>(
        &self,
        id: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored<T>>, StoreError>> + Send;

    /// A record by its second name.
    fn get_by<T: Record>(
        &self,
        unique: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored<T>>, StoreError>> + Send;

    /// Records by what they belong to.
    fn list<T: Record>(
        &self,
        query: RecordQuery,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Stored<T>>, StoreError>> + Send;
}

impl<R: Records + ?Sized> ReadRecords for R {
    async fn get<T: Record>(&self, id: &str, now: Timestamp) -> Result<Option<Stored<T>>, StoreError> {
        self.record(T::KIND, id.to_owned(), now).await?.map(RawRecord::read).transpose()
    }

    async fn get_by<T: Record>(&self, unique: &str, now: Timestamp) -> Result<Option<Stored<T>>, StoreError> {
        self.record_by(T::KIND, unique.to_owned(), now).await?.map(RawRecord::read).transpose()
    }

    async fn list<T: Record>(&self, query: RecordQuery, now: Timestamp) -> Result<Vec<Stored<T>>, StoreError> {
        self.records(T::KIND, query, now).await?.into_iter().map(RawRecord::read).collect()
    }
}

macro_rules! record {
    ($type:ty, $kind:ident, |$it:ident| $keys:expr) => {
        impl Record for $type {
            const KIND: RecordKind = RecordKind::$kind;

            fn keys(&self) -> Keys {
                let $it = self;
                $keys
            }
        }
    };
}

record!(User, User, |it| Keys {
    id: it.id.to_string(),
    user: Some(it.id.clone()),
    unique: Some(it.login.clone()),
    ..Keys::default()
});
record!(Identity, Identity, |it| Keys {
    id: identity_id(&it.issuer, &it.subject),
    user: Some(it.user.clone()),
    ..Keys::default()
});
record!(Session, Session, |it| Keys {
    id: it.hash.clone(),
    user: Some(it.user.clone()),
    expires: Some(it.expires),
    ..Keys::default()
});
record!(ApiToken, Token, |it| Keys {
    id: it.id.clone(),
    workspace: it.workspace.clone(),
    user: Some(it.user.clone()),
    unique: Some(it.hash.clone()),
    expires: it.expires,
    ..Keys::default()
});
record!(Invitation, Invitation, |it| Keys {
    id: it.id.clone(),
    workspace: Some(it.workspace.clone()),
    user: Some(it.by.clone()),
    unique: Some(it.hash.clone()),
    expires: Some(it.expires),
    ..Keys::default()
});
record!(Share, Share, |it| Keys {
    id: it.id.clone(),
    workspace: Some(it.workspace.clone()),
    user: Some(it.by.clone()),
    parent: Some(it.run.to_string()),
    unique: Some(it.hash.clone()),
    expires: Some(it.expires),
});
record!(Tab, Tab, |it| Keys {
    id: member_id(&it.workspace, &it.user),
    workspace: Some(it.workspace.clone()),
    user: Some(it.user.clone()),
    ..Keys::default()
});
record!(Workspace, Workspace, |it| Keys { id: it.id.to_string(), workspace: Some(it.id.clone()), ..Keys::default() });
record!(Member, Member, |it| Keys {
    id: member_id(&it.workspace, &it.user),
    workspace: Some(it.workspace.clone()),
    user: Some(it.user.clone()),
    ..Keys::default()
});
record!(ProviderKey, ProviderKey, |it| Keys {
    id: format!("{}/{}", it.workspace, it.name),
    workspace: Some(it.workspace.clone()),
    user: Some(it.by.clone()),
    ..Keys::default()
});
record!(Comment, Comment, |it| Keys {
    id: it.id.clone(),
    workspace: Some(it.workspace.clone()),
    user: Some(it.by.clone()),
    parent: Some(comment_parent(&it.run)),
    ..Keys::default()
});
record!(Item, Item, |it| Keys {
    id: item_id(&it.workspace, it.kind, &it.name),
    workspace: Some(it.workspace.clone()),
    parent: Some(kind_word(it.kind).to_owned()),
    ..Keys::default()
});
record!(ItemVersion, ItemVersion, |it| Keys {
    id: version_id(&it.workspace, it.kind, &it.name, it.version),
    workspace: Some(it.workspace.clone()),
    user: Some(it.by.clone()),
    parent: Some(item_id(&it.workspace, it.kind, &it.name)),
    ..Keys::default()
});
record!(Repeatable, Repeatable, |it| Keys {
    id: format!("{}/{}", it.user, it.key),
    user: Some(it.user.clone()),
    expires: Some(it.expires),
    ..Keys::default()
});
record!(PostedOrder, Order, |it| Keys {
    id: it.id.clone(),
    parent: Some(it.run.to_string()),
    expires: Some(it.expires),
    ..Keys::default()
});
record!(Webhook, Webhook, |it| Keys {
    id: it.id.clone(),
    workspace: Some(it.workspace.clone()),
    user: Some(it.by.clone()),
    ..Keys::default()
});
record!(Delivery, Delivery, |it| Keys {
    id: it.id.clone(),
    workspace: Some(it.workspace.clone()),
    parent: Some(if it.status == DeliveryStatus::Waiting { WAITING.to_owned() } else { it.webhook.clone() }),
    expires: Some(it.expires),
    ..Keys::default()
});
record!(AuditEntry, Audit, |it| Keys {
    id: it.id.clone(),
    workspace: it.workspace.clone(),
    user: Some(it.by.clone()),
    ..Keys::default()
});

/// What deliveries hang on that are to be sent; the others hang on their webhook.
pub const WAITING: &str = "waiting";

/// The id of what somebody is at an identity provider. Neither part has a space.
#[must_use]
pub fn identity_id(issuer: &str, subject: &str) -> String {
    format!("{issuer} {subject}")
}

/// The id of a membership.
#[must_use]
pub fn member_id(workspace: &WorkspaceId, user: &UserId) -> String {
    format!("{workspace}/{user}")
}

/// The id of a prompt or data set.
#[must_use]
pub fn item_id(workspace: &WorkspaceId, kind: ItemKind, name: &str) -> String {
    format!("{workspace}/{}/{name}", kind_word(kind))
}

/// The id of a version of it.
#[must_use]
pub fn version_id(workspace: &WorkspaceId, kind: ItemKind, name: &str, version: u32) -> String {
    format!("{}@{version}", item_id(workspace, kind, name))
}

/// What items of a kind hang on.
#[must_use]
fn kind_word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Prompt => "prompt",
        ItemKind::Dataset => "dataset",
    }
}

/// What comments on a run hang on.
#[must_use]
fn comment_parent(run: &RunId) -> String {
    run.to_string()
}
