use std::{fmt, path::PathBuf, time::Duration};

use crate::outage::Told;

/// How PostgreSQL is reached, and how long one waits.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://USER@HOST:PORT/DATABASE`; `?sslmode=require` asks for TLS with a certificate that is verified.
    pub url: String,
    /// Who signs in, where the address does not say.
    pub user: Option<String>,
    /// The password, where the address has none.
    pub password: Option<String>,
    /// The schema that everything is in.
    pub schema: String,
    /// Connections that read.
    pub readers: usize,
    /// How long a run stays taken after its holder was heard of last.
    pub lease: Duration,
    /// How long a server that is away is waited for before operations fail.
    pub patience: Duration,
    /// How long it may take to open one connection.
    pub connecting: Duration,
    /// Who is told that a server is waited for.
    pub told: Option<Told>,
    /// A file with the certificates of authorities that are trusted beside the system's.
    pub authorities: Option<PathBuf>,
}

impl PostgresOptions {
    /// What is usual, for an address.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            user: None,
            password: None,
            schema: "promptclade".into(),
            readers: 4,
            lease: Duration::from_secs(15),
            patience: Duration::from_secs(60),
            connecting: Duration::from_secs(10),
            told: None,
            authorities: None,
        }
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions").field("schema", &self.schema).finish_non_exhaustive()
    }
}
