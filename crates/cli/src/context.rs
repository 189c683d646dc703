use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clade_store::{Lineage, MemoryStore, Store, StoreError};
use clade_store_sqlite::{Durability, SqliteOptions, SqliteStore};

use crate::{
    args::Global,
    backends::{Backend, Config, Record, Role},
    failure::Failure,
    output::Output,
};

/// What every command works with.
#[derive(Clone)]
pub struct Context {
    /// How to print.
    pub output: Output,
    /// Extra files with keys.
    pub env_files: Vec<PathBuf>,
    /// The server whose runs are meant, instead of this machine's.
    pub server: Option<Server>,
    /// The workspace, where one is named.
    pub workspace: Option<String>,
    data_dir: Option<PathBuf>,
}

/// A server as the command line names it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its address.
    pub url: String,
    /// The file with the token, instead of the environment.
    pub token_file: Option<PathBuf>,
}

impl Context {
    /// From the global flags.
    pub fn new(global: &Global) -> Self {
        Self {
            output: Output::new(global.json, global.quiet, global.no_color),
            env_files: global.env_file.clone(),
            server: global
                .server
                .clone()
                .filter(|url| !url.is_empty())
                .map(|url| Server { url, token_file: global.token_file.clone() }),
            workspace: global.workspace.clone(),
            data_dir: global.data_dir.clone(),
        }
    }

    /// The folder for runs, answers and data sets.
    ///
    /// # Errors
    /// Where none is named and the user's home is unknown.
    pub fn data_dir(&self) -> Result<PathBuf, Failure> {
        if let Some(folder) = &self.data_dir {
            return Ok(folder.clone());
        }
        let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || from("HOME").or_else(|| from("USERPROFILE"));
        let folder = if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Application Support"))
        } else if cfg!(windows) {
            from("LOCALAPPDATA").or_else(|| home().map(|home| home.join("AppData/Local")))
        } else {
            from("XDG_DATA_HOME").or_else(|| home().map(|home| home.join(".local/share")))
        };
        folder.map(|folder| folder.join("promptclade")).ok_or_else(|| {
            Failure::Usage("there is no home folder to keep runs in; name a folder with --data-dir".to_owned())
        })
    }

    /// The database's path.
    pub fn database(&self) -> Result<PathBuf, Failure> {
        Ok(self.data_dir()?.join("clade.db"))
    }

    /// What runs are kept in, for people: the file, or that it is a server; nothing where that cannot be told.
    pub fn database_named(&self) -> Option<String> {
        match Config::read(self).ok()?.store {
            Some(_) => Some("the database that promptclade.toml names".to_owned()),
            None => Some(self.database().ok()?.display().to_string()),
        }
    }

    /// Opens the store, creating it where it is not there yet.
    ///
    /// # Errors
    /// Where the folder, the file or the server cannot be used.
    pub async fn store(&self, durability: Durability) -> Result<Arc<dyn Store>, Failure> {
        Ok(self.record(durability).await?.store())
    }

    /// Opens the store for a command that only reads: a folder that may not be written is no hindrance.
    ///
    /// # Errors
    /// As [`Self::store`].
    pub async fn store_to_read(&self) -> Result<Arc<dyn Store>, Failure> {
        if let Some(server) = Config::read(self)?.store {
            return Ok(Record::in_server(&server, self.output, None).await?.store());
        }
        let path = self.folder_made()?;
        Ok(Arc::new(SqliteStore::open_to_read(&path, options()).await?))
    }

    /// Opens the store with the family tree over it: the one of a server where one is configured, else the store's own, and in memory where
    /// the store may only be read.
    ///
    /// # Errors
    /// As [`Self::store`], and where the configuration is wrong.
    pub async fn lineage(&self) -> Result<(Arc<dyn Store>, Lineage), Failure> {
        self.lineage_for(options()).await
    }

    /// As [`Self::lineage`], for many who ask at once.
    ///
    /// # Errors
    /// As [`Self::lineage`].
    pub async fn lineage_for_many(&self) -> Result<(Arc<dyn Store>, Lineage), Failure> {
        self.lineage_for(SqliteOptions::default()).await
    }

    async fn lineage_for(&self, options: SqliteOptions) -> Result<(Arc<dyn Store>, Lineage), Failure> {
        let backend = Backend::of(Role::Lineage, &Config::read(self)?)?;
        let named = backend.and_then(|backend| backend.graph());
        if Config::read(self)?.store.is_none() {
            let path = self.folder_made()?;
            match SqliteStore::open(&path, options).await {
                Err(StoreError::ReadOnly { .. }) => {
                    let store = self.store_to_read().await?;
                    // what cannot be kept is read out of the journals each time
                    let graph = named.unwrap_or_else(|| Arc::new(MemoryStore::default()));
                    return Ok((store.clone(), Lineage::new(store, graph)));
                }
                opened => {
                    let store = Arc::new(opened?);
                    let graph = named.unwrap_or_else(|| store.clone());
                    return Ok((store.clone(), Lineage::new(store, graph)));
                }
            }
        }
        let record = self.open(options).await?;
        let graph = named.unwrap_or_else(|| record.graph());
        Ok((record.store(), Lineage::new(record.store(), graph)))
    }

    /// Opens the system of record.
    ///
    /// # Errors
    /// As [`Self::store`].
    pub async fn record(&self, durability: Durability) -> Result<Record, Failure> {
        self.open(SqliteOptions { durability, ..options() }).await
    }

    /// As [`Self::record`], for who only looks whether it is there: a server that is away is waited for some seconds.
    ///
    /// # Errors
    /// As [`Self::store`].
    pub async fn record_looked_at(&self) -> Result<Record, Failure> {
        match Config::read(self)?.store {
            Some(server) => Record::in_server(&server, self.output, Some(LOOK)).await,
            None => self.record(Durability::Normal).await,
        }
    }

    /// The options are for a file.
    async fn open(&self, options: SqliteOptions) -> Result<Record, Failure> {
        if let Some(server) = Config::read(self)?.store {
            return Record::in_server(&server, self.output, None).await;
        }
        let path = self.folder_made()?;
        Ok(Record::Sqlite(Arc::new(SqliteStore::open(&path, options).await?), path))
    }

    /// The database's path, in a folder that is there.
    fn folder_made(&self) -> Result<PathBuf, Failure> {
        let path = self.database()?;
        if let Some(folder) = path.parent() {
            create_private(folder)?;
        }
        Ok(path)
    }
}

/// How long a server that is away is waited for by who only looks.
const LOOK: Duration = Duration::from_secs(5);

/// One reading connection: a command reads one thing after the other, and each connection takes milliseconds to open and memory of its own.
fn options() -> SqliteOptions {
    SqliteOptions { readers: 1, ..SqliteOptions::default() }
}

/// Creates a folder that only the user can look into: answers and prompts may be confidential.
fn create_private(folder: &Path) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| Failure::io("create the folder", folder, &error))
}
