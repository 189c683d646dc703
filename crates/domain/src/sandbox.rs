use std::{collections::BTreeMap, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::CandidateId;

/// How code of a run is executed, with the files that it is made of. Stored with the run, so that it goes on with the same code
/// even if the user's files have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SandboxSpec {
    /// Who makes the sandboxes.
    #[serde(default)]
    pub backend: BackendChoice,
    /// Who gets one.
    #[serde(default)]
    pub mode: SandboxMode,
    /// The weakest isolation that is accepted.
    #[serde(default)]
    pub isolation: Isolation,
    /// What each may use.
    #[serde(default)]
    pub limits: SandboxLimits,
    /// The image to start from; the backend's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The kept state that every sandbox starts from, under the name that the backend gave it; an empty folder where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The hosts that code may talk to, beside nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub network: Vec<String>,
    /// Texts by their path below the run file's folder, which is their path inside too.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The languages whose interpreters are needed, each once.
    #[serde(default)]
    pub languages: Vec<Language>,
    /// The Python interpreter, by name or path.
    pub python: String,
    /// The JavaScript interpreter, by name or path.
    pub node: String,
}

impl SandboxSpec {
    /// The interpreter of a language, by name or path.
    #[must_use]
    pub fn interpreter(&self, language: Language) -> &str {
        match language {
            Language::Python => &self.python,
            Language::JavaScript => &self.node,
        }
    }
}

impl Default for SandboxSpec {
    fn default() -> Self {
        Self {
            backend: BackendChoice::default(),
            mode: SandboxMode::default(),
            isolation: Isolation::default(),
            limits: SandboxLimits::default(),
            image: None,
            from: None,
            network: Vec::new(),
            files: BTreeMap::new(),
            languages: Vec::new(),
            python: "python3".to_owned(),
            node: "node".to_owned(),
        }
    }
}

/// The state of a candidate's own sandbox, as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptState {
    /// Whose sandbox.
    pub candidate: CandidateId,
    /// The sandbox's name.
    pub sandbox: String,
    /// The state's name at the backend that made it.
    pub state: String,
}

/// Who makes sandboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackendChoice {
    /// This machine where it makes jails, otherwise Daytona where there is a key.
    #[default]
    Auto,
    /// This machine.
    Local,
    /// Daytona, a service of sandboxes on machines of its own.
    Daytona,
}

/// Who gets a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxMode {
    /// Code, wherever a check or a provider has some; candidates share warm interpreters.
    #[default]
    WhenNeeded,
    /// Every candidate has sandboxes of its own, which no other candidate's code runs in.
    Always,
}

/// How well a sandbox separates code from the machine, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// A process with an empty environment and limits, which can read what its user can read. Only for code that one trusts.
    MinimumProcess,
    /// Namespaces, system call filter and file rules on a shared kernel.
    #[default]
    Namespaces,
    /// A machine of its own.
    Machine,
}

impl Isolation {
    /// The name in run files and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MinimumProcess => "minimum-process",
            Self::Namespaces => "namespaces",
            Self::Machine => "machine",
        }
    }
}

/// A language that functions are called in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python 3.8 or newer.
    Python,
    /// JavaScript under Node.js 18 or newer.
    JavaScript,
}

/// What a sandbox may use. Whoever goes over one is ended, and the trial says which one it was.
///
/// Memory, processes and disk hold for the sandbox at any moment; CPU, wall time and output for each execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxLimits {
    /// Private and shared memory of all processes together, in MiB; at least 32. Files count towards `disk_mb` instead.
    #[schemars(range(min = 32))]
    pub memory_mb: u32,
    /// Processor time of all processes together, in seconds; at least 1.
    #[schemars(range(min = 1))]
    pub cpu_seconds: u32,
    /// Time from start to end, in seconds; at least 1.
    #[schemars(range(min = 1))]
    pub wall_seconds: u32,
    /// Processes and threads at once; at least 1. A JavaScript runtime alone needs about twelve.
    #[schemars(range(min = 1))]
    pub processes: u32,
    /// Files in the working folder, `/tmp` and `/dev/shm` together, in MiB; at least 1. They are held in memory.
    #[schemars(range(min = 1))]
    pub disk_mb: u32,
    /// What may be read from standard output and standard error together, in KiB; at least 1.
    #[schemars(range(min = 1))]
    pub output_kb: u32,
}

impl Default for SandboxLimits {
    fn default() -> Self {
        Self { memory_mb: 512, cpu_seconds: 10, wall_seconds: 30, processes: 64, disk_mb: 64, output_kb: 1024 }
    }
}

impl SandboxLimits {
    /// Says which limit is too small to run anything.
    ///
    /// # Errors
    /// One sentence that names the limit and the least it may be.
    pub fn check(&self) -> Result<(), String> {
        let table = [
            ("memory_mb", self.memory_mb, 32),
            ("cpu_seconds", self.cpu_seconds, 1),
            ("wall_seconds", self.wall_seconds, 1),
            ("processes", self.processes, 1),
            ("disk_mb", self.disk_mb, 1),
            ("output_kb", self.output_kb, 1),
        ];
        match table.into_iter().find(|(_, value, least)| value < least) {
            Some((name, value, least)) => Err(format!("{name} is {value}; it must be at least {least}")),
            None => Ok(()),
        }
    }

    /// The wall limit.
    #[must_use]
    pub fn wall(&self) -> Duration {
        Duration::from_secs(self.wall_seconds.into())
    }

    /// The output limit in bytes.
    #[must_use]
    pub fn output_bytes(&self) -> u64 {
        u64::from(self.output_kb) * 1024
    }
}

/// The most that run files may ask for where several people share a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxCeiling {
    /// Of [`SandboxLimits::memory_mb`].
    pub memory_mb: u32,
    /// Of [`SandboxLimits::cpu_seconds`].
    pub cpu_seconds: u32,
    /// Of [`SandboxLimits::wall_seconds`].
    pub wall_seconds: u32,
    /// Of [`SandboxLimits::processes`].
    pub processes: u32,
    /// Of [`SandboxLimits::disk_mb`].
    pub disk_mb: u32,
    /// Of [`SandboxLimits::output_kb`].
    pub output_kb: u32,
}

impl Default for SandboxCeiling {
    fn default() -> Self {
        Self { memory_mb: 4096, cpu_seconds: 300, wall_seconds: 600, processes: 512, disk_mb: 1024, output_kb: 16_384 }
    }
}

impl SandboxCeiling {
    /// Whether limits are below the ceiling.
    ///
    /// # Errors
    /// One sentence that names the first limit that is not, and the most it may be.
    pub fn allows(&self, limits: &SandboxLimits) -> Result<(), String> {
        let table = [
            ("memory_mb", limits.memory_mb, self.memory_mb),
            ("cpu_seconds", limits.cpu_seconds, self.cpu_seconds),
            ("wall_seconds", limits.wall_seconds, self.wall_seconds),
            ("processes", limits.processes, self.processes),
            ("disk_mb", limits.disk_mb, self.disk_mb),
            ("output_kb", limits.output_kb, self.output_kb),
        ];
        match table.into_iter().find(|(_, wanted, most)| wanted > most) {
            Some((name, wanted, most)) => {
                Err(format!("`{name}` of a sandbox is {wanted} in this run, and this server gives at most {most}"))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_limit_that_is_too_small() {
        let usual = SandboxLimits::default();
        assert_eq!(usual.check(), Ok(()));
        let table: [(SandboxLimits, &str); 2] = [
            (SandboxLimits { memory_mb: 8, ..usual }, "memory_mb is 8; it must be at least 32"),
            (SandboxLimits { processes: 0, ..usual }, "processes is 0; it must be at least 1"),
        ];
        for (limits, message) in table {
            assert_eq!(limits.check(), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_ceiling_names_the_limit_that_is_above_it() {
        let (usual, ceiling) = (SandboxLimits::default(), SandboxCeiling::default());
        assert_eq!(ceiling.allows(&usual), Ok(()), "what holds where nothing is said fits");
        let most = SandboxCeiling { output_kb: 1, ..ceiling };
        let refused = most.allows(&usual).unwrap_err();
        assert_eq!(refused, "`output_kb` of a sandbox is 1024 in this run, and this server gives at most 1");
        let refused = ceiling.allows(&SandboxLimits { memory_mb: 4097, ..usual }).unwrap_err();
        assert_eq!(refused, "`memory_mb` of a sandbox is 4097 in this run, and this server gives at most 4096");
        assert_eq!(ceiling.allows(&SandboxLimits { memory_mb: 4096, ..usual }), Ok(()));
    }

    #[test]
    fn refuses_limits_it_does_not_know() {
        let read: Result<SandboxLimits, _> = serde_json::from_str(r#"{"memory_mb": 64, "gpus": 1}"#);
        assert!(read.unwrap_err().to_string().contains("gpus"));
        let read: SandboxLimits = serde_json::from_str(r#"{"memory_mb": 64}"#).unwrap();
        assert_eq!(read, SandboxLimits { memory_mb: 64, ..SandboxLimits::default() });
    }
}
