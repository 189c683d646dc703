use std::{collections::BTreeMap, sync::Arc};

use clade_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::toolbox::Toolbox;

/// A sandbox of the fake.
pub(crate) struct Machine {
    pub id: String,
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub state: &'static str,
    /// What it was forked from.
    pub parent: Option<String>,
    /// What was wished for.
    pub wish: Value,
    pub jail: Arc<tokio::sync::Mutex<Option<Box<dyn Sandbox>>>>,
    /// While it has started.
    pub toolbox: Option<Arc<Toolbox>>,
}

impl Machine {
    /// As the API shows it: every field that version 0.205 requires, and `kvm`, which 0.226 requires.
    pub(crate) fn shown(&self, toolbox_url: &str) -> Value {
        let wish = |name: &str, usual: Value| match &self.wish[name] {
            Value::Null => usual,
            wished => wished.clone(),
        };
        json!({
            "id": self.id,
            "organizationId": "11111111-1111-4111-8111-111111111111",
            "name": self.name,
            "snapshot": wish("snapshot", "daytona-fake".into()),
            "user": wish("user", "daytona".into()),
            "env": wish("env", json!({})),
            "labels": self.labels,
            "public": wish("public", false.into()),
            "networkBlockAll": wish("networkBlockAll", false.into()),
            "target": wish("target", "here".into()),
            "cpu": 1,
            "gpu": 0,
            "memory": wish("memory", 1.into()),
            "disk": wish("disk", 3.into()),
            "kvm": false,
            "state": self.state,
            "desiredState": if self.state == "stopped" { "stopped" } else { "started" },
            "backupState": "None",
            "autoStopInterval": wish("autoStopInterval", 15.into()),
            "autoArchiveInterval": wish("autoArchiveInterval", 10080.into()),
            "autoDeleteInterval": wish("autoDeleteInterval", (-1).into()),
            "volumes": [],
            "createdAt": "2026-11-27T00:00:00.000Z",
            "updatedAt": "2026-11-27T00:00:00.000Z",
            "toolboxProxyUrl": toolbox_url,
        })
    }

    /// Whether it has all of these labels.
    pub(crate) fn is_labelled(&self, wanted: &BTreeMap<String, String>) -> bool {
        wanted.iter().all(|(name, value)| self.labels.get(name) == Some(value))
    }
}
