use clade_store::StoreError;
use neo4rs::{Error, Neo4jErrorKind};

/// What an error means, and what to do. `server` is shown.
pub(crate) fn fault(server: &str, user: &str, doing: &'static str, error: &Error) -> StoreError {
    let denied = |remedy: String| StoreError::Denied { server: server.to_owned(), detail: error.to_string(), remedy };
    match error {
        Error::AuthenticationError(_) => {
            denied(format!("check the password of user `{user}`; several wrong ones lock it for some seconds"))
        }
        Error::UnsupportedScheme(_) | Error::UrlParseError(_) | Error::ProtocolMismatch(_) => {
            denied("its address must name the Bolt port, such as bolt://HOST:7687".into())
        }
        Error::Neo4j(said) => match said.code() {
            "Neo.ClientError.Security.Forbidden" => denied(format!(
                "let it write, and make constraints and indexes: GRANT ROLE architect TO `{user}`; or run the statements that \
                 `clade migrate --print` shows as an administrator"
            )),
            "Neo.ClientError.Security.CredentialsExpired" => {
                denied("give it its own password first: ALTER CURRENT USER SET PASSWORD FROM 'old' TO 'new'".into())
            }
            "Neo.ClientError.Database.DatabaseNotFound" => {
                denied("make the database with CREATE DATABASE, or name another one in the address".into())
            }
            code => StoreError::Backend { doing, detail: format!("{server}: {} ({code})", said.message()) },
        },
        Error::IOError { .. }
        | Error::ConnectionError
        | Error::ConnectionTimedOut
        | Error::ServerUnavailableError(_) => {
            StoreError::Unreachable { server: server.to_owned(), detail: error.to_string() }
        }
        _ => StoreError::Backend { doing, detail: format!("{server}: {error}") },
    }
}

/// Whether another try may succeed: the transaction met another one. A statement that needs too much memory is called
/// transient too, and would need it again.
pub(crate) fn is_passing(error: &Error) -> bool {
    let Error::Neo4j(said) = error else { return false };
    said.kind() == Neo4jErrorKind::Transient && !said.code().ends_with("OutOfMemoryError")
}
