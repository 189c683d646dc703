use std::time::Duration;

use clade_store::StoreError;

/// How Neo4j is used.
#[derive(Clone)]
pub struct Neo4jOptions {
    /// `bolt://HOST:PORT`, `neo4j://` for a cluster, with `+s` for TLS.
    pub url: String,
    /// Who signs in.
    pub user: String,
    /// With what.
    pub password: String,
    /// The database; the server's default where none is named.
    pub database: Option<String>,
    /// How long a call may take, tries included.
    pub patience: Duration,
}

impl Neo4jOptions {
    /// From `bolt://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`: user `neo4j` where none is named, thirty seconds.
    ///
    /// # Errors
    /// Where the address cannot be understood.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong = |detail: &str| StoreError::Denied {
            server: "Neo4j".into(),
            detail: detail.to_owned(),
            remedy: "write bolt://USER:PASSWORD@HOST:PORT/DATABASE, or neo4j:// for a cluster, with +s for TLS".into(),
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("its address has no scheme"))?;
        if !["bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"].contains(&scheme) {
            return Err(wrong(&format!("`{scheme}` is no scheme of Neo4j")));
        }
        let (who, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (user, password) = who.split_once(':').unwrap_or((who, ""));
        let (host, database) = place.split_once('/').unwrap_or((place, ""));
        if host.is_empty() {
            return Err(wrong("its address names no host"));
        }
        let host = if host.rsplit(']').next().is_some_and(|end| end.contains(':')) {
            host.to_owned()
        } else {
            format!("{host}:7687")
        };
        let text = |text: &str| decoded(text).ok_or_else(|| wrong("its address holds a % that is no escape"));
        Ok(Self {
            url: format!("{scheme}://{host}"),
            user: if user.is_empty() { "neo4j".into() } else { text(user)? },
            password: text(password)?,
            database: Some(text(database.split('?').next().unwrap_or_default())?).filter(|name| !name.is_empty()),
            patience: Duration::from_secs(30),
        })
    }
}

/// A part of an address without its percent escapes.
fn decoded(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_or_refused() {
        let all = Neo4jOptions::parse("neo4j+s://me:p%40ss@db.example:7688/clade").unwrap();
        assert_eq!(
            (all.url.as_str(), all.user.as_str(), all.password.as_str()),
            ("neo4j+s://db.example:7688", "me", "p@ss")
        );
        assert_eq!(all.database.as_deref(), Some("clade"));
        let least = Neo4jOptions::parse("bolt://[::1]").unwrap();
        assert_eq!((least.url.as_str(), least.user.as_str(), least.database), ("bolt://[::1]:7687", "neo4j", None));
        for wrong in ["http://x", "bolt://", "nonsense", "bolt://u:%zz@h"] {
            assert!(Neo4jOptions::parse(wrong).is_err(), "{wrong}");
        }
    }
}
