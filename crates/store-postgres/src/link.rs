use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clade_store::StoreError;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{
    Client, Config, Error, NoTls, Row,
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    fault::{Server, is_away, is_passing},
    outage::{Outage, SILENTLY},
};

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
    pub connecting: Duration,
    pub outage: Arc<Outage>,
}

/// Why something was not carried out.
enum Failed {
    /// The server or the driver says why.
    Said(Error),
    /// It took a connection and said nothing.
    Silent,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}

impl Failed {
    fn is_away(&self) -> bool {
        match self {
            Self::Said(error) => is_away(error),
            Self::Silent => true,
        }
    }

    fn is_passing(&self) -> bool {
        match self {
            Self::Said(error) => is_passing(error),
            Self::Silent => true,
        }
    }
}

impl Way {
    fn fault(&self, doing: &'static str, failed: &Failed) -> StoreError {
        match failed {
            Failed::Said(error) => self.server.fault(doing, error),
            Failed::Silent => StoreError::Unreachable {
                server: self.server.name().to_owned(),
                detail: format!("it takes connections and said nothing for {} s", self.connecting.as_secs_f64()),
            },
        }
    }

    /// A new connection; a server that takes one and says nothing is given up.
    async fn connected(&self) -> Result<Client, Failed> {
        let mut connecting = pin!(timeout(self.connecting, self.connect()));
        let connected = match timeout(SILENTLY, &mut connecting).await {
            Ok(connected) => connected,
            Err(_) => {
                self.outage.say(self.server.name(), self.patience);
                connecting.await
            }
        };
        let client = connected.map_err(|_| Failed::Silent)??;
        self.outage.over(self.server.name());
        Ok(client)
    }

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
    async fn client(&self) -> Result<Arc<Client>, Failed> {
        let mut held = self.client.lock().await;
        if let Some(client) = held.as_ref().filter(|client| !client.is_closed()) {
            return Ok(client.clone());
        }
        let client = Arc::new(self.way.connected().await?);
        *held = Some(client.clone());
        Ok(client)
    }

    /// The rows of a statement that may be carried out twice. A server that is away is waited for.
    pub async fn query(&self, doing: &'static str, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut waiting = Waiting::new(&self.way);
        loop {
            let failed = match self.client().await {
                Ok(client) => match client.query_typed(sql, values).await {
                    Ok(rows) => return Ok(rows),
                    Err(error) => Failed::Said(error),
                },
                Err(failed) => failed,
            };
            if !waiting.again(&failed).await {
                return Err(self.way.fault(doing, &failed));
            }
        }
    }

    /// Lets go of the connection.
    pub async fn close(&self) {
        drop(self.client.lock().await.take());
    }
}

/// Pauses that grow, until patience ends.
struct Waiting<'a> {
    way: &'a Way,
    since: Instant,
    pause: Duration,
}

impl<'a> Waiting<'a> {
    fn new(way: &'a Way) -> Self {
        Self { way, since: Instant::now(), pause: PAUSE.0 }
    }

    /// Waits a little; `false` where another try is of no use, and once there is no patience left.
    async fn again(&mut self, failed: &Failed) -> bool {
        if !failed.is_passing() {
            return false;
        }
        if failed.is_away() {
            self.since = self.since.min(self.way.outage.failed(self.way.server.name(), self.way.patience));
        }
        if Instant::now() + self.pause > self.since + self.way.patience {
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
        let mut waiting = Waiting::new(&self.link.way);
        let mut unsure = false;
        loop {
            let failed = match self.attempt(&gate, |client| work(client, unsure)).await {
                Ok(verdict) => return verdict,
                Err((failed, committing)) => {
                    unsure |= committing && failed.is_away();
                    if unsure && !repeats {
                        return Err(self.link.way.fault(doing, &failed));
                    }
                    failed
                }
            };
            if !waiting.again(&failed).await {
                return Err(self.link.way.fault(doing, &failed));
            }
        }
    }

    /// The error says whether it came while committing.
    async fn attempt<T, F: Future<Output = Verdict<T>>>(
        &self,
        _gate: &MutexGuard<'_, ()>,
        work: impl FnOnce(Arc<Client>) -> F,
    ) -> Result<Result<T, StoreError>, (Failed, bool)> {
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
                client.batch_execute("COMMIT").await.map_err(|error| (error.into(), true))?;
                self.open.store(false, Ordering::Relaxed);
                Ok(Ok(value))
            }
            Ok(Err(refused)) => {
                self.take_back(&client).await;
                Ok(Err(refused))
            }
            Err(error) => {
                self.take_back(&client).await;
                Err((error.into(), false))
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
