use std::time::Duration;

use clade_store::StoreError;
use redis::{
    Cmd, ConnectionInfo, ErrorKind, FromRedisValue, IntoConnectionInfo, Pipeline, RedisError, RedisFuture, RetryMethod,
    ServerErrorKind, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
    cluster::ClusterClientBuilder,
    cluster_async::ClusterConnection,
};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    RedisOptions,
    fault::{Server, is_locked_out},
    scripts::Code,
};

/// A connection to one server or to a cluster; copies share it.
#[derive(Clone)]
pub(crate) enum Connection {
    One(ConnectionManager),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(it) => it.req_packed_command(cmd),
            Self::Cluster(it) => it.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        cmd: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(it) => it.req_packed_commands(cmd, offset, count),
            Self::Cluster(it) => it.req_packed_commands(cmd, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(it) => it.get_db(),
            Self::Cluster(it) => it.get_db(),
        }
    }
}

/// The way to Redis: opened by the first call, opened again when it breaks.
pub(crate) struct Link {
    address: ConnectionInfo,
    cluster: bool,
    patience: Duration,
    pub server: Server,
    connection: OnceCell<Connection>,
}

impl Link {
    /// Nothing is connected yet.
    pub fn new(options: &RedisOptions) -> Result<Self, StoreError> {
        let url = options.url.replacen("+cluster://", "://", 1);
        let server = Server::of(&url, options.user.as_deref(), &options.prefix);
        let address = url.as_str().into_connection_info().map_err(|error| server.wrong_address(&error))?;
        let mut settings = address.redis_settings().clone();
        if let Some(user) = &options.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = &options.password {
            settings = settings.set_password(password);
        }
        Ok(Self {
            cluster: url != options.url,
            address: address.set_redis_settings(settings),
            patience: options.patience,
            server,
            connection: OnceCell::new(),
        })
    }

    async fn connection(&self) -> Result<Connection, RedisError> {
        let open = || async {
            if self.cluster {
                let client = ClusterClientBuilder::new([self.address.clone()])
                    .connection_timeout(Duration::from_secs(2))
                    .response_timeout(self.patience)
                    .build()?;
                return Ok(Connection::Cluster(client.get_async_connection().await?));
            }
            // tries are made here, where they end with the caller's patience
            let config = ConnectionManagerConfig::new()
                .set_number_of_retries(1)
                .set_max_delay(Duration::from_millis(100))
                .set_connection_timeout(Some(Duration::from_secs(2)))
                .set_response_timeout(Some(self.patience));
            let client = redis::Client::open(self.address.clone())?;
            Ok::<_, RedisError>(Connection::One(client.get_connection_manager_with_config(config).await?))
        };
        self.connection.get_or_try_init(open).await.cloned()
    }

    /// Carries a command out, again where the connection broke or the server asks to wait. It may then have happened twice, so
    /// only those are given that do no harm by it.
    pub async fn call<T: FromRedisValue>(&self, doing: &'static str, command: &Cmd) -> Result<T, StoreError> {
        self.again(doing, command, None).await
    }

    /// Has a script carried out in the same way.
    pub async fn script<T: FromRedisValue>(
        &self,
        doing: &'static str,
        script: &Code,
        keys: &[&String],
        arguments: &[String],
    ) -> Result<T, StoreError> {
        let mut command = redis::cmd("EVALSHA");
        command.arg(script.hash()).arg(keys.len()).arg(keys).arg(arguments);
        self.again(doing, &command, Some(script)).await
    }

    async fn again<T: FromRedisValue>(
        &self,
        doing: &'static str,
        command: &Cmd,
        script: Option<&Code>,
    ) -> Result<T, StoreError> {
        let end = Instant::now() + self.patience;
        let mut pause = Duration::from_millis(20);
        let mut last: Option<RedisError> = None;
        loop {
            let error = match timeout_at(end, self.once(command, script)).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => error,
                Err(_) => return Err(self.server.silent(self.patience, last.as_ref())),
            };
            let again = matches!(
                error.retry_method(),
                RetryMethod::Reconnect | RetryMethod::RetryImmediately | RetryMethod::WaitAndRetry
            ) || error.is_io_error();
            if !again || is_locked_out(&error) || Instant::now() + pause > end {
                return Err(self.server.fault(doing, &error));
            }
            last = Some(error);
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    async fn once<T: FromRedisValue>(&self, command: &Cmd, script: Option<&Code>) -> Result<T, RedisError> {
        let mut connection = self.connection().await?;
        match (command.query_async(&mut connection).await, script) {
            // a server that was started anew knows no scripts
            (Err(error), Some(script)) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                redis::cmd("SCRIPT").arg("LOAD").arg(script.0).query_async::<()>(&mut connection).await?;
                command.query_async(&mut connection).await
            }
            (answer, _) => answer,
        }
    }
}
