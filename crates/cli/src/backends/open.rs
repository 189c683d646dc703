use std::sync::Arc;

use clade_store::{LineageGraph, Projection, StoreError};

use super::{Config, config::Server};
use crate::failure::Failure;

/// What a server is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// The family tree.
    Lineage,
    /// Generations.
    Generations,
}

impl Role {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Lineage, Self::Generations];

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Lineage => "the family tree",
            Self::Generations => "generations",
        }
    }

    /// As the configuration says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lineage => "lineage",
            Self::Generations => "generations",
        }
    }
}

/// A server of a role, not connected yet.
#[derive(Clone)]
pub enum Backend {
    /// The family tree in Neo4j.
    #[cfg(feature = "neo4j")]
    Neo4j(Arc<clade_store_neo4j::Neo4jLineage>),
    /// Generations in Redis.
    #[cfg(feature = "redis")]
    Redis(Arc<clade_store_redis::RedisGenerations>),
    /// Generations in DynamoDB.
    #[cfg(feature = "dynamodb")]
    Dynamo(Arc<clade_store_dynamodb::DynamoGenerations>),
    /// There is none in this program.
    #[cfg(not(any(feature = "neo4j", feature = "redis", feature = "dynamodb")))]
    #[expect(dead_code, reason = "no value of it can be made")]
    None(std::convert::Infallible),
}

/// What a server says of itself.
pub struct Report {
    /// Which one.
    pub server: String,
    /// What it is.
    pub version: String,
    /// What to mend.
    pub warnings: Vec<String>,
}

macro_rules! report_of {
    ($feature:literal, $report:ty) => {
        #[cfg(feature = $feature)]
        impl From<$report> for Report {
            fn from(it: $report) -> Self {
                Self { server: it.server, version: it.version, warnings: it.warnings }
            }
        }
    };
}

report_of!("neo4j", clade_store_neo4j::Report);
report_of!("redis", clade_store_redis::Report);
report_of!("dynamodb", clade_store_dynamodb::Report);

impl Backend {
    /// The server that is configured for a role.
    ///
    /// # Errors
    /// Where its address names nothing that this program knows.
    pub fn of(role: Role, config: &Config) -> Result<Option<Self>, Failure> {
        config.server(role).map(|server| Self::open(role, server)).transpose()
    }

    fn open(role: Role, server: &Server) -> Result<Self, Failure> {
        let scheme = server.url.split_once("://").map_or("", |(scheme, _)| scheme);
        let family = scheme.split('+').next().unwrap_or_default();
        provide_cryptography();
        match (role, family) {
            #[cfg(feature = "neo4j")]
            (Role::Lineage, "bolt" | "neo4j") => {
                let mut options = clade_store_neo4j::Neo4jOptions::parse(&server.url)?;
                options.user = server.user.clone().unwrap_or(options.user);
                options.password = server.password.clone().unwrap_or(options.password);
                Ok(Self::Neo4j(Arc::new(clade_store_neo4j::Neo4jLineage::new(&options)?)))
            }
            #[cfg(feature = "redis")]
            (Role::Generations, "redis" | "rediss") => {
                Ok(Self::Redis(Arc::new(clade_store_redis::RedisGenerations::new(redis_options(server))?)))
            }
            #[cfg(feature = "dynamodb")]
            (Role::Generations, "dynamodb") => {
                let options = clade_store_dynamodb::DynamoOptions::parse(&server.url)?;
                Ok(Self::Dynamo(Arc::new(clade_store_dynamodb::DynamoGenerations::new(options))))
            }
            (role, family) if known(role, family) => Err(Failure::Usage(format!(
                "this `clade` was built without the backend of {scheme}://; build it with `--features backends`"
            ))),
            _ => Err(Failure::Usage(format!(
                "{scheme}:// is no backend for {}; the family tree takes bolt:// and neo4j://, generations take redis://, \
                 rediss:// and dynamodb://",
                role.words()
            ))),
        }
    }

    /// As a projection.
    pub fn projection(&self) -> Arc<dyn Projection> {
        match self {
            #[cfg(feature = "neo4j")]
            Self::Neo4j(it) => Arc::<clade_store_neo4j::Neo4jLineage>::clone(it),
            #[cfg(feature = "redis")]
            Self::Redis(it) => Arc::<clade_store_redis::RedisGenerations>::clone(it),
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(it) => Arc::<clade_store_dynamodb::DynamoGenerations>::clone(it),
            #[cfg(not(any(feature = "neo4j", feature = "redis", feature = "dynamodb")))]
            Self::None(never) => match *never {},
        }
    }

    /// As a family tree, where it is one.
    pub fn graph(&self) -> Option<Arc<dyn LineageGraph>> {
        match self {
            #[cfg(feature = "neo4j")]
            Self::Neo4j(it) => Some(Arc::<clade_store_neo4j::Neo4jLineage>::clone(it)),
            #[cfg(any(feature = "redis", feature = "dynamodb", not(feature = "neo4j")))]
            _ => None,
        }
    }

    /// Connects and asks what it is.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses.
    pub async fn report(&self) -> Result<Report, StoreError> {
        match self {
            #[cfg(feature = "neo4j")]
            Self::Neo4j(it) => it.report().await.map(Report::from),
            #[cfg(feature = "redis")]
            Self::Redis(it) => it.report().await.map(Report::from),
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(it) => it.report().await.map(Report::from),
            #[cfg(not(any(feature = "neo4j", feature = "redis", feature = "dynamodb")))]
            Self::None(never) => match *never {},
        }
    }

    /// Makes what the server must have before it is used: constraints, indices, a table.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses.
    pub async fn migrate(&self) -> Result<&'static str, StoreError> {
        match self {
            #[cfg(feature = "neo4j")]
            Self::Neo4j(it) => it.prepare().await.map(|()| "constraints and indexes are there"),
            #[cfg(feature = "redis")]
            Self::Redis(it) => it.report().await.map(|_| "nothing to prepare"),
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(it) => {
                it.create_table().await.map(|made| if made { "the table is created" } else { "the table is there" })
            }
            #[cfg(not(any(feature = "neo4j", feature = "redis", feature = "dynamodb")))]
            Self::None(never) => match *never {},
        }
    }

    /// The statements with which an administrator does the same.
    pub fn statements(&self) -> Vec<String> {
        match self {
            #[cfg(feature = "neo4j")]
            Self::Neo4j(_) => clade_store_neo4j::STATEMENTS.iter().map(|it| format!("{it};")).collect(),
            #[cfg(any(feature = "redis", feature = "dynamodb", not(feature = "neo4j")))]
            _ => Vec::new(),
        }
    }
}

/// How a Redis server is used.
#[cfg(feature = "redis")]
pub(super) fn redis_options(server: &Server) -> clade_store_redis::RedisOptions {
    let mut options = clade_store_redis::RedisOptions::new(server.url.as_str());
    options.user = server.user.clone();
    options.password = server.password.clone();
    options.prefix = server.prefix.clone().unwrap_or(options.prefix);
    options.expire = server.expire_days.map(|days| std::time::Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    options
}

/// Whether some build of this program has a backend for such an address.
fn known(role: Role, family: &str) -> bool {
    match role {
        Role::Lineage => ["bolt", "neo4j"].contains(&family),
        Role::Generations => ["redis", "rediss", "dynamodb"].contains(&family),
    }
}

/// Drivers bring several providers of cryptography along; TLS is to use one and the same everywhere.
pub(super) fn provide_cryptography() {
    #[cfg(any(feature = "neo4j", feature = "redis", feature = "dynamodb"))]
    // an error says that one was chosen already
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
}
