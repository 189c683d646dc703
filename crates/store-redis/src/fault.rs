use std::time::Duration;

use clade_store::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Which server is meant, without its password.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    name: String,
    prefix: String,
    user: String,
}

impl Server {
    /// What of an address may be shown, and what keys begin with there.
    pub fn of(url: &str, user: Option<&str>, prefix: &str) -> Self {
        let (_, rest) = url.split_once("://").unwrap_or(("", url));
        let shown = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        let shown = shown.split(['?', '#']).next().unwrap_or_default();
        let named = rest.rsplit_once('@').and_then(|(who, _)| who.split(':').next()).filter(|user| !user.is_empty());
        let user = user.or(named).unwrap_or("default").to_owned();
        Self { name: format!("Redis at {shown}"), prefix: prefix.to_owned(), user }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address is none.
    pub fn wrong_address(&self, error: &RedisError) -> StoreError {
        StoreError::Denied {
            server: self.name.clone(),
            detail: error.to_string(),
            remedy: "write redis://HOST:PORT, with USER:PASSWORD@ before the host where it asks for them".into(),
        }
    }

    /// What is kept of a run cannot be used.
    pub fn unusable(&self, what: &str, detail: String) -> StoreError {
        let remedy = "`clade rebuild generations` makes it anew".to_owned();
        StoreError::Unusable { what: what.to_owned(), place: self.name.clone(), detail, remedy }
    }

    /// It did not answer in time.
    pub fn silent(&self, patience: Duration, last: Option<&RedisError>) -> StoreError {
        let detail = match last {
            Some(error) => format!("after {} s: {error}", patience.as_secs_f64()),
            None => format!("no answer within {} s", patience.as_secs_f64()),
        };
        StoreError::Unreachable { server: self.name.clone(), detail }
    }

    /// What an error means, and what to do.
    pub fn fault(&self, doing: &'static str, error: &RedisError) -> StoreError {
        let denied = |remedy: &str| StoreError::Denied {
            server: self.name.clone(),
            detail: error.to_string(),
            remedy: remedy.to_owned(),
        };
        let code = error.code().unwrap_or_default();
        // of what a script may not do the server says so in words alone
        let forbidden = error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm)
            || error.detail().is_some_and(|said| said.contains("The user executing the script can't"));
        match error.kind() {
            _ if is_locked_out(error) => denied("check the user and the password of its address"),
            _ if code == "WRONGTYPE" => {
                self.unusable("a key", format!("is of another kind than this program writes ({error})"))
            }
            _ if forbidden => denied(&format!(
                "let the user in: ACL SETUSER {} ~{}:* +@read +@write +@scripting +@connection +info +config|get",
                self.user, self.prefix
            )),
            _ if code == "OOM" => {
                denied("its memory is full: raise `maxmemory`, or let old runs expire; the run goes on without it")
            }
            _ if code == "MISCONF" => denied(
                "it cannot write its files, most likely because its disk is full: free some space there; the run goes on without it",
            ),
            ErrorKind::Server(ServerErrorKind::ReadOnly) => {
                denied("it is a replica, which only reads: name the primary")
            }
            _ if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() => {
                StoreError::Unreachable { server: self.name.clone(), detail: error.to_string() }
            }
            _ => StoreError::Backend { doing, detail: format!("{}: {error}", self.name) },
        }
    }
}

/// Whether the server lets the user not in, which no other try changes. Who connects to a cluster is told in words alone.
pub(crate) fn is_locked_out(error: &RedisError) -> bool {
    let code = error.code().unwrap_or_default();
    let said = error.to_string();
    error.kind() == ErrorKind::AuthenticationFailed
        || matches!(code, "NOAUTH" | "WRONGPASS")
        || ["WRONGPASS", "NOAUTH", "AuthenticationFailed", "Password authentication failed"]
            .iter()
            .any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("redis://user:p@ss@host:6379/1", "Redis at host:6379/1"),
            ("rediss://:secret@host", "Redis at host"),
            ("redis://host:1?x=y", "Redis at host:1"),
        ] {
            assert_eq!(Server::of(url, None, "clade").name(), shown);
        }
    }
}
