use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clade_store::{LineageGraph, Projection, Store};
use clade_store_sqlite::SqliteStore;

use super::config::Server;
use crate::{failure::Failure, output::Output};

/// Bytes of a file that are read within some seconds.
const MOST_EXAMINED: u64 = 4 << 30;

/// The system of record, open.
pub enum Record {
    /// A file, and where it is.
    Sqlite(Arc<SqliteStore>, PathBuf),
    /// A PostgreSQL database.
    #[cfg(feature = "postgres")]
    Postgres(Arc<clade_store_postgres::PostgresStore>),
}

/// A value out of either.
macro_rules! of {
    ($record:expr, $store:ident => $value:expr) => {
        match $record {
            Record::Sqlite($store, _) => $value,
            #[cfg(feature = "postgres")]
            Record::Postgres($store) => $value,
        }
    };
}

impl Record {
    /// Opens the one that a configuration names, and brings it up to date. `patience` is how long a server that is away is waited for, where
    /// it is not as long as a run would.
    ///
    /// # Errors
    /// Where its address names nothing that this program knows; where it cannot be reached or refuses.
    pub async fn in_server(server: &Server, output: Output, patience: Option<Duration>) -> Result<Self, Failure> {
        #[cfg(feature = "postgres")]
        {
            let mut options = options(server)?;
            options.patience = patience.unwrap_or(options.patience);
            options.connecting = options.connecting.min(options.patience);
            options.told = Some(Arc::new(move |text| output.note(text)));
            let store = clade_store_postgres::PostgresStore::open(options).await?;
            Ok(Self::Postgres(Arc::new(store)))
        }
        #[cfg(not(feature = "postgres"))]
        {
            let _: (Output, Option<Duration>) = (output, patience);
            Err(unknown(server))
        }
    }

    /// The statements that make the tables of a server.
    ///
    /// # Errors
    /// As [`Self::in_server`].
    pub fn script(server: &Server) -> Result<String, Failure> {
        #[cfg(feature = "postgres")]
        {
            Ok(clade_store_postgres::PostgresStore::script(&options(server)?.schema))
        }
        #[cfg(not(feature = "postgres"))]
        Err(unknown(server))
    }

    /// As the store.
    pub fn store(&self) -> Arc<dyn Store> {
        of!(self, store => store.clone())
    }

    /// As the family tree that it keeps.
    pub fn graph(&self) -> Arc<dyn LineageGraph> {
        of!(self, store => store.clone())
    }

    /// As what it keeps beside the journals.
    pub fn projection(&self) -> Arc<dyn Projection> {
        of!(self, store => store.clone())
    }

    /// What it is, with its version, after a server was asked whether one may write there.
    ///
    /// # Errors
    /// Where one may not, with what to do.
    pub async fn sound(&self) -> Result<String, Failure> {
        match self {
            Self::Sqlite(..) => Ok(self.to_string()),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Ok(format!("{self}, {}", store.report().await?)),
        }
    }

    /// Reads it whole and says what is damaged in it. A server looks after its own, and a file that takes long to read is passed over with a note.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub async fn examine(&self) -> Result<Option<String>, Failure> {
        match self {
            Self::Sqlite(store, path) => {
                let size = tokio::fs::metadata(path).await.map_or(0, |file| file.len());
                if size > MOST_EXAMINED {
                    let gigabytes = size >> 30;
                    return Ok(Some(format!(
                        "not read through: it has {gigabytes} GB; `sqlite3 {} 'PRAGMA quick_check'` does that",
                        path.display()
                    )));
                }
                store.integrity().await?;
                Ok(None)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Ok(None),
        }
    }

    /// Copies it into a file while others use it.
    ///
    /// # Errors
    /// Where the copy cannot be written, and where the server has means of its own.
    pub async fn backup(&self, to: &Path) -> Result<(), Failure> {
        match self {
            Self::Sqlite(store, _) => Ok(store.backup(to).await?),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Err(Failure::Usage(
                "the runs are in PostgreSQL, which has means of its own: `pg_dump` copies them".into(),
            )),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(_, path) => path.display().fmt(f),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => f.write_str(store.name()),
        }
    }
}

#[cfg(feature = "postgres")]
fn options(server: &Server) -> Result<clade_store_postgres::PostgresOptions, Failure> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| server.url.starts_with(scheme)) {
        return Err(unknown(server));
    }
    let mut options = clade_store_postgres::PostgresOptions::new(server.url.as_str());
    options.user.clone_from(&server.user);
    options.password.clone_from(&server.password);
    options.authorities.clone_from(&server.authorities);
    if let Some(schema) = &server.schema {
        options.schema.clone_from(schema);
    }
    Ok(options)
}

fn unknown(server: &Server) -> Failure {
    let scheme = server.url.split_once("://").map_or("", |(scheme, _)| scheme);
    Failure::Usage(match scheme {
        "postgres" | "postgresql" => {
            "this `clade` was built without the backend of postgres://; build it with `--features backends`".into()
        }
        _ => format!(
            "{scheme}:// is no system of record; write postgres://USER@HOST/DATABASE, or leave [store] out for a file"
        ),
    })
}
