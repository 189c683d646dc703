use std::sync::{Arc, LazyLock};

use clade_domain::ContentHash;
use sqlx::{Arguments, Sqlite, SqliteConnection, encode::Encode, sqlite::SqliteArguments};

/// Numbers of a run or a data set above this many bits of an entry's or example's number.
const LOW_BITS: u32 = 32;

/// The row id of entry `low` of the run or data set `high`. Entries past 2^32 - 1 would run into the next run's; at
/// 10,000 entries a second that is after five days of one run, and [`fits`] refuses them.
pub(crate) fn row_id(high: i64, low: u64) -> i64 {
    (high << LOW_BITS) | i64::try_from(low).unwrap_or(i64::MAX)
}

/// Whether an entry's number has a row id.
pub(crate) fn fits(low: u64) -> bool {
    low < 1 << LOW_BITS
}

/// The entry's number of a row id.
pub(crate) fn low(id: i64) -> u64 {
    (id & ((1 << LOW_BITS) - 1)).unsigned_abs()
}

/// Something that fills one row of a multi-row `INSERT`.
pub(crate) trait BulkRow {
    /// The statements it goes into.
    fn bulk() -> &'static Bulk;

    /// Adds its values in order of the columns.
    fn bind(&self, values: &mut Values) -> Result<(), sqlx::Error>;
}

/// Values for one statement.
#[derive(Default)]
pub(crate) struct Values(SqliteArguments);

impl Values {
    pub fn add<'t>(&mut self, value: impl Encode<'t, Sqlite> + sqlx::Type<Sqlite>) -> Result<(), sqlx::Error> {
        Arguments::add(&mut self.0, value).map_err(sqlx::Error::Encode)
    }

    pub fn hash(&mut self, hash: ContentHash) -> Result<(), sqlx::Error> {
        self.add(hash.0.to_vec())
    }

    pub fn count(&mut self, n: u64) -> Result<(), sqlx::Error> {
        self.add(i64::try_from(n).unwrap_or(i64::MAX))
    }

    pub fn into_inner(self) -> SqliteArguments {
        self.0
    }
}

/// The same `INSERT` for a few numbers of rows, so that every batch is made of statements that are prepared already.
pub(crate) struct Bulk {
    statements: [(usize, String); 4],
    columns: usize,
}

/// Rows per statement, largest first. Measured: larger ones gain nothing, fewer sizes make small batches dear.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];

impl Bulk {
    fn new(table: &str, columns: &[&str], conflict: &str) -> Self {
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let statement = |rows: usize| {
            let values = vec![row.as_str(); rows].join(", ");
            (rows, format!("INSERT INTO {table} ({}) VALUES {values} {conflict}", columns.join(", ")))
        };
        Self { statements: CHUNKS.map(statement), columns: columns.len() }
    }
}

/// Inserts rows in as few statements as there are prepared sizes for.
pub(crate) async fn insert<R: BulkRow>(connection: &mut SqliteConnection, rows: &[R]) -> Result<(), sqlx::Error> {
    let mut rest = rows;
    for (size, sql) in &R::bulk().statements {
        while rest.len() >= *size {
            let (chunk, after) = rest.split_at(*size);
            let mut values = Values::default();
            values.0.reserve(size * R::bulk().columns, 0);
            chunk.iter().try_for_each(|row| row.bind(&mut values))?;
            sqlx::query_with(sql.as_str(), values.into_inner()).execute(&mut *connection).await?;
            rest = after;
        }
    }
    Ok(())
}

/// A journal entry.
pub(crate) struct EventRow {
    pub id: i64,
    pub at: i64,
    pub kind: Arc<str>,
    pub body: Arc<str>,
}

impl BulkRow for EventRow {
    fn bulk() -> &'static Bulk {
        static BULK: LazyLock<Bulk> = LazyLock::new(|| Bulk::new("events", &["id", "at", "kind", "body"], ""));
        &BULK
    }

    fn bind(&self, values: &mut Values) -> Result<(), sqlx::Error> {
        values.add(self.id)?;
        values.add(self.at)?;
        values.add(Arc::clone(&self.kind))?;
        values.add(Arc::clone(&self.body))
    }
}

/// A text, stored once.
#[derive(Clone)]
pub(crate) struct TextRow {
    pub hash: ContentHash,
    pub body: Arc<str>,
}

impl BulkRow for TextRow {
    fn bulk() -> &'static Bulk {
        static BULK: LazyLock<Bulk> =
            LazyLock::new(|| Bulk::new("texts", &["hash", "body"], "ON CONFLICT (hash) DO NOTHING"));
        &BULK
    }

    fn bind(&self, values: &mut Values) -> Result<(), sqlx::Error> {
        values.hash(self.hash)?;
        values.add(Arc::clone(&self.body))
    }
}

/// An answer without its body, stored once.
#[derive(Clone)]
pub(crate) struct AnswerRow {
    pub key: ContentHash,
    pub run: i64,
    pub role: &'static str,
    pub model: Arc<str>,
    pub text: ContentHash,
    pub usage: clade_domain::Usage,
    pub cost: Option<f64>,
    pub latency_ms: u32,
    pub finish: Arc<str>,
    pub at: i64,
}

impl BulkRow for AnswerRow {
    fn bulk() -> &'static Bulk {
        const COLUMNS: [&str; 13] = [
            "key",
            "run",
            "role",
            "model",
            "text",
            "input",
            "output",
            "cache_read",
            "cache_write",
            "cost",
            "latency_ms",
            "finish",
            "at",
        ];
        static BULK: LazyLock<Bulk> = LazyLock::new(|| Bulk::new("answers", &COLUMNS, "ON CONFLICT (key) DO NOTHING"));
        &BULK
    }

    fn bind(&self, values: &mut Values) -> Result<(), sqlx::Error> {
        values.hash(self.key)?;
        values.add(self.run)?;
        values.add(self.role)?;
        values.add(Arc::clone(&self.model))?;
        values.hash(self.text)?;
        values.count(self.usage.input)?;
        values.count(self.usage.output)?;
        values.count(self.usage.cache_read)?;
        values.count(self.usage.cache_write)?;
        values.add(self.cost)?;
        values.add(i64::from(self.latency_ms))?;
        values.add(Arc::clone(&self.finish))?;
        values.add(self.at)
    }
}

/// An example of a data set.
pub(crate) struct ExampleRow {
    pub id: i64,
    pub body: Arc<str>,
}

impl BulkRow for ExampleRow {
    fn bulk() -> &'static Bulk {
        static BULK: LazyLock<Bulk> =
            LazyLock::new(|| Bulk::new("examples", &["id", "body"], "ON CONFLICT (id) DO NOTHING"));
        &BULK
    }

    fn bind(&self, values: &mut Values) -> Result<(), sqlx::Error> {
        values.add(self.id)?;
        values.add(Arc::clone(&self.body))
    }
}
