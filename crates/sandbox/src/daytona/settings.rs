use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;

/// Where Daytona is, and who asks.
#[derive(Debug, Clone)]
pub struct DaytonaSettings {
    /// The address of the API, such as `https://app.daytona.io/api`.
    pub api_url: String,
    /// The key.
    pub key: SecretString,
    /// The organisation, where the key is a token of several.
    pub organization: Option<String>,
    /// The region; the account's own where absent.
    pub target: Option<String>,
    /// What every sandbox is labelled with, beside what its specification says.
    pub labels: BTreeMap<String, String>,
    /// After how many minutes Daytona deletes a sandbox by itself, for the case that nobody else does.
    pub ttl_minutes: u32,
    /// How long refused and failed requests are repeated, and how long a sandbox may take to start.
    pub patience: Duration,
}

impl DaytonaSettings {
    /// The address of the service.
    pub const API_URL: &'static str = "https://app.daytona.io/api";
    /// The label that every sandbox of Promptclade has; its value names who made it.
    pub const OWNER: &'static str = "promptclade";
    /// The label with the run that a sandbox belongs to.
    pub const RUN: &'static str = "promptclade-run";
    /// The label with the candidate that a sandbox belongs to.
    pub const CANDIDATE: &'static str = "promptclade-candidate";

    /// Settings with this key, at the service's address.
    #[must_use]
    pub fn new(key: SecretString) -> Self {
        Self {
            api_url: Self::API_URL.to_owned(),
            key,
            organization: None,
            target: None,
            labels: BTreeMap::from([(Self::OWNER.to_owned(), "here".to_owned())]),
            ttl_minutes: 24 * 60,
            patience: Duration::from_secs(300),
        }
    }

    /// From the variables that Daytona's own clients read: `DAYTONA_API_KEY`, `DAYTONA_API_URL`, `DAYTONA_TARGET` and
    /// `DAYTONA_ORGANIZATION_ID`. `None` without a key.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let mut settings = Self::new(SecretString::from(variable("DAYTONA_API_KEY")?));
        if let Some(url) = variable("DAYTONA_API_URL") {
            settings.api_url = url.trim_end_matches('/').to_owned();
        }
        settings.target = variable("DAYTONA_TARGET");
        settings.organization = variable("DAYTONA_ORGANIZATION_ID");
        Some(settings)
    }

    /// How the names of the states begin that these settings' owner keeps: states have no labels.
    #[must_use]
    pub(super) fn prefix_of_states(&self) -> String {
        let owner = self.labels.get(Self::OWNER).map_or("", String::as_str);
        let plain: String = owner.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("promptclade-{plain}-")
    }

    /// The same, as somebody of this name: sandboxes of others are not swept.
    #[must_use]
    pub fn owned_by(mut self, name: &str) -> Self {
        self.labels.insert(Self::OWNER.to_owned(), name.to_owned());
        self
    }
}
