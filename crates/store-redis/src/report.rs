use clade_store::StoreError;

use crate::{RedisGenerations, link::Link, scripts::TRY};

/// What a server is and what to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Which server, without its password.
    pub server: String,
    /// Its version.
    pub version: String,
    /// What could go wrong, with what to do.
    pub warnings: Vec<String>,
}

/// The first version with everything that scripts use.
const LEAST: u32 = 7;

impl RedisGenerations {
    /// Connects, looks at version and settings, and tries whether it may write.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses.
    pub async fn report(&self) -> Result<Report, StoreError> {
        let mut report = Report::of(&self.link, &self.options.prefix).await?;
        if let Some(policy) = bounded(&self.link).await.filter(|policy| policy.starts_with("allkeys")) {
            report.warnings.push(format!(
                "maxmemory-policy {policy} may evict a run in part, which is then read anew; CONFIG SET maxmemory-policy \
                 noeviction keeps it"
            ));
        }
        Ok(report)
    }
}

impl Report {
    pub(crate) async fn of(link: &Link, prefix: &str) -> Result<Self, StoreError> {
        let info: String = link.call("ask for the version", redis::cmd("INFO").arg("server")).await?;
        let value = |text: &str, name: &str| -> Option<String> {
            text.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()))
        };
        let version = value(&info, "redis_version").unwrap_or_else(|| "unknown".into());
        let mut warnings = Vec::new();
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_some_and(|major| major < LEAST) {
            warnings.push(format!("version {version} is older than {LEAST}.0, which is tested; update it"));
        }
        let () = link.script("try to write", &TRY, &[&format!("{prefix}:{{doctor}}:try")], &[]).await?;
        Ok(Self { server: link.server.name().to_owned(), version, warnings })
    }
}

/// What a server with a limit on memory does when it is full; `None` where it has none, or does not tell.
pub(crate) async fn bounded(link: &Link) -> Option<String> {
    let policy = setting(link, "maxmemory-policy").await?;
    setting(link, "maxmemory").await.filter(|most| most != "0").map(|_| policy)
}

/// A setting; `None` where the server tells none, as managed ones do.
async fn setting(link: &Link, name: &str) -> Option<String> {
    let mut command = redis::cmd("CONFIG");
    let found: Result<Vec<String>, _> = link.call("read a setting", command.arg("GET").arg(name)).await;
    found.ok()?.into_iter().nth(1)
}
