use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Isolation, Limits};

/// What a sandbox is to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxSpec {
    /// What it may use.
    pub limits: Limits,
    /// Whom it may talk to.
    pub network: Network,
    /// The image to start from, where the backend has images.
    pub image: Option<String>,
    /// The weakest isolation that is accepted.
    pub isolation: Isolation,
    /// What it is labelled with, where the backend has labels.
    pub labels: BTreeMap<String, String>,
}

/// Whom a sandbox may talk to. Model calls need no network: they are requests to the host.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nobody, not even itself.
    #[default]
    None,
    /// These host names, where the backend can hold it to them.
    Hosts(Vec<String>),
}

/// What a backend can do, as found out on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// How well it isolates.
    pub isolation: Isolation,
    /// Whether it can hold a sandbox to a list of hosts.
    pub network_hosts: bool,
    /// Whether it has images.
    pub images: bool,
    /// Whether the state of a sandbox can be kept.
    pub snapshot: Keeps,
    /// Whether that costs next to nothing, so that it is done unasked.
    pub snapshot_is_cheap: bool,
    /// Whether standard input can be written while the program runs.
    pub streaming: bool,
}

/// What a snapshot keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeps {
    /// There are no snapshots.
    Nothing,
    /// Files of the working folder, copied; no processes and no memory.
    Files,
    /// Files and memory.
    FilesAndMemory,
}
