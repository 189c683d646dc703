use std::time::Duration;

use clade_store::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Which server is meant, without its password.
#[derive(Debug, Clone)]
pub(crate) struct Server(String);

impl Server {
    /// What of an address may be shown.
    pub fn of(url: &str) -> Self {
        let (_, rest) = url.split_once("://").unwrap_or(("", url));
        let shown = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        let shown = shown.split(['?', '#']).next().unwrap_or_default();
        Self(format!("Redis at {shown}"))
    }

    pub fn name(&self) -> &str {
        &self.0
    }

    /// The address is none.
    pub fn wrong_address(&self, error: &RedisError) -> StoreError {
        StoreError::Denied {
            server: self.0.clone(),
            detail: error.to_string(),
            remedy: "write redis://HOST:PORT, with USER:PASSWORD@ before the host where it asks for them".into(),
        }
    }

    /// It did not answer in time.
    pub fn silent(&self, patience: Duration, last: Option<&RedisError>) -> StoreError {
        let detail = match last {
            Some(error) => format!("after {} s: {error}", patience.as_secs_f64()),
            None => format!("no answer within {} s", patience.as_secs_f64()),
        };
        StoreError::Unreachable { server: self.0.clone(), detail }
    }

    /// What an error means, and what to do.
    pub fn fault(&self, doing: &'static str, error: &RedisError) -> StoreError {
        let denied = |remedy: &str| StoreError::Denied {
            server: self.0.clone(),
            detail: error.to_string(),
            remedy: remedy.to_owned(),
        };
        let code = error.code().unwrap_or_default();
        match error.kind() {
            ErrorKind::AuthenticationFailed => denied("check the user and the password of its address"),
            _ if matches!(code, "NOAUTH" | "WRONGPASS") => denied("check the user and the password of its address"),
            ErrorKind::Server(ServerErrorKind::NoPerm) => denied(
                "let the user in: ACL SETUSER name ~clade:* +@read +@write +@scripting +@connection +info +config|get",
            ),
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
                StoreError::Unreachable { server: self.0.clone(), detail: error.to_string() }
            }
            _ => StoreError::Backend { doing, detail: format!("{}: {error}", self.0) },
        }
    }
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
            assert_eq!(Server::of(url).name(), shown);
        }
    }
}
