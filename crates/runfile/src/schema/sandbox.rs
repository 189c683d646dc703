use clade_domain::{BackendChoice, Isolation, SandboxLimits, SandboxMode};
use schemars::JsonSchema;
use serde::Deserialize;

/// How code of the run is executed: by mode, or with settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum SandboxInput {
    /// Who gets a sandbox.
    Mode(SandboxMode),
    /// With settings.
    Settings(SandboxSettings),
}

/// How code of the run is executed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SandboxSettings {
    /// Who makes the sandboxes. Default `auto`.
    pub backend: Option<BackendChoice>,
    /// Who gets one. Default `when-needed`.
    pub mode: Option<SandboxMode>,
    /// The weakest isolation that is accepted. Default `namespaces`.
    pub isolation: Option<Isolation>,
    /// What each may use. Whoever goes over a limit is ended.
    pub limits: Option<SandboxLimits>,
    /// The image that sandboxes start from, where the backend has images.
    pub image: Option<String>,
    /// Whom code may talk to. Default `none`. Model calls are requests to the host and need no network.
    pub network: Option<NetworkInput>,
    /// Texts that lie beside the code, by their paths from the run file's folder: modules it imports, lists it reads.
    pub files: Vec<String>,
    /// The Python interpreter, by name or path. Default `python3`.
    pub python: Option<String>,
    /// The JavaScript interpreter, by name or path. Default `node`.
    pub node: Option<String>,
}

/// Whom code may talk to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum NetworkInput {
    /// Nobody.
    Nobody(Nobody),
    /// host names, such as `[example.org]`, where the backend can hold code to them (`backend: daytona`).
    Hosts(Vec<String>),
}

/// Nobody.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Nobody {
    /// Nobody.
    None,
}
