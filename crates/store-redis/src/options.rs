use std::time::Duration;

/// How Redis is used.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]`, `rediss://` for TLS, `redis+cluster://` or `rediss+cluster://` for any node
    /// of a cluster.
    pub url: String,
    /// Who signs in, where the address does not say.
    pub user: Option<String>,
    /// With what, where the address does not say.
    pub password: Option<String>,
    /// What all keys begin with, so that installations can share a server.
    pub prefix: String,
    /// The keys of a run go this long after it was last written; never where none is given.
    pub expire: Option<Duration>,
    /// How long a call may take, tries included.
    pub patience: Duration,
}

impl RedisOptions {
    /// The defaults for a server: prefix `clade`, no expiry, five seconds.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            user: None,
            password: None,
            prefix: "clade".into(),
            expire: None,
            patience: Duration::from_secs(5),
        }
    }
}
