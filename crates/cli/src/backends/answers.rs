use std::sync::Arc;

use clade_engine::Sharing;
use clade_store::StoreError;

use super::{Config, config::Server, open::Report};
use crate::failure::Failure;

/// The server through which answers are shared with processes that have another store, not connected yet.
pub struct AnswerServer {
    #[cfg(feature = "redis")]
    redis: Arc<clade_store_redis::RedisAnswers>,
    /// There is none in this program.
    #[cfg(not(feature = "redis"))]
    none: std::convert::Infallible,
}

impl AnswerServer {
    /// The one that is configured.
    ///
    /// # Errors
    /// Where its address names nothing that this program knows.
    pub fn of(config: &Config) -> Result<Option<Self>, Failure> {
        config.answers.as_ref().map(Self::open).transpose()
    }

    fn open(server: &Server) -> Result<Self, Failure> {
        let scheme = server.url.split_once("://").map_or("", |(scheme, _)| scheme);
        if !["redis", "rediss"].contains(&scheme.split('+').next().unwrap_or_default()) {
            return Err(Failure::Usage(format!(
                "{scheme}:// shares no answers; [answers] takes redis:// and rediss://"
            )));
        }
        #[cfg(feature = "redis")]
        {
            super::open::provide_cryptography();
            let options = super::open::redis_options(server);
            Ok(Self { redis: Arc::new(clade_store_redis::RedisAnswers::new(options)?) })
        }
        #[cfg(not(feature = "redis"))]
        Err(Failure::Usage(format!(
            "this `clade` was built without the backend of {scheme}://; build it with `--features backends`"
        )))
    }

    /// As runs use it.
    pub fn sharing(&self) -> Arc<Sharing> {
        #[cfg(feature = "redis")]
        return Arc::new(Sharing::new(Arc::<clade_store_redis::RedisAnswers>::clone(&self.redis)));
        #[cfg(not(feature = "redis"))]
        match self.none {}
    }

    /// Connects and asks what it is.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses.
    pub async fn report(&self) -> Result<Report, StoreError> {
        #[cfg(feature = "redis")]
        return self.redis.report().await.map(Report::from);
        #[cfg(not(feature = "redis"))]
        match self.none {}
    }
}
