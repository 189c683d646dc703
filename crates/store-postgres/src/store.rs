use std::{
    fmt, fs,
    path::Path,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use clade_store::{Projection, Store, StoreError, StoreFuture};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio_postgres::{Config, Row, config::SslMode, types::FromSql};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    PostgresOptions,
    fault::Server,
    lease::Leases,
    link::{Desk, Link, Value, Way},
    migrate,
    outage::Outage,
    writer::Writer,
};

/// Every role in one PostgreSQL database. Cheap to share behind an `Arc`; many tasks use it at once.
pub struct PostgresStore {
    pub(crate) schema: String,
    pub(crate) server: Server,
    pub(crate) desk: Desk,
    pub(crate) writer: Writer,
    pub(crate) leases: Arc<Leases>,
    readers: Vec<Link>,
    turn: AtomicUsize,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("server", &self.server)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens the database, makes its tables where there are none, and brings an older format up to date. Must be called inside a tokio
    /// runtime, which then runs a task until [`Store::close`].
    ///
    /// # Errors
    /// `Unreachable` where nobody answers, `Denied` where the server refuses, with what to do; `Newer` for a later version's database.
    pub async fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let way = Arc::new(way(&options)?);
        let desk = Desk::new(way.clone());
        let readers: Vec<Link> = (0..options.readers.max(1)).map(|_| Link::new(way.clone())).collect();
        if let Some(first) = readers.first() {
            migrate::sees_all(first, &options.schema).await?;
            migrate::migrate(first, &desk, &options.schema).await?;
        }
        Ok(Self {
            server: way.server.clone(),
            desk,
            writer: Writer::start(way.clone(), options.schema.clone()),
            leases: Arc::new(Leases::new(way, &options)),
            readers,
            turn: AtomicUsize::new(0),
            schema: options.schema,
        })
    }

    /// Which server and database it is.
    #[must_use]
    pub fn name(&self) -> &str {
        self.server.name()
    }

    /// The statements that make the tables, for who gives the store a user that may not.
    #[must_use]
    pub fn script(schema: &str) -> String {
        migrate::scripts(schema).concat()
    }

    /// The same, one text for each format from the first, as the tools of migrations want them.
    #[must_use]
    pub fn scripts(schema: &str) -> Vec<String> {
        migrate::scripts(schema)
    }

    /// The server's version, and the format of its tables; 0 where there are none. Makes nothing.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn look(options: &PostgresOptions) -> Result<(String, u32), StoreError> {
        let link = Link::new(Arc::new(way(options)?));
        migrate::sees_all(&link, &options.schema).await?;
        let rows = link.query("ask for the version", "SELECT current_setting('server_version')", &[]).await?;
        let version = rows.first().map(|row| row.try_get(0)).transpose();
        let version =
            version.map_err(|error| link.way.server.fault("ask for the version", &error))?.unwrap_or_default();
        Ok((version, migrate::format(&link, &options.schema).await?))
    }

    /// The rows of a question; `@` in it stands for the schema.
    pub(crate) async fn rows(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.readers.len();
        let Some(link) = self.readers.get(turn) else { return Ok(Vec::new()) };
        link.query(doing, &self.sql(sql), values).await
    }

    /// A statement with the schema in it.
    pub(crate) fn sql(&self, sql: &str) -> String {
        migrate::in_schema(&self.schema, sql)
    }

    /// One value out of a row.
    pub(crate) fn value<'r, T: FromSql<'r>>(&self, row: &'r Row, column: usize) -> Result<T, StoreError> {
        row.try_get(column).map_err(|error| self.server.fault("read a row", &error))
    }

    /// A count out of a row.
    pub(crate) fn count(&self, row: &Row, column: usize) -> Result<u64, StoreError> {
        Ok(self.value::<i64>(row, column)?.unsigned_abs())
    }

    /// A value of ours out of its JSON.
    pub(crate) fn parsed<T: DeserializeOwned>(&self, what: &str, json: &str) -> Result<T, StoreError> {
        serde_json::from_str(json).map_err(|error| self.server.unreadable(what, &error))
    }
}

/// JSON of a value of ours. Only a number that is not finite can make it fail.
pub(crate) fn to_json(what: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
    let failed = |error: serde_json::Error| StoreError::Backend { doing: "write", detail: format!("{what}: {error}") };
    serde_json::to_string(value).map_err(failed)
}

fn way(options: &PostgresOptions) -> Result<Way, StoreError> {
    let mut config = Config::from_str(&options.url).map_err(|error| Server::wrong_address(&error))?;
    if let Some(user) = options.user.as_ref().filter(|_| config.get_user().is_none()) {
        config.user(user);
    }
    if let Some(password) = options.password.as_ref().filter(|_| config.get_password().is_none()) {
        config.password(password);
    }
    config
        .application_name("promptclade")
        .connect_timeout(Duration::from_secs(5))
        // a server that is silent is one that is away
        .tcp_user_timeout(Duration::from_secs(15))
        .keepalives_idle(Duration::from_secs(10));
    if !is_schema(&options.schema) {
        return Err(StoreError::Denied {
            server: "PostgreSQL".into(),
            detail: format!("`{}` is no name of a schema", options.schema.escape_debug()),
            remedy: format!("`schema` of [store] {SCHEMA}"),
        });
    }
    let server = Server::of(&config, &options.schema);
    let tls = match config.get_ssl_mode() {
        SslMode::Disable => None,
        _ => Some(tls(options.authorities.as_deref())?),
    };
    let outage = Arc::new(Outage::new(options.told.clone()));
    Ok(Way { config, tls, server, patience: options.patience, connecting: options.connecting, outage })
}

/// What a schema may be called.
const SCHEMA: &str = "takes letters, digits, `_`, `-` and `$`, 63 bytes at most";

/// Whether a schema may be called so: nothing that ends a name or a text in a statement.
fn is_schema(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    (1..=63).contains(&name.len()) && name.chars().all(fits)
}

fn tls(authorities: Option<&Path>) -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = authorities {
        let wrong = |detail: String| Server::wrong_address(&format!("{}: {detail}", path.display()));
        let text = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let mut known = 0;
        for certificate in CertificateDer::pem_slice_iter(&text) {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            known += 1;
        }
        if known == 0 {
            return Err(wrong("it holds no certificate in PEM".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Server::wrong_address(&error))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

impl Store for PostgresStore {
    fn shown_tree(self: Arc<Self>) -> Option<Arc<dyn Projection>> {
        Some(self)
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async {
            self.writer.close().await;
            self.leases.close().await;
            self.desk.close().await;
            for reader in &self.readers {
                reader.close().await;
            }
            Ok(())
        })
    }
}
