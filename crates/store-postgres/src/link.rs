use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clade_store::StoreError;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep},
};
use tokio_postgres::{
    Client, Config, Error, NoTls, Row,
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::fault::{Server, is_away, is_passing};

/// The first and the longest pause before a server that is away is asked again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(2));

/// A value with its type: so that a statement needs no preparing, which a pooler between could lose.
pub(crate) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// How a server is reached.
#[derive(Clone)]
pub(crate) struct Way {
    pub config: Config,
    pub tls: Option<MakeRustlsConnect>,
    pub server: Server,
    pub patience: Duration,
}

impl Way {
    async fn connect(&self) -> Result<Client, Error> {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                tokio::spawn(async move { ended(connection.await) });
                Ok(client)
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                tokio::spawn(async move { ended(connection.await) });
                Ok(client)
            }
        }
    }
}

/// Whoever uses the connection is told; here it is only noted.
fn ended(how: Result<(), Error>) {
    if let Err(error) = how {
        tracing::debug!(%error, "a connection to PostgreSQL ended");
    }
}

/// A connection that is opened when it is first needed, and again when it broke. Several tasks share it: their statements are sent
/// one behind the other without waiting for answers between.
pub(crate) struct Link {
    pub way: Arc<Way>,
    client: Mutex<Option<Arc<Client>>>,
}

impl Link {
    pub fn new(way: Arc<Way>) -> Self {
        Self { way, client: Mutex::default() }
    }

    /// The open connection.
    async fn client(&self) -> Result<Arc<Client>, Error> {
        let mut held = self.client.lock().await;
        if let Some(client) = held.as_ref().filter(|client| !client.is_closed()) {
            return Ok(client.clone());
        }
        let client = Arc::new(self.way.connect().await?);
        *held = Some(client.clone());
        Ok(client)
    }

    /// The rows of a statement that may be carried out twice. A server that is away is waited for.
    pub async fn query(&self, doing: &'static str, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut waiting = Waiting::new(self.way.patience);
        loop {
            let failed = match self.client().await {
                Ok(client) => match client.query_typed(sql, values).await {
                    Ok(rows) => return Ok(rows),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if !is_passing(&failed) || !waiting.again().await {
                return Err(self.way.server.fault(doing, &failed));
            }
        }
    }

    /// Lets go of the connection.
    pub async fn close(&self) {
        drop(self.client.lock().await.take());
    }
}

/// Pauses that grow, until patience ends.
pub(crate) struct Waiting {
    until: Instant,
    pause: Duration,
}

impl Waiting {
    pub fn new(patience: Duration) -> Self {
        Self { until: Instant::now() + patience, pause: PAUSE.0 }
    }

    /// Waits a little; `false` once there is no patience left.
    pub async fn again(&mut self) -> bool {
        if Instant::now() + self.pause > self.until {
            return false;
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSE.1);
        true
    }
}

/// A connection of its own for transactions, one at a time.
pub(crate) struct Desk {
    link: Link,
    gate: Mutex<()>,
    /// Whether a transaction was begun whose end nobody has seen: its caller gave up.
    open: AtomicBool,
}

/// What a transaction comes to: `Err` inside is a refusal, which takes everything back and is no fault of the server's.
pub(crate) type Verdict<T> = Result<Result<T, StoreError>, Error>;

impl Desk {
    pub fn new(way: Arc<Way>) -> Self {
        Self { link: Link::new(way), gate: Mutex::default(), open: AtomicBool::new(false) }
    }

    pub fn way(&self) -> &Way {
        &self.link.way
    }

    /// Carries out a transaction, again where it met another one or the server was away. Where nobody knows whether it was committed,
    /// `repeats` says whether to try again; the work is then told so.
    pub async fn transaction<T, F: Future<Output = Verdict<T>> + Send>(
        &self,
        doing: &'static str,
        repeats: bool,
        work: impl Fn(Arc<Client>, bool) -> F + Send,
    ) -> Result<T, StoreError> {
        let gate = self.gate.lock().await;
        let mut waiting = Waiting::new(self.link.way.patience);
        let mut unsure = false;
        loop {
            let failed = match self.attempt(&gate, |client| work(client, unsure)).await {
                Ok(verdict) => return verdict,
                Err((error, committing)) => {
                    unsure |= committing && is_away(&error);
                    if unsure && !repeats {
                        return Err(self.link.way.server.fault(doing, &error));
                    }
                    error
                }
            };
            if !is_passing(&failed) || !waiting.again().await {
                return Err(self.link.way.server.fault(doing, &failed));
            }
        }
    }

    /// The error says whether it came while committing.
    async fn attempt<T, F: Future<Output = Verdict<T>>>(
        &self,
        _gate: &MutexGuard<'_, ()>,
        work: impl FnOnce(Arc<Client>) -> F,
    ) -> Result<Result<T, StoreError>, (Error, bool)> {
        let client = self.link.client().await.map_err(|error| (error, false))?;
        let begin = if self.open.swap(true, Ordering::Relaxed) { "ROLLBACK; BEGIN" } else { "BEGIN" };
        let done = async {
            // sent together with what follows
            let (begun, worked) = futures::join!(client.batch_execute(begin), work(client.clone()));
            begun?;
            worked
        };
        match done.await {
            Ok(Ok(value)) => {
                client.batch_execute("COMMIT").await.map_err(|error| (error, true))?;
                self.open.store(false, Ordering::Relaxed);
                Ok(Ok(value))
            }
            Ok(Err(refused)) => {
                self.take_back(&client).await;
                Ok(Err(refused))
            }
            Err(error) => {
                self.take_back(&client).await;
                Err((error, false))
            }
        }
    }

    /// Where it fails the connection is gone, and the transaction with it.
    async fn take_back(&self, client: &Client) {
        if client.batch_execute("ROLLBACK").await.is_ok() {
            self.open.store(false, Ordering::Relaxed);
        }
    }

    pub async fn close(&self) {
        self.link.close().await;
    }
}
