use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Timestamp, UserId, WorkspaceId};

/// What a webhook tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum News {
    /// A run was started, or goes on.
    #[serde(rename = "run.started")]
    Started,
    /// A run is complete.
    #[serde(rename = "run.finished")]
    Finished,
    /// A run was put down, by somebody or because a limit is spent.
    #[serde(rename = "run.paused")]
    Paused,
    /// A run was stopped by an error.
    #[serde(rename = "run.failed")]
    Failed,
    /// Somebody asked for a delivery to see whether it comes.
    #[serde(rename = "ping")]
    Ping,
}

impl News {
    /// What can be asked for.
    pub const RUNS: [Self; 4] = [Self::Started, Self::Finished, Self::Paused, Self::Failed];

    /// The name that is sent.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "run.started",
            Self::Finished => "run.finished",
            Self::Paused => "run.paused",
            Self::Failed => "run.failed",
            Self::Ping => "ping",
        }
    }
}

/// An address that is told what happens to the runs of a workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Of which workspace.
    pub workspace: WorkspaceId,
    /// Where deliveries go.
    pub url: String,
    /// What it is told of.
    pub events: Vec<News>,
    /// The sealed secret that signs deliveries, as hexadecimal digits.
    pub sealed: String,
    /// Who added it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// To be tried, or tried again.
    Waiting,
    /// Taken by the other side.
    Delivered,
    /// Given up.
    Failed,
}

/// A message to a webhook, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id, which the message carries too: the same id twice is the same message.
    pub id: String,
    /// Of which workspace.
    pub workspace: WorkspaceId,
    /// To which webhook.
    pub webhook: String,
    /// What it tells of.
    pub event: News,
    /// What is sent, to the last byte.
    pub body: String,
    /// When it happened.
    pub at: Timestamp,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub due: Timestamp,
    /// What the last try met: a status, or why there was none. Empty before the first.
    pub answer: String,
    /// Until when the log keeps it.
    pub expires: Timestamp,
}
