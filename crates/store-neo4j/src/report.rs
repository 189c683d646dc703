use clade_store::StoreError;
use neo4rs::query;

use crate::Neo4jLineage;

/// What a server is and what to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Which server, without its password.
    pub server: String,
    /// Its version and edition.
    pub version: String,
    /// What is missing or could go wrong, with what to do.
    pub warnings: Vec<String>,
}

impl Neo4jLineage {
    /// Connects, looks at version and schema, and tries whether it may write. Nothing is changed.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses, and where the database is somebody else's.
    pub async fn report(&self) -> Result<Report, StoreError> {
        let ask = query("CALL dbms.components() YIELD versions, edition RETURN versions[0] AS version, edition");
        let rows = self.link.rows("ask for the version", ask).await?;
        let value = |name: &str| rows.first().and_then(|row| row.get::<String>(name).ok()).unwrap_or_default();
        let (version, edition) = (value("version"), value("edition"));
        let mut warnings = Vec::new();
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_some_and(|major| major < 5) {
            warnings.push(format!("version {version} is older than 5, which is tested; update it"));
        }
        self.is_current().await?;
        let missing = self.missing().await?.len();
        if missing > 0 {
            warnings.push(format!("{missing} constraints and indexes are missing; `clade migrate` makes them"));
        }
        self.link.tried("try to write", &[query("CREATE (:CladeFormat {id: 'doctor'})")]).await?;
        Ok(Report { server: self.link.server.clone(), version: format!("{version} {edition}"), warnings })
    }
}
