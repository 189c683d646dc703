use std::error::Error as _;

use clade_store::StoreError;
use tokio_postgres::{Config, Error, config::Host, error::SqlState};

use crate::migrate::{MAKING, quoted};

/// Which server is meant, without its password.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    name: String,
    database: String,
    schema: String,
    user: String,
}

impl Server {
    pub fn of(config: &Config, schema: &str) -> Self {
        let host = config.get_hosts().first().map(|host| match host {
            Host::Tcp(host) => host.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let database = config.get_dbname().unwrap_or("postgres");
        Self {
            name: format!("PostgreSQL at {}:{port}/{database}", host.unwrap_or_else(|| "localhost".into())),
            database: database.to_owned(),
            schema: schema.to_owned(),
            user: config.get_user().unwrap_or("the user").to_owned(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// An address that is none.
    pub fn wrong_address(error: &impl std::fmt::Display) -> StoreError {
        StoreError::Denied {
            server: "PostgreSQL".into(),
            detail: error.to_string(),
            remedy: "write postgres://USER@HOST:PORT/DATABASE".into(),
        }
    }

    /// A value that this program cannot read.
    pub fn unreadable(&self, what: &str, error: &impl std::fmt::Display) -> StoreError {
        StoreError::Unreadable { what: what.to_owned(), place: self.name.clone(), detail: error.to_string() }
    }

    /// The statements that let the user in, to run as they are: to make the tables, or to use those that are there.
    fn grant(&self, making: bool, said: &str) -> String {
        let (database, schema, user) = (quoted(&self.database), quoted(&self.schema), quoted(&self.user));
        match making {
            // the schema is there and is somebody else's
            true if said.contains("schema") => format!("GRANT ALL ON SCHEMA {schema} TO {user};"),
            true => format!("GRANT CREATE ON DATABASE {database} TO {user};"),
            false => format!(
                "GRANT USAGE ON SCHEMA {schema} TO {user}; \
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user};"
            ),
        }
    }

    /// What to do where nothing may be written; `primary` says that it is no standby.
    pub fn only_reads(&self, primary: bool) -> String {
        // what is set for a role in a database comes before what is set for either
        let (user, database) = (quoted(&self.user), quoted(&self.database));
        let reset = format!("ALTER ROLE {user} IN DATABASE {database} SET default_transaction_read_only = off;");
        match primary {
            true => format!("it is set to read only: {reset}"),
            false => format!("it only reads: name the primary, not a standby; where it is the primary: {reset}"),
        }
    }

    /// What an error means, and what to do.
    pub fn fault(&self, doing: &'static str, error: &Error) -> StoreError {
        let said = words(error);
        let denied = |remedy: String| StoreError::Denied { server: self.name.clone(), detail: said.clone(), remedy };
        if is_untrusted(error) {
            return denied(
                "name the authority that signed its certificate (`authorities` of [store]), and the server as its certificate does".into(),
            );
        }
        // the driver names no kind for these
        if said.contains("password missing") {
            return denied("it asks for a password: give it in CLADE_STORE_PASSWORD, or in a file that `password_file` of [store] names".into());
        }
        if said.contains("does not support TLS") {
            return denied(
                "turn TLS on in the server (`ssl = on`), or write sslmode=disable where nobody can listen on the way"
                    .into(),
            );
        }
        if error.is_closed() || is_away(error) {
            return StoreError::Unreachable { server: self.name.clone(), detail: said };
        }
        match error.code() {
            Some(code)
                if *code == SqlState::INVALID_PASSWORD || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION =>
            {
                denied("check the user of its address and the password".into())
            }
            Some(code) if *code == SqlState::INVALID_CATALOG_NAME => {
                let database = quoted(&self.database);
                denied(format!("make it: CREATE DATABASE {database}; or name another one in its address"))
            }
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
                denied(format!("let the user in: {}", self.grant(doing == MAKING, &said)))
            }
            Some(code) if *code == SqlState::DISK_FULL => StoreError::Full { path: self.name.clone() },
            Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => denied(self.only_reads(false)),
            _ => StoreError::Backend { doing, detail: format!("{}: {said}", self.name) },
        }
    }
}

/// The server's own words: the driver says only where it failed.
fn words(error: &Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

/// Whether the server's certificate does not count.
fn is_untrusted(error: &Error) -> bool {
    let io = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    let tls = io.and_then(|io| io.get_ref()?.downcast_ref::<rustls::Error>());
    tls.is_some_and(|error| matches!(error, rustls::Error::InvalidCertificate(_)))
}

/// Whether the connection or the server went away, which waiting may mend.
pub(crate) fn is_away(error: &Error) -> bool {
    if is_untrusted(error) {
        return false;
    }
    let Some(code) = error.code() else {
        // no answer of the server's: the socket failed. What the driver cannot understand does not get better by waiting
        let io = |source: &(dyn std::error::Error + 'static)| source.downcast_ref::<std::io::Error>().is_some();
        return error.is_closed() || error.source().is_some_and(io);
    };
    let away = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::CONNECTION_FAILURE,
        SqlState::CONNECTION_DOES_NOT_EXIST,
        SqlState::CONNECTION_EXCEPTION,
    ];
    away.contains(code)
}

/// Whether the same may succeed when it is done again: the server went away, or two transactions met.
pub(crate) fn is_passing(error: &Error) -> bool {
    let met = [SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE, SqlState::LOCK_NOT_AVAILABLE];
    is_away(error) || error.code().is_some_and(|code| met.contains(code))
}
