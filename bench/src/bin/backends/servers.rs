use std::{env, path::PathBuf, process::Command};

use clade_store_dynamodb::{DynamoGenerations, DynamoOptions};
use clade_store_neo4j::{Neo4jLineage, Neo4jOptions};
use clade_store_redis::{RedisGenerations, RedisOptions};

use crate::said;

/// The servers that `cargo xtask services` started, as far as they are there.
pub struct Servers {
    pub neo4j: Option<String>,
    pub redis: Option<String>,
    pub dynamodb: Option<String>,
    pub postgres: Option<Postgres>,
}

/// The process of a server, by the name that it has for `cargo xtask services`.
pub fn process(name: &str) -> Option<u32> {
    env::var(format!("PROMPTCLADE_TEST_{name}_PROCESS")).ok()?.parse().ok()
}

/// A PostgreSQL with its own programs.
pub struct Postgres {
    pub url: String,
    programs: PathBuf,
}

impl Servers {
    /// Looks for their addresses.
    pub fn find() -> Result<Self, String> {
        let found = |name: &str| env::var(format!("PROMPTCLADE_TEST_{name}")).ok();
        let table = |endpoint| format!("dynamodb://us-east-1/bench-{}?endpoint={endpoint}", std::process::id());
        let postgres = found("POSTGRES_URL").zip(found("POSTGRES_PROGRAMS"));
        let servers = Self {
            neo4j: found("NEO4J_URL"),
            redis: found("REDIS_URL"),
            dynamodb: found("DYNAMODB_URL").map(table),
            postgres: postgres.map(|(url, programs)| Postgres { url, programs: programs.into() }),
        };
        let none = servers.neo4j.is_none() && servers.redis.is_none() && servers.dynamodb.is_none();
        match none && servers.postgres.is_none() {
            true => Err("no server is there; `cargo xtask bench backends` starts them".into()),
            false => Ok(servers),
        }
    }

    /// The family tree in Neo4j.
    pub fn lineage(&self) -> Result<Option<Neo4jLineage>, String> {
        let of = |url: &String| Neo4jLineage::new(&Neo4jOptions::parse(url).map_err(said)?).map_err(said);
        self.neo4j.as_ref().map(of).transpose()
    }

    /// Generations in Redis.
    pub fn generations(&self) -> Result<Option<RedisGenerations>, String> {
        self.redis.as_ref().map(|url| RedisGenerations::new(RedisOptions::new(url)).map_err(said)).transpose()
    }

    /// Generations in a table of DynamoDB Local, which is made.
    pub async fn table(&self) -> Result<Option<DynamoGenerations>, String> {
        let Some(url) = &self.dynamodb else { return Ok(None) };
        let options = DynamoOptions::parse(url).map_err(said)?;
        let table = DynamoGenerations::new(DynamoOptions { keys: Some(("local".into(), "local".into())), ..options });
        table.create_table().await.map_err(said)?;
        Ok(Some(table))
    }

    /// What a `clade` needs to know to keep all of them up, generations in Redis or else in the table.
    pub fn variables(&self, in_table: bool) -> Vec<(&'static str, String)> {
        let mut variables = vec![("AWS_ACCESS_KEY_ID", "local".into()), ("AWS_SECRET_ACCESS_KEY", "local".into())];
        variables.extend(self.neo4j.clone().map(|url| ("CLADE_LINEAGE_URL", url)));
        let generations = if in_table { &self.dynamodb } else { &self.redis };
        variables.extend(generations.clone().map(|url| ("CLADE_GENERATIONS_URL", url)));
        variables
    }
}

impl Postgres {
    /// Makes it flush what it commits, as servers of teams do, or not.
    pub fn flushes(&self, flushes: bool) -> Result<(), String> {
        let to = if flushes { "on" } else { "off" };
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-q", "-v", "ON_ERROR_STOP=1"]).arg(&self.url);
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            psql.args(["-c", &format!("ALTER SYSTEM SET {setting} = {to}")]);
        }
        let done = psql.args(["-c", "SELECT pg_reload_conf()"]).output();
        let done = done.map_err(|error| format!("could not start psql: {error}"))?;
        if !done.status.success() {
            return Err(format!("psql failed: {}", String::from_utf8_lossy(&done.stderr).trim()));
        }
        Ok(())
    }

    /// Whether it flushes what it commits.
    pub fn setting(&self, name: &str) -> Result<String, String> {
        let mut psql = Command::new(self.programs.join("psql"));
        let done = psql.args(["-At", "-c", &format!("SHOW {name}")]).arg(&self.url).output();
        let done = done.map_err(|error| format!("could not start psql: {error}"))?;
        Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    }
}
