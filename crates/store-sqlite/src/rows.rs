use std::sync::Arc;

use clade_domain::ContentHash;
use sqlx::{Arguments, Sqlite, encode::Encode, sqlite::SqliteArguments};

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
    /// Where it goes. The first column is never NULL: places left over in a statement are told by it.
    const TABLE: Table;

    /// Adds its values in order of the columns.
    fn bind(&self, values: &mut Values) -> Result<(), sqlx::Error>;
}

/// What a multi-row `INSERT` needs to know of its table.
pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    /// What happens to a row whose key is taken.
    pub conflict: &'static str,
}

impl Table {
    /// An `INSERT` with places for so many rows, of which those whose first value is NULL are passed over.
    pub fn insert(&self, rows: usize) -> String {
        let row = format!("({})", vec!["?"; self.columns.len()].join(","));
        let (name, columns, conflict) = (self.name, self.columns.join(","), self.conflict);
        let places = vec![row.as_str(); rows].join(",");
        format!("INSERT INTO {name}({columns}) SELECT * FROM (VALUES {places}) WHERE column1 IS NOT NULL {conflict};")
    }
}

/// Values for one call.
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

    /// Rows for an `INSERT` with so many places.
    pub fn rows<R: BulkRow>(&mut self, rows: &[R], places: usize) -> Result<(), sqlx::Error> {
        let columns = R::TABLE.columns.len();
        Arguments::reserve(&mut self.0, places * columns, 0);
        rows.iter().try_for_each(|row| row.bind(self))?;
        (rows.len() * columns..places * columns).try_for_each(|_| self.add(None::<i64>))
    }

    pub fn into_inner(self) -> SqliteArguments {
        self.0
    }
}

/// A journal entry.
pub(crate) struct EventRow {
    pub id: i64,
    pub at: i64,
    pub kind: Arc<str>,
    pub body: Arc<str>,
}

impl BulkRow for EventRow {
    const TABLE: Table = Table { name: "events", columns: &["id", "at", "kind", "body"], conflict: "" };

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
    const TABLE: Table = Table { name: "texts", columns: &["hash", "body"], conflict: "ON CONFLICT (hash) DO NOTHING" };

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
    const TABLE: Table = Table {
        name: "answers",
        columns: &[
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
        ],
        conflict: "ON CONFLICT (key) DO NOTHING",
    };

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
    const TABLE: Table = Table { name: "examples", columns: &["id", "body"], conflict: "ON CONFLICT (id) DO NOTHING" };

    fn bind(&self, values: &mut Values) -> Result<(), sqlx::Error> {
        values.add(self.id)?;
        values.add(Arc::clone(&self.body))
    }
}
