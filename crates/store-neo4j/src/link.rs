use std::time::Duration;

use clade_store::StoreError;
use neo4rs::{ConfigBuilder, Error, Graph, Query, Row, Txn};
use tokio::{
    sync::OnceCell,
    time::{sleep, timeout},
};

use crate::{Neo4jOptions, fault};

/// Rows that the server sends at once.
const FETCH: usize = 2_000;

/// Most tries of a transaction that meets others.
const TRIES: u32 = 8;

/// The way to Neo4j. The driver opens connections when they are needed and opens them again when they break, but waits without a
/// limit for a server that is silent: every call here ends with the patience.
pub(crate) struct Link {
    graph: Graph,
    pub server: String,
    pub user: String,
    pub patience: Duration,
    pub prepared: OnceCell<()>,
    /// What is there was seen to be of this version.
    pub current: OnceCell<()>,
}

/// What a transaction came to, beside errors of the driver.
pub(crate) enum Outcome<T> {
    /// It is kept.
    Done(T),
    /// It is given up, and this is why.
    GivenUp(StoreError),
}

impl Link {
    /// Nothing is connected yet.
    pub fn new(options: &Neo4jOptions) -> Result<Self, StoreError> {
        let server = format!("Neo4j at {}", options.url.split_once("://").map_or("", |(_, host)| host));
        let mut config = ConfigBuilder::default()
            .uri(&options.url)
            .user(&options.user)
            .password(&options.password)
            .fetch_size(FETCH)
            .max_connections(4)
            .connection_timeout(options.patience);
        if let Some(database) = &options.database {
            config = config.db(database.as_str());
        }
        let graph = config.build().and_then(Graph::connect);
        let graph = graph.map_err(|error| fault::fault(&server, &options.user, "read the address", &error))?;
        let (user, patience) = (options.user.clone(), options.patience);
        Ok(Self { graph, server, user, patience, prepared: OnceCell::new(), current: OnceCell::new() })
    }

    /// All rows of a question.
    pub async fn rows(&self, doing: &'static str, query: Query) -> Result<Vec<Row>, StoreError> {
        self.patiently(doing, async {
            let mut found = self.graph.execute(query).await?;
            let mut rows = Vec::new();
            while let Some(row) = found.next().await? {
                rows.push(row);
            }
            Ok(rows)
        })
        .await
    }

    /// A statement that is a transaction of its own. It may be carried out twice.
    pub async fn run(&self, doing: &'static str, query: Query) -> Result<(), StoreError> {
        self.patiently(doing, async { self.graph.run(query).await.map(drop) }).await
    }

    /// Tries statements, and takes back what they did.
    pub async fn tried(&self, doing: &'static str, queries: &[Query]) -> Result<(), StoreError> {
        let tried = async {
            let mut transaction = self.graph.start_txn().await?;
            for query in queries {
                transaction.run(query.clone()).await?;
            }
            transaction.rollback().await
        };
        self.patiently(doing, tried).await
    }

    /// Statements in one transaction, all of them again where it met another one. The first is asked for a row, which decides
    /// whether the rest is carried out.
    pub async fn transaction<T>(
        &self,
        doing: &'static str,
        first: Query,
        decide: impl Fn(&Row) -> Outcome<T>,
        rest: &[Query],
    ) -> Result<T, StoreError> {
        let outcome = self.patiently(doing, async {
            let mut pause = Duration::from_millis(10);
            let mut tries = 1;
            loop {
                match self.attempt(first.clone(), &decide, rest).await {
                    Err(error) if fault::is_passing(&error) && tries < TRIES => {
                        // of two that wait for one another one goes on before the other comes back
                        sleep(pause + Duration::from_millis(u64::from(std::process::id() % 7))).await;
                        pause *= 2;
                        tries += 1;
                    }
                    outcome => return outcome,
                }
            }
        });
        match outcome.await? {
            Outcome::Done(value) => Ok(value),
            Outcome::GivenUp(why) => Err(why),
        }
    }

    async fn attempt<T>(
        &self,
        first: Query,
        decide: &impl Fn(&Row) -> Outcome<T>,
        rest: &[Query],
    ) -> Result<Outcome<T>, Error> {
        let mut transaction = self.graph.start_txn().await?;
        let row = single(&mut transaction, first).await?;
        let outcome = decide(&row);
        if let Outcome::GivenUp(_) = outcome {
            transaction.rollback().await?;
            return Ok(outcome);
        }
        for query in rest {
            transaction.run(query.clone()).await?;
        }
        transaction.commit().await?;
        Ok(outcome)
    }

    async fn patiently<T>(
        &self,
        doing: &'static str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, StoreError> {
        match timeout(self.patience, work).await {
            Ok(done) => done.map_err(|error| fault::fault(&self.server, &self.user, doing, &error)),
            Err(_) => Err(StoreError::Unreachable {
                server: self.server.clone(),
                detail: format!("no answer within {} s", self.patience.as_secs_f64()),
            }),
        }
    }
}

async fn single(transaction: &mut Txn, query: Query) -> Result<Row, Error> {
    let mut found = transaction.execute(query).await?;
    let row = found.next(transaction.handle()).await?.ok_or(Error::NoMoreRows)?;
    // a stream that is not read to its end may leave its statement undone
    while found.next(transaction.handle()).await?.is_some() {}
    Ok(row)
}
